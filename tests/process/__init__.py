"""The real `redbot` process between two stand-ins, over real sockets.

::

    async with open_live_world(folder) as world:
        await world.start()
        await world.install(repository)
        await world.set_up()
        ...  # world.shop.add_product(...), then world.put_on_sale(...)
        order = await world.order(world.new_buyer("ben"), "Gold Pass")
        await world.shop.pay(order.uniqid)
"""

from .red_process import RedProcess
from .world import LiveWorld, open_live_world

__all__ = ["LiveWorld", "RedProcess", "open_live_world"]

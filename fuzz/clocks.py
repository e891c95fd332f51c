"""A machine whose clock is set back and ahead again and again while people buy."""

from __future__ import annotations

import random
import tempfile
from datetime import timedelta
from pathlib import Path

from harness import open_world
from harness.world import World

from .tally import Deadline, Tally

# After the first minutes, in which a machine may find out what time it is.
_SETTLED_SECONDS = 700
_JUMPS = (-3e7, -86400, -3600, -300, 0, 300, 3600, 86400, 3e7, 3e8)
_MOST_REQUESTS = 60


async def run(rng: random.Random, seconds: float) -> Tally:
    """Let the clock jump, and sell a role for a time and a key after each jump."""
    tally = Tally("Clocks that jump")
    with tempfile.TemporaryDirectory() as folder:
        async with open_world(Path(folder) / "red") as world:
            await world.set_up()
            gold = world.guild.create_role("Gold")
            await world.sell_item("Pass", "9.99", "EUR", [gold], days=3650)
            keys = [f"CLOCK-{number:04}" for number in range(999)]
            world.shop.add_product(title="Key", price="5", type="SERIALS", serials=keys)
            await world.sell_product("Key", [gold])
            await world.env.advance_time(_SETTLED_SECONDS)
            deadline = Deadline.after(seconds)
            while not deadline.over:
                await _jump(world, rng, tally)
    return tally


async def _jump(world: World, rng: random.Random, tally: Tally) -> None:
    offset = timedelta(seconds=rng.choice(_JUMPS) * rng.random())
    world.bot.get_cog("Shoppex").clock.wall = lambda: world.env.now() + offset
    tally.tried += 1
    before = len(world.shop.requests)
    buyer = world.guild.add_member(world.env.create_user(f"buyer{tally.tried}"))
    await world.order(rng.choice(("Pass", "Key")), buyer=buyer)
    await world.env.advance_time(rng.choice((1, 60, 1800)))
    order = await world.pay_newest()
    await world.env.advance_time(rng.choice((1, 60, 1800)))
    if world.roles_of(buyer) != {"Gold"}:
        tally.lose(f"{offset}: {order.uniqid}")
    asked = len(world.shop.requests) - before
    if asked > _MOST_REQUESTS:
        tally.crash(f"{offset}: {asked} requests for one order")

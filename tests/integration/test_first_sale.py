"""The whole way once: a role and a key, bought and delivered."""

from __future__ import annotations

import pytest

from harness import World
from harness.world import link_of, text_of

pytestmark = pytest.mark.both_backends


async def test_a_member_buys_a_role(world: World) -> None:
    gold = world.guild.create_role("Gold")
    assert "is for sale here" in await world.sell_item("Gold Pass", "9.99", "EUR", [gold])

    invoice = await world.order("Gold Pass")

    assert invoice.ephemeral
    assert "€9.99" in text_of(invoice)
    assert gold.mention in text_of(invoice)
    order = world.shop.orders[-1]
    assert link_of(invoice) == f"{world.shop.url}/invoice/{order.uniqid}"
    assert world.roles_of(world.buyer) == set()

    await world.pay_newest()

    assert world.roles_of(world.buyer) == {"Gold"}
    [message] = world.dms(world.buyer)
    assert message.embeds[0].description == "**Gold Pass**"


async def test_a_member_buys_a_key(world: World) -> None:
    world.shop.add_product(
        title="Game Key", price="19.50", type="SERIALS", serials=["AAAA-BBBB-1"]
    )
    assert "no role" in await world.sell_product("Game Key")

    await world.order("Game Key")
    await world.pay_newest()

    [message] = world.dms(world.buyer)
    assert message.content == "```\nAAAA-BBBB-1\n```"
    assert world.roles_of(world.buyer) == set()

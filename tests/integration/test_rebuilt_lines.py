"""What a rebuild makes of carts and ids."""

from __future__ import annotations

from typing import Any

import pytest
from redbot.core import Config

import standin
from harness import World

pytestmark = pytest.mark.both_backends
DAY = 24 * 3600


async def sold(world: World, type_: str = "SERIALS", **product: Any) -> standin.Order:
    product.setdefault("serials", ["K-1", "K-2", "K-3"] if type_ == "SERIALS" else [])
    made = world.shop.add_product(title="Box", price="5.00", type=type_, **product)
    await world.sell_product("Box", [world.guild.create_role("Gold")])
    await world.order("Box")
    assert made is not None
    return world.shop.orders[-1]


async def lose_everything(world: World) -> None:
    await world.bot.get_cog("Shoppex").cog_unload()
    for number in range(256):
        config = Config.get_conf(None, 7409251834620117, cog_name=f"ShoppexLedger{number:03}")
        config.init_custom("ACCOUNT", 2)
        await config.custom("ACCOUNT").clear()
    world.instance.owner_id = world.owner.id
    await world.instance.restart(world.env)


async def rebuild(world: World) -> str:
    office = world.guild.create_text_channel(f"office-{world.env.now().timestamp():.0f}")
    world.make_owner(world.owner)
    await world.owner.send(office, "!shoppexset owner rebuild")
    asked = office.last_message
    assert asked is not None
    if asked.components:
        await world.owner.click(asked, label="Yes")
    await world.env.settle()
    assert office.last_message is not None
    return office.last_message.content


async def test_an_item_paid_with_a_cent_is_not_given_by_a_rebuild(world: World) -> None:
    await world.sell_item("Gold Pass", "9.99", "EUR", [world.guild.create_role("Gold")])
    await world.order("Gold Pass")
    world.shop.orders[-1].at_checkout = {"total": 0.01, "total_display": 0.01}
    await world.pay_newest()
    assert world.roles_of(world.buyer) == set()
    await world.env.advance_time(60)
    await lose_everything(world)
    await rebuild(world)
    await world.env.advance_time(3600)
    assert world.roles_of(world.buyer) == set()


@pytest.mark.parametrize("total", [5.0, 4.0])
async def test_a_rebuild_knows_products_by_their_internal_id(world: World, total: float) -> None:
    order = await sold(world)
    world.shop.switches.refer_by = "id"
    order.at_checkout = {"total": total}
    await world.pay_newest()
    assert world.roles_of(world.buyer) == {"Gold"}
    before = world.read_by_buyer()
    await world.env.advance_time(60)
    await lose_everything(world)
    said = await rebuild(world)
    await world.env.advance_time(7200)
    assert world.read_by_buyer() == before, said
    await world.shop.refund(order.uniqid)
    await world.env.settle()
    await world.env.advance_time(3600)
    assert world.roles_of(world.buyer) == set(), said


async def test_a_rebuild_sends_no_key_of_a_swapped_cart_twice(world: World) -> None:
    await sold(world, "SERVICE")
    key = world.shop.add_product(title="Key", price="5", type="SERIALS", serials=["P"])
    await world.sell_product("Key")
    order = world.shop.orders[-1]
    order.at_checkout = {
        "total": 5.5,
        "items": [
            {
                "product_id": key.id,
                "product_title": "Key",
                "product_type": "SERIALS",
                "quantity": 1,
                "delivered_items": {"serials": ["K-77"]},
            }
        ],
    }
    await world.pay_newest()
    await world.env.advance_time(60)
    assert world.read_by_buyer().count("K-77") == 1
    before = len(world.dms(world.buyer))
    await lose_everything(world)
    said = await rebuild(world)
    await world.env.advance_time(7200)
    assert len(world.dms(world.buyer)) == before, (said, world.read_by_buyer())

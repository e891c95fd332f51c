"""A payment that Shoppex told of and cannot be asked about: nobody is told that it is not paid."""

from __future__ import annotations

import pytest

from carts import line, order_of_two
from harness import World
from harness.world import text_of

pytestmark = pytest.mark.both_backends
DAY = 24 * 3600


async def test_an_item_of_which_no_total_is_said_is_told_of(world: World) -> None:
    room = await world.staff_channel()
    await world.sell_item("Pass", "9.99", "USD", [world.guild.create_role("Gold")])
    await world.order("Pass")
    world.shop.orders[-1].at_checkout = {
        "total": None,
        "total_display": None,
        "pricing_breakdown": None,
    }
    await world.pay_newest()
    await world.env.advance_time(DAY)
    assert (
        world.roles_of(world.buyer)
        or world.read_by_buyer()
        or "Nothing waits" not in await world.waiting()
    ), world.read_by_staff(room)


@pytest.mark.parametrize("fault", ["500", "garbage", "html"])
async def test_a_coupon_and_an_api_that_is_down_for_a_day_is_told(
    world: World, fault: str
) -> None:
    room = await world.staff_channel()
    first, _second = await order_of_two(world)
    world.shop.orders[-1].at_checkout = {"total": 7.99, "items": [line(first)]}
    body = {"500": None, "garbage": '{"data": ["?"]}', "html": "<html>"}[fault]
    status = 500 if fault == "500" else 200
    stop = world.shop.fail_next("GET", "/orders/*", status=status, times=10**6, body=body)
    await world.pay_newest()
    await world.env.advance_time(DAY)
    seen = (
        world.read_by_buyer(),
        world.read_by_staff(room),
        await world.waiting(),
        text_of(await world.buyer.slash(world.channel, "purchases")),
    )
    stop.stop()
    await world.env.advance_time(2 * 3600)
    assert world.roles_of(world.buyer) == {"Gold"}
    assert seen[0] or "Nothing waits" not in seen[2] or seen[1], seen


@pytest.mark.parametrize("hours", [3, 24])
async def test_somebody_hears_that_a_paid_order_cannot_be_read(
    watched_world: World, hours: int
) -> None:
    world = watched_world
    room = await world.staff_channel()
    world.shop.add_product(title="Box", price="5.00", type="SERVICE")
    await world.sell_product("Box", [world.guild.create_role("Gold")])
    await world.order("Box")
    world.shop.orders[-1].at_checkout = {"total": 4.0}
    world.shop.fail_next("GET", "/orders/*", status=500, times=10**6)
    before = world.read_by_staff(room)
    await world.pay_newest()
    await world.env.advance_time(hours * 3600)
    purchases = text_of(await world.buyer.slash(world.channel, "purchases"))
    news = world.read_by_staff(room).replace(before, "")
    wait = await world.waiting()
    assert "not paid" not in purchases, (purchases, news, wait, world.read_by_buyer())
    assert world.read_by_buyer() or news or "Nothing waits" not in wait


async def test_a_buyer_who_paid_is_not_told_that_nothing_was_charged(world: World) -> None:
    world.shop.add_product(title="Box", price="5.00", type="SERVICE")
    await world.sell_product("Box", [world.guild.create_role("Gold")])
    await world.order("Box")
    order = world.shop.orders[-1]
    order.at_checkout = {"total": 4.0}
    world.shop.fail_next("GET", "/orders/*", status=500, times=10**6)
    await world.env.advance_time(2400)
    await world.pay_newest()
    await world.env.advance_time(60)
    answer = text_of(await world.order("Box"))
    assert "not charged" not in answer, answer


async def test_i_have_paid_does_not_deny_what_shoppex_says(world: World) -> None:
    world.shop.add_product(title="Box", price="5.00", type="SERVICE")
    mug = world.shop.add_product(title="Mug", price="5.00", type="SERVICE")
    await world.sell_product("Box", [world.guild.create_role("Gold")])
    await world.sell_product("Mug", [world.guild.create_role("Mugger")])
    shown = await world.order("Box")
    order = world.shop.orders[-1]
    # Swapped for another product, which Shoppex calls by its internal id.
    order.at_checkout = {"total": 5.0, "items": [{"product_id": mug.id, "quantity": 1}]}
    world.shop.fail_next("GET", "/products/*", status=500, times=10**6)
    await world.shop.pay(order.uniqid, silent=True)
    assert shown.response is not None
    answer = await world.buyer.click(shown.response, label="I have paid")
    assert "has not seen a payment" not in text_of(answer), text_of(answer)

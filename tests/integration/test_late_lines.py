"""Lines that the seller delivers later, that fail, or that wait for answers of the buyer's."""

from __future__ import annotations

import standin
from harness import World
from harness.world import text_of


async def ordered(
    world: World, type_: str = "SERIALS", promise: tuple[int, str] | None = None
) -> standin.Order:
    gold = world.guild.create_role("Gold")
    product = world.shop.add_product(
        title="Gold Pass",
        price="20.00",
        currency="EUR",
        type=type_,
        serials=["KEY-1"] if type_ == "SERIALS" else [],
    )
    if promise is not None:
        product.shown = {"delivery_time": promise[0], "delivery_time_unit": promise[1]}
    await world.sell_product("Gold Pass", [gold])
    await world.order("Gold Pass")
    return world.shop.orders[-1]


async def pay(world: World, order: standin.Order) -> None:
    await world.shop.pay(order.uniqid)
    await world.env.settle()


async def purchases(world: World) -> str:
    return text_of(await world.buyer.slash(world.channel, "purchases"))


async def test_the_role_comes_at_once_and_the_promise_is_told(world: World) -> None:
    order = await ordered(world, promise=(2, "days"))
    world.shop.hold_line(order.uniqid)
    await pay(world, order)

    assert world.roles_of(world.buyer) == {"Gold"}
    assert "Delivered by the seller" in world.read_by_buyer()
    assert "Promised delivery:" in world.read_by_buyer()
    assert "KEY-1" not in world.read_by_buyer()
    assert "the seller delivers it" in await purchases(world)


async def test_what_the_seller_delivers_arrives(world: World) -> None:
    order = await ordered(world)
    world.shop.hold_line(order.uniqid)
    await pay(world, order)
    await world.env.advance_time(2 * 24 * 3600)
    assert "Nothing waits for you" in await world.waiting()

    await world.shop.deliver_line(order.uniqid)
    await world.env.settle()

    assert world.read_by_buyer().count("KEY-1") == 1
    assert "delivered" in await purchases(world)


async def test_what_no_webhook_tells_of_is_found_all_the_same(world: World) -> None:
    order = await ordered(world)
    world.shop.hold_line(order.uniqid)
    await pay(world, order)
    await world.env.advance_time(24 * 3600)
    await world.shop.deliver_line(order.uniqid, silent=True)
    await world.env.advance_time(7 * 3600)
    assert world.read_by_buyer().count("KEY-1") == 1


async def test_staff_are_told_when_the_promised_time_is_over(world: World) -> None:
    order = await ordered(world, promise=(12, "hours"))
    world.shop.hold_line(order.uniqid)
    await pay(world, order)
    await world.env.advance_time(11 * 3600)
    assert "Nothing waits for you" in await world.waiting()
    await world.env.advance_time(8 * 3600)
    assert "the promised time is over" in await world.waiting()


async def test_a_service_that_is_delivered_by_hand_is_not_done_in_ten_minutes(
    world: World,
) -> None:
    order = await ordered(world, type_="SERVICE")
    world.shop.hold_line(order.uniqid)
    await pay(world, order)
    await world.env.advance_time(24 * 3600)
    assert "the seller delivers it" in await purchases(world)
    await world.env.advance_time(4 * 24 * 3600)
    assert "the promised time is over" in await world.waiting()


async def test_a_failed_line_goes_to_staff_at_once(world: World) -> None:
    order = await ordered(world)
    world.shop.hold_line(order.uniqid)
    await pay(world, order)
    await world.shop.fail_line(order.uniqid)
    await world.env.settle()
    assert "could not deliver a part of an order" in await world.waiting()
    assert "waits for the staff" in await purchases(world)


async def test_the_buyer_is_asked_for_what_is_missing_and_reminded_once(world: World) -> None:
    order = await ordered(world)
    world.shop.ask_later(order.uniqid, "Steam name", "Region")
    await pay(world, order)
    assert "Needed from you" in world.read_by_buyer()
    assert "**Steam name**, **Region**" in world.read_by_buyer()
    assert order.uniqid in world.read_by_buyer()
    assert "the seller needs something from you" in await purchases(world)

    await world.env.advance_time(3 * 24 * 3600)
    assert world.read_by_buyer().count("The seller still needs something from you.") == 1
    assert "Nothing waits for you" in await world.waiting()

    await world.shop.fill_fields(order.uniqid)
    await world.env.settle()
    assert world.read_by_buyer().count("KEY-1") == 1
    assert "Steam name" not in await purchases(world)

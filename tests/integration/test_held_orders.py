"""Orders that staff decide about."""

from __future__ import annotations

from carts import line, order_of_two
from harness import World
from harness.world import text_of

DAY = 24 * 3600


async def test_what_staff_accept_is_what_was_paid_for(world: World) -> None:
    room = await world.staff_channel()
    first, second = await order_of_two(world)
    order = world.shop.orders[-1]
    order.at_checkout = {"total": 14.98, "items": [line(first), line(second)]}
    order.custom_fields = {**order.custom_fields, "discord_user_id": "1"}  # type: ignore[dict-item]
    await world.pay_newest()
    await world.env.advance_time(60)
    decisions = [m for m in room.history() if m.embeds and "decision" in (m.embeds[0].title or "")]
    assert decisions, (world.read_by_staff(room), order.custom_fields)
    await world.admin.click(decisions[-1], label="Deliver it")
    await world.env.settle()
    await world.env.advance_time(60)
    assert world.roles_of(world.buyer) == {"Gold", "Silver"}


async def test_each_of_seven_holds_is_told_with_its_buttons(world: World) -> None:
    room = await world.staff_channel()
    await world.sell_item("Pass", "9.99", "USD", [world.guild.create_role("Gold")])
    orders = []
    for number in range(7):
        member = world.guild.add_member(world.env.create_user(f"buyer{number}"))
        await world.order("Pass", buyer=member)
        order = world.shop.orders[-1]
        order.at_checkout = {"total": 0.01, "total_display": 0.01}
        orders.append(order)
    for order in orders:
        await world.shop.pay(order.uniqid)
    await world.env.settle()
    await world.env.advance_time(600)
    cards = [m for m in room.history() if m.embeds and "decision" in (m.embeds[0].title or "")]
    for card in cards:
        await world.admin.click(card, label="Do not deliver")
    await world.env.advance_time(DAY)
    cards = [m for m in room.history() if m.embeds and "decision" in (m.embeds[0].title or "")]
    assert len(cards) == 7, (len(cards), world.read_by_staff(room)[-1500:])


async def test_who_is_left_hears_of_it_and_may_buy_again(world: World) -> None:
    room = await world.staff_channel()
    await world.sell_item("Pass", "9.99", "USD", [world.guild.create_role("Gold")])
    await world.order("Pass")
    world.shop.orders[-1].at_checkout = {"total": 0.01, "total_display": 0.01}
    await world.pay_newest()
    await world.env.advance_time(60)
    [card] = [m for m in room.history() if m.embeds and "decision" in (m.embeds[0].title or "")]
    before = world.read_by_buyer()
    await world.admin.click(card, label="Do not deliver")
    await world.env.advance_time(DAY)
    again = text_of(await world.order("Pass"))
    shown = text_of(await world.buyer.slash(world.channel, "purchases"))
    assert world.read_by_buyer() != before or "looking" not in again, (
        again,
        shown,
        world.read_by_buyer(),
    )


async def test_goods_under_a_hold_that_is_lifted(world: World) -> None:
    """A held order whose keys are there delivers them all when staff say so."""
    room = await world.staff_channel()
    product = world.shop.add_product(title="Key", price="10", type="SERIALS", serials=["P"])
    await world.sell_product("Key", [world.guild.create_role("Gold")])
    await world.order("Key")
    order = world.shop.orders[-1]
    order.at_checkout = {
        "total": 20,
        "items": [
            {
                "product_id": "prod_other",
                "quantity": 2,
                "delivered_items": {"serials": ["K-1", "K-2"]},
            }
        ],
    }
    await world.pay_newest()
    await world.env.advance_time(60)
    [card] = [m for m in room.history() if m.embeds and "decision" in (m.embeds[0].title or "")]
    await world.admin.click(card, label="Deliver it")
    await world.env.settle()
    await world.env.advance_time(3600)
    assert "K-1" in world.read_by_buyer()
    assert "K-2" in world.read_by_buyer()
    assert product


async def test_who_is_left_is_not_told_that_somebody_looks(world: World) -> None:
    room = await world.staff_channel()
    await world.sell_item("Pass", "9.99", "USD", [world.guild.create_role("Gold")])
    await world.order("Pass")
    world.shop.orders[-1].at_checkout = {"total": 0.01, "total_display": 0.01}
    await world.pay_newest()
    await world.env.advance_time(60)
    [card] = [m for m in room.history() if m.embeds and "decision" in (m.embeds[0].title or "")]
    await world.admin.click(card, label="Do not deliver")
    await world.env.advance_time(DAY)
    shown = text_of(await world.buyer.slash(world.channel, "purchases"))
    again = text_of(await world.order("Pass"))
    assert "waits for the" not in shown, shown
    assert "waits for the" not in again, again

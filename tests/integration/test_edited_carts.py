"""Carts as the checkout leaves them: lines added, removed, swapped, or of odd amounts."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

import standin
from carts import line, order_of_two
from harness import World
from harness.world import paid_data

DAY = 24 * 3600


async def test_an_added_line_counts_though_the_total_is_as_ordered(world: World) -> None:
    first, second = await order_of_two(world)
    # A second product and a coupon that takes just its price off.
    world.shop.orders[-1].at_checkout = {
        "total": 9.99,
        "discount": 4.99,
        "items": [line(first), line(second)],
    }
    await world.pay_newest()
    await world.env.advance_time(2 * DAY)
    assert world.roles_of(world.buyer) == {"Gold", "Silver"}


async def test_a_short_event_with_the_same_total_hides_no_swap(world: World) -> None:
    _first, second = await order_of_two(world)
    order = world.shop.orders[-1]
    order.at_checkout = {"items": [line(second, 2)], "total": 9.99}
    await world.shop.pay(order.uniqid, silent=True)
    order.at_checkout["total"] = 9.99
    await world.tell(paid_data(order, total=9.99))
    await world.env.advance_time(2 * DAY)
    assert world.roles_of(world.buyer) == {"Silver"}


async def test_a_raised_quantity_counts_though_the_total_is_as_ordered(world: World) -> None:
    room = await world.staff_channel()
    product = world.shop.add_product(title="Key", price="10", type="SERIALS", serials=["K-1"])
    await world.sell_product("Key")
    await world.order("Key")
    order = world.shop.orders[-1]
    product.serials.clear()
    # Two for the price of one; the second comes late and by no webhook.
    order.at_checkout = {
        "total": 10,
        "discount": 10,
        "items": [line(product, 2, delivered_items={"serials": ["K-1"]})],
    }
    await world.shop.pay(order.uniqid, silent=True)
    await world.tell(paid_data(order, total=10))
    await world.env.advance_time(3600)
    order.at_checkout["items"] = [line(product, 2, delivered_items={"serials": ["K-1", "K-2"]})]
    await world.env.advance_time(4 * DAY)
    assert "K-2" in world.read_by_buyer(), (
        world.read_by_buyer(),
        world.read_by_staff(room),
        await world.waiting(),
    )


async def test_a_cart_from_which_everything_was_removed_gives_nothing(world: World) -> None:
    await world.staff_channel()
    first, _second = await order_of_two(world)
    world.shop.orders[-1].at_checkout = {"total": 0, "items": [line(first, 0)]}
    await world.pay_newest()
    assert world.roles_of(world.buyer) == set()


@pytest.mark.parametrize("quantity", [-3, "2", 2.0, "2.0", 10**9, "1e3", 1.5, None, "x", True])
async def test_odd_quantities_break_nothing(world: World, quantity: Any) -> None:
    room = await world.staff_channel()
    first, _second = await order_of_two(world, days=30)
    world.shop.orders[-1].at_checkout = {"total": 19.98, "items": [line(first, quantity)]}
    await world.pay_newest()
    await world.env.advance_time(60)
    await world.buyer.slash(world.channel, "purchases")
    assert world.roles_of(world.buyer) == {"Gold"} or "decision" in world.read_by_staff(room)
    if quantity == -3:
        assert "decision" in world.read_by_staff(room)


@pytest.mark.parametrize(
    "total", [None, "", "free", -5, "1e13", [], {"amount": 3}, "9,99", 10**30]
)
async def test_odd_totals_of_a_product_break_nothing(world: World, total: Any) -> None:
    first, _second = await order_of_two(world)
    world.shop.orders[-1].at_checkout = {
        "total": total,
        "total_display": total,
        "pricing_breakdown": None,
        "items": [line(first)],
    }
    await world.pay_newest()
    await world.env.advance_time(60)
    assert world.roles_of(world.buyer) == {"Gold"}
    text = world.read_by_buyer()
    assert "-" not in text.partition("Paid")[2].partition("}")[0]
    await world.admin.slash(world.channel, "shoppex stats")


async def test_a_line_without_a_product_gives_no_second_month(world: World) -> None:
    product = world.shop.add_product(title="Pass", price="10", type="SERVICE")
    await world.sell_product("Pass", [world.guild.create_role("Gold")], days=30)
    await world.order("Pass")
    extra = {
        "product_id": None,
        "product_title": "Gift wrap",
        "product_type": "CUSTOM",
        "quantity": 1,
    }
    world.shop.orders[-1].at_checkout = {"total": 11, "items": [line(product), extra]}
    await world.pay_newest()
    assert world.roles_of(world.buyer) == {"Gold"}
    await world.env.advance_time(31 * DAY)
    await world.env.advance_time(60)
    assert world.roles_of(world.buyer) == set()


async def test_a_line_without_a_product_makes_no_key_missing(world: World) -> None:
    room = await world.staff_channel()
    product = world.shop.add_product(title="Key", price="10", type="SERIALS", serials=["K-1"])
    await world.sell_product("Key")
    await world.order("Key")
    order = world.shop.orders[-1]
    product.serials.clear()
    extra = {"product_id": None, "product_title": "Tip", "product_type": "CUSTOM", "quantity": 1}
    order.at_checkout = {
        "total": 11,
        "items": [line(product, delivered_items={"serials": ["K-1"]}), extra],
    }
    await world.pay_newest()
    await world.env.advance_time(3 * 3600)
    assert "Nothing waits for you" in await world.waiting(), (
        world.read_by_buyer(),
        world.read_by_staff(room),
    )


@pytest.mark.parametrize("fault", [403, 422, 500, "no price"])
async def test_what_was_ordered_comes_whatever_stands_beside_it(world: World, fault: Any) -> None:
    room = await world.staff_channel()
    first, _second = await order_of_two(world)
    foreign = world.shop.add_product(title="Mug", price="3", type="SERVICE")
    if fault == "no price":
        foreign.shown = {"price": None}
    else:
        world.shop.fail_next("GET", f"/products/{foreign.uniqid}", status=fault, times=10**6)
    world.shop.orders[-1].at_checkout = {"total": 12.99, "items": [line(first), line(foreign)]}
    await world.pay_newest()
    await world.env.advance_time(2 * 3600)
    assert world.roles_of(world.buyer) == {"Gold"}, (
        world.read_by_buyer(),
        world.read_by_staff(room),
        await world.waiting(),
    )


async def test_what_is_added_to_a_subscription_comes_too(world: World) -> None:
    plan = world.shop.add_product(title="Plan", price="5", type="SUBSCRIPTION")
    second = world.shop.add_product(title="Silver Pass", price="4.99", type="SERVICE")
    await world.sell_product("Plan", [world.guild.create_role("Gold")])
    await world.sell_product("Silver Pass", [world.guild.create_role("Silver")])
    await world.order("Plan")
    world.shop.orders[-1].at_checkout = {"total": 9.99, "items": [line(plan), line(second)]}
    await world.pay_newest()
    await world.env.advance_time(3600)
    assert world.roles_of(world.buyer) == {"Gold", "Silver"}


async def test_what_is_added_to_a_subscription_stays_after_it(world: World) -> None:
    plan = world.shop.add_product(title="Plan", price="5", type="SUBSCRIPTION")
    second = world.shop.add_product(title="Silver Pass", price="4.99", type="SERVICE")
    await world.sell_product("Plan", [world.guild.create_role("Gold")])
    await world.sell_product("Silver Pass", [world.guild.create_role("Silver")])
    await world.order("Plan")
    world.shop.orders[-1].at_checkout = {"total": 9.99, "items": [line(plan), line(second)]}
    await world.pay_newest()
    await world.shop.end_subscription(world.shop.subscriptions[-1])
    await world.env.settle()
    await world.env.advance_time(40 * DAY)
    assert world.roles_of(world.buyer) == {"Silver"}


async def test_a_subscription_added_at_the_checkout_is_not_for_ever(world: World) -> None:
    plan = world.shop.add_product(title="Plan", price="5", type="SUBSCRIPTION")
    world.shop.add_product(title="Silver Pass", price="4.99", type="SERVICE")
    await world.sell_product("Plan", [world.guild.create_role("Gold")])
    await world.sell_product("Silver Pass", [world.guild.create_role("Silver")])
    await world.order("Silver Pass")
    order = world.shop.orders[-1]
    world.shop.edit_checkout(order.uniqid, add=[(plan, 1)])
    await world.pay_newest()
    await world.env.advance_time(3600)
    assert world.roles_of(world.buyer) == {"Gold", "Silver"}
    if world.shop.subscriptions:
        await world.shop.end_subscription(world.shop.subscriptions[-1])
        await world.env.settle()
    await world.env.advance_time(60 * DAY)
    assert world.roles_of(world.buyer) == {"Silver"}


async def test_an_item_hidden_behind_a_tip_is_held(world: World) -> None:
    room = await world.staff_channel()
    await world.sell_item("Pass", "9.99", "USD", [world.guild.create_role("Gold")])
    await world.order("Pass")
    world.shop.orders[-1].at_checkout = {
        "total": 10.00,
        "tip_amount": "9.99",
        "subtotal": 0.01,
        "pricing_breakdown": {"subtotal": "0.01", "tip": "9.99", "total": "10.00"},
    }
    await world.pay_newest()
    await world.env.advance_time(60)
    assert world.roles_of(world.buyer) == set(), world.read_by_staff(room)


async def test_keys_of_an_added_line_are_waited_for(world: World) -> None:
    first = world.shop.add_product(title="Gold Pass", price="9.99", type="SERVICE")
    key = world.shop.add_product(title="Key", price="5", type="SERIALS", serials=["P"])
    await world.sell_product("Gold Pass", [world.guild.create_role("Gold")])
    await world.sell_product("Key")
    await world.order("Gold Pass")
    order = world.shop.orders[-1]
    # As in the cases of Shoppex: no type in the line.
    bare = {"product_id": key.uniqid, "quantity": 1}
    order.at_checkout = {"total": 14.99, "items": [line(first), bare]}
    await world.pay_newest()
    await world.env.advance_time(3600)
    order.at_checkout["items"] = [line(first), {**bare, "delivered_items": {"serials": ["K-7"]}}]
    await world.env.advance_time(DAY)
    assert "K-7" in world.read_by_buyer()


async def test_many_events_of_an_edited_order_at_once_bring_it_once(world: World) -> None:
    product = world.shop.add_product(title="Key", price="10", type="SERIALS", serials=["P"])
    await world.sell_product("Key", [world.guild.create_role("Gold")])
    await world.order("Key")
    order = world.shop.orders[-1]
    product.serials.clear()
    order.at_checkout = {
        "total": 17.5,
        "items": [
            {
                "product_id": product.uniqid,
                "quantity": 2,
                "delivered_items": {"serials": ["K-1", "K-2"]},
            }
        ],
    }
    await world.shop.pay(order.uniqid, silent=True)
    assert world.hook is not None
    data = paid_data(order, total=17.5)
    joined = paid_data(order, total=17.5, serials="K-1\nK-2")
    await asyncio.gather(
        *(
            world.shop.deliver(world.hook, event, each)
            for each in (data, joined)
            for event in ("order:paid", "order:updated", "order:paid") * 5
        )
    )
    await world.env.settle()
    await world.env.advance_time(2 * 3600)
    content = "\n".join(m.content for m in world.dms(world.buyer))
    assert (content.count("K-1"), content.count("K-2")) == (1, 1), content


async def test_paid_after_refunded_gives_nothing(world: World) -> None:
    world.shop.add_product(title="Box", price="5.00", type="SERVICE")
    await world.sell_product("Box", [world.guild.create_role("Gold")])
    await world.order("Box")
    order = world.shop.orders[-1]
    await world.shop.pay(order.uniqid, silent=True)
    await world.shop.refund(order.uniqid, silent=True)
    await world.tell(paid_data(order, status="REFUNDED"), "order:updated")
    await world.tell(paid_data(order))
    await world.env.advance_time(3600)
    assert world.roles_of(world.buyer) == set()
    assert "Thank you" not in world.read_by_buyer()


async def test_a_product_that_is_only_an_id_is_not_named_by_it(world: World) -> None:
    first = world.shop.add_product(title="Gold Pass", price="9.99", type="SERVICE")
    second = world.shop.add_product(title="Silver Pass", price="4.99", type="SERVICE")
    await world.sell_product("Gold Pass", [world.guild.create_role("Gold")])
    await world.sell_product("Silver Pass", [world.guild.create_role("Silver")])
    await world.order("Gold Pass")
    world.shop.orders[-1].at_checkout = {
        "total": 14.98,
        "items": [{"product_id": product.uniqid, "quantity": 1} for product in (first, second)],
    }
    await world.pay_newest()
    assert second.uniqid not in world.read_by_buyer(), world.read_by_buyer()
    assert "Silver Pass" in world.read_by_buyer()


async def test_both_lines_of_a_subscription_that_renews_stay_apart(world: World) -> None:
    """A one-off bought together with a subscription is not taken with it."""
    plan = world.shop.add_product(title="Plan", price="5", type="SUBSCRIPTION")
    world.shop.add_product(title="Silver Pass", price="4.99", type="SERVICE")
    await world.sell_product("Plan", [world.guild.create_role("Gold")])
    await world.sell_product("Silver Pass", [world.guild.create_role("Silver")])
    await world.order("Silver Pass")
    order = world.shop.orders[-1]
    world.shop.edit_checkout(order.uniqid, add=[(plan, 1)])
    await world.pay_newest()
    await world.env.advance_time(2 * DAY)
    # The one who ordered Silver Pass, and paid for it, has it.
    assert "Silver" in world.roles_of(world.buyer)


async def test_a_variant_that_was_swapped_is_named(world: World) -> None:
    order_of: list[standin.Order] = []
    product = world.shop.add_product(title="Box", price="5.00", type="SERVICE")
    await world.sell_product("Box", [world.guild.create_role("Gold")])
    await world.order("Box")
    order_of.append(world.shop.orders[-1])
    order_of[0].at_checkout = {
        "total": 12,
        "items": [
            {"product_id": product.uniqid, "quantity": 1, "variant_title": "Large"},
            {"product_id": product.uniqid, "quantity": 1, "variant_title": "Small"},
        ],
    }
    await world.pay_newest()
    text = world.read_by_buyer()
    assert "Large" in text
    assert "Small" in text

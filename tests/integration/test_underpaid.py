"""Too little arrived: the buyer knows what is missing, staff hear of it, nobody pays twice."""

from __future__ import annotations

import pytest

import standin
from harness import World
from harness.world import text_of

REASONS = {
    "BELOW_MINIMUM_COLLECTIBLE": "too little to be paid by itself",
    "PROVIDER_SESSION_CLOSED": "has closed this payment",
    "PROVIDER_TOP_UP_UNSUPPORTED": "takes no second payment",
    "MERCHANT_REVIEW_REQUIRED": "has to look at it first",
}


async def ordered(world: World) -> standin.Order:
    gold = world.guild.create_role("Gold")
    world.shop.add_product(title="Gold Pass", price="20.00", currency="EUR", type="SERVICE")
    await world.sell_product("Gold Pass", [gold])
    await world.order("Gold Pass", remember=True)
    return world.shop.orders[-1]


async def underpaid(world: World, reason: str | None = None) -> standin.Order:
    order = await ordered(world)
    await world.shop.underpay(order.uniqid, "15.00", reason=reason)
    await world.env.settle()
    return order


def told(world: World) -> list[str]:
    """Headings and texts of what the buyer was sent."""
    messages = world.dms(world.buyer)
    return [f"{e.title}\n{e.description}" for message in messages for e in message.embeds]


async def test_the_buyer_is_told_what_is_missing_and_where_to_pay_it(world: World) -> None:
    order = await underpaid(world)

    [text] = told(world)
    assert "A part of your payment is missing." in text
    assert "**5.00 EUR**" in text
    assert order.uniqid in text
    assert world.roles_of(world.buyer) == set()


async def test_buying_again_leads_to_the_rest_and_to_no_second_order(world: World) -> None:
    await underpaid(world)
    orders = len(world.shop.orders)

    answer = text_of(await world.order("Gold Pass"))

    assert "Still missing: **5.00 EUR**" in answer
    assert "Do not start a new order." in answer
    assert "being confirmed" not in answer
    assert len(world.shop.orders) == orders


async def test_the_rest_completes_the_order(world: World) -> None:
    order = await underpaid(world)
    await world.shop.pay(order.uniqid)
    await world.env.settle()
    assert world.roles_of(world.buyer) == {"Gold"}
    assert "Nothing waits for you" in await world.waiting()


@pytest.mark.parametrize("reason", REASONS)
async def test_staff_hear_at_once_when_the_buyer_can_do_nothing(world: World, reason: str) -> None:
    await underpaid(world, reason)
    [text] = told(world)
    assert REASONS[reason] in text
    assert "Do not pay again" in text
    assert "less was paid for an order than it costs" in await world.waiting()


async def test_staff_hear_after_a_while_when_the_buyer_does_nothing(world: World) -> None:
    order = await underpaid(world)
    assert "Nothing waits for you" in await world.waiting()
    await world.env.advance_time(3 * 3600)
    assert "less was paid for an order than it costs" in await world.waiting()
    shown = text_of(await world.admin.slash(world.channel, "shoppex order", order=order.uniqid))
    assert "Missing: 5.00 EUR" in shown
    assert "the buyer can pay the rest" in shown
    assert len(told(world)) == 1


async def test_waiting_for_confirmations_is_something_else(swept_world: World) -> None:
    world = swept_world
    order = await ordered(world)
    await world.shop.set_status(order.uniqid, "WAITING_FOR_CONFIRMATIONS")
    await world.env.settle()
    assert told(world) == []
    assert "being confirmed" in text_of(await world.order("Gold Pass"))

    await world.env.advance_time(26 * 3600)
    assert "not been confirmed for a day" in await world.waiting()


async def test_what_was_underpaid_and_then_topped_up_is_being_confirmed(world: World) -> None:
    order = await underpaid(world)
    order.underpayment = None
    await world.shop.set_status(order.uniqid, "WAITING_FOR_CONFIRMATIONS")
    await world.env.settle()
    assert "being confirmed" in text_of(await world.order("Gold Pass"))

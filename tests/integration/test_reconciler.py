"""What no webhook told of is caught up from the shop's lists; what they lack ends nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import pytest
import simcord

import standin
from harness import World
from harness.world import text_of

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600
ALWAYS = 100_000


@pytest.fixture
async def world(swept_world: World) -> World:
    """A shop with an item, a product and a plan, each for a role."""
    world = swept_world
    roles = [world.guild.create_role(name) for name in ("Gold", "Silver", "Member")]
    world.shop.add_product(title="Silver", price="5", type="SERVICE", service_text="Hi")
    world.shop.add_product(
        title="Club", price="10", type="SUBSCRIPTION", recurring_interval="WEEK"
    )
    await world.sell_item("Gold Pass", "9.99", "EUR", [roles[0]])
    await world.sell_product("Silver", [roles[1]])
    await world.sell_product("Club", [roles[2]])
    return world


def somebody(world: World, name: str) -> simcord.MemberActor:
    return world.guild.add_member(world.env.create_user(name))


async def ordered(world: World, product: str, buyer: simcord.MemberActor) -> standin.Order:
    await world.order(product, buyer=buyer)
    return world.shop.orders[-1]


async def bought(world: World, product: str, buyer: simcord.MemberActor) -> standin.Order:
    order = await ordered(world, product, buyer)
    await world.pay_newest()
    await world.env.advance_time(MINUTE)
    return order


async def days(world: World, count: int) -> None:
    for _ in range(8 * count):
        await world.env.advance_time(3 * HOUR)


def gifts(world: World) -> list[int]:
    """Who was given a role, one after another."""
    return [
        int(request.path.split("/")[4])
        for request in world.env.http_requests
        if request.method == "PUT" and "/roles/" in request.path
    ]


def removals(world: World) -> int:
    return sum(r.method == "DELETE" and "/roles/" in r.path for r in world.env.http_requests)


async def brake(world: World) -> str:
    return text_of(await world.admin.slash(world.channel, "shoppexset brake"))


# -- catching up ---------------------------------------------------------------------------


@pytest.mark.both_backends
async def test_a_week_of_downtime_is_caught_up_once_and_oldest_first(world: World) -> None:
    late, early, refunded, subscriber, leaver = (
        somebody(world, name) for name in ("late", "early", "refunded", "subscriber", "leaver")
    )
    first = await ordered(world, "Gold Pass", late)
    second = await ordered(world, "Gold Pass", early)
    third = await bought(world, "Silver", refunded)
    await bought(world, "Club", subscriber)
    await bought(world, "Club", leaver)
    stays, leaves = world.shop.subscriptions
    await days(world, 1)
    given = len(gifts(world))

    await world.owner.send(world.channel, "!unload shoppex")
    await world.env.advance_time(DAY)
    await world.shop.pay(second.uniqid, silent=True)
    await world.env.advance_time(DAY)
    await world.shop.refund(third.uniqid, silent=True)
    await world.shop.cancel_subscription(leaves, at_once=True, silent=True)
    await world.shop.pay(first.uniqid, silent=True)
    await world.env.advance_time(5 * DAY - HOUR)
    await world.shop.renew(stays, silent=True)
    await world.owner.send(world.channel, "!load shoppex")
    await world.env.advance_time(3 * HOUR)

    assert gifts(world)[given:] == [early.id, late.id]
    assert world.roles_of(early) == world.roles_of(late) == {"Gold"}
    assert world.roles_of(refunded) == set()
    assert world.roles_of(subscriber) == {"Member"}
    assert [len(world.dms(buyer)) for buyer in (early, late)] == [1, 1]
    asked, removed = len(gifts(world)), removals(world)
    await days(world, 1)
    assert len(gifts(world)) == asked
    assert removals(world) == removed


async def test_a_refund_that_nobody_told_of_is_found_within_an_hour(world: World) -> None:
    order = await bought(world, "Gold Pass", world.buyer)
    await world.env.advance_time(2 * HOUR)
    await world.shop.refund(order.uniqid, silent=True)
    assert world.roles_of(world.buyer) == {"Gold"}
    await world.env.advance_time(HOUR + MINUTE)
    assert world.roles_of(world.buyer) == set()


async def test_a_part_that_went_back_is_told_to_staff_within_a_day(world: World) -> None:
    world.shop.switches.refunded_field = "refunded_amount"
    order = await bought(world, "Gold Pass", world.buyer)
    await world.env.advance_time(HOUR)
    await world.shop.refund(order.uniqid, "2.00", silent=True)
    await days(world, 1)
    await world.env.advance_time(HOUR)
    assert world.roles_of(world.buyer) == {"Gold"}
    shown = text_of(await world.admin.slash(world.channel, "shoppexset show"))
    assert "Waits for you: nothing" not in shown


async def test_a_subscription_that_nobody_told_of_is_found(world: World) -> None:
    world.shop.switches.fields_on_subscription = False
    world.shop.switches.subscription_id_in_webhooks = False
    await bought(world, "Club", world.buyer)
    [subscription] = world.shop.subscriptions
    await world.env.advance_time(2 * HOUR)
    told = len(world.dms(world.buyer))
    await world.shop.cancel_subscription(subscription, at_once=False, silent=True)
    await world.env.advance_time(HOUR + MINUTE)
    assert world.roles_of(world.buyer) == {"Member"}
    assert len(world.dms(world.buyer)) == told + 1


async def test_a_failed_delivery_makes_its_order_be_read(world: World) -> None:
    order = await bought(world, "Gold Pass", world.buyer)
    await world.owner.send(world.channel, "!unload shoppex")
    world.shop.switches.dispute_status = "DISPUTED"
    await world.shop.dispute(order.uniqid)
    for _ in range(5):
        await world.env.advance_time(20 * MINUTE)
        await world.shop.retry_pending()
    await world.owner.send(world.channel, "!load shoppex")
    # The lists say nothing of it.
    for glob in ("/payments", "/orders"):
        world.shop.empty_pages(glob)
    await world.env.advance_time(10 * MINUTE)
    assert world.roles_of(world.buyer) == set()


async def test_a_key_without_the_right_to_logs_sweeps_all_the_same(world: World) -> None:
    world.shop.switches.scopes = frozenset({"products.read", "orders.read", "orders.write"})
    order = await bought(world, "Gold Pass", world.buyer)
    await world.shop.refund(order.uniqid, silent=True)
    await world.env.advance_time(HOUR + MINUTE)
    assert world.roles_of(world.buyer) == set()


async def test_orders_of_others_are_nobody_s_business(world: World) -> None:
    await bought(world, "Gold Pass", world.buyer)
    world.shop.orders[-1].custom_fields = None
    await days(world, 1)
    assert gifts(world) == [world.buyer.id]
    assert world.roles_of(world.buyer) == {"Gold"}


# -- the API answers badly -----------------------------------------------------------------


def open_other_shop(world: World, lists: Literal["empty", "not_found"]) -> None:
    world.shop.switches.other_shop = True
    world.shop.switches.other_shop_lists = lists


FAULTS: dict[str, Callable[[World], Any]] = {
    "time-outs": lambda world: world.shop.drop_next(times=ALWAYS),
    "500": lambda world: world.shop.fail_next(status=500, times=ALWAYS),
    "403": lambda world: world.shop.fail_next(status=403, times=ALWAYS),
    "404": lambda world: world.shop.fail_next(status=404, times=ALWAYS),
    "429": lambda world: world.shop.rate_limit_next(times=ALWAYS),
    "a page of Cloudflare": lambda world: world.shop.cloudflare_next(times=ALWAYS),
    "empty pages": lambda world: world.shop.empty_pages("*"),
    "thin pages": lambda world: world.shop.thin_pages("*", keep=1),
    "another shop": lambda world: open_other_shop(world, "not_found"),
    "another, empty shop": lambda world: open_other_shop(world, "empty"),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_bad_answer_takes_nothing_from_anybody(world: World, fault: str) -> None:
    buyers = {product: somebody(world, product[:4]) for product in ("Gold Pass", "Silver", "Club")}
    for product, buyer in buyers.items():
        await bought(world, product, buyer)
    FAULTS[fault](world)
    for _ in range(3):
        await world.env.advance_time(3 * HOUR)
    await world.instance.restart(world.env)
    await world.env.advance_time(2 * HOUR)
    assert removals(world) == 0
    assert [world.roles_of(buyer) for buyer in buyers.values()] == [
        {"Gold"},
        {"Silver"},
        {"Member"},
    ]


async def test_a_shop_that_answers_badly_is_asked_ever_less(world: World) -> None:
    await bought(world, "Gold Pass", world.buyer)
    await world.env.advance_time(HOUR)
    fault = world.shop.fail_next(status=500, times=ALWAYS)
    await days(world, 1)
    asked = len(world.shop.requests)
    await days(world, 1)
    # Every six hours one request, tried three times; a little less for the jitter.
    assert 9 <= len(world.shop.requests) - asked <= 18
    fault.stop()


async def test_another_shop_is_told_to_staff_and_the_right_key_mends_it(world: World) -> None:
    room = await world.staff_channel()
    await world.admin.slash(world.channel, "shoppexset loglevel", level="problems")
    await bought(world, "Gold Pass", world.buyer)
    answer = await world.give_api_key(world.shop.other_key)
    assert "another shop than before" in answer
    await world.env.advance_time(MINUTE)
    [message] = room.history()
    assert "another Shoppex shop" in str(message.embeds[0].description)
    assert "another Shoppex shop" in await brake(world)
    await world.env.advance_time(3 * HOUR)
    assert world.roles_of(world.buyer) == {"Gold"}
    answer = await world.give_api_key(world.shop.api_key)
    assert "another shop" not in answer
    assert "Nothing is stopped" in await brake(world)

"""From a genuine webhook to one role and one message, in whatever shape and order it comes."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

import pytest
import simcord

import standin
from harness import World, store_away
from harness.world import paid_data
from standin.switches import FieldsShape, GoodsShape

KEY = "AAAA-BBBB-1"


@pytest.fixture
async def gold(world: World) -> simcord.RoleHandle:
    """A role, for sale as the item Gold Pass."""
    role = world.guild.create_role("Gold")
    await world.sell_item("Gold Pass", "9.99", "EUR", [role])
    return role


async def sell_key(world: World, *keys: str) -> None:
    """A product that gives a role and a key."""
    role = world.guild.create_role("Player")
    world.shop.add_product(title="Game Key", price="19.50", type="SERIALS", serials=keys)
    await world.sell_product("Game Key", [role])


async def ordered(world: World, title: str, **options: Any) -> standin.Order:
    await world.order(title, **options)
    await world.shop.settle()
    return world.shop.orders[-1]


def role_requests(world: World) -> int:
    return sum("/roles/" in r.path and r.method == "PUT" for r in world.env.http_requests)


def assert_one_gold(world: World) -> None:
    assert world.roles_of(world.buyer) == {"Gold"}
    assert len(world.dms(world.buyer)) == 1
    assert role_requests(world) == 1


def keys_received(world: World) -> list[str]:
    """The content of each message with a key that the buyer got."""
    return [message.content for message in world.dms(world.buyer) if message.content]


# -- again and again -----------------------------------------------------------------------


@pytest.mark.both_backends
@pytest.mark.usefixtures("gold")
@pytest.mark.parametrize("ids", ["the same id", "an id each"])
async def test_fifty_deliveries_at_once_give_one_role_and_one_message(
    world: World, ids: str
) -> None:
    order = await ordered(world, "Gold Pass")
    hook = world.hook
    assert hook is not None
    data = paid_data(order)

    answers = await asyncio.gather(
        *(
            world.shop.deliver(
                hook,
                "order:paid",
                data,
                delivery_id="whd_1" if ids == "the same id" else f"whd_{number}",
            )
            for number in range(50)
        )
    )
    await world.env.settle()

    assert {answer.status for answer in answers} == {200}
    assert_one_gold(world)

    await world.env.advance_time(3600)
    for delivery_id in ("whd_1", "whd_later"):
        answer = await world.tell(data, delivery_id=delivery_id)
        assert answer.status == 200
    assert_one_gold(world)


STEPS = {
    "order:paid": "COMPLETED",
    "order:updated": "PENDING",
    "order:cancelled": "VOIDED",
    "order:partial": "PARTIAL",
}


@pytest.mark.usefixtures("gold")
@pytest.mark.parametrize("events", list(itertools.permutations(STEPS)), ids=" ".join)
async def test_a_payment_counts_in_whatever_order_its_events_arrive(
    world: World, events: tuple[str, ...]
) -> None:
    order = await ordered(world, "Gold Pass")
    paid = False

    for event in events:
        answer = await world.tell(paid_data(order, status=STEPS[event]), event)
        assert answer.status == 200
        paid = paid or event == "order:paid"
        assert world.roles_of(world.buyer) == ({"Gold"} if paid else set())

    assert_one_gold(world)


@pytest.mark.usefixtures("gold")
@pytest.mark.parametrize("status", ["CUSTOMER_DISPUTE_ONGOING", "WHATEVER", "COMPLETED"])
async def test_a_dispute_before_the_payment_grants_nothing(world: World, status: str) -> None:
    disputed = await ordered(world, "Gold Pass")
    for event, word in (("order:disputed", status), ("order:paid", "COMPLETED")):
        answer = await world.tell(paid_data(disputed, status=word), event)
        assert answer.status == 200

    assert world.roles_of(world.buyer) == set()
    assert world.dms(world.buyer) == []

    friend = world.guild.add_member(world.env.create_user("fay"))
    order = await ordered(world, "Gold Pass", buyer=friend)
    await world.tell(paid_data(order))
    assert world.roles_of(friend) == {"Gold"}


# -- shapes --------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", ["as_sent", "map", "list", "json", "wrapped", "null", "missing"])
@pytest.mark.parametrize("money", ["number", "text"])
async def test_every_shape_of_fields_and_money_is_understood(
    world: World, shape: FieldsShape, money: Any
) -> None:
    switches = world.shop.switches
    switches.custom_fields_in_api = switches.custom_fields_in_webhooks = shape
    switches.money = money
    await sell_key(world, KEY)

    await ordered(world, "Game Key")
    await world.pay_newest()

    assert world.roles_of(world.buyer) == {"Player"}
    assert keys_received(world) == [f"```\n{KEY}\n```"]


@pytest.mark.parametrize("where", ["serials", "items"])
@pytest.mark.parametrize("shape", ["object", "list", "text"])
async def test_a_key_in_the_webhook_needs_no_answer_of_shoppex(
    world: World, where: Any, shape: GoodsShape
) -> None:
    world.shop.switches.webhook_goods = where
    world.shop.switches.delivered_items = shape
    await sell_key(world, KEY)
    await ordered(world, "Game Key")
    world.shop.fail_next("GET", "/orders/*", times=1000)

    await world.pay_newest()

    assert keys_received(world) == [f"```\n{KEY}\n```"]


@pytest.mark.parametrize("where", ["absent", "serials", "items"])
@pytest.mark.parametrize("shape", ["object", "list", "text"])
async def test_several_keys_arrive_in_one_message(
    world: World, where: Any, shape: GoodsShape
) -> None:
    world.shop.switches.webhook_goods = where
    world.shop.switches.delivered_items = shape
    await sell_key(world, "K-1", "K-2", "K-3", "K-4")

    await ordered(world, "Game Key", quantity=3)
    await world.pay_newest()

    assert keys_received(world) == ["```\nK-1\nK-2\nK-3\n```"]


async def test_two_equal_keys_do_not_keep_the_buyer_waiting(world: World) -> None:
    await sell_key(world, "SAME", "SAME")
    order = await ordered(world, "Game Key", quantity=2)

    await world.shop.pay(order.uniqid)
    await world.env.advance_time(3600)

    [content] = keys_received(world)
    assert "SAME" in content


# -- late ----------------------------------------------------------------------------------


@pytest.mark.parametrize("minutes", [1, 90, 24 * 60])
async def test_a_late_key_arrives_by_itself(world: World, minutes: int) -> None:
    world.shop.switches.deliver_late = True
    await sell_key(world, KEY)
    order = await ordered(world, "Game Key")

    await world.shop.pay(order.uniqid)
    await world.env.advance_time(minutes * 60)

    assert world.roles_of(world.buyer) == {"Player"}
    assert keys_received(world) == []

    world.shop.release_goods(order.uniqid)
    await world.env.advance_time(3601)
    assert keys_received(world) == [f"```\n{KEY}\n```"]

    await world.env.advance_time(7200)
    assert len(keys_received(world)) == 1


@pytest.mark.parametrize("trouble", ["error", "Cloudflare", "cut off", "slow down"])
async def test_a_key_that_cannot_be_read_now_arrives_later(world: World, trouble: str) -> None:
    await sell_key(world, KEY)
    order = await ordered(world, "Game Key")
    call = ("GET", "/orders/*")
    if trouble == "error":
        world.shop.fail_next(*call, status=503, times=9)
    elif trouble == "Cloudflare":
        world.shop.cloudflare_next(*call, times=9)
    elif trouble == "cut off":
        world.shop.drop_next(*call, times=9)
    else:
        world.shop.rate_limit_next(*call, retry_after=120, times=2)

    await world.shop.pay(order.uniqid)
    await world.env.advance_time(1)
    assert world.roles_of(world.buyer) == {"Player"}
    assert keys_received(world) == []

    await world.env.advance_time(3600)
    assert keys_received(world) == [f"```\n{KEY}\n```"]


@pytest.mark.both_backends
@pytest.mark.usefixtures("gold")
async def test_what_cannot_be_kept_is_not_acknowledged_and_comes_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await ordered(world, "Gold Pass")

    with store_away(monkeypatch):
        [delivery] = await world.shop.pay(order.uniqid)
        await world.env.settle()

        assert (delivery.attempts[-1].status, delivery.attempts[-1].body) == (
            503,
            '{"error": "not kept, please send it again"}',
        )
        assert world.roles_of(world.buyer) == set()
        assert world.dms(world.buyer) == []

    await world.env.advance_time(120)
    await world.shop.retry_pending()
    await world.env.settle()

    assert delivery.ok
    assert_one_gold(world)


@pytest.mark.both_backends
@pytest.mark.usefixtures("gold")
async def test_a_disk_or_database_that_was_away_takes_the_payment_when_it_is_back(
    world: World,
) -> None:
    order = await ordered(world, "Gold Pass")

    async with world.instance.storage.away():
        [delivery] = await world.shop.pay(order.uniqid)
        await world.env.settle()
        assert delivery.attempts[-1].status == 503
        assert world.roles_of(world.buyer) == set()

    await world.shop.retry_pending()
    await world.env.settle()
    assert delivery.ok
    assert_one_gold(world)

    await world.instance.restart(world.env)
    assert_one_gold(world)

"""What Shoppex delivers after the first reading, and what it says meanwhile."""

from __future__ import annotations

import logging
from typing import Any

import pytest

import standin
from harness import World
from harness.world import paid_data, text_of

DAY = 24 * 3600


@pytest.fixture(autouse=True)
def quiet_log(caplog: pytest.LogCaptureFixture) -> Any:
    yield
    loud = [r for r in caplog.get_records("call") if r.levelno >= logging.ERROR or r.exc_info]
    assert not loud, [(r.name, r.getMessage(), str(r.exc_info)) for r in loud][:3]


def line(
    product: standin.Product, delivered: Any = None, status: str | None = None, quantity: int = 1
) -> dict[str, Any]:
    found = {
        "product_id": product.uniqid,
        "product_title": product.title,
        "product_type": product.type,
        "quantity": quantity,
        "delivered_items": delivered,
    }
    return found if status is None else {**found, "delivery_status": status}


async def pair(
    world: World, first_type: str, second_type: str
) -> tuple[standin.Order, standin.Product, standin.Product]:
    serials = ["P"] if first_type == "SERIALS" else []
    first = world.shop.add_product(title="First", price="5", type=first_type, serials=serials)
    serials = ["P"] if second_type == "SERIALS" else []
    second = world.shop.add_product(title="Second", price="5", type=second_type, serials=serials)
    await world.sell_product("First", [world.guild.create_role("Gold")])
    await world.sell_product("Second", [world.guild.create_role("Silver")])
    await world.order("First")
    return world.shop.orders[-1], first, second


FIRST = {
    "SERIALS": {"serials": ["K-1"]},
    "DYNAMIC": {"codes": ["D-1"]},
    "FILE": {"access_url": "https://f.example/1"},
}
SECOND = {
    "SERIALS": {"serials": ["K-LATE"]},
    "DYNAMIC": {"codes": ["D-LATE"]},
    "FILE": {"access_url": "https://f.example/LATE"},
    "SERVICE": {"service_text": "S-LATE"},
}


@pytest.mark.parametrize("status", ["PENDING", None])
@pytest.mark.parametrize("webhook", [True, False])
@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("SERIALS", "FILE"),
        ("SERIALS", "DYNAMIC"),
        ("DYNAMIC", "DYNAMIC"),
        ("FILE", "DYNAMIC"),
        ("DYNAMIC", "SERIALS"),
    ],
)
async def test_the_second_line_comes_five_minutes_later(
    world: World, one: str, two: str, status: str | None, *, webhook: bool
) -> None:
    order, first, second = await pair(world, one, two)
    done, wait = (None, None) if status is None else ("DELIVERED", status)
    order.at_checkout = {
        "total": 10,
        "items": [line(first, FIRST[one], done), line(second, None, wait)],
    }
    await world.pay_newest()
    await world.env.advance_time(300)
    order.at_checkout["items"] = [line(first, FIRST[one], done), line(second, SECOND[two], done)]
    if webhook:
        await world.tell(paid_data(order, total=10), "order:updated")
    await world.env.advance_time(2 * DAY)
    assert "LATE" in world.read_by_buyer(), (world.read_by_buyer(), await world.waiting())


async def test_two_of_a_dynamic_product_one_after_the_other(world: World) -> None:
    order, first, _second = await pair(world, "DYNAMIC", "SERVICE")
    order.at_checkout = {
        "total": 10,
        "items": [line(first, {"codes": ["D-1"]}, "PENDING", quantity=2)],
    }
    await world.pay_newest()
    await world.env.advance_time(300)
    order.at_checkout["items"] = [line(first, {"codes": ["D-1", "D-LATE"]}, "DELIVERED", 2)]
    await world.tell(paid_data(order, total=10), "order:updated")
    await world.env.advance_time(2 * DAY)
    assert "D-LATE" in world.read_by_buyer(), (world.read_by_buyer(), await world.waiting())


async def test_a_key_replaced_at_shoppex_comes_when_an_event_tells_of_it(world: World) -> None:
    world.shop.switches.delivered_items = "serials"
    world.shop.add_product(title="Key", price="5", type="SERIALS", serials=["K-1", "K-2"])
    await world.sell_product("Key")
    await world.order("Key")
    order = await world.pay_newest()
    assert "K-1" in world.read_by_buyer()
    order.items[0].replace(1)
    await world.tell(paid_data(order), "order:updated")
    await world.env.advance_time(2 * DAY)
    assert "K-2" in world.read_by_buyer(), await world.waiting()


async def test_a_text_that_is_no_key_is_not_taken_for_the_key(world: World) -> None:
    order, first, _second = await pair(world, "SERIALS", "SERVICE")
    order.at_checkout = {
        "total": 5.5,
        "items": [line(first, "Your key is being prepared.", "PENDING")],
    }
    await world.pay_newest()
    await world.env.advance_time(300)
    order.at_checkout["items"] = [line(first, {"serials": ["K-LATE"]}, "DELIVERED")]
    await world.tell(paid_data(order, total=5.5), "order:updated")
    await world.env.advance_time(2 * DAY)
    assert "K-LATE" in world.read_by_buyer(), (world.read_by_buyer(), await world.waiting())


@pytest.mark.parametrize("status", ["PENDING", "WAITING_FOR_CONFIRMATIONS"])
async def test_underpaid_is_told_whatever_the_order_is_called(world: World, status: str) -> None:
    await world.staff_channel()
    order, _first, _second = await pair(world, "SERVICE", "SERVICE")
    order.status = status
    order.at_checkout = {
        "status": status,
        "underpayment_status": "UNDERPAID",
        "underpayment": {
            "active": True,
            "expected_amount": "5.00",
            "received_amount": "4.00",
            "missing_amount": "1.00",
            "currency": "EUR",
            "buyer_actionable": True,
            "buyer_action_reason": None,
        },
    }
    await world.tell(paid_data(order, status=status), "order:updated")
    await world.env.advance_time(7200)
    assert "1.00 EUR" in world.read_by_buyer(), (world.read_by_buyer(), await world.waiting())


async def test_questions_that_are_no_list(world: World) -> None:
    order, _first, _second = await pair(world, "SERVICE", "SERVICE")
    order.at_checkout = {
        "total": 5.5,
        "pending_custom_fields": {
            "version": 1,
            "line_items": {"0": {"line_item_id": "1", "fields": {"0": {"name": "Steam name"}}}},
        },
    }
    await world.pay_newest()
    await world.env.advance_time(7200)
    assert "Steam name" in world.read_by_buyer(), (world.read_by_buyer(), await world.waiting())


async def test_goods_of_a_failed_line_that_the_seller_mends(world: World) -> None:
    order, first, second = await pair(world, "SERIALS", "DYNAMIC")
    order.at_checkout = {
        "total": 10,
        "items": [line(first, FIRST["SERIALS"], "DELIVERED"), line(second, None, "FAILED")],
    }
    await world.pay_newest()
    await world.env.advance_time(DAY)
    order.at_checkout["items"] = [
        line(first, FIRST["SERIALS"], "DELIVERED"),
        line(second, SECOND["DYNAMIC"], "DELIVERED"),
    ]
    await world.env.advance_time(2 * DAY)
    assert "D-LATE" in world.read_by_buyer(), (world.read_by_buyer(), await world.waiting())


async def test_what_comes_later_in_a_form_that_nobody_reads_is_told(world: World) -> None:
    room = await world.staff_channel()
    order, first, _second = await pair(world, "SERIALS", "SERVICE")
    order.at_checkout = {"total": 5.5, "items": [line(first, FIRST["SERIALS"])]}
    await world.pay_newest()
    await world.env.advance_time(5 * DAY)
    assert "Nothing waits for you" in await world.waiting()
    order.at_checkout["items"] = [line(first, {"serials": ["K-1"], "manual": "x" * 70_000})]
    await world.tell(paid_data(order, total=5.5), "order:updated")
    await world.env.advance_time(600)
    assert "items.manual" in str([m.embeds[0].to_dict() for m in room.history()])


async def test_a_dead_serial_that_waits_is_not_shown(world: World) -> None:
    world.shop.switches.delivered_items = "serials"
    world.shop.add_product(title="Key", price="5", type="SERIALS", serials=["K-1", "K-2"])
    await world.sell_product("Key")
    await world.order("Key")
    await world.bot.get_user(world.buyer.id).create_dm()
    path = f"/channels/{world.env.backend.dm_channels[world.buyer.id]}/messages"
    world.env.inject_error("POST", path, status=403, code=50007, times=100)
    order = await world.pay_newest()
    order.items[0].replace(1)
    shown = await world.buyer.slash(world.channel, "purchases")
    assert shown.response is not None
    await world.buyer.select(shown.response, ["0"])
    goods = text_of(await world.buyer.click(shown.response, label="Show what I bought"))
    assert "K-2" in goods
    assert "K-1" not in goods

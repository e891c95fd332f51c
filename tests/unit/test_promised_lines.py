"""Whether all of an order has come is decided line by line."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest

from shoppex.api import parse_order, with_goods_of
from shoppex.domain.account import AccountKey, OfferKind, Order, Promise
from shoppex.domain.delivery import Delivery, DeliveryState
from shoppex.domain.line import Line
from shoppex.domain.money import parse_money
from shoppex.domain.remote import RemoteOrder
from shoppex.fulfilment.intake.order_updates import learn
from shoppex.fulfilment.intake.promises import is_all_there, keeps_promise

NOW = datetime(2026, 3, 1, tzinfo=timezone.utc)
ORDER = Order(
    nonce="00ff",
    kind=OfferKind.PRODUCT,
    offer_id="a",
    title="Box",
    created_at=NOW,
    promise=Promise.KEYS,
    uniqid="u-1",
    quote=parse_money("5", "EUR"),
)
BOTH = replace(
    ORDER,
    quantity=2,
    lines=(
        Line(OfferKind.PRODUCT, "a", "A", promise=Promise.KEYS),
        Line(OfferKind.PRODUCT, "b", "B", promise=Promise.SOMETHING),
    ),
)


def line(product: str, delivered: Any = None, **more: Any) -> dict[str, Any]:
    return {"product_id": product, "quantity": 1, "delivered_items": delivered, **more}


def news(*lines: dict[str, Any], **order: Any) -> RemoteOrder:
    record = {"uniqid": "u-1", "status": "COMPLETED", "total": 5, "currency": "EUR"}
    return parse_order({**record, "items": list(lines), **order})


FILE = "https://f.example/setup"
KEY, CODE = {"serials": ["K"]}, {"codes": ["D"]}


@pytest.mark.parametrize(
    ("told", "there"),
    [
        (news(line("a", KEY), line("b", CODE)), True),
        (news(line("a", KEY), line("b")), False),
        (news(line("a"), line("b", CODE)), False),
        # What only the order names is for the lines that lack it.
        (news(line("a"), line("b", CODE), license_keys=["K"]), True),
        (
            news(line("a", KEY), line("b"), delivery_info={"downloads": ["https://f.example"]}),
            True,
        ),
        (news(line("a"), line("b"), delivery_info={"license_keys": ["K"]}), False),
        (news(line("a", {"serials": ["K", "L"]}), line("b")), False),
        (news(delivery_info={"license_keys": ["K"]}), True),
        (news(line("a", KEY), line("b", CODE), line("c", product_type="FILE")), False),
        (news(line("a", KEY), line("b", CODE), line("c", product_type="SERVICE")), True),
    ],
)
def test_each_line_needs_its_own(told: RemoteOrder, *, there: bool) -> None:
    assert is_all_there(BOTH, told) is there
    assert keeps_promise(BOTH, told) is there


def test_a_line_that_is_not_called_delivered_is_waited_for() -> None:
    told = news(line("a", KEY), line("b", CODE, delivery_status="PENDING"))
    assert is_all_there(BOTH, told)
    assert not keeps_promise(BOTH, told)
    # As many keys as were bought are all, whatever it is called.
    assert keeps_promise(ORDER, news(line("a", KEY, delivery_status="PENDING")))


def test_what_cannot_be_read_keeps_the_order_open() -> None:
    told = news(line("a", {**KEY, "text": "x" * 70_000}))
    after = learn(AccountKey(1, 2), ORDER, told, NOW)
    assert after.goods == ("K",)
    assert after.unread == ("delivered_items.text",)
    assert after.reading == Delivery()


def test_what_turns_up_later_and_cannot_be_read_is_told_of() -> None:
    done = learn(AccountKey(1, 2), ORDER, news(line("a", KEY)), NOW)
    assert done.reading == Delivery(DeliveryState.DELIVERED)
    told = news(line("a", {**KEY, "text": "x" * 70_000}))
    after = learn(AccountKey(1, 2), done, told, NOW, asked_at=NOW)
    assert (after.reading, after.unread) == (Delivery(begun_at=NOW), ("delivered_items.text",))
    # An event that names less does not make it forgotten; an answer without it does.
    short = news(line("a"))
    assert learn(AccountKey(1, 2), after, short, NOW).unread == after.unread
    mended = learn(AccountKey(1, 2), after, news(line("a", KEY)), NOW, asked_at=NOW)
    assert (mended.unread, mended.reading) == ((), Delivery(DeliveryState.DELIVERED))


def test_more_than_can_be_remembered_is_told_of() -> None:
    full = replace(ORDER, handed=tuple(f"{n:016}" for n in range(39_999)), paid_at=NOW)
    told = news(line("a", {"serials": ["K", "L"]}))
    after = learn(AccountKey(1, 2), full, told, NOW, asked_at=NOW)
    assert after.goods == ("K",)
    assert after.unread


# -- two views of one order --------------------------------------------------------------------


def test_an_invoice_adds_to_the_order() -> None:
    link = {"links": [{"label": "Manual", "value": "https://f.example/m"}]}
    order = news(line("a", {**link, "text": "x" * 70_000}))
    invoice = news(line("a", {"links": ["https://f.example/m"]}), license_keys=["K"])
    whole = with_goods_of(order, invoice)
    assert whole.goods == ("Manual: https://f.example/m", "K")
    assert (whole.keys, whole.key_texts) == (1, ("K",))
    assert whole.unread == ("delivered_items.text",)
    assert is_all_there(ORDER, whole)


def test_an_invoice_brings_no_dead_serial_back() -> None:
    serials = [{"value": "OLD", "is_replaced": True}, {"value": "NEW", "is_replacement": True}]
    order = news(line("a", {"serials": serials}))
    whole = with_goods_of(order, news(line("a"), license_keys=["OLD", "NEW"]))
    assert (whole.goods, whole.keys) == (("NEW",), 1)
    assert whole.replacements == ("NEW",)


def test_a_dead_serial_that_waits_is_not_sent() -> None:
    held = learn(AccountKey(1, 2), ORDER, news(line("a", {"serials": ["OLD"]})), NOW)
    serials = [{"value": "OLD", "is_replaced": True}, {"value": "NEW", "is_replacement": True}]
    told = news(line("a", {"serials": serials}))
    assert learn(AccountKey(1, 2), held, told, NOW).goods == ("NEW",)
    # A try that was begun may have carried it.
    begun = replace(held, message=Delivery(begun_at=NOW), carried=1)
    assert learn(AccountKey(1, 2), begun, told, NOW).goods == ("OLD", "NEW")
    assert held.message.state is DeliveryState.PENDING

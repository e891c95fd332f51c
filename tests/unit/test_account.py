"""What an order says of itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone

import pytest

from shoppex.domain.account import OfferKind, Order
from shoppex.domain.delivery import Delivery
from shoppex.domain.staff_action import StaffAction
from shoppex.domain.status import OrderStatus

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
ORDER = Order("aa", OfferKind.PRODUCT, "p-1", "Key", NOW)


@pytest.mark.parametrize(
    ("order", "words"),
    [
        (ORDER, "Key"),
        (replace(ORDER, variant_title="Gold"), "Key (Gold)"),
        (replace(ORDER, quantity=3), "3 × Key"),
        (replace(ORDER, quantity=3, variant_title="Gold"), "3 × Key (Gold)"),
    ],
)
def test_an_order_is_described_by_what_was_bought(order: Order, words: str) -> None:
    assert order.describe() == words


@pytest.mark.parametrize(
    ("order", "touched"),
    [
        (ORDER, False),
        (replace(ORDER, status=OrderStatus.CANCELLED), False),
        (replace(ORDER, status=OrderStatus.PARTIAL), True),
        (replace(ORDER, held="other_total"), True),
        (replace(ORDER, status=OrderStatus.PAID, paid_at=NOW), True),
        (replace(ORDER, status=OrderStatus.REFUNDED, paid_at=NOW), True),
        (replace(ORDER, status=OrderStatus.PAID, paid_at=NOW, test=True), False),
    ],
)
def test_money_touches_what_is_paid_held_or_on_its_way(order: Order, *, touched: bool) -> None:
    assert order.touched_by_money is touched


@pytest.mark.parametrize(
    "stranger",
    [
        ORDER,
        replace(ORDER, uniqid="test-1", test=True),
        replace(ORDER, uniqid="gift-1", gift=StaffAction(7, NOW, "thanks")),
    ],
)
@pytest.mark.parametrize("status", OrderStatus)
def test_shoppex_is_asked_nothing_about_what_it_does_not_know(
    stranger: Order, status: OrderStatus
) -> None:
    asked = replace(stranger, status=status, paid_at=NOW, asking=Delivery())
    assert asked.remote_id is None
    assert asked.open_readings == ()
    assert not asked.open
    assert not replace(asked, paid_at=None).open


def test_shoppex_is_asked_about_what_it_knows() -> None:
    assert replace(ORDER, uniqid="u-1").remote_id == "u-1"
    assert replace(ORDER, uniqid="u-1").open

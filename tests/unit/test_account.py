"""What an order says of itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone

import pytest

from shoppex.domain.account import OfferKind, Order
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
    ],
)
def test_money_touches_what_is_paid_held_or_on_its_way(order: Order, *, touched: bool) -> None:
    assert order.touched_by_money is touched

"""How often orders are read."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoppex.domain.account import OfferKind, Order
from shoppex.domain.status import OrderStatus
from shoppex.fulfilment.steps.polling_schedule import next_reading
from strategies import moments, orders

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ORDER = Order("00ff", OfferKind.ITEM, "i-1", "Gold", NOW, uniqid="u-1")
DISPUTED = replace(ORDER, status=OrderStatus.DISPUTED, paid_at=NOW, changed_at=NOW)

ages = st.timedeltas(timedelta(0), 200 * DAY)


def course(order: Order, *, hears: bool) -> list[timedelta]:
    """When an order that nothing becomes of is read, from its creation on."""
    times: list[timedelta] = []
    last = None
    while (due := next_reading(order, last, hears=hears)) is not None:
        times.append(due - NOW)
        last = due
    return times


@given(order=orders, last=st.none() | moments, hears=st.booleans())
def test_only_what_may_be_news_is_read(
    order: Order, last: datetime | None, *, hears: bool
) -> None:
    due = next_reading(order, last, hears=hears)
    if due is not None:
        assert order.open or order.status is OrderStatus.DISPUTED
        assert order.held is None
        assert order.uniqid is not None


@given(age=ages, hears=st.booleans())
def test_it_always_goes_on_and_ends_some_day(age: timedelta, *, hears: bool) -> None:
    for order in (ORDER, DISPUTED):
        due = next_reading(order, NOW + age, hears=hears)
        if due is not None:
            assert due > NOW + age
            assert due <= NOW + 120 * DAY
        else:
            assert age > 29 * DAY


@given(ages)
def test_who_hears_never_reads_more_often(age: timedelta) -> None:
    last = NOW + age
    deaf, hearing = (next_reading(ORDER, last, hears=hears) for hears in (False, True))
    assert (deaf is None) == (hearing is None)
    assert deaf is None or hearing is None or deaf <= hearing


@given(st.timedeltas(timedelta(0), DAY - timedelta(seconds=1)))
def test_a_young_order_is_read_every_45_seconds_without_webhooks(age: timedelta) -> None:
    due = next_reading(ORDER, NOW + age, hears=False)
    assert due is not None
    assert due - (NOW + age) <= timedelta(seconds=45)


@pytest.mark.parametrize(
    ("after", "pause"),
    [(0 * HOUR, 2 * MINUTE), (1 * HOUR, 15 * MINUTE), (DAY, 6 * HOUR), (20 * DAY, 6 * HOUR)],
)
def test_the_pauses_with_webhooks(after: timedelta, pause: timedelta) -> None:
    assert next_reading(ORDER, NOW + after, hears=True) == NOW + after + pause


def test_the_whole_course_with_webhooks_is_bounded() -> None:
    assert len(course(ORDER, hears=True)) < 30 + 4 * 23 + 4 * 29 + 2


def test_a_dispute_is_read_every_six_hours_for_120_days() -> None:
    times = course(DISPUTED, hears=True)
    assert times == [6 * HOUR * n for n in range(1, 4 * 120 + 1)]
    assert times == course(DISPUTED, hears=False)


def test_a_cancelled_order_is_rarely_read() -> None:
    cancelled = replace(ORDER, status=OrderStatus.CANCELLED)
    assert next_reading(cancelled, NOW, hears=False) == NOW + 6 * HOUR

"""When something ends: read in every form, told from nothing being said, and never made up."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoppex.api import parse_order, parse_subscription
from shoppex.api.fields import is_unreadable_end, parse_end, parse_time
from shoppex.api.payloads.license import parse_license
from shoppex.api.payloads.references import parse_invoices
from shoppex.domain.money import Money
from shoppex.domain.policy import Policy
from shoppex.domain.refunds import is_all
from shoppex.domain.remote import RemoteOrder, RemoteSubscription
from shoppex.domain.status import OrderStatus
from shoppex.domain.subscription import Subscription, end_of, standing_of
from shoppex.domain.subscription_status import SubscriptionStatus
from shoppex.store.subscription_codec import subscription_from_record, subscription_to_record
from strategies import json_values

FEBRUARY = datetime(2026, 2, 1, tzinfo=timezone.utc)
NOW = datetime(2026, 1, 10, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    "value",
    [
        1769904000,
        "1769904000000",
        "2026-02-01T00:00:00Z",
        "2026-02-01 00:00:00+00",
        "2026-02-01 02:00:00+02",
        "2026-02-01 00:00:00.123456+00"[:19] + "+00",
        "2026-02-01 00:00:00 +0000",
        "Sun, 01 Feb 2026 00:00:00 GMT",
    ],
)
def test_one_moment_in_every_form(value: object) -> None:
    assert parse_end(value) == parse_time(value) == FEBRUARY
    assert not is_unreadable_end(value)


def test_a_day_alone_begins_at_its_beginning_and_ends_at_its_end() -> None:
    assert parse_time("2026-02-01") == FEBRUARY
    ends = parse_end("2026-02-01")
    assert ends is not None
    assert timedelta(0) < FEBRUARY + timedelta(days=1) - ends < timedelta(seconds=1)


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "  ",
        0,
        "0",
        0.0,
        False,
        "null",
        "never",
        "0000-00-00 00:00:00",
        "0001-01-01T00:00:00Z",
        "1970-01-01T00:00:00.000Z",
    ],
)
def test_nothing_is_said(value: object) -> None:
    assert parse_end(value) is None
    assert not is_unreadable_end(value)


@pytest.mark.parametrize(
    "value",
    [
        "soon",
        "01/02/2026",
        "2026-02-31",
        "2026-13-01T00:00:00Z",
        "Sun, 31 Feb 2026 00:00:00 GMT",
        30,
        "30",
        -5,
        10**18,
        True,
        {},
        {"date": "2026-02-01"},
        [],
        float("nan"),
    ],
)
def test_something_is_said_that_cannot_be_read(value: object) -> None:
    assert parse_end(value) is None
    assert is_unreadable_end(value)


@given(json_values | st.text())
def test_an_end_is_read_or_unreadable_or_not_there(value: object) -> None:
    moment = parse_end(value)
    assert moment is None or moment.utcoffset() == timedelta(0)
    assert not (moment is not None and is_unreadable_end(value))


def subscription(**fields: object) -> RemoteSubscription:
    return parse_subscription({"id": "s", "status": "ACTIVE", **fields})


def test_a_period_that_only_its_items_name() -> None:
    item = {"current_period_start": 1767225600, "current_period_end": 1769904000}
    for items in ({"data": [item]}, [item]):
        read = subscription(current_period_end=None, items=items)
        assert read.period_end == FEBRUARY
        assert read.period_start == FEBRUARY - timedelta(days=31)
        assert not read.end_unreadable


def test_a_trial_that_names_only_its_own_end() -> None:
    assert subscription(status="TRIALING", trial_end=1769904000).period_end == FEBRUARY
    assert subscription(status="ACTIVE", trial_end=1769904000).period_end is None
    assert subscription(status="TRIALING", trial_end="soon").end_unreadable


def test_a_licence_whose_end_cannot_be_read() -> None:
    odd = parse_license({"id": "l", "status": "ACTIVE", "expires_at": "soon"})
    assert odd.expires_at is None
    assert odd.end_unreadable
    assert not parse_license({"id": "l", "expires_at": None}).end_unreadable


CANCELLED = Subscription(
    id="s",
    nonce="n",
    known_since=NOW - timedelta(days=10),
    status=SubscriptionStatus.CANCELLED,
    cancelled_at=NOW,
    read_at=NOW,
)


def test_an_end_that_nobody_knows_is_never_now() -> None:
    unknown = replace(CANCELLED, end_unsure=True)
    for later in (0, 1, 40, 400):
        standing = standing_of(unknown, Policy(), NOW + timedelta(days=later))
        assert standing.gives
        assert standing.until is None
    paused = replace(unknown, status=SubscriptionStatus.PAUSED)
    assert standing_of(paused, Policy(), NOW).gives


def test_one_read_at_a_time_ahead_of_its_end_is_read_again() -> None:
    """The clock was ahead when it was read, and is right again."""
    running = replace(
        CANCELLED, status=SubscriptionStatus.ACTIVE, period_end=FEBRUARY, read_at=FEBRUARY
    )
    check_at = standing_of(running, Policy(), NOW).check_at
    assert check_at is not None
    assert check_at > FEBRUARY


def test_paypal_ends_when_shoppex_says_that_it_was_cancelled() -> None:
    paypal = replace(CANCELLED, gateway="PAYPAL", end_unsure=True)
    assert end_of(paypal) == NOW
    assert end_of(replace(paypal, cancel_heard=True)) is None
    known = replace(paypal, cancel_heard=True, end_unsure=False, period_end=FEBRUARY)
    assert end_of(known) == FEBRUARY


def test_what_ended_before_an_update_stays_ended() -> None:
    """Earlier versions took the day of the cancellation for the end where there was none."""
    record = {"nonce": "n", "known": 1, "status": "cancelled", "cancelled": 2, "read": 2}
    old = subscription_from_record("s", record)
    assert not standing_of(old, Policy(), NOW).gives
    assert subscription_to_record(old) == record


@pytest.mark.parametrize(
    ("refunded", "paid", "expected"),
    [
        (Money(Decimal(10), "EUR"), Money(Decimal(10), "EUR"), True),
        (Money(Decimal(11), "EUR"), Money(Decimal(10), "EUR"), True),
        (Money(Decimal("9.99"), "EUR"), Money(Decimal(10), "EUR"), False),
        (Money(Decimal(12), "USD"), Money(Decimal(10), "EUR"), False),
        (Money(Decimal(0), "EUR"), Money(Decimal(0), "EUR"), False),
        (None, Money(Decimal(10), "EUR"), False),
        (Money(Decimal(10), "EUR"), None, False),
    ],
)
def test_all_of_it_went_back(
    refunded: Money | None, paid: Money | None, *, expected: bool
) -> None:
    assert is_all(refunded, paid) is expected


def order(**fields: object) -> RemoteOrder:
    paid = {"uniqid": "u", "status": "COMPLETED", "total": 10, "currency": "EUR"}
    return parse_order({**paid, **fields})


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"refunds": [{"amount": 4}, {"amount": "6.00"}]}, OrderStatus.REFUNDED),
        ({"refunds": {"data": [{"amount": 4}, {"amount": 6}]}}, OrderStatus.REFUNDED),
        ({"refunds": [{"amount": 4}, {"amount": 6, "status": "FAILED"}]}, OrderStatus.PAID),
        ({"refunds": [{"amount": 4}, {"amount": 6, "currency": "USD"}]}, OrderStatus.PAID),
        ({"refunded_amount": 10, "refund_currency": "USD"}, OrderStatus.PAID),
        ({"status": "PARTIALLY_REFUNDED", "refunded_amount": 10}, OrderStatus.REFUNDED),
        ({"status": "PENDING", "refunded_amount": 10}, OrderStatus.PENDING),
        ({"status": "DISPUTED", "refunded_amount": 10}, OrderStatus.DISPUTED),
    ],
)
def test_the_sum_counts_not_the_word(fields: dict[str, object], status: OrderStatus) -> None:
    assert order(**fields).status is status


def test_of_many_invoices_the_newest_are_read() -> None:
    invoices = [{"uniqid": f"i-{n}", "created_at": 1_700_000_000 + n} for n in range(100)]
    newest = tuple(f"i-{n}" for n in range(99, 63, -1))
    assert parse_invoices(invoices) == parse_invoices(invoices[::-1]) == newest
    assert parse_invoices([f"i-{n}" for n in range(100)]) == tuple(f"i-{n}" for n in range(36))

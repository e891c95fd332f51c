"""Statuses only move forward, whatever comes first."""

from __future__ import annotations

from functools import reduce
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoppex.domain.status import OrderStatus, advance, is_partial_refund, parse_status
from shoppex.domain.subscription_status import SubscriptionStatus, parse_subscription_status
from strategies import statuses

# Contract, section 2.2, *Statuses*: what each word means to us.
WORDS = {
    "PENDING": OrderStatus.PENDING,
    "PENDING_PAYMENT": OrderStatus.PENDING,
    "PARTIAL": OrderStatus.PARTIAL,
    "WAITING_FOR_CONFIRMATIONS": OrderStatus.PARTIAL,
    "COMPLETED": OrderStatus.PAID,
    "PAID": OrderStatus.PAID,
    "FULFILLED": OrderStatus.PAID,
    "VOIDED": OrderStatus.CANCELLED,
    "CANCELLED": OrderStatus.CANCELLED,
    "CUSTOMER_DISPUTE_ONGOING": OrderStatus.DISPUTED,
    "DISPUTED": OrderStatus.DISPUTED,
    "REVERSED": OrderStatus.REFUNDED,
    "REFUNDED": OrderStatus.REFUNDED,
    "PARTIALLY_REFUNDED": OrderStatus.PAID,
    "PARTIAL_REFUND": OrderStatus.PAID,
}
FORWARD = [
    OrderStatus.PENDING,
    OrderStatus.PARTIAL,
    OrderStatus.CANCELLED,
    OrderStatus.PAID,
    OrderStatus.DISPUTED,
    OrderStatus.REFUNDED,
]


@given(statuses, statuses)
def test_the_order_of_two_pieces_of_news_makes_no_difference(
    one: OrderStatus, other: OrderStatus
) -> None:
    assert advance(one, other) is advance(other, one)


@given(statuses, statuses, statuses)
def test_the_grouping_of_news_makes_no_difference(
    one: OrderStatus, two: OrderStatus, three: OrderStatus
) -> None:
    assert advance(advance(one, two), three) is advance(one, advance(two, three))


@given(statuses, statuses)
def test_hearing_the_same_twice_is_hearing_it_once(
    current: OrderStatus, news: OrderStatus
) -> None:
    once = advance(current, news)
    assert advance(once, news) is once
    assert advance(current, current) is current


@pytest.mark.parametrize("position", range(len(FORWARD)))
def test_no_news_leads_back(position: int) -> None:
    for earlier in FORWARD[: position + 1]:
        assert advance(FORWARD[position], earlier) is FORWARD[position]
    for later in FORWARD[position:]:
        assert advance(FORWARD[position], later) is later


@given(statuses, st.lists(statuses))
def test_what_is_paid_once_never_becomes_unpaid(
    start: OrderStatus, news: list[OrderStatus]
) -> None:
    end = reduce(advance, news, advance(start, OrderStatus.PAID))
    assert end in {OrderStatus.PAID, OrderStatus.DISPUTED, OrderStatus.REFUNDED}


def test_every_order_of_all_news_ends_alike() -> None:
    for length in range(1, len(OrderStatus) + 1):
        for heard in permutations(OrderStatus, length):
            known = [status for status in FORWARD if status in heard]
            expected = known[-1] if known else OrderStatus.UNKNOWN
            assert reduce(advance, heard, OrderStatus.UNKNOWN) is expected


def test_a_late_cancellation_changes_nothing() -> None:
    assert advance(OrderStatus.PAID, OrderStatus.CANCELLED) is OrderStatus.PAID


def test_money_after_a_cancellation_is_money() -> None:
    assert advance(OrderStatus.CANCELLED, OrderStatus.PAID) is OrderStatus.PAID


@given(statuses)
def test_an_unknown_status_never_replaces_a_known_one(current: OrderStatus) -> None:
    assert advance(current, OrderStatus.UNKNOWN) is current
    assert advance(OrderStatus.UNKNOWN, current) is current


@pytest.mark.parametrize(("word", "status"), WORDS.items())
def test_every_documented_word_is_read_in_any_case(word: str, status: OrderStatus) -> None:
    spaced = word.replace("_", " ")
    for written in (word, word.lower(), word.title(), f"  {word}\n", spaced, spaced.lower()):
        assert parse_status(written) is status


@given(st.text())
def test_unheard_words_are_unknown(word: str) -> None:
    known = {*WORDS, "CANCELED"}
    status = parse_status(word)
    assert (status is OrderStatus.UNKNOWN) == (word.strip().upper() not in known)


@pytest.mark.parametrize(
    "word",
    ["ACTIVE", "SUCCESS", "AWAITING_FULFILLMENT", "PAID?", "UNKNOWN", "", "COMPLETE", "paıd"],
)
def test_words_of_third_parties_are_not_payments(word: str) -> None:
    assert parse_status(word) is OrderStatus.UNKNOWN


@pytest.mark.parametrize("value", [None, 1, True, 3.0, b"PAID", ["PAID"], {"status": "PAID"}])
def test_what_is_no_word_is_unknown(value: object) -> None:
    assert parse_status(value) is OrderStatus.UNKNOWN


def test_only_a_partial_refund_is_one() -> None:
    named = {word for word in WORDS if is_partial_refund(word)}
    assert named == {"PARTIALLY_REFUNDED", "PARTIAL_REFUND"}
    assert is_partial_refund("Partially refunded")
    assert not is_partial_refund(None)


# --- Subscriptions ---------------------------------------------------------------------------

SUBSCRIPTION_WORDS = {
    "PENDING": SubscriptionStatus.PENDING,
    "TRIALING": SubscriptionStatus.TRIALING,
    "trialling": SubscriptionStatus.TRIALING,
    "TRIAL": SubscriptionStatus.TRIALING,
    "ACTIVE": SubscriptionStatus.ACTIVE,
    " active\n": SubscriptionStatus.ACTIVE,
    "PAST_DUE": SubscriptionStatus.PAST_DUE,
    "past due": SubscriptionStatus.PAST_DUE,
    "past-due": SubscriptionStatus.PAST_DUE,
    "pastDue": SubscriptionStatus.PAST_DUE,
    "PAUSED": SubscriptionStatus.PAUSED,
    "CANCELED": SubscriptionStatus.CANCELLED,
    "CANCELLED": SubscriptionStatus.CANCELLED,
}


@pytest.mark.parametrize(("word", "status"), SUBSCRIPTION_WORDS.items())
def test_every_spelling_of_a_subscriptions_state(word: str, status: SubscriptionStatus) -> None:
    assert parse_subscription_status(word) is status


@pytest.mark.parametrize(
    "value",
    [
        None,
        1,
        True,
        b"ACTIVE",
        ["ACTIVE"],
        "",
        "ACTIVE?",
        "INACTIVE",
        "A_CTIVE",
        "actıve",
        "EXPIRED",
    ],
)
def test_what_is_no_known_state_is_never_active(value: object) -> None:
    assert parse_subscription_status(value) is SubscriptionStatus.UNKNOWN


@given(st.text() | st.text("ACTIVEactive_- \u0131\u017f"))
def test_only_the_known_words_are_active(word: str) -> None:
    active = parse_subscription_status(word) is SubscriptionStatus.ACTIVE
    assert active == (word.isascii() and word.strip().upper() == "ACTIVE")

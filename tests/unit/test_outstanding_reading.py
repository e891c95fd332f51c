"""What an order still waits for, in every spelling, and never an exception."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoppex.api import parse_order
from shoppex.api.payloads.outstanding import parse_outstanding, parse_underpayment
from shoppex.domain.outstanding import Outstanding, TopUp, Underpayment
from shoppex.domain.status import OrderStatus

NAMES = st.sampled_from(
    [
        *("delivery_status", "deliveryStatus", "delivery_time", "delivery_time_unit"),
        *("pending_custom_fields", "pendingCustomFields", "line_items", "fields", "name"),
        *("underpayment", "active", "missing_amount", "missing_crypto_amount", "status"),
        *("crypto_currency", "buyer_actionable", "buyer_action_reason"),
    ]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=20,
)


@given(data=st.dictionaries(NAMES, ANYTHING), lines=st.lists(st.dictionaries(NAMES, ANYTHING)))
def test_nothing_odd_raises(data: dict[str, Any], lines: list[dict[str, Any]]) -> None:
    parse_outstanding(data, lines)
    parse_underpayment(data)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ({}, None),
        ({"delivery_status": "DELIVERED"}, Outstanding()),
        # So is every line until its keys are there.
        ({"delivery_status": "PENDING"}, Outstanding()),
        ({"delivery_status": "awaiting fulfillment"}, Outstanding(by_seller=True)),
        ({"deliveryStatus": "FAILED"}, Outstanding(failed=True)),
        ({"delivery_status": "SHIPPED?"}, Outstanding()),
        (
            {"delivery_status": "PENDING", "delivery_time": "3", "delivery_time_unit": "hours"},
            Outstanding(by_seller=True, within=timedelta(hours=3)),
        ),
        (
            {"deliveryStatus": "PENDING", "deliveryTime": 1, "deliveryTimeUnit": "DAY"},
            Outstanding(by_seller=True, within=timedelta(days=1)),
        ),
        # 0 and null are at once.
        (
            {"delivery_status": "PENDING", "delivery_time": 0, "delivery_time_unit": "days"},
            Outstanding(),
        ),
        (
            {"delivery_status": "PENDING", "delivery_time": 10**9, "delivery_time_unit": "days"},
            Outstanding(by_seller=True, within=timedelta(days=365)),
        ),
    ],
)
def test_the_status_of_a_line(line: dict[str, object], expected: Outstanding | None) -> None:
    assert parse_outstanding({}, [line]) == expected


@pytest.mark.parametrize("as_text", [False, True])
@pytest.mark.parametrize(
    "names", [("pending_custom_fields", "line_items"), ("pendingCustomFields", "lineItems")]
)
def test_the_fields_that_the_buyer_fills_in(names: tuple[str, str], as_text: bool) -> None:  # noqa: FBT001
    outer, inner = names
    asked = {"version": 1, inner: [{"fields": [{"name": "Steam name"}, {"name": " Region "}]}]}
    data = {outer: json.dumps(asked) if as_text else asked}
    found = parse_outstanding(data, [])
    assert found == Outstanding(questions=("Steam name", "Region"))
    assert parse_outstanding({outer: None}, []) == Outstanding()


@pytest.mark.parametrize(
    "lines",
    [
        {"0": {"fields": {"0": {"name": "Steam name"}}}},
        [{"fields": {"Steam name": {"type": "text", "required": True}}}],
        [{"fields": {"name": "Steam name", "type": "text"}}],
        [{"fields": ["Steam name"]}],
    ],
)
def test_fields_that_are_no_list(lines: object) -> None:
    asked = {"version": 1, "line_items": lines}
    found = parse_outstanding({"pending_custom_fields": asked}, [])
    assert found == Outstanding(questions=("Steam name",))


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (None, Underpayment()),
        (
            {"missing_amount": "5.00", "received_amount": 15, "currency": "eur"},
            Underpayment("5.00 EUR", "15 EUR"),
        ),
        (
            {
                "missing_amount": "5.00",
                "currency": "EUR",
                "missing_crypto_amount": "0.00012000",
                "crypto_currency": "BTC",
            },
            Underpayment("0.00012000 BTC"),
        ),
        ({"buyer_actionable": False}, Underpayment(top_up=TopUp.IMPOSSIBLE)),
        (
            {"buyer_actionable": 0, "buyer_action_reason": "NEW"},
            Underpayment(top_up=TopUp.IMPOSSIBLE),
        ),
        (
            {"buyer_actionable": False, "buyer_action_reason": "PROVIDER_SESSION_CLOSED"},
            Underpayment(top_up=TopUp.SESSION_CLOSED),
        ),
        ({"missing_amount": "a lot", "currency": "EUR"}, Underpayment()),
    ],
)
def test_what_is_missing(told: object, expected: Underpayment) -> None:
    assert parse_underpayment({"status": "PARTIAL", "underpayment": told}) == expected


def test_only_too_little_is_an_underpayment() -> None:
    told = {"active": True, "missing_amount": "1", "currency": "EUR"}
    assert parse_underpayment({"status": "WAITING_FOR_CONFIRMATIONS"}) is None
    assert (
        parse_order({"uniqid": "x", "status": "COMPLETED", "underpayment": told}).underpayment
        is None
    )
    pending = parse_order({"uniqid": "x", "status": "PENDING", "underpayment": told})
    assert (pending.status, pending.underpayment) == (OrderStatus.PARTIAL, Underpayment("1 EUR"))
    calm = {"uniqid": "x", "status": "PENDING", "underpayment": {"active": False}}
    assert parse_order(calm).status is OrderStatus.PENDING
    waiting = {"uniqid": "x", "status": "WAITING_FOR_CONFIRMATIONS", "underpayment": told}
    assert parse_order(waiting).underpayment == Underpayment("1 EUR")

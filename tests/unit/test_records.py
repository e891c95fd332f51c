"""Accounts come back from JSON as they went in."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

from hypothesis import given

from shoppex.domain.account import Account, AccountKey, Grant, OfferKind, Order
from shoppex.domain.delivery import Delivery, DeliveryState
from shoppex.domain.money import Money
from shoppex.store.account_codec import (
    account_from_record,
    account_to_record,
    order_from_record,
    order_to_record,
)
from strategies import accounts, amounts

KEY = AccountKey(1, 2)
PLAIN = Order(
    nonce="00ff",
    kind=OfferKind.ITEM,
    offer_id="gold",
    title="Gold Pass",
    created_at=datetime(2026, 3, 1, 12, tzinfo=timezone.utc),
)


def through_json(record: dict[str, Any]) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(json.dumps(record))
    return read


def leaves(value: object) -> list[object]:
    if isinstance(value, dict):
        return [leaf for part in value.values() for leaf in leaves(part)]
    return [value]


@given(accounts)
def test_an_account_survives_json(account: Account) -> None:
    record = through_json(account_to_record(account))
    assert account_from_record(account.key, record) == account


@given(amounts)
def test_money_keeps_each_of_its_digits(amount: Decimal) -> None:
    order = replace(PLAIN, quote=Money(amount, "EUR"))
    read = order_from_record(PLAIN.nonce, through_json(order_to_record(order)))
    assert read.quote is not None
    assert str(read.quote.amount) == str(amount)


@given(accounts)
def test_what_equals_its_default_takes_no_room(account: Account) -> None:
    for order in account_to_record(account).get("orders", {}).values():
        assert not any(leaf in (None, "", 0, False, []) for leaf in leaves(order))


def test_a_plain_order_is_only_what_it_is() -> None:
    assert order_to_record(PLAIN) == {
        "kind": "item",
        "offer": "gold",
        "title": "Gold Pass",
        "created": 1_772_366_400_000_000,
        "status": "pending",
    }


def test_an_account_without_facts_is_an_empty_record() -> None:
    assert account_to_record(Account(KEY)) == {}
    assert account_from_record(KEY, {}) == Account(KEY)


@given(accounts)
def test_ids_are_text_so_that_no_reader_rounds_them(account: Account) -> None:
    record = account_to_record(account)
    kept = [role for order in record.get("orders", {}).values() for role in order.get("roles", ())]
    kept += record.get("grants", {})
    assert all(isinstance(role_id, str) for role_id in kept)


def test_an_order_without_a_title_can_be_read_back() -> None:
    nameless = replace(PLAIN, title="")
    assert order_from_record(PLAIN.nonce, through_json(order_to_record(nameless))) == nameless


def test_what_version_1_wrote_is_still_read() -> None:
    account = account_from_record(
        KEY,
        {
            "orders": {
                "00ff": {
                    "kind": "item",
                    "offer": "gold",
                    "title": "Gold Pass",
                    "created": "2026-03-01T12:00:00+00:00",
                    "status": "pending",
                    "message": {"state": "delivered"},
                }
            },
            "grants": {"5": {"state": "delivered", "ours": False}, "6": {"state": "delivered"}},
        },
    )
    done = Delivery(DeliveryState.DELIVERED)
    assert account == Account(
        KEY,
        {"00ff": replace(PLAIN, message=done)},
        {5: Grant(ours=False, delivery=done), 6: Grant(delivery=done)},
    )

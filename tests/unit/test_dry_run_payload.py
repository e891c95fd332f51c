"""The payment that a test tells of is believed like one of Shoppex's, and is none."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoppex.api import decode_json, parse_order
from shoppex.domain.account import AccountKey, OfferKind, Promise
from shoppex.domain.money import Money
from shoppex.domain.offer import Offer
from shoppex.domain.status import OrderStatus
from shoppex.dry_run.payload import body_of, made_up_order, paid_data
from shoppex.fulfilment.intake.order_updates import distrust, learn
from shoppex.fulfilment.intake.recorder import read_event
from strategies import currencies

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
KEY = AccountKey(80351110224678912, 80351110224678913)
OFFER = Offer(OfferKind.PRODUCT, "p-1", "Gold", Money(Decimal("9.90"), "EUR"), (7,))


def told(offer: Offer) -> Any:
    """What the listener makes of a test of an offer: the order before and after."""
    order = made_up_order(offer, NOW)
    event = read_event(decode_json(body_of(paid_data(KEY, order, NOW), NOW)), None)
    assert event is not None
    assert event.name == "order:paid"
    assert event.data["test"] is True
    news = parse_order(event.data)
    assert distrust(KEY, order, news) is None
    return order, learn(KEY, order, news, NOW)


@given(st.decimals(0, 10**6, places=3), currencies)
def test_it_is_believed_whatever_the_price(amount: Decimal, currency: str) -> None:
    _, paid = told(replace(OFFER, price=Money(amount, currency)))
    assert paid.status is OrderStatus.PAID
    assert paid.held is paid.asking is None


def test_it_is_believed_while_the_price_is_not_known() -> None:
    assert told(replace(OFFER, price=None))[1].entitled


@pytest.mark.parametrize(
    ("promise", "goods"),
    [
        (Promise.NOTHING, []),
        (Promise.KEYS, ["TEST-KEY"]),
        (Promise.SOMETHING, ["TEST-DELIVERY"]),
    ],
)
def test_it_brings_what_the_offer_promises(promise: Promise, goods: list[str]) -> None:
    _, paid = told(replace(OFFER, promise=promise))
    assert [piece.rpartition("-")[0] for piece in paid.goods] == goods


def test_it_begins_no_subscription_ends_never_and_claims_no_key() -> None:
    offer = replace(
        OFFER, kind=OfferKind.ITEM, recurring=True, lasts=timedelta(days=1), pool="p-2"
    )
    order, paid = told(offer)
    assert order.test
    assert not paid.recurring
    assert paid.subscription is paid.lasts is paid.pool is paid.claim is None
    assert paid.open_readings == ()


def test_no_two_tests_share_a_name() -> None:
    orders = [made_up_order(OFFER, NOW) for _ in range(100)]
    assert len({order.uniqid for order in orders}) == len({o.nonce for o in orders}) == 100
    assert all((order.uniqid or "").startswith("test-") for order in orders)

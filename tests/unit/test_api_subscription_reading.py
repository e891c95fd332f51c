"""Subscriptions out of JSON, by API or by webhook."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoppex.api import MalformedSubscription, parse_subscription
from shoppex.domain.remote import RemoteSubscription
from shoppex.domain.subscription_status import SubscriptionStatus
from strategies import json_values

# As in the documentation's sample of a list, with what the detail adds.
SUBSCRIPTION: dict[str, object] = {
    "id": "sub_1",
    "uniqid": "sub_public_1",
    "product_id": "prod_1",
    "product": {"id": "prod_1", "uniqid": "prod_public_1", "title": " Pro ", "slug": "pro"},
    "status": "ACTIVE",
    "gateway": "stripe",
    "custom_fields": {"nonce": "00ff"},
    "customer_id": "cus_1",
    "current_period_start": 1772366400,
    "current_period_end": "2026-04-01T12:00:00.000Z",
    "trial_end": None,
    "created_at": 1772366400000,
    "updated_at": "1772366400",
    "canceled_at": 0,
    "invoices": [{"uniqid": "u-1", "id": 1}, {"id": 2}, "u-3", None, {"uniqid": "u-1"}],
}
NOON = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
APRIL = datetime(2026, 4, 1, 12, tzinfo=timezone.utc)


def test_a_subscription() -> None:
    assert parse_subscription(SUBSCRIPTION) == RemoteSubscription(
        uniqid="sub_public_1",
        id="sub_1",
        status=SubscriptionStatus.ACTIVE,
        product_ids=("prod_public_1", "prod_1", "pro"),
        product_title="Pro",
        customer_id="cus_1",
        gateway="STRIPE",
        period_start=NOON,
        period_end=APRIL,
        created_at=NOON,
        updated_at=NOON,
        custom_fields={"nonce": "00ff"},
        invoices=("u-1", "2", "u-3"),
    )


def test_a_webhook_may_say_little() -> None:
    data = {"id": "sub_1", "status": "ACTIVE", "gateway": "PAYPAL", "current_period_end": "?"}
    subscription = parse_subscription(data)
    assert subscription == RemoteSubscription(
        "sub_1", "sub_1", SubscriptionStatus.ACTIVE, gateway="PAYPAL", end_unreadable=True
    )
    assert subscription.product_id is None


@pytest.mark.parametrize(
    ("data", "uniqid", "internal"),
    [
        ({"uniqid": "a"}, "a", "a"),
        ({"id": 7}, "7", "7"),
        ({"subscription_id": "a"}, "a", "a"),
        ({"uniqid": "a", "id": "b", "subscription_id": "a"}, "a", "b"),
        ({"uniqid": "a", "id": "b", "subscription_id": "b"}, "a", "b"),
        ({"uniqid": "invoice", "id": "i", "subscription_id": "a"}, "a", "a"),
        ({"subscription": {"uniqid": "a", "id": "b"}, "uniqid": "invoice"}, "a", "b"),
        ({"subscription": None, "id": "b"}, "b", "b"),
    ],
)
def test_where_the_id_is(data: dict[str, object], uniqid: str, internal: str) -> None:
    subscription = parse_subscription(data)
    assert (subscription.uniqid, subscription.id) == (uniqid, internal)


@pytest.mark.parametrize("data", [{}, {"id": None}, {"uniqid": " "}, {"subscription": {"a": 1}}])
def test_no_id_is_no_subscription(data: dict[str, object]) -> None:
    with pytest.raises(MalformedSubscription):
        parse_subscription(data)


@pytest.mark.parametrize("field", ["canceled_at", "cancelled_at"])
def test_both_spellings_of_the_end(field: str) -> None:
    subscription = parse_subscription(
        {"id": 1, "status": "CANCELED", field: "2026-04-01 12:00:00"}
    )
    assert subscription.cancelled_at == APRIL
    assert subscription.status is SubscriptionStatus.CANCELLED


@pytest.mark.parametrize(
    ("data", "ids", "title"),
    [
        ({"product_id": 12}, ("12",), ""),
        ({"product_id": 12, "product_uniqid": "p"}, ("p", "12"), ""),
        ({"product": {"id": 12}, "product_title": "Pro"}, ("12",), "Pro"),
        ({"products": [{"uniqid": "p", "title": "Pro"}]}, ("p",), "Pro"),
        ({"product": "Pro", "products": "?"}, (), ""),
    ],
)
def test_products(data: dict[str, object], ids: tuple[str, ...], title: str) -> None:
    subscription = parse_subscription({"id": 1, **data})
    assert (subscription.product_ids, subscription.product_title) == (ids, title)
    assert subscription.product_id == (ids[0] if ids else None)


@pytest.mark.parametrize(
    "fields",
    [
        {"nonce": "00ff"},
        [{"name": "nonce", "value": "00ff"}],
        '{"nonce": "00ff"}',
        {"customFields": {"nonce": "00ff"}},
    ],
)
def test_custom_fields_of_every_shape(fields: object) -> None:
    subscription = parse_subscription({"id": 1, "custom_fields": fields})
    assert subscription.custom_fields == {"nonce": "00ff"}
    assert "00ff" not in repr(subscription)


@given(
    st.dictionaries(st.sampled_from([*SUBSCRIPTION, "subscription_id", "products"]), json_values)
)
def test_odd_subscriptions_are_read_or_refused(odd: dict[str, object]) -> None:
    data = {**SUBSCRIPTION, **odd}
    try:
        subscription = parse_subscription(data)
    except MalformedSubscription:
        return
    assert subscription.uniqid.strip()
    assert subscription.id.strip()
    if data["status"] != "ACTIVE":
        assert subscription.status is SubscriptionStatus.UNKNOWN

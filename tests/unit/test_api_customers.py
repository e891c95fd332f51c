"""Customers, and looking for one by address."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripted_shop import Shop, problem, reply
from shoppex.api import ShoppexClient, Unavailable
from shoppex.api.resources.customers import MalformedCustomer, parse_customer
from shoppex.domain.customer import Customer
from shoppex.domain.remote import RemoteSubscription
from shoppex.domain.subscription_status import SubscriptionStatus
from strategies import json_values

# In the older form, which lists what the customer bought, with times as text.
CUSTOMER: dict[str, object] = {
    "id": "cus_1",
    "email": "Bob@example.org",
    "name": "Bob",
    "phone": "+491234567",
    "created_at": 1772366400,
    "invoices": [{"uniqid": "u-1", "status": "COMPLETED"}, {"uniqid": "u-2"}],
    "subscriptions": [
        {
            "id": "sub_1",
            "status": "ACTIVE",
            "gateway": "stripe",
            "current_period_end": "1772366400",
        },
        {"status": "ACTIVE"},
        None,
    ],
}
NOON = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
BOB = Customer(
    id="cus_1",
    email="Bob@example.org",
    invoices=("u-1", "u-2"),
    subscriptions=(
        RemoteSubscription(
            "sub_1", "sub_1", SubscriptionStatus.ACTIVE, gateway="STRIPE", period_end=NOON
        ),
    ),
    created_at=NOON,
)


async def test_one_customer(shop: Shop, client: ShoppexClient) -> None:
    shop.answers = [
        reply(CUSTOMER),
        reply({"customer": CUSTOMER}),
        reply({"id": "cus_2"}),
        reply({}),
    ]
    assert await client.customers.get("a/b") == BOB
    assert await client.customers.get("cus_1") == BOB
    assert await client.customers.get("cus_2") == Customer("cus_2")
    with pytest.raises(Unavailable):
        await client.customers.get("cus_3")
    assert shop.seen[0].raw_path == "/dev/v1/customers/a%2Fb"


def test_a_customer_may_be_logged() -> None:
    shown = repr(parse_customer(CUSTOMER)).lower()
    for secret in ("bob", "+49"):
        assert secret not in shown


async def test_by_address(shop: Shop, client: ShoppexClient) -> None:
    shop.answers = [
        reply([{"id": "cus_2", "email": "bob@example.org.uk"}, {"id": "cus_3"}, CUSTOMER])
    ]
    assert await client.customers.by_email(" bob+a@example.org") is None
    assert await client.customers.by_email(" bob@EXAMPLE.org ") == BOB
    assert [seen.raw_path for seen in shop.seen] == [
        "/dev/v1/customers?filters=email%3Abob%2Ba%40example.org&limit=100",
        "/dev/v1/customers?filters=email%3Abob%40EXAMPLE.org&limit=100",
    ]


async def test_by_address_without_the_filter(shop: Shop, client: ShoppexClient) -> None:
    shop.answers = [
        problem(400),
        reply([{"id": "cus_2"}], next_cursor="c", has_more=True),
        reply([CUSTOMER], next_cursor="d", has_more=True),
    ]
    assert await client.customers.by_email("bob@example.org") == BOB
    assert len(shop.seen) == 3


async def test_what_is_no_address_is_not_looked_for(shop: Shop, client: ShoppexClient) -> None:
    assert await client.customers.by_email(" bob ") is None
    assert shop.seen == []


@given(st.dictionaries(st.sampled_from([*CUSTOMER, "customer", "uniqid"]), json_values))
def test_odd_customers_are_read_or_refused(odd: dict[str, object]) -> None:
    try:
        customer = parse_customer({**CUSTOMER, **odd})
    except MalformedCustomer:
        return
    assert customer.id.strip()
    assert all(found.uniqid for found in customer.subscriptions)

"""Lists of orders, payments, invoices and customers in the stand-in."""

from __future__ import annotations

from typing import Literal

import pytest

from peers import Caller, plan
from standin import StandIn


@pytest.fixture
async def names(shop: StandIn, caller: Caller) -> dict[str, str]:
    """The records of a small shop: what each is called, by uniqid."""
    product = shop.add_product(title="X", price=1)
    made = {}
    for name in ("open", "paid", "other"):
        email = "b@example.org" if name == "other" else "a@example.org"
        made[(await caller.order(product, email=email))["uniqid"]] = name
    for name in ("payment", "payment done"):
        body = {"title": name, "email": "a@example.org", "value": 1, "currency": "EUR"}
        _, answer = await caller.call("POST", "/payments", body)
        made[answer["data"]["uniqid"]] = name
    for uniqid, name in made.items():
        if name in ("paid", "payment done"):
            await shop.pay(uniqid)
    return made


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("/orders", ["other", "paid", "open"]),
        ("/orders?status=PENDING", ["other", "open"]),
        ("/orders?status=PENDING&customerEmail=a@example.org", ["open"]),
        ("/orders?customerEmail=nobody@example.org", []),
        ("/orders?limit=1", ["other"]),
        ("/payments", ["payment done", "payment"]),
        ("/payments?status=COMPLETED", ["payment done"]),
        ("/invoices", ["payment done", "payment", "other", "paid", "open"]),
        ("/invoices?status=paid", ["payment done", "paid"]),
        ("/invoices?status=VOIDED", []),
    ],
)
async def test_filters(
    caller: Caller, names: dict[str, str], query: str, found: list[str]
) -> None:
    status, answer = await caller.call("GET", query)
    assert status == 200
    assert [names[record["uniqid"]] for record in answer["data"]] == found
    assert answer["pagination"]["has_more"] is ("limit" in query)


async def test_an_invoice_says_more_than_its_order(shop: StandIn, caller: Caller) -> None:
    product = shop.add_product(title="Key", price=1, type="SERIALS", serials=["A"])
    order = await caller.order(product)
    await shop.pay(order["uniqid"])
    _, read = await caller.call("GET", f"/orders/{order['uniqid']}")
    _, answer = await caller.call("GET", f"/invoices/{order['uniqid']}")
    invoice = answer["data"]
    assert invoice.items() >= read["data"].items()
    assert invoice["product"]["uniqid"] == product.uniqid
    assert invoice["delivered_items"] == invoice["items"][0]["delivered_items"]
    assert {"ip", "user_agent", "void_details"} <= invoice.keys()

    shop.switches.scopes = {"orders.read"}
    assert (await caller.call("GET", "/invoices"))[0] == 403
    assert (await caller.call("GET", "/orders"))[0] == 200


@pytest.mark.parametrize("times", ["iso", "digits"])
async def test_customers_are_known_by_their_address(
    shop: StandIn, caller: Caller, times: Literal["iso", "digits"]
) -> None:
    shop.switches.customer_times = times
    subscription = await caller.subscribe(plan(shop))
    product = shop.add_product(title="X", price=1)
    again = await caller.order(product, email="A@Example.org")
    other = await caller.order(product, email="b@example.org")
    await shop.cancel_subscription(subscription)

    newest, customer = await caller.read("/customers")
    assert (newest["email"], newest["id"]) == ("b@example.org", other["customer_id"])
    assert customer["id"] == again["customer_id"] == shop.customers[0].id
    assert await caller.read("/customers?email=A@EXAMPLE.org") == [customer]
    assert await caller.read("/customers?limit=1") == [newest]

    full = await caller.read(f"/customers/{customer['uniqid']}")
    assert full.items() >= customer.items()
    assert [invoice["uniqid"] for invoice in full["invoices"]] == [
        subscription.invoices[0].uniqid,
        again["uniqid"],
    ]
    [shown] = full["subscriptions"]
    assert (shown["id"], shown["status"]) == (subscription.id, "CANCELED")
    end = "2026-02-02T03:04:05Z" if times == "iso" else "1770001445"
    assert shown["current_period_end"] == end
    assert isinstance(shown["canceled_at"], str)

    assert (await caller.call("GET", "/customers/nobody"))[0] == 404
    shop.switches.scopes = {"orders.read"}
    assert (await caller.call("GET", "/customers"))[0] == 403

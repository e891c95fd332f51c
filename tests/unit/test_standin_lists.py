"""Lists of orders, payments and invoices in the stand-in."""

from __future__ import annotations

import pytest

from peers import Caller
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

"""Replacements of serials in the stand-in (contract, section 15.6)."""

from __future__ import annotations

import pytest

from peers import Caller, open_inbox
from standin import StandIn


@pytest.fixture
async def paid(shop: StandIn, caller: Caller) -> str:
    """The uniqid of a paid order of the serial A; B is still in the pool."""
    product = shop.add_product(title="Keys", price=1, type="SERIALS", serials=["A", "B"])
    order = await caller.order(product)
    await shop.pay(order["uniqid"])
    return str(order["uniqid"])


async def test_a_replacement_marks_the_old_serial(
    shop: StandIn, caller: Caller, paid: str
) -> None:
    async with open_inbox() as inbox:
        shop.add_webhook(inbox.url, events=["order:updated"])
        path = f"/invoices/{paid}/replacements"
        status, answer = await caller.call("POST", path, {"reason": "dead"}, Idempotency_Key="k")
        assert (status, answer["data"]["quantity"]) == (201, 1)
        assert answer["data"]["invoice_id"] == paid
        assert (await caller.call("POST", path, {"reason": "dead"}, Idempotency_Key="k"))[
            1
        ] == answer
        await shop.settle()
        assert inbox.events == ["order:updated"]
    shop.switches.delivered_items = "serials"
    [line] = (await caller.read(f"/orders/{paid}"))["items"]
    old, new = line["delivered_items"]["serials"]
    assert old == {"value": "A", "is_replacement": False, "is_replaced": True}
    assert new == {"value": "B", "is_replacement": True, "is_replaced": False}
    shop.switches.delivered_items = "object"
    [line] = (await caller.read(f"/orders/{paid}"))["items"]
    assert line["delivered_items"] == {"serials": ["B"]}


async def test_replacements_that_are_refused(shop: StandIn, caller: Caller, paid: str) -> None:
    path = f"/invoices/{paid}/replacements"
    for body in ({"full": True}, {"quantity": 0}, {"quantity": 2}, {"product_id": 1}):
        assert (await caller.call("POST", path, body))[0] == 422
    assert (await caller.call("POST", path, {"product_id": "other"}))[0] == 400
    shop.switches.scopes = {"invoices.read"}
    assert (await caller.call("POST", path))[0] == 403
    shop.switches.scopes = {"*"}
    assert (await caller.call("POST", path, {"full": "true"}))[0] == 201
    status, answer = await caller.call("POST", path)
    assert (status, "out of stock" in answer["error"]["message"]) == (400, True)

"""Money that goes back, and orders finished by hand, in the stand-in."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, get_args

import pytest

from peers import Caller, Json, open_inbox
from standin import StandIn
from standin.switches import RefundedField


async def sold(
    shop: StandIn, caller: Caller, price: int = 10, *, gateway: str | None = None
) -> str:
    """A paid order of one key; its uniqid."""
    product = shop.add_product(title="Key", price=price, type="SERIALS", serials=["A"])
    order = await caller.order(product)
    await shop.pay(order["uniqid"], gateway=gateway)
    uniqid: str = order["uniqid"]
    return uniqid


async def read(caller: Caller, uniqid: str) -> Json:
    _, answer = await caller.call("GET", f"/orders/{uniqid}")
    data: Json = answer["data"]
    return data


@pytest.mark.parametrize("status", ["REFUNDED", "REVERSED"])
async def test_a_refund_takes_nothing_back_but_the_money(
    shop: StandIn, caller: Caller, status: Literal["REFUNDED", "REVERSED"]
) -> None:
    shop.switches.refund_status = status
    uniqid = await sold(shop, caller)
    async with open_inbox() as inbox:
        shop.add_webhook(inbox.url)
        [told] = await shop.refund(uniqid)
    assert (told.event, told.data["status"]) == ("order:updated", status)
    order = await read(caller, uniqid)
    assert (order["status"], order["payment_status"]) == (status, "PAID")
    assert order["items"][0]["delivered_items"] == {"serials": ["A"]}
    assert not {"refunded_amount", "refunds"} & order.keys()
    with pytest.raises(ValueError, match="cannot be refunded"):
        await shop.refund(uniqid)


async def test_a_refund_may_be_told_by_nobody(shop: StandIn, caller: Caller) -> None:
    shop.switches.refund_event = "none"
    uniqid = await sold(shop, caller)
    async with open_inbox() as inbox:
        shop.add_webhook(inbox.url)
        assert not await shop.refund(uniqid)
    assert inbox.received == []
    assert (await read(caller, uniqid))["status"] == "REFUNDED"


@pytest.mark.parametrize("status", ["COMPLETED", "PARTIALLY_REFUNDED"])
@pytest.mark.parametrize("field", get_args(RefundedField))
async def test_a_part_may_show_under_any_name(
    shop: StandIn,
    caller: Caller,
    status: Literal["COMPLETED", "PARTIALLY_REFUNDED"],
    field: RefundedField,
) -> None:
    shop.switches.partial_refund_status = status
    shop.switches.refunded_field = field
    uniqid = await sold(shop, caller)
    async with open_inbox() as inbox:
        shop.add_webhook(inbox.url)
        await shop.refund(uniqid, "2.50")
        [told] = await shop.refund(uniqid, 1)
    order = await read(caller, uniqid)
    shown = sum(part["amount"] for part in order[field]) if field == "refunds" else order[field]
    assert shown == 3.5
    assert told.data[field] == order[field]
    assert order["status"] == told.data["status"] == status
    assert shop.order(uniqid).refunded == Decimal("3.50")

    with pytest.raises(ValueError, match=r"at most 6\.50"):
        await shop.refund(uniqid, 7)
    await shop.refund(uniqid, "6.50")
    assert (await read(caller, uniqid))["status"] == "REFUNDED"


async def test_a_part_may_show_nowhere(shop: StandIn, caller: Caller) -> None:
    uniqid = await sold(shop, caller)
    before = await read(caller, uniqid)
    await shop.refund(uniqid, 1, silent=True)
    assert await read(caller, uniqid) == before


async def test_only_some_gateways_refund_by_program(shop: StandIn, caller: Caller) -> None:
    uniqid = await sold(shop, caller, gateway="PAYPAL")
    path = f"/orders/{uniqid}/refund"
    for amount in (1, "one", "-1", "0", "1.001", "11"):
        assert (await caller.call("POST", path, {"amount": amount}))[0] == 422
    async with open_inbox() as inbox:
        shop.add_webhook(inbox.url)
        status, answer = await caller.call("POST", path, {"amount": "1.5", "reason": "late"})
        assert (status, list(answer)) == (200, ["message"])
        await shop.settle()
        assert len(inbox.received) == 1
    assert shop.order(uniqid).refunded == Decimal("1.5")
    assert (await caller.call("POST", path))[0] == 200
    assert shop.order(uniqid).status == "REFUNDED"
    assert (await caller.call("POST", path))[0] == 400

    uniqid = await sold(shop, caller, gateway="OXAPAY")
    status, answer = await caller.call("POST", f"/orders/{uniqid}/refund")
    assert status == 422
    assert "refunds are not supported" in answer["error"]["message"]


@pytest.mark.parametrize("status", ["CUSTOMER_DISPUTE_ONGOING", "DISPUTED"])
@pytest.mark.parametrize("quiet", ["updated", "none"])
async def test_disputes_are_won_and_lost(
    shop: StandIn,
    caller: Caller,
    status: Literal["CUSTOMER_DISPUTE_ONGOING", "DISPUTED"],
    quiet: Literal["updated", "none"],
) -> None:
    shop.switches.dispute_status = status
    shop.switches.dispute_outcome_event = quiet
    uniqid = await sold(shop, caller)
    with pytest.raises(ValueError, match="not disputed"):
        await shop.win_dispute(uniqid)
    outcome = [] if quiet == "none" else ["order:updated"]
    async with open_inbox() as inbox:
        shop.add_webhook(inbox.url)
        [told] = await shop.dispute(uniqid)
        assert (told.event, told.data["status"]) == ("order:disputed", status)
        won = await shop.win_dispute(uniqid)
        assert [delivery.event for delivery in won] == outcome
        assert (await read(caller, uniqid))["status"] == "COMPLETED"
        await shop.dispute(uniqid)
        lost = await shop.lose_dispute(uniqid)
        assert [delivery.event for delivery in lost] == outcome
    assert (await read(caller, uniqid))["status"] == "REVERSED"


@pytest.mark.parametrize("family", ["orders", "invoices"])
async def test_an_order_can_be_completed_by_hand(
    shop: StandIn, caller: Caller, family: str
) -> None:
    product = shop.add_product(title="Key", price=1, type="SERIALS", serials=["A"])
    order = await caller.order(product, custom_fields={"nonce": "n"})
    await shop.set_status(order["uniqid"], "PENDING_PAYMENT")
    path = f"/{family}/{order['uniqid']}/complete"
    assert (await caller.call("POST", path, {"note": 1, "suppress_emails": "yes"}))[0] == 422
    async with open_inbox() as inbox:
        shop.add_webhook(inbox.url)
        body = {"note": "cash", "suppress_emails": True}
        status, answer = await caller.call("POST", path, body)
        await shop.settle()
    assert status == 200
    data = answer["data"]
    assert (data["status"], data["gateway"]) == ("COMPLETED", "MANUAL")
    assert data["custom_fields"] == {"customFields": [{"name": "nonce", "value": "n"}]}
    assert [headers["X-Shoppex-Event"] for headers, _ in inbox.received] == ["order:paid"]
    assert (await read(caller, order["uniqid"]))["items"][0]["delivered_items"] is not None
    assert (await caller.call("POST", path))[0] == 422


async def test_a_payment_can_be_completed_by_hand(shop: StandIn, caller: Caller) -> None:
    body = {"title": "Coffee", "email": "a@example.org", "value": 2.5, "currency": "EUR"}
    _, answer = await caller.call("POST", "/payments", body)
    uniqid = answer["data"]["uniqid"]
    assert (await caller.call("POST", f"/orders/{uniqid}/complete"))[0] == 404
    assert (await caller.call("POST", f"/payments/{uniqid}/complete"))[0] == 200
    assert shop.order(uniqid).status == "COMPLETED"


async def test_late_goods_can_be_fulfilled_by_hand(shop: StandIn, caller: Caller) -> None:
    shop.switches.deliver_late = True
    product = shop.add_product(title="Key", price=1, type="SERIALS", serials=["A"])
    order = await caller.order(product)
    path = f"/orders/{order['uniqid']}/fulfill"
    assert (await caller.call("POST", path))[0] == 422
    await shop.pay(order["uniqid"])
    _, answer = await caller.call("POST", path, {"note": "sorry"})
    assert answer["data"]["items"][0]["delivered_items"] == {"serials": ["A"]}


async def test_a_gateway_by_hand_announces_that_it_waits(shop: StandIn, caller: Caller) -> None:
    order = await caller.order(shop.add_product(title="X", price=1))
    async with open_inbox() as inbox:
        shop.add_webhook(inbox.url, events=["order:manual_payment_pending"])
        [told] = await shop.set_status(order["uniqid"], "PENDING_PAYMENT")
    assert told.data["status"] == "PENDING_PAYMENT"

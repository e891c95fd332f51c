"""What staff do to orders, and invoices as another view of them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from scripted_shop import Shop, drop, problem, reply
from shoppex.api import Rejected, ShoppexClient, Unavailable
from shoppex.domain.status import OrderStatus

ORDER: dict[str, object] = {
    "id": "inv_1",
    "uniqid": "u-1",
    "status": "COMPLETED",
    "total": 19.99,
    "currency": "USD",
    "custom_fields": {"customFields": []},
    "checkout_url": None,
}


async def test_an_order_is_completed(shop: Shop, client: ShoppexClient) -> None:
    shop.answers = [reply(ORDER)]
    order = await client.orders.complete("a/b", note="Test purchase", suppress_emails=True)
    assert order.status is OrderStatus.PAID
    await client.orders.complete("u-1")
    await client.orders.complete("u-1", suppress_emails=False)
    assert [(seen.method, seen.raw_path, seen.json) for seen in shop.seen] == [
        (
            "POST",
            "/dev/v1/orders/a%2Fb/complete",
            {"note": "Test purchase", "suppress_emails": True},
        ),
        ("POST", "/dev/v1/orders/u-1/complete", {}),
        ("POST", "/dev/v1/orders/u-1/complete", {"suppress_emails": False}),
    ]


async def test_an_order_that_may_be_complete(shop: Shop, client: ShoppexClient) -> None:
    for answer in (reply({"message": "Done."}), drop):
        shop.answers = [answer]
        shop.seen.clear()
        with pytest.raises(Unavailable) as caught:
            await client.orders.complete("u-1")
        assert caught.value.ambiguous
        assert len(shop.seen) == 1


@pytest.mark.parametrize(
    ("amount", "sent"),
    [("10.00", "10.00"), ("1E+2", "100"), ("0.50", "0.50"), ("12345678901.99", "12345678901.99")],
)
async def test_a_part_is_given_back(
    shop: Shop, client: ShoppexClient, amount: str, sent: str
) -> None:
    shop.answers = [reply({"message": "Invoice refunded successfully."})]
    await client.orders.refund("u-1", Decimal(amount), reason="Broken key")
    seen = shop.seen[0]
    assert (seen.method, seen.raw_path) == ("POST", "/dev/v1/orders/u-1/refund")
    assert seen.json == {"amount": sent, "reason": "Broken key"}


async def test_all_is_given_back(shop: Shop, client: ShoppexClient) -> None:
    shop.answers = [reply({"message": "Invoice refunded successfully."})]
    await client.orders.refund("u-1")
    assert shop.seen[0].json == {}


@pytest.mark.parametrize("amount", ["0", "-1", "NaN", "Infinity"])
async def test_amounts_that_cannot_be_given_back(
    shop: Shop, client: ShoppexClient, amount: str
) -> None:
    with pytest.raises(ValueError, match="amount"):
        await client.orders.refund("u-1", Decimal(amount))
    assert shop.seen == []


async def test_a_refund_is_never_tried_twice(shop: Shop, client: ShoppexClient) -> None:
    shop.answers = [problem(422, "Refunds are not supported"), drop]
    with pytest.raises(Rejected) as refused:
        await client.orders.refund("u-1")
    assert not refused.value.ambiguous
    assert refused.value.message == "Refunds are not supported"
    with pytest.raises(Unavailable) as lost:
        await client.orders.refund("u-1")
    assert lost.value.ambiguous
    assert len(shop.seen) == 2


async def test_an_invoice(shop: Shop, client: ShoppexClient) -> None:
    invoice = {
        **ORDER,
        "product": {"uniqid": "p-2", "title": "Pro Pack"},
        "items": [{"product_id": "prod_2", "delivered_items": {"serials": ["A-1"]}}],
    }
    shop.answers = [reply(invoice), reply({"invoice": invoice}), reply({})]
    found = await client.invoices.get("a/b")
    assert (found.goods, found.product_ids) == (("A-1",), ("p-2", "prod_2"))
    assert await client.invoices.get("u-1") == found
    with pytest.raises(Unavailable):
        await client.invoices.get("u-1")
    assert shop.seen[0].raw_path == "/dev/v1/invoices/a%2Fb"

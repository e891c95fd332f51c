"""The calls of subscriptions and payments, against a server on loopback."""

from __future__ import annotations

import pytest

from scripted_shop import Shop, drop, problem, reply
from shoppex.api import Rejected, ShoppexClient, Unavailable
from shoppex.domain.subscription_status import SubscriptionStatus

SUBSCRIPTION = {"id": "sub_1", "uniqid": "s-1", "status": "ACTIVE", "invoices": [{"uniqid": "u"}]}


async def test_one_subscription(shop: Shop, client: ShoppexClient) -> None:
    shop.answers = [reply(SUBSCRIPTION), reply({"subscription": SUBSCRIPTION}), reply({})]
    subscription = await client.subscriptions.get("a/b")
    assert (subscription.uniqid, subscription.invoices) == ("s-1", ("u",))
    assert subscription.status is SubscriptionStatus.ACTIVE
    assert await client.subscriptions.get("s-1") == subscription
    with pytest.raises(Unavailable) as caught:
        await client.subscriptions.get("s-1")
    assert not caught.value.ambiguous
    assert shop.seen[0].raw_path == "/dev/v1/subscriptions/a%2Fb"


async def test_all_subscriptions(
    shop: Shop, client: ShoppexClient, caplog: pytest.LogCaptureFixture
) -> None:
    shop.answers = [
        reply([SUBSCRIPTION, {"status": "nobody@example.org"}], next_cursor="c", has_more=True),
        reply([{"id": "sub_2"}], next_cursor=None, has_more=False),
    ]
    assert [s.uniqid async for s in client.subscriptions.list("CANCELED")] == ["s-1", "sub_2"]
    assert [seen.raw_path for seen in shop.seen] == [
        "/dev/v1/subscriptions?status=CANCELED&limit=100",
        "/dev/v1/subscriptions?status=CANCELED&limit=100&cursor=c",
    ]
    assert "a subscription without an id" in caplog.text
    assert "nobody" not in caplog.text


async def test_changes(shop: Shop, client: ShoppexClient) -> None:
    shop.answers = [reply({"message": "Done."})]
    await client.subscriptions.cancel("s-1")
    await client.subscriptions.pause("s-1")
    await client.subscriptions.resume("s-1")
    await client.subscriptions.change_plan("s-1", "p-2")
    assert [(seen.method, seen.raw_path, seen.json) for seen in shop.seen] == [
        ("POST", "/dev/v1/subscriptions/s-1/cancel", {}),
        ("POST", "/dev/v1/subscriptions/s-1/pause", {}),
        ("POST", "/dev/v1/subscriptions/s-1/resume", {}),
        ("POST", "/dev/v1/subscriptions/s-1/change-plan", {"product_id": "p-2"}),
    ]


async def test_a_change_that_fails(shop: Shop, client: ShoppexClient) -> None:
    shop.answers = [problem(422, "It is cancelled already"), drop]
    with pytest.raises(Rejected) as refused:
        await client.subscriptions.cancel("s-1")
    assert not refused.value.ambiguous
    with pytest.raises(Unavailable) as lost:
        await client.subscriptions.cancel("s-1")
    assert lost.value.ambiguous
    assert len(shop.seen) == 2


async def test_all_payments(shop: Shop, client: ShoppexClient) -> None:
    payment = {"uniqid": "u-1", "status": "PENDING", "url": "https://pay.example/1"}
    shop.answers = [reply([payment, {}])]
    found = [payment async for payment in client.payments.list("PENDING")]
    assert [(payment.uniqid, payment.url) for payment in found] == [
        ("u-1", "https://pay.example/1")
    ]
    assert shop.seen[0].raw_path == "/dev/v1/payments?status=PENDING&limit=100"

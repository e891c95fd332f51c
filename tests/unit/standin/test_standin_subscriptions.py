"""Subscriptions of the stand-in: how they begin, what is told and read of them."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from peers import RENEWAL_EVENTS, Caller, Clock, open_inbox, plan
from standin import StandIn
from standin.subscriptions import add_interval


@pytest.mark.parametrize(
    ("interval", "count", "later"),
    [
        ("DAY", 3, datetime(2026, 2, 3, tzinfo=timezone.utc)),
        ("WEEK", 1, datetime(2026, 2, 7, tzinfo=timezone.utc)),
        ("MONTH", 1, datetime(2026, 2, 28, tzinfo=timezone.utc)),
        ("MONTH", 12, datetime(2027, 1, 31, tzinfo=timezone.utc)),
        ("YEAR", 2, datetime(2028, 1, 31, tzinfo=timezone.utc)),
    ],
)
def test_periods_end_on_a_day_that_exists(interval: str, count: int, later: datetime) -> None:
    assert add_interval(datetime(2026, 1, 31, tzinfo=timezone.utc), interval, count) == later


async def test_the_catalogue_says_how_often_a_plan_renews(shop: StandIn, caller: Caller) -> None:
    plan(shop, recurring_interval="WEEK", recurring_interval_count=2, trial_period=3)
    shop.add_product(title="Once", price=1)
    _, answer = await caller.call("GET", "/products")
    weekly, once = answer["data"]
    assert (weekly["type"], weekly["subtype"]) == ("SUBSCRIPTION", "WEEKLY")
    assert (weekly["recurring_interval"], weekly["recurring_interval_count"]) == ("WEEK", 2)
    assert weekly["trial_period"] == 3
    assert (once["subtype"], once["recurring_interval"], once["trial_period"]) == (None,) * 3


async def test_a_paid_order_begins_a_subscription(
    shop: StandIn, caller: Caller, clock: Clock
) -> None:
    product = plan(shop)
    order = await caller.order(product, custom_fields={"nonce": "n"})
    assert (await caller.call("GET", "/subscriptions"))[1]["data"] == []

    async with open_inbox() as inbox:
        shop.add_webhook(inbox.url, events=RENEWAL_EVENTS)
        paid, created = await shop.pay(order["uniqid"])
    assert [paid.event, created.event] == ["order:paid", "subscription:created"]
    assert paid.data["subscription_id"] == shop.subscriptions[0].uniqid

    data = created.data
    assert data["id"] == shop.subscriptions[0].id
    assert (data["status"], data["gateway"]) == ("ACTIVE", "STRIPE")
    assert data["current_period_start"] == int(clock.now.timestamp())
    assert data["current_period_end"] == int(clock.now.replace(month=2).timestamp())
    assert data["custom_fields"] == {"nonce": "n"}
    assert data["customer_id"] == order["customer_id"]
    assert "product" not in data
    assert "customer_email" not in data

    full = await caller.read_subscription(shop.subscriptions[0])
    assert full["product"]["uniqid"] == product.uniqid
    assert full["product"]["subtype"] == "MONTHLY"
    assert full["stripe_subscription_id"].startswith("sub_")
    assert full["paypal_subscription_id"] is None
    [invoice] = full["invoices"]
    assert (invoice["uniqid"], invoice["status"]) == (order["uniqid"], "COMPLETED")
    assert invoice["subscription_id"] == full["uniqid"]
    _, listed = await caller.call("GET", "/subscriptions")
    assert listed["data"] == [{k: v for k, v in full.items() if k != "invoices"}]


async def test_an_unpaid_order_may_show_as_a_pending_subscription(
    shop: StandIn, caller: Caller
) -> None:
    shop.switches.pending_subscriptions = True
    order = await caller.order(plan(shop))
    [pending] = shop.subscriptions
    assert (await caller.read_subscription(pending))["status"] == "PENDING"
    with pytest.raises(ValueError, match="does not renew"):
        await shop.renew(pending)
    await shop.pay(order["uniqid"])
    assert shop.subscriptions == [pending]
    assert (await caller.read_subscription(pending))["status"] == "ACTIVE"


async def test_custom_fields_may_be_lost_on_the_way(shop: StandIn, caller: Caller) -> None:
    switches = shop.switches
    switches.fields_on_renewal = False
    kept = await caller.subscribe(plan(shop))
    await shop.renew(kept)
    full = await caller.read_subscription(kept)
    assert full["custom_fields"] == {"nonce": "n"}
    newest, oldest = full["invoices"]
    assert (newest["custom_fields"], oldest["custom_fields"]) == (None, {"nonce": "n"})

    switches.fields_on_subscription = False
    switches.fields_on_renewal = True
    lost = await caller.subscribe(plan(shop))
    await shop.renew(lost)
    full = await caller.read_subscription(lost)
    assert full["custom_fields"] is None
    assert full["invoices"][0]["custom_fields"] == {"nonce": "n"}


async def test_what_events_say_is_up_to_the_switches(shop: StandIn, caller: Caller) -> None:
    subscription = await caller.subscribe(plan(shop))
    switches = shop.switches
    async with open_inbox() as inbox:
        shop.add_webhook(inbox.url, events=["subscription:upcoming"])
        switches.custom_fields_in_subscription_webhooks = "null"
        switches.subscription_product = True
        switches.subscription_invoice = True
        switches.refer_by = "id"
        [full] = await shop.announce_upcoming(subscription)
        switches.custom_fields_in_subscription_webhooks = "missing"
        switches.subscription_product = switches.subscription_invoice = False
        switches.subscription_customer = False
        switches.webhook_times = "iso"
        switches.twins = "always"
        bare, twin = await shop.announce_upcoming(subscription)

    assert full.data["custom_fields"] is None
    assert full.data["product"]["uniqid"] == subscription.product.uniqid
    assert full.data["product_id"] == subscription.product.id
    assert full.data["invoice_id"] == subscription.invoices[0].id
    absent = {"custom_fields", "product", "product_id", "invoice_id", "customer_id"}
    assert not absent & bare.data.keys()
    assert bare.data["current_period_end"] == "2026-02-02T03:04:05Z"
    assert twin.event == "subscription:upcoming:product"
    assert twin.data["product"]["title"] == "Gold"
    assert (await caller.read_subscription(subscription))["upcoming_email_1_week_sent"] is True


async def test_a_pause_stops_renewals(shop: StandIn, caller: Caller) -> None:
    shop.switches.paused_spelling = "paused"
    subscription = await caller.subscribe(plan(shop))
    path = f"/subscriptions/{subscription.uniqid}"
    async with open_inbox() as inbox:
        shop.add_webhook(inbox.url, events=RENEWAL_EVENTS)
        assert (await caller.call("POST", f"{path}/resume"))[0] == 400
        _, answer = await caller.call("POST", f"{path}/pause", {})
        assert answer["data"]["status"] == "paused"
        assert (await caller.call("POST", f"{path}/pause"))[0] == 400
        with pytest.raises(ValueError, match="does not renew"):
            await shop.renew(subscription)
        _, answer = await caller.call("POST", f"{path}/resume")
        assert answer["data"]["status"] == "ACTIVE"
        await shop.settle()
    assert inbox.events == ["subscription:updated"] * 2


async def test_lists_have_pages_and_a_filter(shop: StandIn, caller: Caller) -> None:
    product = plan(shop)
    made = [await caller.subscribe(product) for _ in range(3)]
    await shop.cancel_subscription(made[0], silent=True)

    async def listed(query: str) -> list[str]:
        status, answer = await caller.call("GET", f"/subscriptions?{query}")
        assert status == 200
        return [entry["id"] for entry in answer["data"]]

    first = await listed("limit=2")
    assert first == [made[2].id, made[1].id]
    assert await listed(f"limit=2&cursor={first[-1]}") == [made[0].id]
    assert await listed("status=ACTIVE") == [made[2].id, made[1].id]
    assert await listed("status=CANCELED") == await listed("status=CANCELLED") == [made[0].id]
    shop.switches.cancelled_filter = "exact"
    assert await listed("status=CANCELLED") == []
    assert (await caller.call("GET", "/subscriptions/nothing"))[0] == 404


async def test_scopes(shop: StandIn, caller: Caller) -> None:
    subscription = await caller.subscribe(plan(shop))
    shop.switches.scopes = {"subscriptions.read"}
    assert (await caller.call("GET", "/subscriptions"))[0] == 200
    assert (await caller.call("POST", f"/subscriptions/{subscription.id}/pause"))[0] == 403
    shop.switches.scopes = {"orders.read"}
    assert (await caller.call("GET", f"/subscriptions/{subscription.id}"))[0] == 403


async def test_a_subscription_can_be_silent(shop: StandIn, caller: Caller) -> None:
    subscription = await caller.subscribe(plan(shop))
    async with open_inbox() as inbox:
        shop.add_webhook(inbox.url, events=RENEWAL_EVENTS)
        assert not await shop.renew(subscription, silent=True)
        assert not await shop.end_subscription(subscription, silent=True)
    assert inbox.received == []

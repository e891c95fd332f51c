"""Subscriptions of the stand-in: what is sold, renewed, cancelled, and told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest

from peers import Caller, Clock, Inbox, Json, open_inbox
from standin import SUBSCRIPTION_EVENTS, Delivery, Product, StandIn, Subscription
from standin.subscriptions import add_interval

HEARD = ("order:paid", "order:cancelled", *SUBSCRIPTION_EVENTS)


def plan(shop: StandIn, title: str = "Gold", price: int = 10, **more: Any) -> Product:
    return shop.add_product(title=title, price=price, type="SUBSCRIPTION", **more)


async def subscribe(
    shop: StandIn, caller: Caller, product: Product, gateway: str = "STRIPE"
) -> Subscription:
    order = await caller.order(product, custom_fields={"nonce": "n"})
    await shop.pay(order["uniqid"], gateway=gateway)
    return shop.subscriptions[-1]


async def read(caller: Caller, subscription: Subscription) -> Json:
    status, answer = await caller.call("GET", f"/subscriptions/{subscription.uniqid}")
    assert status == 200
    data: Json = answer["data"]
    return data


def events(deliveries: Sequence[Delivery]) -> list[str]:
    return [delivery.event for delivery in deliveries]


def sent_to(inbox: Inbox) -> list[str]:
    return [json.loads(body)["event"] for _, body in inbox.received]


@pytest.mark.parametrize(
    ("interval", "count", "later"),
    [
        ("DAY", 3, datetime(2026, 2, 3, tzinfo=UTC)),
        ("WEEK", 1, datetime(2026, 2, 7, tzinfo=UTC)),
        ("MONTH", 1, datetime(2026, 2, 28, tzinfo=UTC)),
        ("MONTH", 12, datetime(2027, 1, 31, tzinfo=UTC)),
        ("YEAR", 2, datetime(2028, 1, 31, tzinfo=UTC)),
    ],
)
def test_periods_end_on_a_day_that_exists(interval: str, count: int, later: datetime) -> None:
    assert add_interval(datetime(2026, 1, 31, tzinfo=UTC), interval, count) == later


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
        shop.add_webhook(inbox.url, events=HEARD)
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

    full = await read(caller, shop.subscriptions[0])
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
    assert (await read(caller, pending))["status"] == "PENDING"
    with pytest.raises(ValueError, match="does not renew"):
        await shop.renew(pending)
    await shop.pay(order["uniqid"])
    assert shop.subscriptions == [pending]
    assert (await read(caller, pending))["status"] == "ACTIVE"


@pytest.mark.parametrize(
    ("order", "heard"),
    [
        ("first", ["order:paid", "subscription:renewed"]),
        ("last", ["subscription:renewed", "order:paid"]),
        ("together", None),
    ],
)
async def test_a_renewal_is_a_new_order_with_a_new_key(
    shop: StandIn,
    caller: Caller,
    clock: Clock,
    order: Literal["first", "last", "together"],
    heard: list[str] | None,
) -> None:
    product = plan(shop, serials=["A", "B", "C"])
    subscription = await subscribe(shop, caller, product)
    clock.now = end = subscription.period_end
    shop.switches.paid_event = order
    async with open_inbox() as inbox:
        shop.add_webhook(inbox.url, events=HEARD)
        deliveries = await shop.renew(subscription)
    assert set(events(deliveries)) == {"order:paid", "subscription:renewed"}
    assert len(deliveries) == 2
    if heard is not None:
        assert sent_to(inbox) == heard

    assert subscription.period_start == end
    assert subscription.period_end == end.replace(month=3)
    first, second = subscription.invoices
    _, answer = await caller.call("GET", f"/orders/{second.uniqid}")
    renewal = answer["data"]
    assert renewal["items"][0]["delivered_items"] == {"serials": ["B"]}
    assert renewal["subscription_id"] == subscription.uniqid
    assert renewal["custom_fields"] == {"nonce": "n"}
    assert renewal["created_at"] == int(end.timestamp())
    assert shop.order(first.uniqid).items[0].goods is not None
    assert product.serials == ["C"]

    path = f"/subscriptions/{subscription.id}/billing-history"
    _, history = await caller.call("GET", path)
    assert [entry["uniqid"] for entry in history["data"]] == [second.uniqid, first.uniqid]


async def test_custom_fields_may_be_lost_on_the_way(shop: StandIn, caller: Caller) -> None:
    switches = shop.switches
    switches.fields_on_renewal = False
    kept = await subscribe(shop, caller, plan(shop))
    await shop.renew(kept)
    full = await read(caller, kept)
    assert full["custom_fields"] == {"nonce": "n"}
    newest, oldest = full["invoices"]
    assert (newest["custom_fields"], oldest["custom_fields"]) == (None, {"nonce": "n"})

    switches.fields_on_subscription = False
    switches.fields_on_renewal = True
    lost = await subscribe(shop, caller, plan(shop))
    await shop.renew(lost)
    full = await read(caller, lost)
    assert full["custom_fields"] is None
    assert full["invoices"][0]["custom_fields"] == {"nonce": "n"}


async def test_what_events_say_is_up_to_the_switches(shop: StandIn, caller: Caller) -> None:
    subscription = await subscribe(shop, caller, plan(shop))
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
    assert (await read(caller, subscription))["upcoming_email_1_week_sent"] is True


@pytest.mark.parametrize(
    ("grace", "status"), [("active", "ACTIVE"), ("past_due", "past due")], ids=str
)
async def test_a_failed_renewal_waits_and_is_made_good(
    shop: StandIn,
    caller: Caller,
    clock: Clock,
    grace: Literal["active", "past_due"],
    status: str,
) -> None:
    shop.switches.grace = grace
    shop.switches.past_due_spelling = "past due"
    subscription = await subscribe(shop, caller, plan(shop, grace_days=5))
    end = subscription.period_end
    clock.now = end + timedelta(days=1)
    with pytest.raises(ValueError, match="fail_renewal first"):
        await shop.recover(subscription)
    async with open_inbox() as inbox:
        shop.add_webhook(inbox.url, events=HEARD)
        assert events(await shop.fail_renewal(subscription)) == ["subscription:updated"]
        await shop.fail_renewal(subscription)
        full = await read(caller, subscription)
        assert (full["status"], full["renewal_invoice_created"]) == (status, True)
        assert [invoice["status"] for invoice in full["invoices"]] == ["PENDING", "COMPLETED"]
        assert full["current_period_end"] == int(end.timestamp())
        assert subscription.grace_until == end + timedelta(days=5)
        assert events(await shop.recover(subscription)) == ["order:paid", "subscription:renewed"]
    full = await read(caller, subscription)
    assert (full["status"], full["renewal_invoice_created"]) == ("ACTIVE", False)
    assert subscription.period_start == end


async def test_the_open_invoice_can_be_paid_on_its_page(shop: StandIn, caller: Caller) -> None:
    subscription = await subscribe(shop, caller, plan(shop))
    end = subscription.period_end
    await shop.fail_renewal(subscription)
    url = f"{shop.url}/invoice/{subscription.invoices[-1].uniqid}/pay"
    async with caller.session.post(url) as page:
        assert page.status == 200
    assert subscription.period_start == end


async def test_grace_that_runs_out_ends_it(shop: StandIn, caller: Caller) -> None:
    subscription = await subscribe(shop, caller, plan(shop))
    await shop.fail_renewal(subscription)
    async with open_inbox() as inbox:
        shop.add_webhook(inbox.url, events=HEARD)
        ended = await shop.end_subscription(subscription)
    assert events(ended) == ["subscription:cancelled", "order:cancelled"]
    full = await read(caller, subscription)
    assert full["status"] == "CANCELED"
    assert full["invoices"][0]["status"] == "VOIDED"
    assert full["canceled_at"] is not None
    with pytest.raises(ValueError, match="ended already"):
        await shop.end_subscription(subscription)
    with pytest.raises(ValueError, match="does not renew"):
        await shop.renew(subscription)


@pytest.mark.parametrize("told", ["at_request", "at_end"])
@pytest.mark.parametrize("changed", ["at_request", "at_end"])
async def test_a_cancellation_holds_from_the_end_of_the_period(
    shop: StandIn,
    caller: Caller,
    told: Literal["at_request", "at_end"],
    changed: Literal["at_request", "at_end"],
) -> None:
    switches = shop.switches
    switches.cancelled_spelling = "CANCELLED"
    switches.cancelled_event, switches.cancelled_status = told, changed
    subscription = await subscribe(shop, caller, plan(shop))
    async with open_inbox() as inbox:
        shop.add_webhook(inbox.url, events=HEARD)
        requested = events(await shop.cancel_subscription(subscription))
        between = await read(caller, subscription)
        ended = events(await shop.end_subscription(subscription))

    cancelled, updated = ["subscription:cancelled"], ["subscription:updated"]
    assert requested == (cancelled if told == "at_request" else updated)
    assert between["status"] == ("CANCELLED" if changed == "at_request" else "ACTIVE")
    assert between["canceled_at"] is not None
    assert between["current_period_end"] > between["canceled_at"]
    if told == "at_end":
        assert ended == cancelled
    else:
        assert ended == ([] if changed == "at_request" else updated)
    assert (await read(caller, subscription))["status"] == "CANCELLED"


@pytest.mark.parametrize("cuts", [True, False])
async def test_paypal_ends_at_once(
    shop: StandIn, caller: Caller, clock: Clock, *, cuts: bool
) -> None:
    shop.switches.end_at_once_cuts_period = cuts
    subscription = await subscribe(shop, caller, plan(shop), "PAYPAL")
    end = subscription.period_end
    async with open_inbox() as inbox:
        shop.add_webhook(inbox.url, events=HEARD)
        status, answer = await caller.call("POST", f"/subscriptions/{subscription.id}/cancel")
        assert status == 200
        await shop.settle()
    assert sent_to(inbox) == ["subscription:cancelled"]
    assert answer["data"]["status"] == "CANCELED"
    assert answer["data"]["paypal_subscription_id"].startswith("I-")
    assert subscription.period_end == (clock.now if cuts else end)
    status, _ = await caller.call("POST", f"/subscriptions/{subscription.id}/cancel")
    assert status == 400


async def test_a_cancellation_can_be_taken_back(shop: StandIn, caller: Caller) -> None:
    subscription = await subscribe(shop, caller, plan(shop))
    path = f"/subscriptions/{subscription.uniqid}"
    body = {"reason": "too dear"}
    _, answer = await caller.call("POST", f"{path}/cancel", body)
    assert answer["data"]["cancel_reason_comment"] == "too dear"
    _, answer = await caller.call("POST", f"{path}/resume")
    assert (answer["data"]["status"], answer["data"]["canceled_at"]) == ("ACTIVE", None)
    await shop.renew(subscription)


async def test_a_pause_stops_renewals(shop: StandIn, caller: Caller) -> None:
    shop.switches.paused_spelling = "paused"
    subscription = await subscribe(shop, caller, plan(shop))
    path = f"/subscriptions/{subscription.uniqid}"
    async with open_inbox() as inbox:
        shop.add_webhook(inbox.url, events=HEARD)
        assert (await caller.call("POST", f"{path}/resume"))[0] == 400
        _, answer = await caller.call("POST", f"{path}/pause", {})
        assert answer["data"]["status"] == "paused"
        assert (await caller.call("POST", f"{path}/pause"))[0] == 400
        with pytest.raises(ValueError, match="does not renew"):
            await shop.renew(subscription)
        _, answer = await caller.call("POST", f"{path}/resume")
        assert answer["data"]["status"] == "ACTIVE"
        await shop.settle()
    assert sent_to(inbox) == ["subscription:updated"] * 2


async def test_a_dearer_plan_holds_at_once_a_cheaper_one_later(
    shop: StandIn, caller: Caller
) -> None:
    silver, gold = plan(shop, "Silver", 5), plan(shop, "Gold", 10)
    subscription = await subscribe(shop, caller, silver)
    path = f"/subscriptions/{subscription.uniqid}/change-plan"
    _, answer = await caller.call("POST", path, {"product_id": gold.uniqid})
    assert answer["data"]["product"]["title"] == "Gold"
    assert len(subscription.invoices) == 1

    _, answer = await caller.call("POST", path, {"product_id": silver.uniqid})
    assert answer["data"]["product"]["title"] == "Gold"
    await shop.renew(subscription)
    full = await read(caller, subscription)
    assert full["product_id"] == silver.uniqid
    assert full["invoices"][0]["total"] == 5

    once = shop.add_product(title="Once", price=100)
    assert (await caller.call("POST", path, {"product_id": once.uniqid}))[0] == 400
    assert (await caller.call("POST", path, {"product_id": "nothing"}))[0] == 404
    assert (await caller.call("POST", path, {}))[0] == 422


async def test_an_upgrade_may_cost_an_order_of_its_own(
    shop: StandIn, caller: Caller, clock: Clock
) -> None:
    shop.switches.upgrade_invoice = True
    silver, gold = plan(shop, "Silver", 5), plan(shop, "Gold", 10)
    subscription = await subscribe(shop, caller, silver)
    end = subscription.period_end
    clock.now += (end - clock.now) / 2
    async with open_inbox() as inbox:
        shop.add_webhook(inbox.url, events=HEARD)
        told = await shop.change_plan(subscription, gold)
    assert events(told) == ["subscription:updated", "order:paid"]
    assert told[1].data["total"] == 2.5
    assert subscription.period_end == end


@pytest.mark.parametrize("free", [True, False])
async def test_a_trial_comes_first(
    shop: StandIn, caller: Caller, clock: Clock, *, free: bool
) -> None:
    shop.switches.trial_is_free = free
    order = await caller.order(plan(shop, trial_period=3))
    assert order["total"] == (0 if free else 10)
    async with open_inbox() as inbox:
        shop.add_webhook(inbox.url, events=HEARD)
        begun = events(await shop.pay(order["uniqid"]))
        [subscription] = shop.subscriptions
        full = await read(caller, subscription)
        over = clock.now = clock.now + timedelta(days=3)
        ended = await shop.end_trial(subscription)
    assert begun == ["order:paid", "subscription:created", "subscription:trial:started"]
    assert full["status"] == "TRIALING"
    assert full["trial_end"] == full["current_period_end"] == int(over.timestamp())
    assert events(ended) == ["subscription:trial:ended", "order:paid", "subscription:renewed"]
    assert ended[1].data["total"] == 10
    assert subscription.period_end == over.replace(month=2)


async def test_a_trial_may_end_in_nothing(shop: StandIn, caller: Caller) -> None:
    subscription = await subscribe(shop, caller, plan(shop))
    with pytest.raises(ValueError, match="pass days"):
        await shop.start_trial(subscription)
    async with open_inbox() as inbox:
        shop.add_webhook(inbox.url, events=HEARD)
        assert events(await shop.start_trial(subscription, days=2)) == [
            "subscription:trial:started"
        ]
        assert events(await shop.end_trial(subscription, paid=False)) == [
            "subscription:trial:ended",
            "subscription:cancelled",
        ]
    with pytest.raises(ValueError, match="not in a trial"):
        await shop.end_trial(subscription)
    assert len(subscription.invoices) == 1


async def test_lists_have_pages_and_a_filter(shop: StandIn, caller: Caller) -> None:
    product = plan(shop)
    made = [await subscribe(shop, caller, product) for _ in range(3)]
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
    subscription = await subscribe(shop, caller, plan(shop))
    shop.switches.scopes = {"subscriptions.read"}
    assert (await caller.call("GET", "/subscriptions"))[0] == 200
    assert (await caller.call("POST", f"/subscriptions/{subscription.id}/pause"))[0] == 403
    shop.switches.scopes = {"orders.read"}
    assert (await caller.call("GET", f"/subscriptions/{subscription.id}"))[0] == 403


async def test_a_subscription_can_be_silent(shop: StandIn, caller: Caller) -> None:
    subscription = await subscribe(shop, caller, plan(shop))
    async with open_inbox() as inbox:
        shop.add_webhook(inbox.url, events=HEARD)
        assert not await shop.renew(subscription, silent=True)
        assert not await shop.end_subscription(subscription, silent=True)
    assert inbox.received == []

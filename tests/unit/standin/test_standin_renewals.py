"""The life of a subscription in the stand-in: renewals, trials, plans, ends."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import pytest

from peers import RENEWAL_EVENTS, Caller, Clock, events_of, open_inbox, plan
from standin import StandIn


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
    subscription = await caller.subscribe(product)
    clock.now = end = subscription.period_end
    shop.switches.paid_event = order
    async with open_inbox() as inbox:
        shop.add_webhook(inbox.url, events=RENEWAL_EVENTS)
        deliveries = await shop.renew(subscription)
    assert set(events_of(deliveries)) == {"order:paid", "subscription:renewed"}
    assert len(deliveries) == 2
    if heard is not None:
        assert inbox.events == heard

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
    subscription = await caller.subscribe(plan(shop, grace_days=5))
    end = subscription.period_end
    clock.now = end + timedelta(days=1)
    with pytest.raises(ValueError, match="fail_renewal first"):
        await shop.recover(subscription)
    async with open_inbox() as inbox:
        shop.add_webhook(inbox.url, events=RENEWAL_EVENTS)
        assert events_of(await shop.fail_renewal(subscription)) == ["subscription:updated"]
        await shop.fail_renewal(subscription)
        full = await caller.read_subscription(subscription)
        assert (full["status"], full["renewal_invoice_created"]) == (status, True)
        assert [invoice["status"] for invoice in full["invoices"]] == ["PENDING", "COMPLETED"]
        assert full["current_period_end"] == int(end.timestamp())
        assert subscription.grace_until == end + timedelta(days=5)
        assert events_of(await shop.recover(subscription)) == [
            "order:paid",
            "subscription:renewed",
        ]
    full = await caller.read_subscription(subscription)
    assert (full["status"], full["renewal_invoice_created"]) == ("ACTIVE", False)
    assert subscription.period_start == end


@pytest.mark.parametrize("cancelled", [True, False])
async def test_the_open_invoice_can_be_paid_on_its_page(
    shop: StandIn, caller: Caller, *, cancelled: bool
) -> None:
    subscription = await caller.subscribe(plan(shop))
    end = subscription.period_end
    await shop.fail_renewal(subscription)
    if cancelled:
        await shop.cancel_subscription(subscription)
        with pytest.raises(ValueError, match="does not renew"):
            await shop.recover(subscription)
    url = f"{shop.url}/invoice/{subscription.invoices[-1].uniqid}/pay"
    async with caller.session.post(url) as page:
        assert page.status == 200
    assert subscription.period_start == end
    assert subscription.status == ("CANCELED" if cancelled else "ACTIVE")


async def test_grace_that_runs_out_ends_it(shop: StandIn, caller: Caller) -> None:
    subscription = await caller.subscribe(plan(shop))
    await shop.fail_renewal(subscription)
    async with open_inbox() as inbox:
        shop.add_webhook(inbox.url, events=RENEWAL_EVENTS)
        ended = await shop.end_subscription(subscription)
    assert events_of(ended) == ["subscription:cancelled", "order:cancelled"]
    full = await caller.read_subscription(subscription)
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
    subscription = await caller.subscribe(plan(shop))
    async with open_inbox() as inbox:
        shop.add_webhook(inbox.url, events=RENEWAL_EVENTS)
        requested = events_of(await shop.cancel_subscription(subscription))
        between = await caller.read_subscription(subscription)
        ended = events_of(await shop.end_subscription(subscription))

    cancelled, updated = ["subscription:cancelled"], ["subscription:updated"]
    assert requested == (cancelled if told == "at_request" else updated)
    assert between["status"] == ("CANCELLED" if changed == "at_request" else "ACTIVE")
    assert between["canceled_at"] is not None
    assert between["current_period_end"] > between["canceled_at"]
    if told == "at_end":
        assert ended == cancelled
    else:
        assert ended == ([] if changed == "at_request" else updated)
    assert (await caller.read_subscription(subscription))["status"] == "CANCELLED"


@pytest.mark.parametrize("cuts", [True, False])
async def test_paypal_ends_at_once(
    shop: StandIn, caller: Caller, clock: Clock, *, cuts: bool
) -> None:
    shop.switches.end_at_once_cuts_period = cuts
    subscription = await caller.subscribe(plan(shop), "PAYPAL")
    end = subscription.period_end
    async with open_inbox() as inbox:
        shop.add_webhook(inbox.url, events=RENEWAL_EVENTS)
        status, answer = await caller.call("POST", f"/subscriptions/{subscription.id}/cancel")
        assert status == 200
        await shop.settle()
    assert inbox.events == ["subscription:cancelled"]
    assert answer["data"]["status"] == "CANCELED"
    assert answer["data"]["paypal_subscription_id"].startswith("I-")
    assert subscription.period_end == (clock.now if cuts else end)
    status, _ = await caller.call("POST", f"/subscriptions/{subscription.id}/cancel")
    assert status == 400


async def test_a_cancellation_can_be_taken_back(shop: StandIn, caller: Caller) -> None:
    subscription = await caller.subscribe(plan(shop))
    path = f"/subscriptions/{subscription.uniqid}"
    body = {"reason": "too dear"}
    _, answer = await caller.call("POST", f"{path}/cancel", body)
    assert answer["data"]["cancel_reason_comment"] == "too dear"
    _, answer = await caller.call("POST", f"{path}/resume")
    assert (answer["data"]["status"], answer["data"]["canceled_at"]) == ("ACTIVE", None)
    await shop.renew(subscription)


async def test_a_dearer_plan_holds_at_once_a_cheaper_one_later(
    shop: StandIn, caller: Caller
) -> None:
    silver, gold = plan(shop, "Silver", 5), plan(shop, "Gold", 10)
    subscription = await caller.subscribe(silver)
    path = f"/subscriptions/{subscription.uniqid}/change-plan"
    _, answer = await caller.call("POST", path, {"product_id": gold.uniqid})
    assert answer["data"]["product"]["title"] == "Gold"
    assert len(subscription.invoices) == 1

    _, answer = await caller.call("POST", path, {"product_id": silver.uniqid})
    assert answer["data"]["product"]["title"] == "Gold"
    await shop.renew(subscription)
    full = await caller.read_subscription(subscription)
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
    subscription = await caller.subscribe(silver)
    end = subscription.period_end
    clock.now += (end - clock.now) / 2
    async with open_inbox() as inbox:
        shop.add_webhook(inbox.url, events=RENEWAL_EVENTS)
        told = await shop.change_plan(subscription, gold)
    assert events_of(told) == ["subscription:updated", "order:paid"]
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
        shop.add_webhook(inbox.url, events=RENEWAL_EVENTS)
        begun = events_of(await shop.pay(order["uniqid"]))
        [subscription] = shop.subscriptions
        full = await caller.read_subscription(subscription)
        over = clock.now = clock.now + timedelta(days=3)
        ended = await shop.end_trial(subscription)
    assert begun == ["order:paid", "subscription:created", "subscription:trial:started"]
    assert full["status"] == "TRIALING"
    assert full["trial_end"] == full["current_period_end"] == int(over.timestamp())
    assert events_of(ended) == ["subscription:trial:ended", "order:paid", "subscription:renewed"]
    assert ended[1].data["total"] == 10
    assert subscription.period_end == over.replace(month=2)


async def test_a_trial_may_end_in_nothing(shop: StandIn, caller: Caller) -> None:
    subscription = await caller.subscribe(plan(shop))
    with pytest.raises(ValueError, match="pass days"):
        await shop.start_trial(subscription)
    async with open_inbox() as inbox:
        shop.add_webhook(inbox.url, events=RENEWAL_EVENTS)
        assert events_of(await shop.start_trial(subscription, days=2)) == [
            "subscription:trial:started"
        ]
        assert events_of(await shop.end_trial(subscription, paid=False)) == [
            "subscription:trial:ended",
            "subscription:cancelled",
        ]
    with pytest.raises(ValueError, match="not in a trial"):
        await shop.end_trial(subscription)
    assert len(subscription.invoices) == 1


async def test_anybody_can_be_ended_at_once(shop: StandIn, caller: Caller) -> None:
    subscription = await caller.subscribe(plan(shop))
    async with open_inbox() as inbox:
        shop.add_webhook(inbox.url, events=RENEWAL_EVENTS)
        told = await shop.cancel_subscription(subscription, at_once=True)
    assert events_of(told) == ["subscription:cancelled"]
    assert subscription.ended
    kept = await caller.subscribe(plan(shop), "PAYPAL")
    await shop.cancel_subscription(kept, at_once=False)
    assert not kept.ended
    with pytest.raises(ValueError, match="running"):
        await shop.change_plan(subscription, plan(shop, "Iron"))


async def test_the_shop_can_pause_too(shop: StandIn, caller: Caller) -> None:
    subscription = await caller.subscribe(plan(shop))
    async with open_inbox() as inbox:
        shop.add_webhook(inbox.url, events=RENEWAL_EVENTS)
        paused = await shop.pause_subscription(subscription)
        resumed = await shop.resume_subscription(subscription)
    assert events_of([*paused, *resumed]) == ["subscription:updated"] * 2
    assert [delivery.data["status"] for delivery in (*paused, *resumed)] == ["PAUSED", "ACTIVE"]
    with pytest.raises(ValueError, match="Only a paused"):
        await shop.resume_subscription(subscription)

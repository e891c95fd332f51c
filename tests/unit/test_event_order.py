"""In whatever order news comes, and however often: in the end people have what the facts say."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoppex.domain.account import Account, AccountKey, OfferKind, Order
from shoppex.domain.money import Money
from shoppex.domain.order_metadata import OrderTag
from shoppex.domain.policy import Policy, Terms
from shoppex.domain.remote import RemoteOrder, RemoteSubscription
from shoppex.domain.status import OrderStatus
from shoppex.domain.subscription_status import SubscriptionStatus
from shoppex.fulfilment.entitlement.desired_state import desired
from shoppex.fulfilment.intake.order_updates import learn
from shoppex.fulfilment.intake.subscription_updates import (
    hear_of,
    learn_subscription,
    with_renewal,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
LATER = NOW + timedelta(hours=1)
KEY = AccountKey(1, 2)
GOLD = 1001
PRICE = Money(Decimal("9.99"), "EUR")
ORDER = Order(
    nonce="aa" * 16,
    kind=OfferKind.PRODUCT,
    offer_id="p-1",
    title="Gold",
    created_at=NOW - timedelta(hours=1),
    roles=(GOLD,),
    uniqid="u-1",
    quote=PRICE,
    recurring=True,
)
FIELDS = OrderTag(KEY.user_id, KEY.guild_id, ORDER.nonce).to_fields()

# What can happen to an order, in the order in which it happens, with what is true in the end.
HISTORIES = {
    "paid": ([OrderStatus.PENDING, OrderStatus.PAID], True),
    "confirmed": ([OrderStatus.PARTIAL, OrderStatus.PAID], True),
    "paid after it was cancelled": ([OrderStatus.CANCELLED, OrderStatus.PAID], True),
    "disputed": ([OrderStatus.PAID, OrderStatus.DISPUTED], False),
    "won": ([OrderStatus.PAID, OrderStatus.DISPUTED, OrderStatus.PAID], True),
    "lost": ([OrderStatus.PAID, OrderStatus.DISPUTED, OrderStatus.REFUNDED], False),
    "refunded": ([OrderStatus.PAID, OrderStatus.REFUNDED], False),
    "cancelled": ([OrderStatus.PENDING, OrderStatus.CANCELLED], False),
}


def news(status: OrderStatus) -> RemoteOrder:
    return RemoteOrder("u-1", status, PRICE, custom_fields=FIELDS)


def has_gold(account: Account, now: datetime = LATER) -> bool:
    return GOLD in desired(account, Terms(), now).roles


@pytest.mark.parametrize("history", HISTORIES)
@given(st.data())
def test_events_of_an_order_lead_to_the_same_in_any_order(
    history: str, data: st.DataObject
) -> None:
    statuses, gives = HISTORIES[history]
    doubled = data.draw(st.lists(st.sampled_from(statuses), max_size=3)) + statuses
    told = data.draw(st.permutations(doubled))
    order = ORDER
    for number, status in enumerate(told):
        order = learn(KEY, order, news(status), NOW + timedelta(seconds=number))
    # What events cannot tell, the API does when it is asked.
    order = learn(KEY, order, news(statuses[-1]), LATER, asked_at=LATER)
    assert has_gold(Account(KEY, {order.nonce: order})) is gives


@pytest.mark.parametrize("history", HISTORIES)
def test_without_the_api_the_order_of_events_makes_no_difference(history: str) -> None:
    statuses, _ = HISTORIES[history]
    ends = set()
    for told in permutations(statuses):
        order = ORDER
        for status in told:
            order = learn(KEY, order, news(status), NOW)
        ends.add(order.status)
    assert len(ends) == 1


def test_an_answer_from_before_a_dispute_does_not_end_it() -> None:
    paid = learn(KEY, ORDER, news(OrderStatus.PAID), NOW)
    disputed = learn(KEY, paid, news(OrderStatus.DISPUTED), LATER)
    stale = learn(KEY, disputed, news(OrderStatus.PAID), LATER, asked_at=NOW)
    assert stale.status is OrderStatus.DISPUTED
    after = LATER + timedelta(seconds=1)
    assert learn(KEY, disputed, news(OrderStatus.PAID), after, after).status is OrderStatus.PAID


def test_an_event_that_would_end_a_dispute_makes_the_api_be_asked() -> None:
    paid = learn(KEY, ORDER, news(OrderStatus.PAID), NOW)
    disputed = learn(KEY, paid, news(OrderStatus.DISPUTED), NOW)
    told = learn(KEY, disputed, news(OrderStatus.PAID), LATER)
    assert told.status is OrderStatus.DISPUTED
    assert told.asking is not None


SUBSCRIPTION = RemoteSubscription(
    "s-1",
    "17",
    SubscriptionStatus.ACTIVE,
    product_ids=("p-1",),
    customer_id="c-1",
    gateway="STRIPE",
    period_start=NOW,
    period_end=NOW + timedelta(days=30),
)
ENDINGS = {
    "active": (SUBSCRIPTION, True),
    "cancelled, still paid for": (
        replace(SUBSCRIPTION, status=SubscriptionStatus.CANCELLED, cancelled_at=NOW),
        True,
    ),
    "cancelled at PayPal": (
        replace(
            SUBSCRIPTION,
            status=SubscriptionStatus.CANCELLED,
            cancelled_at=NOW,
            gateway="PAYPAL",
        ),
        False,
    ),
    "over": (
        replace(
            SUBSCRIPTION,
            status=SubscriptionStatus.CANCELLED,
            cancelled_at=NOW,
            period_end=NOW + timedelta(minutes=30),
        ),
        False,
    ),
    "overdue": (replace(SUBSCRIPTION, status=SubscriptionStatus.PAST_DUE), True),
    "in a word nobody knows": (replace(SUBSCRIPTION, status=SubscriptionStatus.UNKNOWN), True),
}


@pytest.mark.parametrize("ending", ENDINGS)
@given(
    events=st.lists(st.sampled_from(["event", "stub", "renewal"]), max_size=6),
    late_payment=st.booleans(),
)
def test_events_of_a_subscription_lead_to_what_the_api_says(
    ending: str, events: list[str], *, late_payment: bool
) -> None:
    truth, gives = ENDINGS[ending]
    account = Account(KEY, {ORDER.nonce: ORDER})

    def pay(account: Account) -> Account:
        order = account.orders[ORDER.nonce]
        return account.with_order(learn(KEY, order, news(OrderStatus.PAID), NOW))

    account = account if late_payment else pay(account)
    account = hear_of(account, SUBSCRIPTION, ORDER.nonce, NOW)
    for event in events:
        if event == "renewal":
            account = with_renewal(account, account.subscriptions["s-1"], "u-2", NOW)
        else:
            stub = SUBSCRIPTION if event == "event" else replace(truth, product_ids=())
            account = hear_of(account, stub, ORDER.nonce, NOW)
    account = pay(account) if late_payment else account
    account = learn_subscription(account, "s-1", truth, LATER)
    assert has_gold(account) is gives
    assert learn_subscription(account, "s-1", SUBSCRIPTION, NOW) == account


@given(ending=st.permutations(["a", "b", "c"]), keep=st.booleans())
def test_a_role_goes_with_the_last_of_its_purchases(ending: list[str], *, keep: bool) -> None:
    terms = Terms(policy=Policy(refund_revokes=not keep))
    account = Account(KEY)
    for name in "abc":
        bought = replace(ORDER, nonce=name * 32, uniqid=name, recurring=False)
        paid = learn(KEY, bought, replace(news(OrderStatus.PAID), custom_fields={}), NOW)
        account = account.with_order(paid)
    for left, name in zip((2, 1, 0), ending, strict=True):
        order = account.orders[name * 32]
        back = replace(news(OrderStatus.REFUNDED), custom_fields={})
        account = account.with_order(learn(KEY, order, back, NOW))
        assert (GOLD in desired(account, terms, LATER).roles) is (keep or left > 0)


def test_a_pass_that_staff_kept_ends_when_it_would_have() -> None:
    paid = learn(KEY, replace(ORDER, recurring=False), news(OrderStatus.PAID), NOW)
    back = learn(KEY, paid, news(OrderStatus.REFUNDED), NOW)
    kept = replace(back, kept=True, lasts=timedelta(days=30))
    account = Account(KEY, {kept.nonce: kept})
    assert has_gold(account, NOW + timedelta(days=29))
    assert not has_gold(account, NOW + timedelta(days=30))

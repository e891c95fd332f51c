"""What a change of an account means: told by the change that makes it true, and by no other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoppex.domain.account import Account, AccountKey, OfferKind, Order, Promise
from shoppex.domain.delivery import Delivery, DeliveryState
from shoppex.domain.event import EventKind
from shoppex.domain.money import Money
from shoppex.domain.policy import Terms
from shoppex.domain.remote import RemoteOrder
from shoppex.domain.staff_action import StaffAction
from shoppex.domain.status import OrderStatus
from shoppex.domain.subscription import Subscription
from shoppex.domain.subscription_status import SubscriptionStatus
from shoppex.fulfilment.entitlement.changes import happenings_of
from shoppex.fulfilment.entitlement.desired_state import settle_roles
from shoppex.fulfilment.intake.delivered_goods import hand_over
from shoppex.fulfilment.intake.order_updates import learn
from strategies import accounts, orders

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
DAY = timedelta(days=1)
KEY = AccountKey(7, 11)
NONCE = "aa" * 16
PRICE = Money(Decimal("9.90"), "EUR")
DONE = Delivery(DeliveryState.DELIVERED)
OPEN = Order(
    nonce=NONCE,
    kind=OfferKind.ITEM,
    offer_id="i-1",
    title="Gold",
    created_at=NOW,
    quantity=2,
    uniqid="u-1",
    quote=PRICE,
)
PAID = replace(OPEN, status=OrderStatus.PAID, paid_at=NOW)
RUNNING = Subscription(
    "s-1",
    NONCE,
    NOW,
    other_id="internal",
    title="Club",
    status=SubscriptionStatus.ACTIVE,
    period_end=NOW + DAY,
    read_at=NOW,
)


def having(*things: Order | Subscription) -> Account:
    account = Account(KEY)
    for thing in things:
        if isinstance(thing, Order):
            account = account.with_order(thing)
        else:
            account = account.with_subscription(thing)
    return account


def kinds(before: Account, after: Account) -> list[EventKind]:
    return [happening.kind for happening in happenings_of(before, after)]


# -- orders --------------------------------------------------------------------------------


def test_a_payment_is_a_sale_with_what_and_how_much() -> None:
    [sale] = happenings_of(having(OPEN), having(PAID))
    assert (sale.kind, sale.subject, sale.pieces) == (EventKind.SALE, "Gold", 2)
    assert (sale.key, sale.order, sale.money, sale.test) == (KEY, "u-1", PRICE, False)


def test_a_test_is_marked() -> None:
    before, after = (having(replace(order, test=True)) for order in (OPEN, PAID))
    assert [happening.test for happening in happenings_of(before, after)] == [True]


def test_a_renewal_is_no_sale_and_a_gift_neither() -> None:
    renewal = [replace(order, renewal=True) for order in (OPEN, PAID)]
    gift = [replace(order, gift=StaffAction(1, NOW, "thanks")) for order in (OPEN, PAID)]
    assert kinds(*map(having, renewal)) == [EventKind.RENEWED]
    assert kinds(*map(having, gift)) == []


def part(amount: str) -> Order:
    return replace(PAID, refunded=Money(Decimal(amount), "EUR"))


@pytest.mark.parametrize(
    ("before", "after", "kind", "money"),
    [
        (PAID, replace(PAID, status=OrderStatus.REFUNDED), EventKind.REFUNDED, PRICE),
        (PAID, part("4"), EventKind.PARTLY_REFUNDED, Money(Decimal(4), "EUR")),
        (part("4"), part("5.50"), EventKind.PARTLY_REFUNDED, Money(Decimal("1.50"), "EUR")),
        (PAID, part("0"), EventKind.PARTLY_REFUNDED, None),
        (
            part("4"),
            replace(part("4"), status=OrderStatus.REFUNDED),
            EventKind.REFUNDED,
            Money(Decimal("5.90"), "EUR"),
        ),
        (PAID, replace(PAID, status=OrderStatus.DISPUTED), EventKind.DISPUTED, PRICE),
        (replace(PAID, status=OrderStatus.DISPUTED), PAID, EventKind.DISPUTE_WON, PRICE),
    ],
)
def test_money_that_went_back(
    before: Order, after: Order, kind: EventKind, money: Money | None
) -> None:
    [happening] = happenings_of(having(before), having(after))
    assert (happening.kind, happening.money) == (kind, money)


@pytest.mark.parametrize("promise", list(Promise))
def test_what_was_bought_has_arrived_when_roles_keys_and_message_have(promise: Promise) -> None:
    def told(account: Account) -> Account:
        return account.with_order(hand_over(account.orders[NONCE], account.orders[NONCE].goods))

    def given(account: Account) -> Account:
        return settle_roles(account, Terms({}), NOW)

    start = having(replace(PAID, kind=OfferKind.PRODUCT, promise=promise, reading=DONE))
    for steps in ((told, given), (given, told)):
        before = steps[0](start)
        assert kinds(start, before) == []
        after = steps[1](before)
        assert kinds(before, after) == [EventKind.DELIVERED]
        # A key that comes later, or a role that the offer gives since, is not told as another.
        again = after.with_order(replace(after.orders[NONCE], goods=("K",), fulfilled=False))
        assert kinds(after, told(given(again))) == []


def test_what_is_still_awaited_has_not_arrived() -> None:
    for awaited in (
        {"claim": Delivery(DeliveryState.NEEDS_STAFF)},
        {"promise": Promise.KEYS},
        {"fulfilled": False},
    ):
        order = replace(PAID, **{"fulfilled": True, **awaited})  # type: ignore[arg-type]
        assert not hand_over(order, ()).arrived


# -- what is not news ----------------------------------------------------------------------


@given(accounts)
def test_nothing_happened_to_an_account_that_did_not_change(account: Account) -> None:
    assert kinds(account, account) == []


@given(accounts, orders)
def test_what_was_moved_given_or_forgotten_did_not_happen_in_the_shop(
    account: Account, order: Order
) -> None:
    without, whole = account.without_order(order.nonce), account.with_order(order)
    assert kinds(without, whole) == []
    assert kinds(whole, without) == []
    assert kinds(Account(account.key), account) == []
    assert kinds(account, Account(account.key)) == []


news = st.builds(
    RemoteOrder,
    uniqid=st.just("u-1"),
    status=st.sampled_from(OrderStatus),
    total=st.just(PRICE),
    refunded=st.none() | st.builds(Money, st.integers(1, 9).map(Decimal), st.just("EUR")),
)


@given(st.lists(news, max_size=12))
def test_whatever_shoppex_tells_in_whatever_order_a_sale_is_told_once(
    told: Sequence[RemoteOrder],
) -> None:
    account, counts = having(OPEN), Counter[EventKind]()
    for number, each in enumerate(told):
        asked_at = NOW + number * DAY
        after = account.with_order(learn(KEY, account.orders[NONCE], each, asked_at, asked_at))
        counts.update(kinds(account, after))
        account = after
    order = account.orders[NONCE]
    assert counts[EventKind.SALE] == (order.paid_at is not None)
    assert counts[EventKind.REFUNDED] == (order.status is OrderStatus.REFUNDED)
    ended = order.status in (OrderStatus.DISPUTED, OrderStatus.REFUNDED)
    assert counts[EventKind.DISPUTED] - counts[EventKind.DISPUTE_WON] in (
        (0, 1) if ended else (0,)
    )


# -- subscriptions -------------------------------------------------------------------------


def test_a_subscription_begins_when_shoppex_says_that_it_runs() -> None:
    heard = replace(RUNNING, status=SubscriptionStatus.UNKNOWN)
    [begun] = happenings_of(having(PAID, heard), having(PAID, RUNNING))
    assert (begun.kind, begun.subject, begun.order) == (EventKind.SUBSCRIBED, "Club", "u-1")
    # The same, heard of by its other name.
    other = replace(heard, id="internal", other_id="internal")
    assert kinds(having(PAID, RUNNING, other), having(PAID, replace(RUNNING))) == []
    assert kinds(having(other), having(RUNNING)) == [EventKind.SUBSCRIBED]


@pytest.mark.parametrize(("gateway", "read_at"), [("STRIPE", NOW + DAY), ("PAYPAL", NOW)])
def test_a_subscription_ends_when_what_is_paid_for_is_over(
    gateway: str, read_at: datetime
) -> None:
    cancelled = replace(
        RUNNING, status=SubscriptionStatus.CANCELLED, gateway=gateway, cancelled_at=NOW
    )
    ended = replace(cancelled, read_at=read_at)
    early = replace(cancelled, read_at=read_at - timedelta(seconds=1))
    if gateway == "STRIPE":
        assert kinds(having(RUNNING), having(early)) == []
    assert kinds(having(RUNNING), having(ended)) == [EventKind.UNSUBSCRIBED]
    assert kinds(having(ended), having(replace(ended, read_at=read_at + DAY))) == []
    overdue = replace(RUNNING, status=SubscriptionStatus.PAST_DUE, read_at=read_at)
    assert kinds(having(RUNNING), having(overdue)) == []

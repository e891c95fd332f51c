"""Who loses what through news, and when that is too many."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from shoppex.domain.account import Account, AccountKey, Grant, OfferKind, Order
from shoppex.domain.delivery import Delivery, DeliveryState
from shoppex.domain.policy import Policy, Terms
from shoppex.domain.status import OrderStatus
from shoppex.domain.subscription import Subscription
from shoppex.domain.subscription_status import SubscriptionStatus
from shoppex.fulfilment.entitlement.mass_revocation import RecentLosses, about_to_go, loses, spare
from shoppex.fulfilment.reconcile.brake import is_too_many
from strategies import accounts, moments

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
KEY = AccountKey(111, 222)
TERMS = Terms()
DONE = Delivery(DeliveryState.DELIVERED)
ORDER = Order(
    "00ff",
    OfferKind.ITEM,
    "i-1",
    "Gold",
    NOW - timedelta(days=2),
    roles=(7,),
    status=OrderStatus.PAID,
    uniqid="u-1",
    paid_at=NOW - timedelta(days=1),
    fulfilled=True,
)
HOLDER = Account(KEY, {"00ff": ORDER}, {7: Grant(delivery=DONE)})


def with_status(status: OrderStatus) -> Account:
    return HOLDER.with_order(replace(ORDER, status=status, changed_at=NOW))


def test_a_refund_is_a_loss_and_a_duplicate_is_none() -> None:
    refunded = with_status(OrderStatus.REFUNDED)
    assert loses(HOLDER, refunded, TERMS, NOW)
    assert not loses(refunded, refunded, TERMS, NOW)
    assert not loses(refunded, HOLDER, TERMS, NOW)


def test_where_refunds_keep_nothing_is_lost() -> None:
    keeping = Terms(policy=Policy(refund_revokes=False))
    assert not loses(HOLDER, with_status(OrderStatus.REFUNDED), keeping, NOW)


def test_who_never_had_the_role_loses_nothing() -> None:
    for grant in (None, Grant(ours=False, delivery=DONE), Grant()):
        grants = {} if grant is None else {7: grant}
        before = replace(HOLDER, grants=grants)
        after = replace(with_status(OrderStatus.REFUNDED), grants=grants)
        assert not loses(before, after, TERMS, NOW)


def test_one_of_two_purchases_of_a_role_is_no_loss() -> None:
    other = replace(ORDER, nonce="11ee", uniqid="u-2")
    before = HOLDER.with_order(other)
    after = with_status(OrderStatus.REFUNDED).with_order(other)
    assert not loses(before, after, TERMS, NOW)


@given(st.integers(0, 100_000))
def test_a_pass_that_runs_out_is_no_loss(seconds: int) -> None:
    order = replace(ORDER, lasts=timedelta(days=1))
    before = HOLDER.with_order(order)
    after = HOLDER.with_order(replace(order, told=1))
    assert not loses(before, after, TERMS, NOW - timedelta(days=1) + timedelta(seconds=seconds))


@given(accounts, moments)
def test_no_account_loses_by_standing_still(account: Account, now: datetime) -> None:
    assert not loses(account, account, TERMS, now)


@given(st.integers(0, 10_000), st.integers(0, 100_000))
def test_ten_are_always_fine_and_so_is_a_tenth(losses: int, holders: int) -> None:
    assert is_too_many(losses, holders) == (losses > 10 and 10 * losses > holders)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 600)), max_size=60))
def test_everybody_is_counted_once_within_the_hour(steps: list[tuple[int, int]]) -> None:
    losses, now = RecentLosses(), NOW
    seen: dict[int, datetime] = {}
    for user_id, seconds in steps:
        now += timedelta(seconds=seconds)
        seen[user_id] = now
        recent = sum(now - at < timedelta(hours=1) for at in seen.values())
        assert losses.add(AccountKey(1, user_id), now) == recent


def test_what_is_spared_gives_again_and_a_pass_that_ran_out_does_not() -> None:
    refunded = with_status(OrderStatus.REFUNDED)
    assert about_to_go(refunded, TERMS, NOW) == (7,)
    spared = spare(refunded, TERMS, NOW)
    assert spared.orders["00ff"].kept
    assert about_to_go(spared, TERMS, NOW) == ()
    over = HOLDER.with_order(replace(ORDER, lasts=timedelta(hours=1)))
    assert about_to_go(over, TERMS, NOW) == (7,)
    assert spare(over, TERMS, NOW) == over


def test_a_subscription_that_ended_can_be_spared() -> None:
    ended = Subscription(
        "s-1",
        "00ff",
        NOW - timedelta(days=40),
        roles=(7,),
        status=SubscriptionStatus.CANCELLED,
        period_end=NOW - timedelta(days=1),
        read_at=NOW,
        fulfilled=True,
    )
    order = replace(ORDER, subscription="s-1", recurring=True)
    account = replace(HOLDER, orders={"00ff": order}, subscriptions={"s-1": ended})
    assert about_to_go(account, TERMS, NOW) == (7,)
    assert about_to_go(spare(account, TERMS, NOW), TERMS, NOW) == ()


@given(accounts, moments)
def test_sparing_only_ever_gives_more(account: Account, now: datetime) -> None:
    spared = spare(account, TERMS, now)
    assert set(about_to_go(spared, TERMS, now)) <= set(about_to_go(account, TERMS, now))
    assert not loses(account, spared, TERMS, now)

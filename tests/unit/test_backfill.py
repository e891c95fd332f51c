"""What a change of an offer's roles does to those who bought it before."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from shoppex.domain.account import Account, AccountKey, Grant, OfferKind, Order
from shoppex.domain.delivery import Delivery, DeliveryState
from shoppex.domain.money import Money
from shoppex.domain.offer import offer_ref
from shoppex.domain.policy import OfferTerms, Terms
from shoppex.domain.status import OrderStatus
from shoppex.domain.subscription import Subscription
from shoppex.domain.subscription_status import SubscriptionStatus
from shoppex.fulfilment.entitlement.desired_state import desired, settle_roles
from shoppex.fulfilment.reconcile.role_backfill import (
    Effect,
    RoleChange,
    effect_of,
    is_done,
    rewrite,
)
from strategies import accounts, roles

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
GOLD, SILVER = 1001, 1002
DONE = Delivery(DeliveryState.DELIVERED)
ORDER = Order(
    nonce="aa",
    kind=OfferKind.PRODUCT,
    offer_id="p",
    title="Pass",
    created_at=NOW,
    roles=(GOLD,),
    status=OrderStatus.PAID,
    uniqid="u",
    quote=Money(Decimal(5), "EUR"),
    paid_at=NOW,
    fulfilled=True,
)
TERMS = Terms({"product:p": OfferTerms((GOLD,))})
TO_SILVER = RoleChange("product:p", (SILVER,))
HELD = Grant(delivery=DONE, given_at=NOW)


def holding(*orders: Order, grants: dict[int, Grant] | None = None) -> Account:
    given = {GOLD: HELD} if grants is None else grants
    return Account(AccountKey(1, 2), {order.nonce: order for order in orders}, given)


accounts_and_changes = accounts.flatmap(
    lambda account: st.tuples(
        st.just(account),
        st.sampled_from(
            [offer_ref(o.kind, o.offer_id) for o in account.orders.values()]
            + [
                offer_ref(OfferKind.PRODUCT, p)
                for s in account.subscriptions.values()
                for p in s.offer_ids
            ]
            + ["item:x"]
        ),
        roles,
        roles,
    )
)


@given(accounts_and_changes)
def test_the_preview_is_what_is_desired_before_and_after(
    drawn: tuple[Account, str, tuple[int, ...], tuple[int, ...]],
) -> None:
    account, ref, old, new = drawn
    terms, change = Terms({ref: OfferTerms(old)}), RoleChange(ref, new)
    before = desired(account, terms, NOW)
    after_change = rewrite(account, change, terms, NOW)
    after = desired(after_change, change.within(terms), NOW)

    effect = effect_of(account, change, terms, NOW)

    if after_change == account:
        assert effect == Effect()
        return
    assert effect.gains == after.roles.keys() - before.roles.keys()
    dropped = before.roles.keys() - after.roles.keys()
    assert effect.loses == {r for r in dropped if r in account.grants and account.grants[r].held}
    assert set(after.removals) - set(before.removals) <= effect.loses


@given(accounts_and_changes)
def test_a_rewritten_account_is_left_alone_by_the_same_change(
    drawn: tuple[Account, str, tuple[int, ...], tuple[int, ...]],
) -> None:
    account, ref, old, new = drawn
    terms, change = Terms({ref: OfferTerms(old)}), RoleChange(ref, new)
    rewritten = rewrite(account, change, terms, NOW)
    assert rewrite(rewritten, change, change.within(terms), NOW) == rewritten
    for nonce, order in rewritten.orders.items():
        known = account.orders[nonce]
        assert replace(order, roles=known.roles, fulfilled=known.fulfilled) == known


def test_an_earlier_buyer_changes_roles() -> None:
    assert effect_of(holding(ORDER), TO_SILVER, TERMS, NOW) == Effect(
        frozenset({SILVER}), frozenset({GOLD})
    )


def test_who_still_waits_gets_the_new_roles_without_a_question() -> None:
    waiting = holding(replace(ORDER, fulfilled=False), grants={})
    assert effect_of(waiting, TO_SILVER, TERMS, NOW) == Effect()
    assert set(desired(waiting, TO_SILVER.within(TERMS), NOW).roles) == {SILVER}


def test_a_role_that_something_else_pays_for_is_not_lost() -> None:
    other = replace(ORDER, nonce="bb", offer_id="q")
    effect = effect_of(holding(ORDER, other), TO_SILVER, TERMS, NOW)
    assert effect == Effect(gains=frozenset({SILVER}))


def test_a_role_that_was_not_the_cogs_is_not_lost() -> None:
    had = Grant(ours=False, delivery=DONE)
    effect = effect_of(holding(ORDER, grants={GOLD: had}), TO_SILVER, TERMS, NOW)
    assert effect == Effect(gains=frozenset({SILVER}))


def test_what_was_refunded_or_has_ended_changes_nothing() -> None:
    refunded = replace(ORDER, status=OrderStatus.REFUNDED)
    assert effect_of(holding(refunded), TO_SILVER, TERMS, NOW) == Effect()
    ended = replace(ORDER, lasts=timedelta(days=3), paid_at=NOW - timedelta(days=3))
    assert rewrite(holding(ended), TO_SILVER, TERMS, NOW) == holding(ended)


def test_a_subscription_changes_roles_and_the_order_that_began_it_does_not() -> None:
    began = replace(ORDER, subscription="s")
    running = Subscription(
        id="s",
        nonce="aa",
        known_since=NOW,
        offer_ids=("p",),
        roles=(GOLD,),
        status=SubscriptionStatus.ACTIVE,
        fulfilled=True,
    )
    account = holding(began).with_subscription(running)
    rewritten = rewrite(account, TO_SILVER, TERMS, NOW)
    assert rewritten.orders == account.orders
    assert rewritten.subscriptions["s"] == replace(running, roles=(SILVER,), fulfilled=False)
    assert effect_of(account, TO_SILVER, TERMS, NOW).loses == {GOLD}


def test_it_is_done_when_everything_is_given_and_taken_or_waits_for_somebody() -> None:
    terms = TO_SILVER.within(TERMS)
    rewritten = rewrite(holding(ORDER), TO_SILVER, TERMS, NOW)
    assert not is_done(rewritten, terms, NOW)
    given = settle_roles(rewritten.with_grant(SILVER, HELD), terms, NOW)
    assert not is_done(given, terms, NOW)
    revoked = Grant(delivery=Delivery(DeliveryState.REVOKED))
    assert is_done(given.with_grant(GOLD, revoked), terms, NOW)
    stuck = Grant(delivery=Delivery(DeliveryState.NEEDS_STAFF, "role_too_high"))
    assert is_done(rewritten.with_grant(SILVER, stuck).with_grant(GOLD, revoked), terms, NOW)

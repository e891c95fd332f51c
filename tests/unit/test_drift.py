"""Comparing what a member has with what they bought."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoppex.domain.account import Account, AccountKey, Grant, OfferKind, Order
from shoppex.domain.delivery import Delivery, DeliveryState
from shoppex.domain.policy import OfferTerms, Terms
from shoppex.domain.status import OrderStatus
from shoppex.fulfilment.entitlement.desired_state import desired
from shoppex.fulfilment.reconcile.drift import Drift, DriftKind, compare
from strategies import accounts, roles

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
GOLD, SILVER = 1001, 1002
TERMS = Terms({"item:gold": OfferTerms((GOLD,))})
ORDER = Order(
    nonce="aa",
    kind=OfferKind.ITEM,
    offer_id="gold",
    title="Gold",
    created_at=NOW,
    roles=(GOLD,),
    status=OrderStatus.PAID,
    paid_at=NOW,
    fulfilled=True,
)
REFUNDED = replace(ORDER, status=OrderStatus.REFUNDED)
GIVEN = Grant(delivery=Delivery(DeliveryState.DELIVERED), given_at=NOW)
HAD = Grant(ours=False, delivery=Delivery(DeliveryState.DELIVERED))
REVOKED = Grant(delivery=Delivery(DeliveryState.REVOKED))
TOO_HIGH = Delivery(DeliveryState.NEEDS_STAFF, "role_too_high")


def found(order: Order | None, grant: Grant | None, *has: int) -> list[Drift]:
    orders = {} if order is None else {order.nonce: order}
    account = Account(AccountKey(1, 2), orders, {} if grant is None else {GOLD: grant})
    return list(compare(account, has, {GOLD}, TERMS, NOW))


@pytest.mark.parametrize(
    ("order", "grant", "has", "drift"),
    [
        (None, None, (GOLD,), Drift(DriftKind.UNPAID, GOLD)),
        (REFUNDED, None, (GOLD,), Drift(DriftKind.UNPAID, GOLD)),
        (REFUNDED, HAD, (GOLD,), Drift(DriftKind.HAD_BEFORE, GOLD)),
        (REFUNDED, GIVEN, (GOLD,), Drift(DriftKind.ENDED, GOLD)),
        (
            REFUNDED,
            replace(GIVEN, removal=TOO_HIGH),
            (GOLD,),
            Drift(DriftKind.ENDED, GOLD, "role_too_high"),
        ),
        (REFUNDED, REVOKED, (GOLD,), Drift(DriftKind.ENDED_KEPT, GOLD)),
        (ORDER, GIVEN, (), Drift(DriftKind.TAKEN, GOLD)),
        (ORDER, None, (), Drift(DriftKind.WAITING, GOLD)),
        (ORDER, Grant(delivery=TOO_HIGH), (), Drift(DriftKind.WAITING, GOLD, "role_too_high")),
    ],
)
def test_each_disagreement(
    order: Order | None, grant: Grant | None, has: tuple[int, ...], drift: Drift
) -> None:
    assert found(order, grant, *has) == [drift]


@pytest.mark.parametrize(
    ("order", "grant", "has"),
    [
        (ORDER, GIVEN, (GOLD,)),
        (ORDER, GIVEN, (GOLD, SILVER)),
        (REFUNDED, REVOKED, ()),
        (None, None, (SILVER,)),
    ],
)
def test_what_agrees(order: Order | None, grant: Grant | None, has: tuple[int, ...]) -> None:
    assert found(order, grant, *has) == []


def test_what_a_ban_ended() -> None:
    account = Account(AccountKey(1, 2), {"aa": ORDER}, banned_at=NOW + timedelta(days=1))
    assert list(compare(account, (), {GOLD}, TERMS, NOW)) == [Drift(DriftKind.BANNED, GOLD)]


def undisputed(account: Account) -> Account:
    """The account without what staff have to look at although the roles are as they should be."""
    calm = {
        name: replace(sub, moved=False, overdue=False, end_unsure=False)
        for name, sub in account.subscriptions.items()
    }
    return replace(account, banned_at=None, subscriptions=calm)


@given(accounts, roles, roles)
def test_it_names_exactly_the_roles_that_disagree(
    account: Account, has: tuple[int, ...], sold: tuple[int, ...]
) -> None:
    terms = Terms()
    account = undisputed(account)
    wanted = set(desired(account, terms, NOW).roles)
    told = [drift.role_id for drift in compare(account, has, sold, terms, NOW)]
    of_interest = {*sold, *account.grants}
    assert sorted(told) == sorted((wanted - set(has)) | ((of_interest & set(has)) - wanted))


@given(accounts, st.data())
def test_who_has_exactly_what_is_wanted_never_drifts(
    account: Account, data: st.DataObject
) -> None:
    account = undisputed(account)
    wanted = tuple(desired(account, Terms(), NOW).roles)
    sold = data.draw(roles)
    assert not list(compare(account, wanted, sold, Terms(), NOW))

"""What a test purchase leaves behind: nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given

from shoppex.domain.account import Account, AccountKey, Grant, OfferKind, Order
from shoppex.domain.delivery import Delivery, DeliveryState
from shoppex.domain.policy import Terms
from shoppex.domain.staff_action import StaffAction
from shoppex.domain.status import OrderStatus
from shoppex.fulfilment.entitlement.desired_state import desired
from shoppex.fulfilment.entitlement.dry_run_orders import (
    forget_test,
    is_given_by_test,
    is_only_tested,
    left_of_test,
)
from shoppex.fulfilment.entitlement.notices import notices_of
from shoppex.fulfilment.entitlement.staff_causes import causes_of
from shoppex.fulfilment.reconcile.role_backfill import RoleChange, rewrite
from shoppex.fulfilment.steps.pickups import pickups_of
from strategies import accounts, moments

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
EARLIER = NOW - timedelta(days=2)
ADA = Account(AccountKey(111, 222))
TERMS = Terms()
DONE = Delivery(DeliveryState.DELIVERED)
BOUGHT = Order(
    "00ff",
    OfferKind.ITEM,
    "i-1",
    "Gold",
    EARLIER,
    roles=(7,),
    status=OrderStatus.PAID,
    uniqid="u-1",
    paid_at=EARLIER,
    fulfilled=True,
    message=DONE,
)
TEST = replace(BOUGHT, nonce="aaaa", uniqid="test-1", created_at=NOW, paid_at=NOW, test=True)
GIVEN = Grant(delivery=DONE, given_at=NOW)
TESTED = Account(ADA.key, {"aaaa": TEST}, {7: GIVEN})
UNDONE = TESTED.with_order(replace(TEST, revoked=StaffAction(222, NOW, "test")))
TAKEN = UNDONE.with_grant(7, Grant(delivery=Delivery(DeliveryState.REVOKED)))


def test_a_test_that_is_undone_was_never_there() -> None:
    assert left_of_test(TESTED, "aaaa", TERMS, NOW) == ()
    assert left_of_test(UNDONE, "aaaa", TERMS, NOW) == (7,)
    assert left_of_test(TAKEN, "aaaa", TERMS, NOW) == ()
    assert forget_test(TAKEN, "aaaa", TERMS, NOW) == ADA


def test_a_role_that_the_tester_had_stays_theirs() -> None:
    found = UNDONE.with_grant(7, Grant(ours=False, delivery=DONE, given_at=NOW))
    assert left_of_test(found, "aaaa", TERMS, NOW) == ()
    assert forget_test(found, "aaaa", TERMS, NOW) == ADA


def test_what_the_tester_bought_stays_as_it_was() -> None:
    before = Account(ADA.key, {"00ff": BOUGHT}, {7: replace(GIVEN, given_at=EARLIER)})
    during = before.with_order(UNDONE.orders["aaaa"])
    assert left_of_test(during, "aaaa", TERMS, NOW) == ()
    assert forget_test(during, "aaaa", TERMS, NOW) == before


def test_that_an_earlier_purchase_ended_stays_known() -> None:
    refunded = replace(BOUGHT, status=OrderStatus.REFUNDED)
    before = replace(TAKEN, orders={"00ff": refunded})
    during = before.with_order(UNDONE.orders["aaaa"])
    assert forget_test(during, "aaaa", TERMS, NOW) == before


@given(accounts, moments)
def test_an_account_without_that_test_is_left_alone(account: Account, now: datetime) -> None:
    assert forget_test(account, "none of them", TERMS, now) == account


@pytest.mark.parametrize(
    ("grant", "by_test"),
    [
        (GIVEN, True),
        (Grant(delivery=Delivery(begun_at=NOW)), True),
        (Grant(delivery=DONE, given_at=EARLIER), False),
        (Grant(delivery=Delivery(begun_at=EARLIER)), False),
        (Grant(), False),
    ],
)
def test_only_what_came_with_the_test_is_given_by_it(grant: Grant, *, by_test: bool) -> None:
    assert is_given_by_test(UNDONE.with_grant(7, grant), 7) is by_test
    assert not is_given_by_test(UNDONE.with_grant(8, grant), 8)
    assert not is_given_by_test(Account(ADA.key, {"00ff": BOUGHT}, {7: grant}), 7)


def test_a_test_and_a_purchase_are_no_mere_test() -> None:
    both = TESTED.with_order(BOUGHT)
    assert is_only_tested(both, ["aaaa"])
    assert not is_only_tested(both, ["aaaa", "00ff"])
    assert not is_only_tested(both, ["a subscription"])


def test_a_test_waits_for_no_staff_and_tells_no_buyer_of_anything_else() -> None:
    stuck = Delivery(DeliveryState.NEEDS_STAFF, "role_too_high")
    shut = Delivery(DeliveryState.NEEDS_BUYER, "dms_closed")
    order = replace(TEST, message=shut, goods=("TEST-KEY",), changed_at=NOW, fulfilled=False)
    real = replace(order, test=False, changed_at=NOW + timedelta(hours=1))
    tested = TESTED.with_order(order).with_grant(7, Grant(delivery=stuck))
    bought = tested.with_order(real)
    assert desired(tested, TERMS, NOW).roles
    assert list(causes_of(tested, TERMS, NOW)) == []
    assert list(causes_of(bought, TERMS, NOW)) != []
    assert pickups_of(tested) == []
    assert pickups_of(bought) != []
    assert list(notices_of(tested, TERMS, NOW)) == []
    assert list(notices_of(bought, TERMS, NOW)) != []


def test_a_change_of_roles_does_not_concern_a_test() -> None:
    change = RoleChange("item:i-1", (8,))
    assert rewrite(TESTED, change, TERMS, NOW) == TESTED
    assert rewrite(TESTED.with_order(replace(TEST, test=False)), change, TERMS, NOW) != TESTED

"""A test is never moved, a deleted buyer holds nothing up, and nothing private is in a repr."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone

import pytest

from disk import Disk
from shoppex.domain.account import NOBODY, Account, AccountKey, Grant, OfferKind, Order
from shoppex.domain.delivery import Delivery, DeliveryState
from shoppex.domain.order_metadata import OrderTag
from shoppex.domain.policy import Terms
from shoppex.domain.remote import RemoteOrder
from shoppex.domain.status import OrderStatus
from shoppex.domain.transfer import left_behind, taken_over
from shoppex.fulfilment.entitlement.desired_state import settle_roles
from shoppex.fulfilment.intake.order_updates import distrust
from shoppex.orders.errors import NothingToMove
from shoppex.orders.transfer import may_be_moved, move_of

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
SOURCE, TARGET, THIRD = AccountKey(7, 1001), AccountKey(7, 2002), AccountKey(7, 3003)
GOLD = 501
UNPAID = Order("aa", OfferKind.ITEM, "gold", "Gold", NOW, roles=(GOLD,), uniqid="u-1")
PAID = replace(UNPAID, status=OrderStatus.PAID, paid_at=NOW)
TEST = replace(PAID, nonce="tt", uniqid="test-1", test=True)
GIVEN = {GOLD: Grant(delivery=Delivery(DeliveryState.DELIVERED), given_at=NOW)}


def news(user_id: int, nonce: str = "aa") -> RemoteOrder:
    fields = OrderTag(user_id, SOURCE.guild_id, nonce).to_fields()
    return RemoteOrder("u-1", OrderStatus.PENDING, custom_fields=fields)


def test_a_test_stays_where_it_is_undone() -> None:
    tester = Account(SOURCE, {"tt": TEST, "aa": PAID}, GIVEN)
    target = taken_over(tester, Account(TARGET))
    left = left_behind(tester, target)
    assert set(target.orders) == {"aa"}
    assert set(left.orders) == {"tt"}
    assert move_of(tester, Account(TARGET), Terms(), NOW).orders == 1


def test_a_test_alone_gives_nobody_else_a_role() -> None:
    tester = Account(SOURCE, {"tt": TEST}, GIVEN)
    target = settle_roles(taken_over(tester, Account(TARGET)), Terms(), NOW)
    assert target.orders == {}
    assert target.grants == {}
    with pytest.raises(NothingToMove):
        may_be_moved(tester, Account(TARGET))


async def test_a_payment_counts_after_its_first_owner_was_forgotten(disk: Disk) -> None:
    ledger = (await disk.open()).ledger
    await ledger.update(SOURCE, lambda a: a.with_order(UNPAID))
    await ledger.move(SOURCE, TARGET, may_be_moved)
    await ledger.forget_user(SOURCE.user_id, keep_paid=False)
    ledger = (await disk.open()).ledger
    order = ledger.get(TARGET).orders["aa"]
    assert order.origin == NOBODY
    assert distrust(TARGET, order, news(SOURCE.user_id)) is None
    assert distrust(TARGET, order, news(SOURCE.user_id, "bb")) == "other_buyer"
    await ledger.move(TARGET, THIRD, may_be_moved)
    order = ledger.get(THIRD).orders["aa"]
    assert order.origin == NOBODY
    assert distrust(THIRD, order, news(SOURCE.user_id)) is None


def test_what_only_the_buyer_may_see_is_in_no_repr() -> None:
    order = replace(PAID, url="https://pay.example/x", goods=("K-1-SECRET",))
    text = repr(Account(SOURCE, {"aa": order}, email="ben@example.org"))
    assert "u-1" in text
    for secret in ("pay.example", "K-1-SECRET", "ben@example.org"):
        assert secret not in text

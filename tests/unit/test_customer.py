"""Limits on resets, and what staff are spared of a buyer's words."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoppex.domain.account import Account, AccountKey, OfferKind, Order
from shoppex.domain.delivery import Delivery, DeliveryState
from shoppex.domain.policy import Terms
from shoppex.domain.status import OrderStatus
from shoppex.errors import TooOften
from shoppex.fulfilment.intake.delivered_goods import hand_over
from shoppex.licenses.reset_limits import count_reset, take_back_reset
from shoppex.purchases.errors import ResetsOff
from shoppex.purchases.status import PurchaseStage, matters_of, standing
from shoppex.purchases.support import redact
from shoppex.store.settings_model import LicensePolicy
from strategies import accounts, moments

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)
NOBODY = Account(AccountKey(1, 2))
DONE = Delivery(DeliveryState.DELIVERED)
ORDER = Order(
    "0" * 32,
    OfferKind.ITEM,
    "item",
    "Pass",
    NOW,
    uniqid="order-1",
    status=OrderStatus.PAID,
    paid_at=NOW,
    message=DONE,
    lasts=timedelta(days=30),
)

gaps = st.lists(st.integers(0, 40 * 24), max_size=20)


@given(gaps, st.integers(0, 5), st.integers(0, 90 * 24))
def test_no_month_has_more_resets_and_no_licence_is_reset_early(
    hours: list[int], per_month: int, cooldown: int
) -> None:
    policy = LicensePolicy(timedelta(hours=cooldown), per_month)
    account, now, done, refusals = NOBODY, NOW, list[datetime](), list[timedelta]()
    for gap in hours:
        now += timedelta(hours=gap)
        try:
            account = count_reset(account, "licence", policy, now)
        except TooOften as refusal:
            refusals.append(refusal.until - now)
        except ResetsOff:
            continue
        else:
            done.append(now)
    assert all(wait > timedelta(0) for wait in refusals)
    for last, following in pairwise(done):
        assert following - last >= policy.cooldown
    for moment in done:
        assert sum(moment <= d < moment + timedelta(days=30) for d in done) <= per_month


def test_a_reset_that_did_not_take_place_is_taken_back() -> None:
    counted = count_reset(NOBODY, "licence", LicensePolicy(), NOW)
    assert take_back_reset(counted, "licence", NOW) == NOBODY


@pytest.mark.parametrize("text", ["{}", "My key: '{}'.", "({})\nis used", "x\n  {}  \ny"])
@pytest.mark.parametrize("key", ["AAAA-1", "a@b.example"])
def test_neither_key_nor_address_is_left_in_a_report(text: str, key: str) -> None:
    order = hand_over(ORDER, (key,))
    assert key not in redact(text.format(key), order)


@given(accounts, moments)
def test_whatever_the_ledger_holds_can_be_shown(account: Account, now: datetime) -> None:
    for matter in matters_of(account):
        assert standing(account, matter, Terms(), now).stage in PurchaseStage


def test_a_pass_is_over_at_its_end() -> None:
    account = NOBODY.with_order(ORDER)
    end = NOW + timedelta(days=30)
    assert standing(account, ORDER, Terms(), end - timedelta(seconds=1)) == (
        PurchaseStage.DONE,
        end,
    )
    assert standing(account, ORDER, Terms(), end) == (PurchaseStage.OVER, end)

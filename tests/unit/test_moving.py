"""Moving everything from one account to another: nothing is lost, nothing is in two places."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from itertools import count

import pytest
from hypothesis import given

from disk import Disk
from shoppex.domain.account import NOBODY, Account, AccountKey, Grant, OfferKind, Order, Reset
from shoppex.domain.delivery import Delivery, DeliveryState
from shoppex.domain.policy import Terms
from shoppex.domain.status import OrderStatus
from shoppex.domain.subscription import Subscription
from shoppex.domain.transfer import left_behind, taken_over
from shoppex.orders.errors import Busy, NothingToMove, SameMember, WasBanned
from shoppex.orders.transfer import may_be_moved, move_of
from shoppex.store.errors import StoreUnavailable
from shoppex.store.ledger import Ledger
from shoppex.store.schema import PARTITIONS, partition_of
from strategies import accounts

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
SOURCE, TARGET = AccountKey(7, 1001), AccountKey(7, 2002)
GOLD, SILVER = 501, 502
GIVEN = Grant(delivery=Delivery(DeliveryState.DELIVERED), given_at=NOW)
CLOSED = Delivery(DeliveryState.NEEDS_BUYER, "dms_closed")
ORDER = Order(
    nonce="aa",
    kind=OfferKind.ITEM,
    offer_id="gold",
    title="Gold",
    created_at=NOW,
    roles=(GOLD,),
    status=OrderStatus.PAID,
    uniqid="u-1",
    paid_at=NOW,
    fulfilled=True,
    message=Delivery(DeliveryState.DELIVERED),
)
SUBSCRIPTION = Subscription("sub-1", "aa", NOW, other_id="s-9")
OWNER = Account(
    SOURCE,
    {"aa": ORDER},
    {GOLD: GIVEN},
    {"sub-1": SUBSCRIPTION},
    {"1:started:aa:0": Delivery(DeliveryState.DELIVERED)},
    customers=("c-1",),
    email="ben@example.org",
    reminders=False,
    resets=(Reset("l-1", NOW),),
)
OWN = replace(ORDER, nonce="bb", uniqid="u-2", roles=(SILVER,), offer_id="silver")
OTHER = Account(TARGET, {"bb": OWN}, {SILVER: GIVEN}, customers=("c-2",))


def test_everything_but_the_roles_is_the_targets() -> None:
    after = taken_over(OWNER, OTHER)
    assert after.orders == {"aa": replace(ORDER, origin=1001), "bb": OWN}
    assert after.subscriptions == OWNER.subscriptions
    assert after.notices == OWNER.notices
    assert after.customers == ("c-1", "c-2")
    assert after.email == OWNER.email
    assert not after.reminders
    assert after.resets == OWNER.resets
    assert after.grants == {SILVER: GIVEN, GOLD: Grant()}
    assert after.unsettled
    assert left_behind(OWNER, after) == Account(SOURCE, grants={GOLD: GIVEN}, reminders=False)


def test_the_first_buyer_is_remembered_over_several_moves() -> None:
    there = taken_over(OWNER, Account(TARGET))
    third = taken_over(there, Account(AccountKey(7, 3003)))
    assert third.orders["aa"].origin == 1001
    home = taken_over(third, Account(SOURCE))
    assert home.orders["aa"] == ORDER


def test_what_waited_for_the_first_owner_is_tried_with_the_second() -> None:
    pickup = "1:pickup:aa:0"
    waiting = replace(OWNER.with_notice(pickup, GIVEN.delivery), orders={})
    waiting = waiting.with_order(replace(ORDER, message=CLOSED))
    after = taken_over(waiting, Account(TARGET))
    assert after.orders["aa"].message == Delivery()
    assert pickup not in after.notices


def test_what_the_source_bought_since_stays_its_own() -> None:
    after = taken_over(OWNER, OTHER)
    emptied = left_behind(OWNER, after)
    later = emptied.with_order(replace(OWN, nonce="cc", uniqid="u-3"))
    assert left_behind(later, after) == later


@given(accounts, accounts)
def test_finishing_twice_is_finishing_once(source: Account, target: Account) -> None:
    after = taken_over(source, target)
    emptied = left_behind(source, after)
    tests = {nonce: order for nonce, order in source.orders.items() if order.test}
    assert emptied.orders == {n: tests[n] for n in tests if n not in target.orders}
    assert emptied.subscriptions == {}
    assert emptied.grants == source.grants
    assert left_behind(emptied, after) == emptied
    assert set(after.orders) == {*(source.orders.keys() - tests.keys()), *target.orders}


@pytest.mark.parametrize(
    ("source", "target", "error"),
    [
        (OWNER, replace(OTHER, key=SOURCE), SameMember),
        (Account(SOURCE, grants={GOLD: GIVEN}), OTHER, NothingToMove),
        (replace(OWNER, banned_at=NOW), OTHER, WasBanned),
        (OWNER, replace(OTHER, banned_at=NOW), WasBanned),
        (OWNER, replace(OTHER, took=5), Busy),
        (OWNER.with_order(replace(ORDER, claim=Delivery(begun_at=NOW))), OTHER, Busy),
    ],
)
def test_what_must_not_be_moved(source: Account, target: Account, error: type[Exception]) -> None:
    with pytest.raises(error):
        may_be_moved(source, target)


def test_roles_that_go_and_come() -> None:
    source = replace(OWNER, subscriptions={})
    move = move_of(source, OTHER, Terms(), NOW + timedelta(days=1))
    assert (move.orders, move.subscriptions) == (1, 0)
    assert move.goes == (GOLD,)
    assert move.comes == (GOLD,)


def test_a_role_that_was_the_members_own_does_not_go() -> None:
    source = replace(OWNER, subscriptions={}, grants={GOLD: replace(GIVEN, ours=False)})
    assert move_of(source, OTHER, Terms(), NOW).goes == ()


# -- on disk -------------------------------------------------------------------------------


def beside(key: AccountKey) -> AccountKey:
    """Another account in the same file."""
    place = partition_of(key.user_id)
    return AccountKey(
        key.guild_id,
        next(n for n in count(1) if partition_of(n) == place and n != key.user_id),
    )


def anything(_source: Account, _target: Account) -> None:
    pass


def owners(ledger: Ledger) -> list[AccountKey]:
    keys = [key for number in range(PARTITIONS) for key in ledger.keys_in(number)]
    return [key for key in keys if "aa" in ledger.get(key).orders]


async def filled(disk: Disk, target: AccountKey) -> Ledger:
    ledger = (await disk.open()).ledger
    await ledger.update(SOURCE, lambda _: OWNER)
    await ledger.update(target, lambda _: replace(OTHER, key=target))
    return ledger


def assert_moved(ledger: Ledger, target: AccountKey) -> None:
    assert owners(ledger) == [target]
    assert ledger.get(target).took is None
    assert set(ledger.get(target).orders) == {"aa", "bb"}
    assert ledger.locate("u-1") == (target, "aa")
    assert ledger.find_moved("aa") == target
    for name in ("sub-1", "s-9"):
        assert ledger.locate_subscription(name) == (target, SUBSCRIPTION)
    assert ledger.customers("c-1") == [target]
    assert set(ledger.newest(7)) == {"u-1", "u-2"}
    # Its role is still to be taken.
    assert SOURCE in ledger.unsettled(7)


@pytest.mark.parametrize("target", [TARGET, beside(SOURCE)])
async def test_a_move_is_kept(disk: Disk, target: AccountKey) -> None:
    ledger = await filled(disk, target)
    await ledger.move(SOURCE, target, anything)
    assert_moved(ledger, target)
    assert_moved((await disk.open()).ledger, target)


@pytest.mark.parametrize("target", [TARGET, beside(SOURCE), AccountKey(7, 3)])
@pytest.mark.parametrize("writes", range(3))
async def test_whenever_it_dies_there_is_one_owner_after_the_next_start(
    disk: Disk, target: AccountKey, writes: int
) -> None:
    ledger = await filled(disk, target)
    disk.fill_up_after(writes)
    with pytest.raises(StoreUnavailable):
        await ledger.move(SOURCE, target, anything)
    disk.fill_up_after(None)
    ledger = (await disk.open()).ledger
    if writes == 0:
        assert owners(ledger) == [SOURCE]
        assert ledger.locate("u-1") == (SOURCE, "aa")
    else:
        assert_moved(ledger, target)


async def test_without_a_restart_it_can_be_finished_too(disk: Disk) -> None:
    ledger = await filled(disk, TARGET)
    disk.fill_up_after(1)
    with pytest.raises(StoreUnavailable):
        await ledger.move(SOURCE, TARGET, anything)
    assert ledger.get(TARGET).took == SOURCE.user_id
    disk.fill_up_after(None)
    await ledger.finish_move(TARGET)
    assert_moved(ledger, TARGET)
    await ledger.finish_move(TARGET)
    assert_moved(ledger, TARGET)


async def test_what_is_refused_changes_nothing(disk: Disk) -> None:
    ledger = await filled(disk, TARGET)

    def refuse(_source: Account, _target: Account) -> None:
        raise Busy

    with pytest.raises(Busy):
        await ledger.move(SOURCE, TARGET, refuse)
    assert ledger.get(SOURCE) == OWNER
    assert disk.written[2:] == []


async def test_a_deleted_users_id_is_gone_from_others_purchases(disk: Disk) -> None:
    ledger = await filled(disk, TARGET)
    await ledger.move(SOURCE, TARGET, anything)
    await ledger.forget_user(SOURCE.user_id, keep_paid=True)
    assert ledger.get(TARGET).orders["aa"].origin == SOURCE.user_id
    await ledger.forget_user(SOURCE.user_id, keep_paid=False)
    assert ledger.get(TARGET).orders["aa"].origin == NOBODY
    assert set(ledger.get(TARGET).orders) == {"aa", "bb"}

"""The ledger on Red's JSON backend: what it says it kept is on disk, and nothing else is."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from itertools import count
from pathlib import Path

import pytest

from disk import Disk
from shoppex.domain.account import Account, AccountKey, Grant, OfferKind, Order
from shoppex.domain.delivery import Delivery, DeliveryState
from shoppex.domain.money import Money
from shoppex.domain.status import OrderStatus
from shoppex.store.damage import Fault
from shoppex.store.errors import StoreUnavailable
from shoppex.store.ledger import Ledger
from shoppex.store.schema import PARTITIONS, partition_of

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
ADA = AccountKey(80351110224678912, 80351110224678913)
ADA_ELSEWHERE = ADA._replace(guild_id=7)
ORDER = Order(
    nonce="aa",
    kind=OfferKind.PRODUCT,
    offer_id="p-1",
    title="Gold",
    created_at=NOW,
    uniqid="u-1",
    quote=Money(Decimal("9.90"), "EUR"),
)
PAID = replace(ORDER, nonce="bb", uniqid="u-2", status=OrderStatus.PAID, paid_at=NOW)
GRANT = Grant(delivery=Delivery(DeliveryState.DELIVERED))


def neighbour(key: AccountKey) -> AccountKey:
    """Somebody else whose account lies in the same file."""
    place = partition_of(key.user_id)
    user_id = next(n for n in count(1) if partition_of(n) == place and n != key.user_id)
    return AccountKey(key.guild_id, user_id)


def sold(ledger: Ledger, uniqid: str) -> Order | None:
    """The order that Shoppex knows by this id."""
    place = ledger.locate(uniqid)
    return None if place is None else ledger.get(place[0]).orders[place[1]]


def noted(ledger: Ledger, nonce: str) -> Order | None:
    """The order that we know by this nonce, whosever it is."""
    return next((a.orders[nonce] for a in everybody(ledger) if nonce in a.orders), None)


def everybody(ledger: Ledger) -> list[Account]:
    return [ledger.get(key) for number in range(PARTITIONS) for key in ledger.keys_in(number)]


def adding(order: Order) -> Callable[[Account], Account]:
    return lambda account: account.with_order(order)


async def test_what_is_kept_is_there_in_a_new_process(disk: Disk) -> None:
    store = await disk.open()
    kept = await store.ledger.update(
        ADA, lambda a: replace(a.with_order(ORDER).with_grant(5, GRANT), email="a@example.org")
    )
    assert kept == Account(ADA, {"aa": ORDER}, {5: GRANT}, email="a@example.org")
    assert store.ledger.get(ADA) == kept

    ledger = (await disk.open()).ledger
    assert ledger.get(ADA) == kept
    assert everybody(ledger) == [kept]
    assert sold(ledger, "u-1") == ORDER
    assert noted(ledger, "aa") == ORDER


async def test_a_person_never_seen_has_an_empty_account(disk: Disk) -> None:
    ledger = (await disk.open()).ledger
    assert ledger.get(ADA) == Account(ADA)
    assert everybody(ledger) == []
    assert sold(ledger, "u-1") is None


async def test_the_first_run_on_an_empty_data_path_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk(tmp_path / "new", monkeypatch)
    kept = await (await disk.open()).ledger.update(ADA, adding(ORDER))
    assert (await disk.open()).ledger.get(ADA) == kept


async def test_a_start_without_news_writes_nothing(disk: Disk) -> None:
    await (await disk.open()).ledger.update(ADA, adding(ORDER))
    disk.full = True
    assert noted((await disk.open()).ledger, "aa") == ORDER


async def test_one_change_is_one_write_to_one_file(disk: Disk) -> None:
    store = await disk.open()
    await store.ledger.update(ADA, lambda a: a.with_order(ORDER).with_order(PAID))
    assert len(disk.written) == 1


async def test_nothing_is_written_when_nothing_changed(disk: Disk) -> None:
    store = await disk.open()
    await store.ledger.update(ADA, adding(ORDER))
    disk.written.clear()
    disk.full = True
    assert await store.ledger.update(ADA, adding(replace(ORDER))) == store.ledger.get(ADA)
    assert await store.ledger.update(ADA_ELSEWHERE, lambda a: a) == Account(ADA_ELSEWHERE)
    assert disk.written == []


async def test_accounts_of_one_person_in_two_guilds_are_two(disk: Disk) -> None:
    store = await disk.open()
    await store.ledger.update(ADA, adding(ORDER))
    await store.ledger.update(ADA_ELSEWHERE, adding(PAID))
    for ledger in (store.ledger, (await disk.open()).ledger):
        assert set(ledger.get(ADA).orders) == {"aa"}
        assert set(ledger.get(ADA_ELSEWHERE).orders) == {"bb"}
        assert ledger.keys_of(ADA.user_id) == [ADA, ADA_ELSEWHERE]
        assert {a.key for a in everybody(ledger)} == {ADA, ADA_ELSEWHERE}


async def test_accounts_may_change_while_they_are_walked_through(disk: Disk) -> None:
    store = await disk.open()
    await store.ledger.update(ADA, adding(ORDER))
    await store.ledger.update(ADA_ELSEWHERE, adding(PAID))
    walked = []
    for account in everybody(store.ledger):
        walked.append(account.key)
        await store.ledger.update(account.key, lambda a: Account(a.key))
    assert set(walked) == {ADA, ADA_ELSEWHERE}
    assert everybody(store.ledger) == []


# -- a disk that is full -----------------------------------------------------------------------


async def test_a_refused_write_is_said_and_nothing_is_believed(
    disk: Disk, caplog: pytest.LogCaptureFixture
) -> None:
    store = await disk.open()
    before = await store.ledger.update(ADA, adding(ORDER))
    disk.full = True
    with pytest.raises(StoreUnavailable):
        await store.ledger.update(ADA, adding(PAID))
    assert store.ledger.get(ADA) == before
    assert noted(store.ledger, "bb") is None
    assert sold(store.ledger, "u-2") is None
    assert [
        r.levelno for r in caplog.records if r.name.startswith("red.shoppex.shoppex.store")
    ] == [logging.ERROR]
    assert (await disk.open()).ledger.get(ADA) == before


async def test_what_changed_is_shown_when_it_is_on_disk_and_nothing_else(disk: Disk) -> None:
    shown: list[tuple[Account, Account]] = []
    store = await disk.open(lambda before, after: shown.append((before, after)))
    kept = await store.ledger.update(ADA, adding(ORDER))
    await store.ledger.update(ADA, adding(ORDER))
    disk.full = True
    with pytest.raises(StoreUnavailable):
        await store.ledger.update(ADA, adding(PAID))
    disk.full = False
    assert shown == [(Account(ADA), kept)]
    keys = [ADA, neighbour(ADA)]
    both = await asyncio.gather(*(store.ledger.update(key, adding(PAID)) for key in keys))
    assert shown[1:] == [(kept, both[0]), (Account(keys[1]), both[1])]


async def test_who_cannot_take_in_a_change_does_not_undo_it(
    disk: Disk, caplog: pytest.LogCaptureFixture
) -> None:
    def break_down(_before: Account, _after: Account) -> None:
        raise RuntimeError("a bug")

    store = await disk.open(break_down)
    kept = await store.ledger.update(ADA, adding(ORDER))
    assert store.ledger.get(ADA) == kept
    assert sold(store.ledger, "u-1") == ORDER
    assert "not passed on" in caplog.text


async def test_after_a_refused_write_the_next_one_works(disk: Disk) -> None:
    store = await disk.open()
    disk.full = True
    with pytest.raises(StoreUnavailable):
        await store.ledger.update(ADA, adding(ORDER))
    disk.full = False
    kept = await store.ledger.update(ADA, adding(ORDER))
    assert (await disk.open()).ledger.get(ADA) == kept


async def test_an_account_that_could_not_be_forgotten_is_still_there(disk: Disk) -> None:
    store = await disk.open()
    before = await store.ledger.update(ADA, adding(ORDER))
    disk.full = True
    with pytest.raises(StoreUnavailable):
        await store.ledger.forget_user(ADA.user_id, keep_paid=False)
    assert store.ledger.get(ADA) == before
    assert sold(store.ledger, "u-1") == ORDER
    assert (await disk.open()).ledger.get(ADA) == before


async def test_a_refused_change_does_not_reach_the_disk_with_a_neighbours(disk: Disk) -> None:
    store = await disk.open()
    before = await store.ledger.update(ADA, adding(ORDER))
    disk.full = True
    with pytest.raises(StoreUnavailable):
        await store.ledger.update(ADA, adding(PAID))
    disk.full = False
    await store.ledger.update(neighbour(ADA), adding(replace(ORDER, nonce="cc", uniqid="u-3")))
    assert store.ledger.get(ADA) == before
    assert (await disk.open()).ledger.get(ADA) == before


async def test_a_change_that_raises_changes_nothing_and_leaves_the_way_free(disk: Disk) -> None:
    store = await disk.open()

    def stumble(_account: Account) -> Account:
        raise KeyError("aa")

    with pytest.raises(KeyError):
        await store.ledger.update(ADA, stumble)
    assert store.ledger.get(ADA) == Account(ADA)
    assert set((await store.ledger.update(ADA, adding(ORDER))).orders) == {"aa"}


# -- callers that go away ----------------------------------------------------------------------


async def test_the_write_of_a_cancelled_caller_is_waited_for_and_kept(disk: Disk) -> None:
    store = await disk.open()
    caller = asyncio.create_task(store.ledger.update(ADA, adding(ORDER)))
    await asyncio.sleep(0)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    await store.writes.close()
    assert len(disk.written) == 1
    assert noted(store.ledger, "aa") == ORDER
    assert noted((await disk.open()).ledger, "aa") == ORDER


async def test_the_next_write_does_not_overtake_that_of_a_cancelled_caller(disk: Disk) -> None:
    store = await disk.open()
    caller = asyncio.create_task(store.ledger.update(ADA, adding(ORDER)))
    await asyncio.sleep(0)
    caller.cancel()
    await store.ledger.update(ADA, adding(PAID))
    assert set((await disk.open()).ledger.get(ADA).orders) == {"aa", "bb"}


async def test_closing_without_writes_returns_at_once(disk: Disk) -> None:
    await asyncio.wait_for((await disk.open()).writes.close(), 1)
    store = await disk.open()
    await store.ledger.update(ADA, adding(ORDER))
    await asyncio.wait_for(store.writes.close(), 1)
    await asyncio.wait_for(store.writes.close(), 1)


async def test_after_the_end_a_write_is_refused_and_nothing_is_written(disk: Disk) -> None:
    store = await disk.open()
    before = await store.ledger.update(ADA, adding(ORDER))
    await store.writes.close()
    disk.written.clear()
    with pytest.raises(StoreUnavailable):
        await store.ledger.update(ADA, adding(PAID))
    with pytest.raises(StoreUnavailable):
        await store.ledger.forget_user(ADA.user_id, keep_paid=False)
    with pytest.raises(StoreUnavailable):
        await store.settings.update_guild(7, lambda s: replace(s, shop_name="The Game Cellar"))
    assert disk.written == []
    assert store.ledger.get(ADA) == before
    assert noted(store.ledger, "bb") is None
    assert store.settings.guild(7).shop_name == ""
    again = await disk.open()
    assert again.ledger.get(ADA) == before
    assert again.settings.guild(7).shop_name == ""


async def test_a_write_begun_before_the_end_is_kept_and_one_begun_during_it_is_refused(
    disk: Disk,
) -> None:
    store = await disk.open()
    begun = asyncio.create_task(store.ledger.update(ADA, adding(ORDER)))
    await asyncio.sleep(0)
    closing = asyncio.create_task(store.writes.close())
    await asyncio.sleep(0)
    with pytest.raises(StoreUnavailable):
        await store.ledger.update(ADA, adding(PAID))
    await closing
    assert begun.done()
    assert set((await begun).orders) == {"aa"}
    assert set((await disk.open()).ledger.get(ADA).orders) == {"aa"}


async def test_changes_at_once_do_not_lose_each_other(disk: Disk) -> None:
    store = await disk.open()
    keys = [ADA, neighbour(ADA), ADA_ELSEWHERE]

    async def add(number: int) -> None:
        order = replace(ORDER, nonce=f"{number:02x}", uniqid=f"u-{number}")
        await store.ledger.update(keys[number % 3], adding(order))

    await asyncio.gather(*(add(number) for number in range(30)))
    for ledger in (store.ledger, (await disk.open()).ledger):
        assert [len(ledger.get(key).orders) for key in keys] == [10, 10, 10]
        assert all(sold(ledger, f"u-{number}") is not None for number in range(30))


async def test_each_change_sees_the_one_before(disk: Disk) -> None:
    store = await disk.open()

    def count_one(account: Account) -> Account:
        attempts = account.grants.get(5, Grant()).delivery.attempts
        return account.with_grant(5, Grant(delivery=Delivery(attempts=attempts + 1)))

    await asyncio.gather(*(store.ledger.update(ADA, count_one) for _ in range(20)))
    assert (await disk.open()).ledger.get(ADA).grants[5].delivery.attempts == 20


# -- finding orders ----------------------------------------------------------------------------


async def test_an_order_is_found_by_its_id_from_when_it_has_one(disk: Disk) -> None:
    ledger = (await disk.open()).ledger
    await ledger.update(ADA, adding(replace(ORDER, uniqid=None)))
    assert ledger.locate("u-1") is None
    await ledger.update(ADA, adding(ORDER))
    assert ledger.locate("u-1") == (ADA, "aa")


async def test_an_order_that_changed_its_id_is_found_by_the_new_one_only(disk: Disk) -> None:
    ledger = (await disk.open()).ledger
    await ledger.update(ADA, adding(ORDER))
    await ledger.update(ADA, adding(replace(ORDER, uniqid="u-9")))
    assert ledger.locate("u-1") is None
    assert ledger.locate("u-9") == (ADA, "aa")


async def test_a_removed_order_is_found_no_more_and_the_others_still_are(disk: Disk) -> None:
    store = await disk.open()
    await store.ledger.update(ADA, lambda a: a.with_order(ORDER).with_order(PAID))
    await store.ledger.update(ADA, lambda a: a.without_order("aa"))
    for ledger in (store.ledger, (await disk.open()).ledger):
        assert sold(ledger, "u-1") is None
        assert noted(ledger, "aa") is None
        assert sold(ledger, "u-2") == PAID


async def test_what_is_found_is_what_was_kept_last(disk: Disk) -> None:
    ledger = (await disk.open()).ledger
    for minutes in range(3):
        order = replace(ORDER, paid_at=NOW + timedelta(minutes=minutes))
        await ledger.update(ADA, adding(order))
        assert sold(ledger, "u-1") == order


# -- waiting -----------------------------------------------------------------------------------


async def test_who_waits_goes_on_when_the_account_is_as_wished(disk: Disk) -> None:
    ledger = (await disk.open()).ledger
    waits = asyncio.create_task(ledger.until(ADA, lambda a: "bb" in a.orders, 60))
    other = asyncio.create_task(ledger.until(ADA_ELSEWHERE, lambda a: bool(a.orders), 60))
    await ledger.update(ADA, adding(ORDER))
    await asyncio.sleep(0)
    assert not waits.done()
    await ledger.update(ADA, adding(PAID))
    assert await asyncio.wait_for(waits, 1)
    assert not other.done()
    other.cancel()
    await asyncio.gather(other, return_exceptions=True)
    assert ledger._sleepers == {}


async def test_who_waits_in_vain_goes_on_after_a_while(disk: Disk) -> None:
    ledger = (await disk.open()).ledger
    await ledger.update(ADA, adding(ORDER))
    assert await ledger.until(ADA, lambda a: "aa" in a.orders, 60)
    assert not await ledger.until(ADA, lambda a: "bb" in a.orders, 0)
    assert ledger._sleepers == {}


# -- tests of staff's ----------------------------------------------------------------------------


async def test_tests_are_found_again_until_they_are_forgotten(disk: Disk) -> None:
    store = await disk.open()
    await store.ledger.update(ADA, adding(ORDER))
    await store.ledger.update(ADA_ELSEWHERE, adding(replace(PAID, test=True)))
    for ledger in (store.ledger, (await disk.open()).ledger):
        assert ledger.tested() == [ADA_ELSEWHERE]
        assert ledger.tested(ADA_ELSEWHERE.guild_id) == [ADA_ELSEWHERE]
        assert ledger.tested(ADA.guild_id) == []
    await store.ledger.update(ADA_ELSEWHERE, lambda a: a.without_order("bb"))
    assert store.ledger.tested() == []


# -- forgetting --------------------------------------------------------------------------------


async def test_a_user_is_forgotten_in_every_guild(disk: Disk) -> None:
    store = await disk.open()
    other = neighbour(ADA)
    await store.ledger.update(ADA, lambda a: a.with_order(ORDER).with_grant(5, GRANT))
    await store.ledger.update(ADA_ELSEWHERE, adding(PAID))
    kept = await store.ledger.update(other, adding(replace(ORDER, nonce="cc", uniqid="u-3")))
    await store.ledger.forget_user(ADA.user_id, keep_paid=False)
    for ledger in (store.ledger, (await disk.open()).ledger):
        assert everybody(ledger) == [kept]
        assert all(noted(ledger, nonce) is None for nonce in ("aa", "bb"))
        assert all(sold(ledger, uniqid) is None for uniqid in ("u-1", "u-2"))
        assert sold(ledger, "u-3") is not None


async def test_no_trace_of_a_forgotten_user_is_left_on_disk(disk: Disk, tmp_path: Path) -> None:
    store = await disk.open()
    await store.ledger.update(ADA, lambda a: replace(a.with_order(ORDER), email="a@example.org"))

    def traces() -> list[Path]:
        words = (str(ADA.user_id), "u-1", "a@example.org")
        files = [path for path in tmp_path.rglob("*") if path.is_file()]
        return [path for path in files if any(w in path.read_text() for w in words)]

    assert traces() != []
    await store.ledger.forget_user(ADA.user_id, keep_paid=False)
    assert traces() == []


async def test_what_was_paid_for_may_stay_when_a_user_is_forgotten(disk: Disk) -> None:
    store = await disk.open()
    await store.ledger.update(
        ADA,
        lambda a: replace(
            a.with_order(ORDER).with_order(PAID).with_grant(5, GRANT), email="a@example.org"
        ),
    )
    await store.ledger.update(ADA_ELSEWHERE, adding(replace(ORDER, nonce="cc", uniqid="u-3")))
    await store.ledger.forget_user(ADA.user_id, keep_paid=True)
    for ledger in (store.ledger, (await disk.open()).ledger):
        assert everybody(ledger) == [Account(ADA, {"bb": PAID}, {5: GRANT})]
        assert sold(ledger, "u-1") is None
        assert sold(ledger, "u-2") == PAID


async def test_an_order_whose_money_is_on_its_way_or_in_doubt_stays_too(disk: Disk) -> None:
    store = await disk.open()
    held = replace(ORDER, nonce="cc", uniqid="u-3", held="paid_too_little")
    partial = replace(ORDER, nonce="dd", uniqid="u-4", status=OrderStatus.PARTIAL)
    await store.ledger.update(
        ADA, lambda a: a.with_order(ORDER).with_order(held).with_order(partial)
    )
    await store.ledger.forget_user(ADA.user_id, keep_paid=True)
    for ledger in (store.ledger, (await disk.open()).ledger):
        assert ledger.get(ADA).orders == {"cc": held, "dd": partial}


async def test_forgetting_a_stranger_writes_nothing(disk: Disk) -> None:
    store = await disk.open()
    await store.ledger.update(ADA, adding(ORDER))
    disk.written.clear()
    await store.ledger.forget_user(12345, keep_paid=False)
    assert disk.written == []


# -- what is lost ------------------------------------------------------------


def lose(path: Path, number: int) -> None:
    """One file of the ledger is gone."""
    [file] = path.rglob(f"ShoppexLedger{number:03}/settings.json")
    file.unlink()


async def test_the_empty_files_of_a_first_load_on_a_full_disk_are_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk(tmp_path / "new", monkeypatch)
    for number in (0, 200, partition_of(ADA.user_id)):
        file = tmp_path / "new" / "cogs" / f"ShoppexLedger{number:03}" / "settings.json"
        file.parent.mkdir(parents=True)
        file.touch()

    store = await disk.open()

    assert store.ledger.damages == ()
    kept = await store.ledger.update(ADA, adding(ORDER))
    assert (await disk.open()).ledger.get(ADA) == kept


async def test_a_partition_that_was_never_noted_and_is_gone_is_noticed(
    tmp_path: Path, disk: Disk
) -> None:
    store = await disk.open()
    await store.ledger.update(ADA, adding(ORDER))
    await store.ledger.update(ADA._replace(user_id=1), adding(PAID))
    lose(tmp_path, partition_of(ADA.user_id))

    ledger = (await disk.open()).ledger

    assert [damage.fault for damage in ledger.damages] == [Fault.MISSING]
    with pytest.raises(StoreUnavailable):
        await ledger.update(ADA, adding(ORDER))
    assert ledger.get(ADA._replace(user_id=1)).orders == {"bb": PAID}

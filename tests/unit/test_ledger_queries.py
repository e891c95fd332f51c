"""Statistics are read from a real ledger: once a minute at the most, and one guild at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

from disk import Disk, Store
from shoppex.domain.account import AccountKey, OfferKind, Order
from shoppex.domain.money import Money
from shoppex.domain.status import OrderStatus
from shoppex.statistics.periods import Period
from shoppex.statistics.queries import LedgerQueries

NOW = datetime(2026, 3, 31, 15, 30, tzinfo=timezone.utc)
GUILD, OTHER = 111, 222


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
async def store(disk: Disk) -> AsyncIterator[Store]:
    store = await disk.open()
    yield store
    await store.writes.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def reading(store: Store, clock: Clock) -> LedgerQueries:
    return LedgerQueries(store.ledger, store.settings, clock)


async def sell(store: Store, user_id: int, guild_id: int = GUILD) -> None:
    order = Order(
        nonce=f"{user_id}",
        kind=OfferKind.PRODUCT,
        offer_id="gold",
        title="Gold",
        created_at=NOW,
        paid_at=NOW,
        status=OrderStatus.PAID,
        uniqid=f"u-{user_id}",
        quote=Money(Decimal(5), "EUR"),
    )
    await store.ledger.update(AccountKey(guild_id, user_id), lambda a: a.with_order(order))


async def test_every_account_of_the_guild_and_of_no_other(
    store: Store, reading: LedgerQueries
) -> None:
    for user_id in range(1, 30):
        await sell(store, user_id)
    await sell(store, 31, OTHER)
    assert (await reading.report(GUILD, Period.MONTH)).now.sales == 29
    assert (await reading.report(OTHER, Period.MONTH)).now.sales == 1
    assert (await reading.sheet(OTHER, Period.MONTH)).rows == 1


async def test_who_asks_at_once_shares_one_report(store: Store, reading: LedgerQueries) -> None:
    await sell(store, 1)
    reports = await asyncio.gather(*(reading.report(GUILD, Period.WEEK) for _ in range(9)))
    assert len({id(report) for report in reports}) == 1


async def test_a_report_is_good_for_a_minute(
    store: Store, reading: LedgerQueries, clock: Clock
) -> None:
    first = await reading.report(GUILD, Period.WEEK)
    await sell(store, 1)
    assert await reading.report(GUILD, Period.WEEK) is first
    assert (await reading.report(GUILD, Period.ALL)).now.sales == 1
    clock.now += timedelta(minutes=1)
    assert (await reading.report(GUILD, Period.WEEK)).now.sales == 1


async def test_who_gives_up_leaves_the_way_free(store: Store, reading: LedgerQueries) -> None:
    await sell(store, 1)
    asking = asyncio.create_task(reading.report(GUILD, Period.WEEK))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert (await reading.report(GUILD, Period.WEEK)).now.sales == 1


async def test_the_brake_waits_for_staff(store: Store, reading: LedgerQueries) -> None:
    await store.settings.update_guild(GUILD, lambda s: replace(s, brake="many_ended"))
    waits = (await reading.report(GUILD, Period.WEEK)).waits
    assert waits.staff == {"many_ended": 1}
    assert (await reading.report(OTHER, Period.WEEK)).waits.count == 0

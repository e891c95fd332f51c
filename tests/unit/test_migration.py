"""What an earlier version of the cog kept is brought into today's form, whatever happens."""

from __future__ import annotations

import json
import zlib
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from disk import Disk, Store
from shoppex.domain.account import Account, AccountKey, Grant, OfferKind, Order
from shoppex.domain.delivery import Delivery, DeliveryState
from shoppex.domain.status import OrderStatus
from shoppex.store.errors import NewerLedger
from shoppex.store.schema import PARTITIONS

IDENTIFIER = "7409251834620117"
DONE = Delivery(DeliveryState.DELIVERED)
EVERYBODY = [
    Account(
        AccountKey(guild_id, user_id),
        {
            f"{user_id:x}": Order(
                nonce=f"{user_id:x}",
                kind=OfferKind.ITEM,
                offer_id="gold",
                title="Schlüssel",
                created_at=datetime(2026, 3, 1, 12, tzinfo=timezone.utc),
                status=OrderStatus.PAID,
                uniqid=f"u-{guild_id}-{user_id}",
                message=DONE,
            )
        },
        {5: Grant(ours=False, delivery=DONE), 6: Grant(delivery=DONE)},
    )
    for guild_id in (7, 8)
    for user_id in range(1000, 1040)
]


def record_of_1(account: Account) -> dict[str, Any]:
    """An account as version 1 wrote it."""
    return {
        "orders": {
            nonce: {
                "kind": "item",
                "offer": "gold",
                "title": "Schlüssel",
                "created": "2026-03-01T12:00:00+00:00",
                "status": "paid",
                "uniqid": order.uniqid,
                "message": {"state": "delivered"},
            }
            for nonce, order in account.orders.items()
        },
        "grants": {"5": {"state": "delivered", "ours": False}, "6": {"state": "delivered"}},
    }


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Disk:
    """A data path as version 1 left it, with 128 partitions."""
    partitions: list[dict[str, Any]] = [{"0": {"0": {"schema": 1}}} for _ in range(128)]
    for account in EVERYBODY:
        guild_id, user_id = (str(number) for number in account.key)
        partition = partitions[zlib.crc32(user_id.encode()) % 128]
        partition.setdefault(guild_id, {})[user_id] = record_of_1(account)
    for number, partition in enumerate(partitions):
        file = tmp_path / "cogs" / f"ShoppexLedger{number:03}" / "settings.json"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps({IDENTIFIER: {"ACCOUNT": partition}}))
    return Disk(tmp_path, monkeypatch)


def everybody(store: Store) -> list[Account]:
    ledger = store.ledger
    found = [ledger.get(key) for number in range(PARTITIONS) for key in ledger.keys_in(number)]
    return sorted(found, key=lambda account: account.key)


async def test_the_accounts_of_version_1_are_all_there(disk: Disk) -> None:
    store = await disk.open()
    assert everybody(store) == EVERYBODY
    for account in EVERYBODY:
        [order] = account.orders.values()
        assert order.uniqid is not None
        assert store.ledger.locate(order.uniqid) == (account.key, order.nonce)


async def test_they_are_brought_over_once(disk: Disk) -> None:
    await disk.open()
    disk.fill_up_after(0)
    assert everybody(await disk.open()) == EVERYBODY


async def test_they_can_be_changed_and_forgotten(disk: Disk) -> None:
    store = await disk.open()
    first, second, *others = EVERYBODY
    changed = await store.ledger.update(first.key, lambda account: account.without_order("3e8"))
    await store.ledger.update(second.key, lambda account: Account(account.key))
    for process in (store, await disk.open()):
        assert everybody(process) == [changed, *others]


# Each of the 128 partitions of version 1 becomes two, with one write for each.
@pytest.mark.parametrize("writes", [0, 1, 2, 3, 128, 129, 254, 255])
async def test_an_upgrade_that_ended_halfway_is_finished_by_the_next_start(
    disk: Disk, writes: int
) -> None:
    disk.fill_up_after(writes)
    with pytest.raises(OSError, match="No space left"):
        await disk.open()
    disk.fill_up_after(None)
    assert everybody(await disk.open()) == EVERYBODY


@pytest.mark.parametrize("number", [0, 255])
async def test_a_later_version_is_refused_and_nothing_is_written(
    disk: Disk, tmp_path: Path, number: int
) -> None:
    await disk.open()
    file = tmp_path / "cogs" / f"ShoppexLedger{number:03}" / "settings.json"
    file.write_text(json.dumps({IDENTIFIER: {"ACCOUNT": {"0": {"0": {"schema": 3}}}}}))
    with pytest.raises(NewerLedger):
        await disk.open()
    assert disk.written == []

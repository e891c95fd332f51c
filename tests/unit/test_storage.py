"""How large the store is, and what it is kept in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from disk import Disk
from shoppex.domain.account import AccountKey
from shoppex.store.storage_info import look_at_storage


async def test_the_cogs_own_files_are_measured(disk: Disk, tmp_path: Path) -> None:
    await disk.open()
    before = await look_at_storage()
    assert (before.backend, before.largest > 0) == ("JSON", True)
    ledger, other = (tmp_path / "cogs" / name for name in ("ShoppexLedger007", "Economy"))
    other.mkdir()
    (other / "settings.json").write_text("x" * 9999)
    (ledger / "settings.json").write_text("x" * 5000)
    after = await look_at_storage()
    assert after.largest == 5000
    assert before.size < after.size < before.size + 5000


async def test_the_people_of_a_guild_are_counted(disk: Disk) -> None:
    ledger = (await disk.open()).ledger
    for key in (AccountKey(1, 11), AccountKey(1, 12), AccountKey(2, 11)):
        await ledger.update(key, lambda account: replace(account, email="ben@example.org"))
    assert [ledger.count(guild_id) for guild_id in (1, 2, 3)] == [2, 1, 0]

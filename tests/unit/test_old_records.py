"""Everything that version 26ac9e4 wrote is read without loss: `tests/data_26ac9e4`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from shoppex.domain.account import AccountKey
from shoppex.store.account_codec import account_from_text, account_to_text
from shoppex.store.settings_codec import (
    guild_from_record,
    guild_to_record,
    listener_from_record,
    listener_to_record,
    retention_from_record,
    retention_to_record,
)

FOLDER = Path(__file__).parents[1] / "data_26ac9e4"
# That version held every payment that was not the quoted one.
HELD = {"other_total": "paid_too_little"}


def kept(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text())


ACCOUNTS = [
    (AccountKey(int(guild_id), int(user_id)), text)
    for accounts in kept("ledger").values()
    for guild_id, members in accounts.items()
    for user_id, text in members.items()
]
NAMES = {user_id: name for name, (user_id, _) in kept("discord")["members"].items()}


def as_today(record: dict[str, Any]) -> dict[str, Any]:
    """What is called otherwise today."""
    for order in record.get("orders", {}).values():
        if "held" in order:
            order["held"] = HELD[order["held"]]
    return record


def test_nobody_is_missing() -> None:
    known = {NAMES[key.user_id] for key, _ in ACCOUNTS}
    assert set(NAMES.values()) - known == {"admin", "owner", "forgotten"}


@pytest.mark.parametrize(
    ("key", "text"), ACCOUNTS, ids=[NAMES[key.user_id] for key, _ in ACCOUNTS]
)
def test_an_account_is_written_again_as_it_was(key: AccountKey, text: str) -> None:
    account = account_from_text(key, text)
    again = account_to_text(account)
    assert json.loads(again) == as_today(json.loads(text))
    assert account_from_text(key, again) == account


def test_the_settings_are_written_again_as_they_were() -> None:
    [group] = kept("settings")["GUILD"].values()
    settings = guild_from_record(group["shop"])
    again = guild_to_record(settings)
    assert {name: again[name] for name in group["shop"]} == group["shop"]
    assert guild_from_record(again) == settings

    whole = kept("settings")["GLOBAL"]
    assert listener_to_record(listener_from_record(whole["listener"])) == whole["listener"]
    assert retention_to_record(retention_from_record(whole["retention"])) == whole["retention"]

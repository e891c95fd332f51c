"""Opt-out of a buyer from reminders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ...domain.account import AccountKey
from ...store.ledger import Ledger


class ReminderChoice:
    """Keeps each buyer's choice.

    Parameters
    ----------
    on_change
        Called with the account after its choice was kept.
    """

    def __init__(self, ledger: Ledger, on_change: Callable[[AccountKey], None]) -> None:
        self._ledger = ledger
        self._on_change = on_change

    async def toggle(self, key: AccountKey) -> bool:
        """Switch reminders off, or on again; whether they are on now.

        Raises
        ------
        StoreUnavailable
            When the choice could not be kept.
        """
        account = await self._ledger.update(key, lambda a: replace(a, reminders=not a.reminders))
        self._on_change(key)
        return account.reminders

"""The engine: whoever is due gets what is desired, in lanes of one guild each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from ..domain.account import Account, AccountKey, Delivery, DeliveryState, Grant
from ..store.ledger import Ledger
from .desired import is_unsettled
from .lanes import Lanes


class Step(Protocol):
    """One kind of difference between desired and actual."""

    name: str

    async def settle(self, key: AccountKey) -> datetime | None:
        """Close the difference for one account; say when to look again."""


class Engine:
    """Marks accounts as due and lets every step work on them, each step in lanes of its own.

    A role never waits for a message, nor a message for a role.
    """

    def __init__(
        self, ledger: Ledger, steps: Sequence[Step], clock: Callable[[], datetime]
    ) -> None:
        self._ledger = ledger
        self._lanes = [Lanes(step.name, step.settle, clock) for step in steps]

    def mark(self, key: AccountKey) -> None:
        """The account is due now."""
        for lanes in self._lanes:
            lanes.mark(key)

    def mark_unsettled(self, guild_id: int | None = None) -> None:
        """Mark every account, of one guild if given, that is still owed something.

        This is the whole recovery: what is due follows from the ledger.
        """
        for account in self._ledger.accounts(guild_id):
            if is_unsettled(account):
                self.mark(account.key)

    async def retry(self, key: AccountKey, waiting_for: DeliveryState) -> None:
        """What waited for the buyer, or for staff, may work now: try it again.

        Raises
        ------
        StoreUnavailable
            When that could not be written down.
        """
        before = self._ledger.get(key)
        if _woken(before, waiting_for) != before:
            await self._ledger.update(key, lambda account: _woken(account, waiting_for))
            self.mark(key)

    async def retry_all(self, guild_id: int | None, waiting_for: DeliveryState) -> None:
        """The same for every account, of one guild if given.

        Raises
        ------
        StoreUnavailable
            When that could not be written down.
        """
        for account in self._ledger.accounts(guild_id):
            await self.retry(account.key, waiting_for)

    async def close(self) -> None:
        """Stop all lanes, at most five seconds."""
        await asyncio.gather(*(lanes.close() for lanes in self._lanes))


def _woken(account: Account, waiting_for: DeliveryState) -> Account:
    def wake(delivery: Delivery) -> Delivery:
        return Delivery() if delivery.state is waiting_for else delivery

    orders = {
        nonce: replace(
            order,
            asking=order.asking and wake(order.asking),
            reading=wake(order.reading),
            message=wake(order.message),
        )
        for nonce, order in account.orders.items()
    }
    grants = {
        role_id: Grant(grant.ours, wake(grant.delivery))
        for role_id, grant in account.grants.items()
    }
    return replace(account, orders=orders, grants=grants)

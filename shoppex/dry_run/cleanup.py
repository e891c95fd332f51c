"""Cleanup of test purchases: at their end, and after a crash, a restart or an unloading."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from ..domain.account import Account, AccountKey, Order
from ..domain.staff_action import StaffAction
from ..fulfilment.engine.discord_budget import Stopping
from ..fulfilment.engine.engine import Engine
from ..fulfilment.entitlement.dry_run_orders import forget_test, left_of_test
from ..store.errors import StoreUnavailable
from ..store.ledger import Ledger
from ..store.settings import Settings
from .messages import DryRunMessages

log = logging.getLogger("red.shoppex.shoppex.dry_run.cleanup")

# What cannot be taken now is taken by the engine as soon as that is possible.
_LOOK_AGAIN_SECONDS = 3600.0
_AFTER_A_REFUSED_WRITE_SECONDS = 60.0


class DryRunCleanup:
    """Takes what tests gave, and forgets them. What is left to undo follows from the ledger."""

    def __init__(
        self,
        ledger: Ledger,
        settings: Settings,
        engine: Engine,
        letters: DryRunMessages,
        clock: Callable[[], datetime],
    ) -> None:
        self._ledger = ledger
        self._settings = settings
        self._engine = engine
        self._letters = letters
        self._clock = clock
        self._tasks: dict[tuple[AccountKey, str], asyncio.Task[None]] = {}
        self._open = True

    async def revoke_leftovers(self) -> None:
        """Revoke every test that was left over, before anything of it can be delivered."""
        try:
            await self._ledger.update_all(self._ledger.tested(), self._revoked)
        except StoreUnavailable as error:
            log.error("Tests that were left over cannot be undone yet: %s", error)

    def resume(self) -> None:
        """Undo every test that was left over."""
        for key in self._ledger.tested():
            for order in _tests(self._ledger.get(key)):
                self.begin(key, order.nonce)

    def begin(self, key: AccountKey, nonce: str) -> None:
        """Undo a test, for as long as it takes. Returns at once."""
        place = (key, nonce)
        if self._open and place not in self._tasks:
            task = asyncio.create_task(self._undo(key, nonce), name="shoppex undoing of a test")
            self._tasks[place] = task
            task.add_done_callback(lambda _task: self._tasks.pop(place, None))

    async def close(self) -> None:
        """Stop; what is left is undone after the next start."""
        self._open = False
        tasks = tuple(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def try_again(self, key: AccountKey) -> None:
        """What stood in the way may be gone."""
        self._engine.wake(key.guild_id)
        for order in _tests(self._ledger.get(key)):
            self.begin(key, order.nonce)

    def left(self, account: Account, nonce: str) -> tuple[int, ...]:
        """The roles of a test that are still to be taken."""
        terms = self._settings.guild(account.key.guild_id).terms()
        return left_of_test(account, nonce, terms, self._clock())

    async def _undo(self, key: AccountKey, nonce: str) -> None:
        done = False
        while not done:
            done = await self._is_taken_back(key, nonce)

    async def _is_taken_back(self, key: AccountKey, nonce: str) -> bool:
        """Take everything back; whether that is settled. After a refused write it rests."""
        try:
            await self._take_back(key, nonce)
        except StoreUnavailable as error:
            log.error("A test of guild %s cannot be undone yet: %s", key.guild_id, error)
            await asyncio.sleep(_AFTER_A_REFUSED_WRITE_SECONDS)
            return False
        except Stopping:
            log.info("A test of guild %s is undone after the next start", key.guild_id)
        return True

    async def _take_back(self, key: AccountKey, nonce: str) -> None:
        await self._ledger.update(key, self._revoked)
        self._engine.mark(key)
        while not await self._ledger.until(
            key, lambda account: not self.left(account, nonce), _LOOK_AGAIN_SECONDS
        ):
            self._engine.mark(key)
        order = self._ledger.get(key).orders.get(nonce)
        if order is not None:
            await self._letters.close(key, order)
        terms, now = self._settings.guild(key.guild_id).terms(), self._clock()
        await self._ledger.update(key, lambda a: forget_test(a, nonce, terms, now))

    def _revoked(self, account: Account) -> Account:
        act = StaffAction(account.key.user_id, self._clock(), "test")
        for order in _tests(account):
            if order.revoked is None:
                account = account.with_order(replace(order, revoked=act))
        return account


def _tests(account: Account) -> list[Order]:
    return [order for order in account.orders.values() if order.test]

"""Backfill of roles for earlier buyers: in batches, at the engine's pace."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import Protocol

from redbot.core.utils import AsyncIter

from ...domain.account import AccountKey
from ...domain.policy import Terms
from ...store.errors import StoreUnavailable
from ...store.ledger import Ledger
from ...store.settings import Settings
from ..engine.engine import Engine
from .role_backfill import Effect, Preview, RoleChange, effect_of, is_done, rewrite

log = logging.getLogger("red.shoppex.shoppex.fulfilment.reconcile.backfill_runner")

_BATCH = 100
_BETWEEN_PAUSES = 20
_SECONDS_BETWEEN_REPORTS = 4.0


class ProgressReport(Protocol):
    """Shows how far a backfill has come; whether it wants to hear more."""

    def __call__(self, done: int, of: int, *, failed: bool = False) -> Awaitable[bool]:
        """``failed`` when nothing more could be kept."""


class BackfillRunner:
    """Previews changes of roles and carries them out for those who bought before."""

    def __init__(
        self,
        ledger: Ledger,
        settings: Settings,
        engine: Engine,
        clock: Callable[[], datetime],
    ) -> None:
        self._ledger = ledger
        self._settings = settings
        self._engine = engine
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()

    async def preview(self, guild_id: int, change: RoleChange) -> Preview:
        """Return what a change would do for those who bought before."""
        effects: dict[int, Effect] = {}
        terms, now = self._terms(guild_id), self._clock()
        async for key in self._ledger.walk(guild_id):
            effect = effect_of(self._ledger.get(key), change, terms, now)
            if effect != Effect():
                effects[key.user_id] = effect
        return Preview(change, effects)

    def begin(self, guild_id: int, change: RoleChange, report: ProgressReport) -> None:
        """Carry out a change for those who bought before. Returns at once.

        It is made once the offer itself was changed. Whom a crash leaves out is found by the
        next preview of the same roles.
        """
        task = asyncio.create_task(
            self._carry_out(guild_id, change, report), name=f"shoppex backfill {guild_id}"
        )
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Stop; what was written down is given after the next start."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _carry_out(self, guild_id: int, change: RoleChange, report: ProgressReport) -> None:
        terms, now = self._terms(guild_id), self._clock()
        affected: list[AccountKey] = []
        async for key in self._ledger.walk(guild_id):
            account = self._ledger.get(key)
            if rewrite(account, change, terms, now) != account:
                affected.append(key)
        try:
            for start in range(0, len(affected), _BATCH):
                batch = affected[start : start + _BATCH]
                await self._ledger.update_all(batch, lambda a: rewrite(a, change, terms, now))
                for key in batch:
                    self._engine.mark(key)
        except StoreUnavailable as error:
            log.error("A change of roles in guild %s cannot be kept: %s", guild_id, error)
            await report(start, len(affected), failed=True)
            return
        await self._follow(affected, report)

    async def _follow(self, affected: list[AccountKey], report: ProgressReport) -> None:
        """Report until everything is done, or nobody wants to hear more."""
        left: Iterable[AccountKey] = affected
        while True:
            left = [
                key async for key in AsyncIter(left, steps=_BETWEEN_PAUSES) if self._waits(key)
            ]
            if not await report(len(affected) - len(left), len(affected)) or not left:
                return
            await asyncio.sleep(_SECONDS_BETWEEN_REPORTS)

    def _waits(self, key: AccountKey) -> bool:
        terms = self._terms(key.guild_id)
        return not is_done(self._ledger.get(key), terms, self._clock())

    def _terms(self, guild_id: int) -> Terms:
        return self._settings.guild(guild_id).terms()

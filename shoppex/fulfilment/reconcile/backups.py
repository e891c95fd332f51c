"""Backups of the store, and a note by which a loss in it is noticed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from ...domain.account import AccountKey
from ...store.damage import SETTINGS
from ...store.errors import StoreUnavailable
from ...store.files import back_up
from ...store.ledger import Ledger
from ...store.schema import place_of
from ...store.settings import Settings
from ..engine.scheduler import Scheduler

log = logging.getLogger("red.shoppex.shoppex.fulfilment.reconcile.backups")

_NOTE = AccountKey(0, 0)
_BACKUP = AccountKey(0, 1)
_NOTE_AFTER = timedelta(minutes=1)
_NOTE_EVERY = timedelta(minutes=10)
# A bot that has just started has better things to do.
_BACKUP_AFTER = timedelta(minutes=10)
_BACKUP_EVERY = timedelta(days=1)


class Backups:
    """Notes which partitions have accounts, and backs up each file that changed, once a day.

    Neither happens before `start`: what has not been read must not be noted as empty.
    """

    def __init__(self, ledger: Ledger, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._settings = settings
        self._clock = clock
        self._scheduler = Scheduler("keeping", self._turn, clock)
        self._started = False

    def start(self) -> None:
        """Begin in a while."""
        self._started = True
        self._scheduler.mark_at(_NOTE, self._clock() + _NOTE_AFTER)
        self._scheduler.mark_at(_BACKUP, self._clock() + _BACKUP_AFTER)

    async def close(self) -> None:
        """Stop, with a last note."""
        await self._scheduler.close()
        if self._started:
            await self._note()

    async def _turn(self, task: AccountKey) -> datetime:
        if task == _NOTE:
            await self._note()
            return self._clock() + _NOTE_EVERY
        await asyncio.to_thread(back_up, self._accounts())
        return self._clock() + _BACKUP_EVERY

    def _accounts(self) -> list[str]:
        """What has a good file: a backup is never replaced by what is broken or new."""
        settings = [] if self._settings.damages else [SETTINGS]
        return [*settings, *(place_of(number) for number in sorted(self._ledger.fit()))]

    async def _note(self) -> None:
        held = self._ledger.held()
        if held == self._settings.held:
            return
        try:
            await self._settings.set_held(held)
        except StoreUnavailable as error:
            log.warning("Which partitions have accounts could not be noted: %s", error)

"""Writes that outlive the one who asked for them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from typing import Any, TypeVar

from redbot.core.config import Group, Value

from .errors import StoreUnavailable

log = logging.getLogger("red.shoppex.store")

T = TypeVar("T")

Record = Mapping[str, Any]

_DRAIN_SECONDS = 10.0


async def replace_record(group: Group | Value, before: Record, after: Record) -> None:
    """Write ``after`` in place of ``before``; an empty record is no record.

    Raises
    ------
    StoreUnavailable
        When it could not be written. Red's JSON driver would keep the refused record in its
        memory and save it with the next one of the same file, so ``before`` is put back.
    """
    try:
        await _put(group, after)
    except Exception as error:
        # The two backends raise whatever their files and sockets raise.
        with suppress(Exception):
            await _put(group, before)
        raise StoreUnavailable(type(error).__name__) from error


async def _put(group: Group | Value, record: Record) -> None:
    if record:
        await group.set(dict(record))  # type: ignore[no-untyped-call] # Red leaves it untyped
    else:
        await group.clear()  # type: ignore[no-untyped-call]


class Writes:
    """Runs writes so that a cancelled caller never leaves one half done.

    Config's JSON driver gives up its lock when the awaiting task is cancelled while the
    thread goes on writing; a later write can then be overwritten by the stale thread. So
    each write is a task of its own, and unloading waits for all of them.
    """

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()
        self._closed = False

    async def run(self, write: Coroutine[Any, Any, T]) -> T:
        """Run ``write`` to its end, whatever happens to the caller.

        Raises
        ------
        StoreUnavailable
            When the backend refused the write, or the cog was unloaded: another one may have
            been loaded since, and what this one remembers is no longer true.
        """
        if self._closed:
            write.close()
            raise StoreUnavailable("unloaded")
        task = asyncio.create_task(write)
        self._running.add(task)
        task.add_done_callback(self._done)
        return await asyncio.shield(task)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled() and isinstance(error := task.exception(), StoreUnavailable):
            log.error("The store refused a write: %s", error)

    async def close(self) -> None:
        """Begin no more writes, and wait until all have ended, at most ten seconds."""
        self._closed = True
        if not self._running:
            return
        _, late = await asyncio.wait(self._running, timeout=_DRAIN_SECONDS)
        if late:
            log.error("%d writes had not ended after %s s", len(late), _DRAIN_SECONDS)

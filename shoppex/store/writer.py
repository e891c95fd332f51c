"""Shield Config writes from cancellation.

A write outlives the one who asked for it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from .errors import StoreUnavailable

log = logging.getLogger("red.shoppex.shoppex.store.writer")

T = TypeVar("T")

_DRAIN_SECONDS = 10.0


async def put_in_place(put: Callable[[T], Awaitable[None]], before: T, after: T) -> None:
    """Put ``after`` in place of ``before``.

    Raises
    ------
    StoreUnavailable
        When it could not be written. Red's JSON driver would keep what was refused in its
        memory and save it with the next write to the same file, so ``before`` is put back.
    """
    try:
        await put(after)
    except Exception as error:
        # The two backends raise whatever their files and sockets raise.
        with suppress(Exception):
            await put(before)
        raise StoreUnavailable(type(error).__name__) from error


class Writer:
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

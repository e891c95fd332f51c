"""Starts the parts of the cog in order, and closes them in the opposite order."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import IntEnum

log = logging.getLogger("red.shoppex.shoppex.lifecycle")

_Act = Callable[[], Awaitable[object] | None]
_Close = Callable[[], Awaitable[object]]


class Stage(IntEnum):
    """What has to be there first; it is closed last. Parts of one stage are closed at once."""

    WRITER = 0
    STORE = 1
    HTTP = 2
    WORK = 3
    LOG = 4


@dataclass(frozen=True, slots=True)
class _Part:
    name: str
    stage: Stage
    load: _Act | None
    start: _Act | None
    close: _Close | None


class Lifecycle:
    """The parts that have a beginning or an end."""

    def __init__(self) -> None:
        self._parts: list[_Part] = []

    def add(
        self,
        name: str,
        stage: Stage,
        *,
        load: _Act | None = None,
        start: _Act | None = None,
        close: _Close | None = None,
    ) -> None:
        """Register a part; within a stage those that were added first begin first.

        Parameters
        ----------
        name
            For the log.
        load
            What it does before the gateway is there. What it raises stops the loading.
        start
            What it does once Red is ready.
        close
            Ends it, whether or not it was started.
        """
        self._parts.append(_Part(name, stage, load, start, close))

    async def load(self) -> None:
        """Do what needs no gateway."""
        for part in self._in_order():
            await _do(part.load)

    async def start(self) -> None:
        """Begin the work."""
        for part in self._in_order():
            await _do(part.start)

    async def close(self) -> None:
        """Close every part, whatever becomes of the others."""
        for stage in sorted(Stage, reverse=True):
            ends = {p.name: p.close for p in self._parts if p.stage is stage and p.close}
            # Each takes its time at the most; one after another they would take too long.
            results = await asyncio.gather(
                *(close() for close in ends.values()), return_exceptions=True
            )
            for name, result in zip(ends, results, strict=True):
                if isinstance(result, BaseException):
                    log.error("%s did not close as it should", name, exc_info=result)

    def _in_order(self) -> list[_Part]:
        return sorted(self._parts, key=lambda part: part.stage)


async def _do(act: _Act | None) -> None:
    doing = None if act is None else act()
    if doing is not None:
        await doing

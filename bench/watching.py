"""How late the event loop is: what the rest of the bot would feel."""

from __future__ import annotations

import asyncio
import gc
import statistics
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

_PROBE_SECONDS = 0.010
_FULL = 2


@dataclass
class Watched:
    """What was seen of an event loop; all in seconds.

    Parameters
    ----------
    late
        By how much each wake-up came late.
    collections
        How long each full garbage collection took. It visits every object of the process, and
        nothing else runs meanwhile.
    """

    late: list[float] = field(default_factory=list)
    collections: list[float] = field(default_factory=list)

    @property
    def p99(self) -> float:
        """What ninety-nine of a hundred wake-ups stayed below."""
        return percentile(self.late, 99)

    @property
    def worst(self) -> float:
        """The latest wake-up."""
        return max(self.late)

    def add(self, more: Watched) -> None:
        """Count what was seen another time, too."""
        self.late += more.late
        self.collections += more.collections


def percentile(values: Sequence[float], percent: int) -> float:
    """The value below which so many of a hundred lie."""
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


@asynccontextmanager
async def watching() -> AsyncIterator[Watched]:
    """Watch the event loop that this runs in."""
    watched = Watched()
    probe = asyncio.create_task(_probe(watched))
    collected = _Collections(watched)
    gc.callbacks.append(collected)
    try:
        yield watched
    finally:
        gc.callbacks.remove(collected)
        probe.cancel()


async def _probe(watched: Watched) -> None:
    while True:
        begun = time.perf_counter()
        await asyncio.sleep(_PROBE_SECONDS)
        watched.late.append(time.perf_counter() - begun - _PROBE_SECONDS)


class _Collections:
    """Told by Python when a garbage collection begins and ends."""

    def __init__(self, watched: Watched) -> None:
        self._watched = watched
        self._begun = 0.0

    def __call__(self, phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            self._begun = time.perf_counter()
        elif info["generation"] == _FULL:
            self._watched.collections.append(time.perf_counter() - self._begun)

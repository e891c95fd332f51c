"""Looks at a bot from within: runs in the loop of the real `redbot` (tests/process/launch.py).

Told by SIGUSR1, it writes into the file ``BENCH_REPORT`` what `live.Report` reads.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from discord.ext import commands
from redbot.core.bot import Red

sys.path.append(str(Path(__file__).parents[1]))

from bench.watching import Watched, watching

_COG = "Shoppex"
# Whatever holds up the loop before a moment is over by then.
_PAUSE = 0.05


async def probe(red: Red) -> None:
    """Watch while the cog loads, and from when Red is ready."""
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, told.set)
    async with watching() as watched:
        seen = Watched()
        loading = _time_loading(watched, seen)
        # Before the cog asks for the same: those who wait are woken in their order.
        await red.wait_until_red_ready()
        _clear(watched)
        ready_at = time.monotonic()
        while True:
            await told.wait()
            told.clear()
            report = {
                "loading": loading,
                "ready_at": ready_at,
                "late": seen.late + watched.late,
                "collections": seen.collections + watched.collections,
            }
            _write(Path(os.environ["BENCH_REPORT"]), report)


def _time_loading(watched: Watched, seen: Watched) -> list[float]:
    """How many seconds the cog's ``cog_load`` took, once it has; what is seen meanwhile is kept.

    Importing the cog comes before that. It is no business of the ledger's.
    """
    seconds: list[float] = []
    inject: Callable[..., Any] = commands.Cog._inject

    async def timed(cog: commands.Cog, *args: Any, **kwargs: Any) -> Any:
        if type(cog).__name__ != _COG:
            return await inject(cog, *args, **kwargs)
        await asyncio.sleep(_PAUSE)
        _clear(watched)
        begun = time.monotonic()
        injected = await inject(cog, *args, **kwargs)
        seconds.append(time.monotonic() - begun)
        await asyncio.sleep(_PAUSE)
        seen.add(watched)
        return injected

    # Red has no event for this; the cog must not know that it is measured.
    commands.Cog._inject = timed  # type: ignore[assignment,method-assign] # passes all on
    return seconds


def _clear(watched: Watched) -> None:
    watched.late.clear()
    watched.collections.clear()


def _write(path: Path, report: dict[str, Any]) -> None:
    whole = path.with_suffix(".new")
    whole.write_text(json.dumps(report))
    whole.replace(path)

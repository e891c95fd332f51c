"""Claims about the start of a bot whose ledger is large and whose buyers wait."""

from __future__ import annotations

import asyncio
import statistics
import time
from dataclasses import dataclass, field, replace

from discord_standin import DiscordStandIn, RateLimits

from .live import Bot, open_shop
from .places import empty_places
from .report import Row, Section, ms
from .watching import Watched

_ORDERS = range(100_000)
_DUE = _ORDERS[-5_000:]
_FINISHED = _ORDERS[: -len(_DUE)]

_ROUNDS = 2
_FIRST_REQUEST_SECONDS = 120.0
_LOOK_SECONDS = 5.0
_MEGABYTE = 1_000_000


@dataclass
class _Starts:
    """What was seen of several starts of one bot; seconds, and bytes.

    Parameters
    ----------
    ready, acting
        From the start of the process until Red is ready, and until Discord is asked to give the
        first role.
    loading
        How long the cog kept Red from logging in.
    """

    ready: list[float] = field(default_factory=list)
    acting: list[float] = field(default_factory=list)
    loading: list[float] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)
    watched: Watched = field(default_factory=Watched)

    async def add(self, bot: Bot, discord: DiscordStandIn, *, order_actions: bool) -> None:
        """Start the bot once more and look at it for a while."""
        discord.requests.clear()
        begun = time.monotonic()
        await bot.red.start()
        if order_actions:
            await discord.until(
                lambda: discord.calls("PUT", "/guilds/*/members/*/roles/*"),
                "role request",
                seconds=_FIRST_REQUEST_SECONDS,
            )
            self.acting.append(time.monotonic() - begun)
        await bot.report()
        await asyncio.sleep(_LOOK_SECONDS)
        report = await bot.report()
        self.ready.append(report.ready_at - begun)
        self.loading.append(report.loading)
        self.memory.append(bot.memory)
        self.watched.add(report.watched)
        await bot.stop()


async def measure() -> list[Section]:
    """Measure both of Red's backends."""
    json = await _measure("json")
    postgres = [replace(row, target="", reached=None) for row in await _measure("postgres")]
    return [
        Section("Start, on Red's JSON backend", json),
        Section("Start, on Red's PostgreSQL backend", postgres),
    ]


async def _measure(backend: str) -> list[Row]:
    """Start a bot with all the orders, and one without any, in turns."""
    limits = RateLimits()
    with empty_places(backend) as place:
        async with DiscordStandIn(rate_limits=limits) as discord:
            shop = open_shop(discord, "cellar", _DUE)
            full, empty = Bot(next(place), discord), Bot(next(place), discord)
            try:
                await full.prepare([shop.stock(finished=_FINISHED, due=_DUE)])
                await empty.prepare([shop.stock()])
                ours, without = _Starts(), _Starts()
                for _ in range(_ROUNDS):
                    await ours.add(full, discord, order_actions=True)
                    await without.add(empty, discord, order_actions=False)
            finally:
                await full.red.kill()
                await empty.red.kill()
    return _rows(ours, without)


def _rows(ours: _Starts, without: _Starts) -> list[Row]:
    start = f"{len(_ORDERS):,} orders, {len(_DUE):,} due"
    acting, ready = statistics.median(ours.acting), statistics.median(without.ready)
    loading = statistics.median(ours.loading)
    more = statistics.median(ours.memory) - statistics.median(without.memory)
    return [
        Row(
            f"{start}: from the start of the process to the first role request",
            f"{acting:.2f} s",
            f"{ready:.2f} s",
            f"{acting - ready:.2f} s more",
            "at most 5 s",
            reached=acting <= 5,
        ),
        Row(
            f"{start}: loading the cog",
            f"{loading:.2f} s",
            f"{statistics.median(without.loading):.2f} s",
        ),
        Row(
            f"{start}: event-loop delay, worst",
            ms(ours.watched.worst),
            ms(without.watched.worst),
            target="at most 50 ms",
            reached=ours.watched.worst <= 0.050,
        ),
        Row(
            f"{start}: longest full garbage collection",
            ms(max(ours.watched.collections, default=0.0)),
            ms(max(without.watched.collections, default=0.0)),
        ),
        Row(
            f"{start}: memory",
            f"{statistics.median(ours.memory) / _MEGABYTE:,.0f} MB",
            f"{statistics.median(without.memory) / _MEGABYTE:,.0f} MB",
            f"{more / _MEGABYTE:,.0f} MB more",
            "at most 200 MB more",
            reached=more <= 200 * _MEGABYTE,
        ),
    ]

"""Claims about one server's buyers while another server has a long queue."""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from discord_standin import DiscordStandIn, RateLimits

from .live import Bot, Shop, open_shop
from .places import empty_places
from .report import Row, Section

_DUE = range(5_000)
_BUYERS = range(5_000, 5_016)
_ALONE, _BESIDE = _BUYERS[:8], _BUYERS[8:]

# The busy server has used up what Discord and the cog let out at once.
_SETTLED = 25
# So that no purchase meets the queue at the same moment of its pace.
_APART_SECONDS = 2.0
_PATIENCE = 60.0


@dataclass
class _Waits:
    """How many seconds after the webhook was sent each buyer had the role, and the message."""

    role: list[float] = field(default_factory=list)
    message: list[float] = field(default_factory=list)

    async def buy(self, bot: Bot, discord: DiscordStandIn, shop: Shop, order: int) -> None:
        """One buyer pays."""
        buyer = shop.buyers[order]
        begun = time.perf_counter()

        async def wait(look: Callable[[], object], what: str) -> float:
            await discord.until(look, what, seconds=_PATIENCE)
            return time.perf_counter() - begun

        _, role, message = await asyncio.gather(
            bot.pay(shop, range(order, order + 1)),
            wait(lambda: shop.has(order), "role"),
            wait(lambda: discord.dms(buyer.user), "message"),
        )
        self.role.append(role)
        self.message.append(message)


async def measure() -> list[Section]:
    """Measure on one backend: Discord's pace, and not the disk's, is what they share."""
    with empty_places("json") as place:
        async with DiscordStandIn(rate_limits=RateLimits()) as discord:
            busy = open_shop(discord, "busy", _DUE)
            quiet = open_shop(discord, "quiet", _BUYERS)
            alone = await _purchases(
                Bot(next(place), discord), discord, busy, quiet, range(0), _ALONE
            )
            beside = await _purchases(
                Bot(next(place), discord), discord, busy, quiet, _DUE, _BESIDE
            )
    return [Section("Fairness between servers", _rows(alone, beside))]


async def _purchases(
    bot: Bot, discord: DiscordStandIn, busy: Shop, quiet: Shop, due: range, buyers: range
) -> _Waits:
    """What single buyers of the quiet server wait, while so many are due in the busy one."""
    waits = _Waits()
    try:
        await bot.prepare([busy.stock(due=due), quiet.stock(waiting=buyers)])
        await bot.red.start()
        await bot.report()
        if due:
            await discord.until(lambda: busy.given >= _SETTLED, "queue at work", seconds=_PATIENCE)
        for order in buyers:
            await asyncio.sleep(random.uniform(1, 2) * _APART_SECONDS)  # noqa: S311 - no secret
            await waits.buy(bot, discord, quiet, order)
    finally:
        await bot.red.kill()
    return waits


def _rows(alone: _Waits, beside: _Waits) -> list[Row]:
    said = f"One purchase while another server has {len(_DUE):,} due"
    return [
        row
        for what, ours, empty in (
            ("role", beside.role, alone.role),
            ("key's message", beside.message, alone.message),
        )
        for row in (
            Row(
                f"{said}: {what}, median",
                f"{statistics.median(ours):.2f} s",
                f"{statistics.median(empty):.2f} s",
            ),
            _worst(f"{said}: {what}, worst", max(ours), statistics.median(empty)),
        )
    ]


def _worst(claim: str, worst: float, empty: float) -> Row:
    return Row(
        claim,
        f"{worst:.2f} s",
        f"{empty:.2f} s",
        f"{worst - empty:.2f} s more",
        "at most 1 s more",
        reached=worst - empty <= 1,
    )

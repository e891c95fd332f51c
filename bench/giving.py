"""Claims about giving roles as fast as Discord allows, and no faster."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from discord_standin import DiscordStandIn, RateLimits

from . import naive
from .live import Bot, Shop, open_shop
from .places import empty_places
from .processes import in_its_own
from .report import Row, Section

_LIMITS = RateLimits()
_BUCKET = _LIMITS.buckets["member roles"]
_PATIENCE = 180.0

# A few servers that sell for a while, and then many that sell at once.
_FEW, _LONG = 4, 70
_MANY, _SHORT = 40, 10
_CONNECTIONS = 20


@dataclass(frozen=True)
class _Sale:
    """What one rush of payments came to, in seconds.

    Parameters
    ----------
    given
        How many buyers have the role.
    slowest
        How long the last of the servers took from its first role to its last.
    took
        From the first webhook to the last role.
    answer
        The longest that Shoppex waited for the answer to a webhook.
    refused
        How many requests Discord answered with 429.
    """

    given: int
    slowest: float
    took: float
    answer: float
    refused: int


@dataclass(frozen=True)
class _Figures:
    few: _Sale
    many: _Sale


class _Discord:
    """A Discord with a few shops and many others."""

    def __init__(self, discord: DiscordStandIn) -> None:
        self.discord = discord
        self.few = _open(discord, "few", _FEW, _LONG)
        self.many = _open(discord, "many", _MANY, _SHORT)

    async def watch(self, shops: Sequence[Shop]) -> float:
        """Until all roles are given: how long the slowest takes from its first to its last."""

        async def take(shop: Shop) -> float:
            until = self.discord.until
            await until(lambda: shop.given, "first role", seconds=_PATIENCE)
            begun = time.perf_counter()
            everybody = len(shop.buyers)
            await until(lambda: shop.given == everybody, "last role", seconds=_PATIENCE)
            return time.perf_counter() - begun

        return max(await asyncio.gather(*map(take, shops)))


def _open(discord: DiscordStandIn, name: str, count: int, orders: int) -> list[Shop]:
    # Numbers name users, and these are others than those of the shops before.
    first = 0 if name == "few" else _FEW * _LONG
    starts = range(first, first + count * orders, orders)
    return [open_shop(discord, f"{name} {at}", range(at, at + orders)) for at in starts]


async def measure() -> list[Section]:
    """Measure on one backend: what is waited for is Discord."""
    # Both mostly wait, each for a Discord of its own.
    ours, naively = await asyncio.gather(_ours(), _naively())
    return [Section("Roles, at Discord's pace", [*_few(ours, naively), *_many(ours, naively)])]


async def _ours() -> _Figures:
    with empty_places("json") as place:
        async with DiscordStandIn(rate_limits=_LIMITS) as discord:
            there = _Discord(discord)
            bot = Bot(next(place), discord)
            shops = [*there.few, *there.many]
            try:
                await bot.prepare([s.stock(waiting=s.orders) for s in shops])
                await bot.red.start()
                await bot.report()
                few = await _sell(bot, there, there.few)
                many = await _sell(bot, there, there.many)
            finally:
                await bot.red.kill()
    return _Figures(few, many)


async def _sell(bot: Bot, there: _Discord, shops: Sequence[Shop]) -> _Sale:
    """Shoppex tells of all the payments at once."""
    refused = there.discord.rate_limited
    begun = time.perf_counter()
    each = max(1, _CONNECTIONS // len(shops))
    slowest, answers = await asyncio.gather(
        there.watch(shops),
        asyncio.gather(*(bot.pay(shop, shop.orders, each) for shop in shops)),
    )
    took = time.perf_counter() - begun
    answer = max(max(answer.seconds) for answer in answers)
    refused = there.discord.rate_limited - refused
    return _Sale(_given(shops), slowest, took, answer, refused)


async def _naively() -> _Figures:
    async with DiscordStandIn(rate_limits=_LIMITS) as discord:
        there = _Discord(discord)
        few = await _give(there, there.few)
        many = await _give(there, there.many)
    return _Figures(few, many)


async def _give(there: _Discord, shops: Sequence[Shop]) -> _Sale:
    """The handlers of all the webhooks ask Discord at once."""
    discord = there.discord
    wishes = [
        (shop.guild.id, shop.buyers[number].user.id, shop.role.id)
        for shop in shops
        for number in shop.orders
    ]
    refused = discord.rate_limited
    begun = time.perf_counter()
    watching = asyncio.create_task(there.watch(shops))
    give = partial(in_its_own, naive.give, discord.api_url, discord.token, wishes)
    answers = await asyncio.to_thread(give)
    took = time.perf_counter() - begun
    given = _given(shops)
    if given == len(wishes):
        slowest = await watching
    else:
        watching.cancel()
        slowest = took
    return _Sale(given, slowest, took, max(answers), discord.rate_limited - refused)


def _given(shops: Sequence[Shop]) -> int:
    return sum(shop.given for shop in shops)


def _few(ours: _Figures, naively: _Figures) -> list[Row]:
    share, beside = (_share(sale.slowest) for sale in (ours.few, naively.few))
    rush = f"{_LONG} payments at once in each of {_FEW} servers"
    return [
        _all_given(rush, ours.few, naively.few, _FEW * _LONG),
        Row(
            f"{rush}: roles, of what Discord allows, in the slowest server",
            f"{share:.1%}",
            f"{beside:.1%}",
            target="at least 95 %",
            reached=share >= 0.95,
        ),
        _refused(rush, ours.few, naively.few),
        _answered(rush, ours.few, naively.few),
    ]


def _many(ours: _Figures, naively: _Figures) -> list[Row]:
    rush = f"{_SHORT} payments at once in each of {_MANY} servers"
    return [
        _all_given(rush, ours.many, naively.many, _MANY * _SHORT),
        Row(
            f"{rush}: until the last role", f"{ours.many.took:.1f} s", f"{naively.many.took:.1f} s"
        ),
        _refused(rush, ours.many, naively.many),
        _answered(rush, ours.many, naively.many),
    ]


def _share(took: float) -> float:
    """How much of what the bucket of one server allows was used.

    The bucket is full again so many seconds after the first request; the last few roles can all
    be given at its last filling.
    """
    fillings = math.ceil(_LONG / _BUCKET.requests)
    return (fillings - 1) * _BUCKET.seconds / took


def _all_given(rush: str, ours: _Sale, naively: _Sale, paid: int) -> Row:
    return Row(
        f"{rush}: roles given",
        f"{ours.given} of {paid}",
        f"{naively.given} of {paid}",
        target="all",
        reached=ours.given == paid,
    )


def _refused(rush: str, ours: _Sale, naively: _Sale) -> Row:
    return Row(
        f"{rush}: requests refused (429)",
        f"{ours.refused:,}",
        f"{naively.refused:,}",
        target="none",
        reached=ours.refused == 0,
    )


def _answered(rush: str, ours: _Sale, naively: _Sale) -> Row:
    return Row(
        f"{rush}: longest answer to a webhook", f"{ours.answer:.1f} s", f"{naively.answer:.1f} s"
    )

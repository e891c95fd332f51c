"""Claims about acknowledging a paid webhook: verified, deduplicated, on disk."""

from __future__ import annotations

import random
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from types import ModuleType

from . import floor, naive, ours
from .paying import Answers, pay
from .places import DISK, Place, empty_places
from .processes import Server, in_its_own, serving
from .report import Row, Section, faster, ms, times
from .watching import Watched

_FEW, _SOME, _MANY = 100, 10_000, 100_000

# One by one, in turns: what is compared sees the same machine at the same time.
_WARM_UP = 2
_ROUNDS = 12
_EACH = 25
_EACH_OF_FEW = 7

_AT_ONCE = 50
_BURST = 2_000
_BURSTS = 3


@dataclass
class _Shop:
    """A server, and the orders that wait there for their payment.

    Parameters
    ----------
    each
        How many are paid in one turn.
    """

    server: Server
    place: Place
    waiting: Iterator[int]
    each: int
    one_by_one: Answers = field(default_factory=Answers)

    async def pay(self, count: int, at_once: int = 1) -> Answers:
        """Pay the next orders."""
        return await pay(self.server.port, islice(self.waiting, count), at_once)

    async def pay_at_once(self, count: int) -> tuple[Answers, Watched]:
        """The same over many connections, and what is seen of the server meanwhile."""
        with self.server.watched() as watched:
            answers = await self.pay(count, _AT_ONCE)
        return answers, watched


@contextmanager
def _shop(way: ModuleType, place: Place, orders: int, each: int, burst: int) -> Iterator[_Shop]:
    """A shop with so many orders, of which the last ones are yet to be paid."""
    waiting = (_WARM_UP + _ROUNDS) * each + burst
    finished = orders - waiting
    in_its_own(way.fill, place, finished, waiting)
    with serving(way.serve, place) as server:
        yield _Shop(server, place, iter(range(finished, orders)), each)


@dataclass(frozen=True)
class _Figures:
    """What one backend came to; medians in seconds."""

    few: float
    some: float
    many: float
    naive: float
    floor: float
    burst: Answers
    loop: Watched
    kept: int
    naive_burst: Answers
    naive_loop: Watched


async def measure() -> list[Section]:
    """Measure both of Red's backends."""
    json = await _measure("json", naive_each=2, naive_burst=100)
    postgres = await _measure("postgres", naive_each=_EACH, naive_burst=_BURST)
    printed = [replace(row, target="", reached=None) for row in _rows(postgres)]
    return [
        Section("Webhooks, on Red's JSON backend", _rows(json)),
        Section("Webhooks, on Red's PostgreSQL backend", printed),
    ]


async def _measure(backend: str, naive_each: int, naive_burst: int) -> _Figures:
    """Measure one backend; the naive way is asked for less where it is slow."""
    all_bursts = _BURSTS * _BURST
    with ExitStack() as stack:
        place = stack.enter_context(empty_places(backend))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=DISK)))

        def shop(way: ModuleType, orders: int, each: int, burst: int = 0) -> _Shop:
            return servers.enter_context(_shop(way, next(place), orders, each, burst))

        with ExitStack() as servers:
            few = shop(ours, _FEW, _EACH_OF_FEW)
            some = shop(ours, _SOME, _EACH)
            many = shop(ours, _MANY, _EACH, all_bursts)
            naively = shop(naive, _SOME, naive_each, naive_burst)
            least = await _in_turns([few, some, many, naively], folder)
            burst, loop = Answers(), Watched()
            for _ in range(_BURSTS):
                answers, watched = await many.pay_at_once(_BURST)
                burst.add(answers)
                loop.add(watched)
            naive_answers, naive_loop = await naively.pay_at_once(naive_burst)
        kept = in_its_own(ours.paid, many.place, range(_MANY - all_bursts, _MANY))
    return _Figures(
        few=few.one_by_one.median,
        some=some.one_by_one.median,
        many=many.one_by_one.median,
        naive=naively.one_by_one.median,
        floor=statistics.median(least),
        burst=burst,
        loop=loop,
        kept=kept,
        naive_burst=naive_answers,
        naive_loop=naive_loop,
    )


async def _in_turns(shops: list[_Shop], folder: Path) -> list[float]:
    """Pay one order after another, here and there; how long the floor took in between."""
    for shop in shops:
        await shop.pay(_WARM_UP * shop.each)
    least: list[float] = []
    for _ in range(_ROUNDS):
        # Nobody always comes after the one that leaves the disk busy.
        random.shuffle(shops)
        for shop in shops:
            shop.one_by_one.add(await shop.pay(shop.each))
            least += (floor.acknowledge(folder, number) for number in range(shop.each))
    return least


def _rows(figures: _Figures) -> list[Row]:
    return [*_one_by_one(figures), *_at_once(figures)]


def _one_by_one(figures: _Figures) -> list[Row]:
    few, some, many = figures.few, figures.some, figures.many
    naively, least = figures.naive, figures.floor
    return [
        Row(
            f"Acknowledging, {_MANY:,} orders against {_FEW}",
            ms(many),
            ms(few),
            times(many / few),
            "at most 3 ×",
            reached=many <= 3 * few,
        ),
        Row(
            f"Acknowledging, {_SOME:,} orders, against the naive way",
            ms(some),
            ms(naively),
            faster(naively / some),
            "at least 20 × faster",
            reached=naively >= 20 * some,
        ),
        Row(
            f"Acknowledging, {_MANY:,} orders, against the floor",
            ms(many),
            ms(least),
            times(many / least),
            "at most 5 ×",
            reached=many <= 5 * least,
        ),
    ]


def _at_once(figures: _Figures) -> list[Row]:
    sent = _BURSTS * _BURST
    good = sum(n for status, n in figures.burst.statuses.items() if 200 <= status < 300)
    ours, naively = figures.loop, figures.naive_loop
    burst = f"{_BURST:,} at {_AT_ONCE} at once"
    return [
        Row(
            f"{burst}: answered 2xx, and on disk",
            f"{good:,} and {figures.kept:,} of {sent:,}",
            target="all",
            reached=good == figures.kept == sent,
        ),
        Row(f"{burst}: answer, p99", ms(figures.burst.p99), ms(figures.naive_burst.p99)),
        Row(
            f"{burst}: answers in a second",
            f"{figures.burst.per_second:,.0f}",
            f"{figures.naive_burst.per_second:,.0f}",
            faster(figures.burst.per_second / figures.naive_burst.per_second),
        ),
        Row(
            f"{burst}: event-loop delay, p99",
            ms(ours.p99),
            ms(naively.p99),
            target="at most 10 ms",
            reached=ours.p99 <= 0.010,
        ),
        Row(
            f"{burst}: event-loop delay, worst",
            ms(ours.worst),
            ms(naively.worst),
            target="at most 50 ms",
            reached=ours.worst <= 0.050,
        ),
        Row(
            f"{burst}: longest full garbage collection",
            ms(max(ours.collections, default=0.0)),
            ms(max(naively.collections, default=0.0)),
        ),
    ]

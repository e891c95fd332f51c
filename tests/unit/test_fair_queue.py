"""One pace for many: nobody's long queue keeps another waiting."""

from __future__ import annotations

import asyncio

import pytest

from shoppex.fulfilment.engine.fair_queue import FairQueue
from shoppex.rate_limit import TokenBucket

BUSY, QUIET, OTHER = 1, 2, 3


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        # Whoever comes at the beginning of that time has come before its end.
        for _ in range(10):
            await asyncio.sleep(0)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def turns(clock: Clock) -> FairQueue:
    return FairQueue(TokenBucket(1.0, 1, monotonic=clock, sleep=clock.sleep))


class Queue:
    """One server's lane: asks for the next turn as soon as it has had one."""

    def __init__(self, turns: FairQueue, clock: Clock, who: int) -> None:
        self.turns = turns
        self.clock = clock
        self.who = who
        self.moments: list[float] = []

    async def run(self, times: int) -> None:
        for _ in range(times):
            await self.turns.acquire(self.who)
            self.moments.append(self.clock.now)


async def test_who_was_long_quiet_goes_next(turns: FairQueue, clock: Clock) -> None:
    busy, quiet = Queue(turns, clock, BUSY), Queue(turns, clock, QUIET)
    working = asyncio.create_task(busy.run(50))
    while len(busy.moments) < 20:
        await asyncio.sleep(0)
    asked = clock.now
    await quiet.run(1)
    assert quiet.moments[0] - asked <= 1
    await working
    assert clock.now == 50


async def test_those_who_are_all_busy_alternate(turns: FairQueue, clock: Clock) -> None:
    queues = [Queue(turns, clock, who) for who in (BUSY, QUIET, OTHER)]
    await asyncio.gather(*(queue.run(10) for queue in queues))
    assert [len(queue.moments) for queue in queues] == [10, 10, 10]
    for queue in queues:
        gaps = [b - a for a, b in zip(queue.moments, queue.moments[1:], strict=False)]
        assert gaps == [3.0] * 9


async def test_of_one_kind_who_waits_first_goes_first(turns: FairQueue) -> None:
    gone: list[int] = []

    async def want(number: int) -> None:
        await turns.acquire(BUSY)
        gone.append(number)

    await asyncio.gather(*(want(number) for number in range(5)))
    assert gone == list(range(5))


async def test_who_gives_up_takes_no_turn_along(turns: FairQueue, clock: Clock) -> None:
    waiting = [asyncio.create_task(turns.acquire(BUSY)) for _ in range(20)]
    await waiting[0]
    for task in waiting[1:]:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    await turns.acquire(QUIET)
    assert clock.now <= 2


async def test_what_ends_the_waiting_ends_it_for_all() -> None:
    class Closed(Exception):
        pass

    async def refuse(_seconds: float) -> None:
        raise Closed

    turns = FairQueue(TokenBucket(1.0, 1, monotonic=lambda: 0.0, sleep=refuse))
    waiting = [turns.acquire(who) for who in (BUSY, BUSY, QUIET)]
    first, *others = await asyncio.gather(*waiting, return_exceptions=True)
    assert first is None
    assert [type(each) for each in others] == [Closed, Closed]

"""The pace of one shop."""

from __future__ import annotations

import asyncio

import pytest

from shoppex.rate_limit import TokenBucket


class Clock:
    """Time that only passes when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        """Seconds."""
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Let the time pass."""
        # Those who sleep at the same time share the time that passes.
        wake = self.now + seconds
        await asyncio.sleep(0)
        self.now = max(self.now, wake)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limiter(clock: Clock) -> TokenBucket:
    return TokenBucket(2.0, 5, monotonic=clock.monotonic, sleep=clock.sleep)


async def test_a_burst_then_the_pace(limiter: TokenBucket, clock: Clock) -> None:
    moments = []
    for _ in range(8):
        await limiter.acquire()
        moments.append(clock.now - 100)
    assert moments == [0, 0, 0, 0, 0, 0.5, 1.0, 1.5]


async def test_a_rest_fills_the_bucket_but_not_beyond(limiter: TokenBucket, clock: Clock) -> None:
    for _ in range(5):
        await limiter.acquire()
    clock.now += 1000
    start = clock.now
    for _ in range(6):
        await limiter.acquire()
    assert clock.now - start == pytest.approx(0.5)


async def test_those_who_wait_together_go_one_by_one_in_turn(
    limiter: TokenBucket, clock: Clock
) -> None:
    gone: list[int] = []

    async def want(number: int) -> None:
        await limiter.acquire()
        gone.append(number)

    await asyncio.gather(*(want(number) for number in range(9)))
    assert gone == list(range(9))
    assert clock.now - 100 == pytest.approx(2.0)


async def test_who_gives_up_takes_no_turn_along(clock: Clock) -> None:
    gate = asyncio.Event()

    async def blocked_sleep(seconds: float) -> None:
        await gate.wait()
        clock.now += seconds

    limiter = TokenBucket(1.0, 1, monotonic=clock.monotonic, sleep=blocked_sleep)
    await limiter.acquire()
    waiting = [asyncio.create_task(limiter.acquire()) for _ in range(50)]
    await asyncio.sleep(0)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    gate.set()
    await limiter.acquire()
    assert clock.now - 100 == pytest.approx(1.0)

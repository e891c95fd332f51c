"""What the engine may ask of Discord, and that no loop of refusals gets the bot banned."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoppex.fulfilment.engine.discord_budget import Budget, Stopping
from strategies import examples

# https://discord.com/developers/docs/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans
BAN = 10_000
WITHIN = 600.0


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def budget_by(clock: Clock) -> Budget:
    return Budget(monotonic=clock, sleep=clock.sleep)


def refusal(status: int) -> discord.HTTPException:
    response: Any = SimpleNamespace(status=status, reason="no")
    return discord.HTTPException(response, {"code": 0, "message": "no"})


def refusing(status: int, made: list[float], clock: Clock) -> Callable[[], Awaitable[None]]:
    async def make() -> None:
        made.append(clock.now)
        raise refusal(status)

    return make


async def hammer(budget: Budget, make: Callable[[], Awaitable[None]], times: int) -> None:
    for _ in range(times):
        with pytest.raises(discord.HTTPException):
            await budget.request(make)


def most_within(moments: list[float], seconds: float) -> int:
    """The largest count in any window of that length."""
    most, first = 0, 0
    for last, moment in enumerate(moments):
        while moments[first] <= moment - seconds:
            first += 1
        most = max(most, last - first + 1)
    return most


@pytest.mark.parametrize(("status", "weight"), [(401, 1), (403, 1), (429, 5)])
async def test_endless_refusals_stay_a_tenth_of_what_bans(
    clock: Clock, status: int, weight: int
) -> None:
    made: list[float] = []
    budget = budget_by(clock)
    await hammer(budget, refusing(status, made, clock), 5000)
    assert weight * most_within(made, WITHIN) <= BAN / 10 + weight
    assert made[-1] > WITHIN


async def test_many_lanes_at_once_stay_below_it_together(clock: Clock) -> None:
    made: list[float] = []
    budget = budget_by(clock)
    make = refusing(403, made, clock)
    await asyncio.gather(*(hammer(budget, make, 60) for _ in range(50)))
    # One request of each lane may be on its way when the last one is counted.
    assert most_within(made, WITHIN) <= BAN / 10 + 50


async def test_what_succeeds_is_not_held_back(clock: Clock) -> None:
    budget = budget_by(clock)

    async def make() -> int:
        return 1

    for _ in range(2000):
        assert await budget.request(make) == 1
    assert clock.now <= 2000 / 25 + 1


async def test_what_is_told_in_passing_leaves_the_rest_to_the_others(clock: Clock) -> None:
    budget = budget_by(clock)
    made: list[float] = []

    async def make() -> None:
        made.append(clock.now)

    for _ in range(100):
        await budget.request_in_passing(make)
        # A role is given at once all the same.
        before = clock.now
        await budget.request(make)
        assert clock.now == before
    passing = made[::2]
    assert most_within(passing, 60.0) <= 60 * 2 + 5
    assert passing[-1] <= 100 / 2


async def test_after_the_rest_it_goes_on(clock: Clock) -> None:
    budget = budget_by(clock)
    made: list[float] = []
    await hammer(budget, refusing(403, made, clock), 1000)
    before = clock.now
    await hammer(budget, refusing(403, made, clock), 1)
    assert before < clock.now <= made[0] + WITHIN + 1


@pytest.fixture
async def closing() -> AsyncIterator[Budget]:
    budget = Budget()
    yield budget
    budget.close()


async def test_who_waits_when_it_closes_is_told_and_asks_nothing(closing: Budget) -> None:
    asked = []

    async def make() -> None:
        asked.append(1)

    waiting = [asyncio.ensure_future(closing.open_dm(1, make)) for _ in range(20)]
    while len(asked) < 10:
        await asyncio.sleep(0)
    closing.close()
    results = await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), 5)
    assert sum(isinstance(result, Stopping) for result in results) == 20 - len(asked)


@examples(1 / 4)
@given(st.lists(st.sampled_from([200, 401, 403, 404, 429, 500]), min_size=1, max_size=3000))
def test_no_mixture_of_answers_comes_near_a_ban(statuses: list[int]) -> None:
    clock = Clock()

    async def run() -> list[float]:
        refused: list[float] = []
        budget = budget_by(clock)
        for status in statuses * 3:

            async def make(status: int = status) -> None:
                if status in (401, 403, 429):
                    refused.extend([clock.now] * (5 if status == 429 else 1))
                if status != 200:
                    raise refusal(status)

            try:
                await budget.request(make)
            except discord.HTTPException:
                continue
        return refused

    assert most_within(asyncio.run(run()) or [0.0], WITHIN) <= BAN / 10 + 5

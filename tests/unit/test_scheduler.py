"""One account at a time within a guild, guilds beside each other, and nothing left behind."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime, timedelta, timezone
from itertools import count

import pytest

from shoppex.domain.account import AccountKey
from shoppex.fulfilment.engine.scheduler import Scheduler, SchedulerLoad

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)
INSTANT = timedelta(milliseconds=5)
ADA, BEN, EVE = AccountKey(1, 11), AccountKey(1, 12), AccountKey(1, 13)
ELSEWHERE = AccountKey(2, 11)


class Work:
    """Records who is worked on; holds those whose gate is closed."""

    def __init__(self) -> None:
        self.begun: list[AccountKey] = []
        self.ended: list[AccountKey] = []
        self.at_once: Counter[int] = Counter()
        self.most_at_once: Counter[int] = Counter()
        self.gates: dict[AccountKey, asyncio.Event] = {}
        self.answers: dict[AccountKey, Iterator[datetime | None]] = {}
        self.broken: set[AccountKey] = set()
        self._changed = asyncio.Condition()

    async def __call__(self, key: AccountKey) -> datetime | None:
        """Work on an account."""
        self.begun.append(key)
        self.at_once[key.guild_id] += 1
        self.most_at_once |= self.at_once
        await self._tell()
        try:
            if key in self.gates:
                await self.gates[key].wait()
            else:
                await asyncio.sleep(0)
        finally:
            self.at_once[key.guild_id] -= 1
        if key in self.broken:
            self.ended.append(key)
            await self._tell()
            raise RuntimeError("a bug")
        self.ended.append(key)
        await self._tell()
        return next(self.answers.get(key, iter(())), None)

    def hold(self, key: AccountKey) -> asyncio.Event:
        """Close the gate of an account; setting the event opens it."""
        return self.gates.setdefault(key, asyncio.Event())

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something is the case."""
        async with self._changed:
            await asyncio.wait_for(self._changed.wait_for(condition), 5)

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()


def lane_tasks() -> set[asyncio.Task[object]]:
    return {task for task in asyncio.all_tasks() if task.get_name().startswith("shoppex test")}


async def idle() -> None:
    if tasks := lane_tasks():
        await asyncio.wait(tasks, timeout=5)
    assert not lane_tasks()


@pytest.fixture
async def work() -> Work:
    return Work()


@pytest.fixture
async def lanes(work: Work) -> AsyncIterator[Scheduler]:
    begun = asyncio.get_running_loop().time()

    def clock() -> datetime:
        return NOW + timedelta(seconds=asyncio.get_running_loop().time() - begun)

    opened = Scheduler("test", work, clock)
    yield opened
    await opened.close(0)
    assert not lane_tasks()


async def test_who_is_marked_is_worked_on(lanes: Scheduler, work: Work) -> None:
    lanes.mark(ADA)
    await idle()
    assert work.ended == [ADA]


async def test_a_guild_has_one_account_at_a_time_in_the_order_they_came(
    lanes: Scheduler, work: Work
) -> None:
    gate = work.hold(ADA)
    for key in (ADA, BEN, EVE):
        lanes.mark(key)
    await work.until(lambda: work.begun == [ADA])
    lanes.mark(BEN)
    gate.set()
    await idle()
    assert work.ended == [ADA, BEN, EVE]
    assert work.most_at_once == {1: 1}


async def test_one_busy_guild_does_not_delay_another(lanes: Scheduler, work: Work) -> None:
    gate = work.hold(ADA)
    lanes.mark(ADA)
    lanes.mark(BEN)
    lanes.mark(ELSEWHERE)
    await work.until(lambda: ELSEWHERE in work.ended)
    assert work.ended == [ELSEWHERE]
    assert BEN not in work.begun
    gate.set()
    await idle()
    assert work.ended == [ELSEWHERE, ADA, BEN]


async def test_two_guilds_are_worked_on_at_the_same_time(lanes: Scheduler, work: Work) -> None:
    gates = [work.hold(ADA), work.hold(ELSEWHERE)]
    lanes.mark(ADA)
    lanes.mark(ELSEWHERE)
    await work.until(lambda: set(work.begun) == {ADA, ELSEWHERE})
    assert work.ended == []
    for gate in gates:
        gate.set()
    await idle()


async def test_many_marks_before_its_turn_are_one_turn(lanes: Scheduler, work: Work) -> None:
    gate = work.hold(ADA)
    lanes.mark(ADA)
    await work.until(lambda: work.begun == [ADA])
    for _ in range(50):
        lanes.mark(BEN)
    gate.set()
    await idle()
    assert work.begun == [ADA, BEN]


async def test_marked_during_its_turn_it_has_one_more(lanes: Scheduler, work: Work) -> None:
    gate = work.hold(ADA)
    lanes.mark(ADA)
    await work.until(lambda: work.begun == [ADA])
    for _ in range(50):
        lanes.mark(ADA)
    gate.set()
    await idle()
    assert work.begun == [ADA, ADA]
    assert work.most_at_once == {1: 1}


async def test_a_lane_that_had_nothing_to_do_starts_again(lanes: Scheduler, work: Work) -> None:
    lanes.mark(ADA)
    await idle()
    lanes.mark(BEN)
    await idle()
    assert work.ended == [ADA, BEN]


async def test_one_accounts_trouble_does_not_stop_the_lane(
    lanes: Scheduler, work: Work, caplog: pytest.LogCaptureFixture
) -> None:
    work.broken.add(ADA)
    lanes.mark(ADA)
    lanes.mark(BEN)
    await idle()
    assert work.begun == [ADA, BEN]
    assert "test failed for guild 1" in caplog.text
    work.broken.clear()
    lanes.mark(ADA)
    await idle()
    assert work.begun == [ADA, BEN, ADA]


async def test_an_account_in_trouble_is_looked_at_again_later(work: Work) -> None:
    # Each look at this clock comes ten minutes after the one before.
    times = (NOW + number * timedelta(minutes=10) for number in count())
    lanes = Scheduler("test", work, lambda: next(times))
    work.broken.add(ADA)
    lanes.mark(ADA)
    await work.until(lambda: len(work.ended) == 2)
    work.broken.clear()
    await work.until(lambda: len(work.ended) == 3)
    assert set(work.ended) == {ADA}
    await lanes.close()


async def test_the_work_says_when_to_look_again(lanes: Scheduler, work: Work) -> None:
    work.answers[ADA] = iter([NOW + INSTANT, NOW - HOUR, None])
    lanes.mark(ADA)
    await work.until(lambda: len(work.ended) == 3)
    await idle()
    assert work.ended == [ADA, ADA, ADA]


async def test_the_earliest_of_several_times_counts(lanes: Scheduler, work: Work) -> None:
    lanes.mark_at(ADA, NOW + HOUR)
    lanes.mark_at(ADA, NOW + INSTANT)
    lanes.mark_at(ADA, NOW + 2 * HOUR)
    assert work.begun == []
    await work.until(lambda: work.ended == [ADA])


async def test_several_times_are_one_turn(lanes: Scheduler, work: Work) -> None:
    lanes.mark_at(ADA, NOW + 3 * INSTANT)
    lanes.mark_at(ADA, NOW + INSTANT)
    lanes.mark_at(ADA, NOW + 2 * INSTANT)
    lanes.mark_at(BEN, NOW + 10 * INSTANT)
    await work.until(lambda: BEN in work.ended)
    assert work.ended == [ADA, BEN]


async def test_a_mark_takes_the_place_of_a_time(lanes: Scheduler, work: Work) -> None:
    lanes.mark_at(ADA, NOW + INSTANT)
    lanes.mark(ADA)
    lanes.mark_at(BEN, NOW + 4 * INSTANT)
    await work.until(lambda: BEN in work.ended)
    assert work.ended == [ADA, BEN]


async def test_a_time_in_the_past_is_now(lanes: Scheduler, work: Work) -> None:
    lanes.mark_at(ADA, NOW - HOUR)
    await work.until(lambda: work.ended == [ADA])


async def test_a_later_time_may_be_set_when_the_earlier_has_passed(
    lanes: Scheduler, work: Work
) -> None:
    lanes.mark_at(ADA, NOW + INSTANT)
    await work.until(lambda: work.ended == [ADA])
    lanes.mark_at(ADA, NOW + 2 * INSTANT)
    await work.until(lambda: work.ended == [ADA, ADA])


async def test_closing_lets_the_current_account_end(lanes: Scheduler, work: Work) -> None:
    gate = work.hold(ADA)
    lanes.mark(ADA)
    await work.until(lambda: work.begun == [ADA])
    closing = asyncio.create_task(lanes.close())
    await asyncio.sleep(0)
    gate.set()
    await asyncio.wait_for(closing, 5)
    assert work.ended == [ADA]
    assert not lane_tasks()


async def test_closing_begins_no_other_account(lanes: Scheduler, work: Work) -> None:
    gate = work.hold(ADA)
    lanes.mark(ADA)
    lanes.mark(BEN)
    await work.until(lambda: work.begun == [ADA])
    closing = asyncio.create_task(lanes.close())
    await asyncio.sleep(0)
    gate.set()
    await asyncio.wait_for(closing, 5)
    assert work.begun == [ADA]


async def test_closing_ends_within_its_limit(lanes: Scheduler, work: Work) -> None:
    work.hold(ADA)
    lanes.mark(ADA)
    await work.until(lambda: work.begun == [ADA])
    await asyncio.wait_for(lanes.close(0.01), 5)
    assert work.ended == []
    assert not lane_tasks()


async def test_after_closing_nothing_begins(lanes: Scheduler, work: Work) -> None:
    lanes.mark_at(ADA, NOW + INSTANT)
    await lanes.close()
    lanes.mark(BEN)
    lanes.mark_at(EVE, NOW)
    # A timer that was set later than all of them has run: so would theirs have.
    passed = asyncio.Event()
    asyncio.get_running_loop().call_later(3 * INSTANT.total_seconds(), passed.set)
    await asyncio.wait_for(passed.wait(), 5)
    assert work.begun == []
    assert not lane_tasks()


async def test_closing_twice_does_no_harm(lanes: Scheduler) -> None:
    lanes.mark(ADA)
    await lanes.close()
    await lanes.close()
    assert not lane_tasks()


async def test_a_turn_that_ends_during_closing_sets_no_timer(lanes: Scheduler, work: Work) -> None:
    gate = work.hold(ADA)
    work.answers[ADA] = iter([NOW + INSTANT, None])
    lanes.mark(ADA)
    await work.until(lambda: work.begun == [ADA])
    closing = asyncio.create_task(lanes.close())
    await asyncio.sleep(0)
    gate.set()
    await asyncio.wait_for(closing, 5)
    passed = asyncio.Event()
    asyncio.get_running_loop().call_later(3 * INSTANT.total_seconds(), passed.set)
    await asyncio.wait_for(passed.wait(), 5)
    assert work.begun == [ADA]


async def test_how_much_lies_before_a_lane_and_since_when(work: Work) -> None:
    now = NOW
    lanes = Scheduler("test", work, lambda: now)
    assert lanes.load(1) == SchedulerLoad()
    gate = work.hold(ADA)
    lanes.mark(ADA)
    await work.until(lambda: work.begun == [ADA])
    now += HOUR
    lanes.mark(BEN)
    now += HOUR
    lanes.mark(BEN)
    lanes.mark(ADA)
    lanes.mark(ELSEWHERE)
    assert lanes.load(1) == SchedulerLoad(3, NOW)
    gate.set()
    await idle()
    assert lanes.load(1) == lanes.load(2) == SchedulerLoad()
    await lanes.close(0)

"""A clock that a jump does not carry along."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoppex.steady_clock import SteadyClock

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
YEAR, HOUR = timedelta(days=365), timedelta(hours=1)


class Machine:
    """A machine with a clock that can be set, and time that passes."""

    def __init__(self) -> None:
        self.seconds, self.offset = 5000.0, timedelta(0)
        self.clock = SteadyClock(self.wall, lambda: self.seconds)
        self.pass_by(3600)

    def wall(self) -> datetime:
        return NOW + timedelta(seconds=self.seconds) + self.offset

    def true(self) -> datetime:
        return NOW + timedelta(seconds=self.seconds)

    def pass_by(self, seconds: float) -> None:
        self.seconds += seconds
        self.clock()


@pytest.mark.parametrize("jump", [YEAR, -HOUR, HOUR, -YEAR])
def test_a_jump_is_not_followed(jump: timedelta) -> None:
    machine = Machine()
    machine.offset = jump
    machine.pass_by(1800)
    assert machine.clock() == machine.true()
    machine.offset = timedelta(0)
    assert machine.clock() == machine.true()


def test_small_corrections_are_followed() -> None:
    machine = Machine()
    for _ in range(10):
        machine.offset += timedelta(minutes=1)
        machine.pass_by(60)
    assert machine.clock() == machine.wall()


@pytest.mark.parametrize("jump", [YEAR, -HOUR])
def test_a_jump_that_shoppex_confirms_is_followed(jump: timedelta) -> None:
    machine = Machine()
    machine.offset = jump
    machine.clock.hear(machine.wall() - timedelta(seconds=20))
    assert machine.clock() == machine.wall()


def test_the_date_of_an_answer_alone_sets_nothing() -> None:
    machine = Machine()
    machine.clock.hear(machine.true() + YEAR)
    assert machine.clock() == machine.true()
    machine.offset = -HOUR
    machine.clock.hear(machine.true())
    assert machine.clock() == machine.true()


def test_a_machine_may_set_its_clock_when_it_has_just_started() -> None:
    machine = Machine()
    started = SteadyClock(machine.wall, lambda: machine.seconds)
    machine.offset = YEAR
    machine.seconds += 60
    assert started() == machine.wall()


@given(st.lists(st.tuples(st.floats(0, 3600), st.floats(-(10**7), 10**7)), max_size=20))
def test_it_never_goes_back_and_never_faster_than_it_may(
    steps: list[tuple[float, float]],
) -> None:
    machine = Machine()
    last = machine.clock()
    for passed, offset in steps:
        machine.offset = timedelta(seconds=offset)
        machine.seconds += passed
        now = machine.clock()
        assert last <= now <= last + timedelta(seconds=passed) + timedelta(minutes=2, seconds=1)
        last = now

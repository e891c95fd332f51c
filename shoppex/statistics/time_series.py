"""Time series of turnover, in as few steps as an eye can tell apart. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import Enum
from itertools import groupby
from typing import NamedTuple

from .fold import Statistics, Turnover
from .periods import DAY

_MOST = 92
_WEEK = 7


class Interval(Enum):
    """How long each step is."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Series(NamedTuple):
    """What moved in each step, with the beginning of the step."""

    step: Interval
    points: list[tuple[datetime, Turnover]]


def series_of(statistics: Statistics, currency: str) -> Series:
    """Turnover in one currency, the empty hours and days among the others.

    Long times are gathered into weeks from Monday on, and longer ones into months. All time
    begins with the first day on which something was.
    """
    window = statistics.window
    moved = statistics.slots.get(currency, {})
    slots = window.slots(min(moved, default=None))
    points = [(slot, moved.get(slot, Turnover())) for slot in slots]
    if window.step < DAY:
        return Series(Interval.HOUR, points)
    if len(points) <= _MOST:
        return Series(Interval.DAY, points)
    if len(points) <= _MOST * _WEEK:
        return Series(Interval.WEEK, _gathered(points, lambda slot: slot.isocalendar()[:2]))
    return Series(Interval.MONTH, _gathered(points, lambda slot: (slot.year, slot.month)))


def _gathered(
    points: list[tuple[datetime, Turnover]], same: Callable[[datetime], tuple[int, ...]]
) -> list[tuple[datetime, Turnover]]:
    gathered = []
    for _, group in groupby(points, lambda point: same(point[0])):
        found = list(group)
        gathered.append((found[0][0], sum((moved for _, moved in found), Turnover())))
    return gathered

"""Periods that statistics are made over. Days are days of UTC."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from enum import Enum
from typing import NamedTuple

DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)


class Period(str, Enum):
    """What staff can choose. Today counts as one of the days."""

    TODAY = "today"
    WEEK = "7d"
    MONTH = "30d"
    QUARTER = "90d"
    YEAR = "year"
    ALL = "all"


_DAYS = {Period.TODAY: 1, Period.WEEK: 7, Period.MONTH: 30, Period.QUARTER: 90, Period.YEAR: 365}


class TimeSpan(NamedTuple):
    """A stretch of time, with both of its ends.

    Parameters
    ----------
    start
        ``None`` for the beginning of the shop.
    step
        How finely turnover is kept: by the day or, within a single day, by the hour.
    """

    start: datetime | None
    end: datetime
    step: timedelta = DAY

    def holds(self, moment: datetime | None) -> bool:
        """Whether that moment lies in it; one that nobody knows lies only in all time."""
        if moment is None:
            return self.start is None
        return (self.start is None or self.start <= moment) and moment <= self.end

    def slot_of(self, moment: datetime) -> datetime:
        """When the day, or hour, of a moment began."""
        hour = moment.hour if self.step < DAY else 0
        return moment.replace(hour=hour, minute=0, second=0, microsecond=0)

    def slots(self, first: datetime | None = None) -> list[datetime]:
        """The beginning of each day, or hour, of it: of a single day all, even those to come.

        Parameters
        ----------
        first
            Where to begin when it has no start of its own.
        """
        begin = self.start or first
        if begin is None:
            return []
        begin = self.slot_of(begin)
        last = begin + DAY - _HOUR if self.step < DAY else self.end
        count = max(0, (last - begin) // self.step) + 1
        return [begin + number * self.step for number in range(count)]


def windows_of(period: Period, now: datetime) -> tuple[TimeSpan, TimeSpan | None]:
    """The period that ends now, and what it is compared with.

    The latter is as long, and as far into its last day: half a day is never compared with a
    whole one. There is nothing before all time.
    """
    now = now.astimezone(timezone.utc)
    days = _DAYS.get(period)
    if days is None:
        return TimeSpan(None, now), None
    step = _HOUR if days == 1 else DAY
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    start = midnight - (days - 1) * DAY
    back = days * DAY
    return TimeSpan(start, now, step), TimeSpan(start - back, now - back, step)

"""Rate limiters: a token bucket shared by many, and a sliding window for one member."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from .bounded_dict import BoundedDict
from .domain.account import AccountKey
from .errors import TooOften

_MOST_MEMBERS = 10_000


class TokenBucket:
    """A token bucket: a small burst, then a steady pace; who waits first goes first.

    Parameters
    ----------
    rate
        Requests per second.
    burst
        Requests that may go out at once after a rest.
    monotonic
        Gives the time in seconds.
    sleep
        Waits that many seconds.
    """

    def __init__(
        self,
        rate: float,
        burst: int,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._interval = 1 / rate
        self._slack = (burst - 1) * self._interval
        self._monotonic = monotonic
        self._sleep = sleep
        # When the bucket is full again. It stands for the count of tokens.
        self._full_at = monotonic()

    async def acquire(self) -> None:
        """Wait until the next request may go out."""
        now = self._monotonic()
        wait = self._full_at - self._slack - now
        # The turn is taken before the wait: so nobody who comes later can go first.
        self._full_at = max(self._full_at, now) + self._interval
        if wait <= 0:
            return
        try:
            await self._sleep(wait)
        except BaseException:
            # One who gives up takes no token along.
            self._full_at -= self._interval
            raise


class SlidingWindow:
    """Counts the tries of each member, refused ones too: guessing coupons costs as much.

    Parameters
    ----------
    tries
        So many are free ``within`` that time.
    """

    def __init__(self, tries: int, within: timedelta) -> None:
        self._tries = tries
        self._within = within
        # The one who tried last stands last; the longest idle are forgotten first.
        self._times = BoundedDict[AccountKey, deque[datetime]](_MOST_MEMBERS)

    def take(self, key: AccountKey, now: datetime) -> None:
        """Count a try.

        Raises
        ------
        TooOften
            When there were too many.
        """
        times = self._times[key] = self._times.get(key, deque())
        while times and now - times[0] >= self._within:
            times.popleft()
        if len(times) >= self._tries:
            raise TooOften(times[0] + self._within)
        times.append(now)

"""A pace that many keep together."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable


class Limiter:
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

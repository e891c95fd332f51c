"""Rate limit of the engine's requests to Discord, and a limit of refused ones.

https://discord.com/developers/docs/topics/rate-limits: 50 requests a second for the whole bot;
10,000 refused ones (401, 403, 429) within ten minutes ban its address for a while. The bucket
of each single route is discord.py's business.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TypeVar

import discord

from ...rate_limit import TokenBucket
from .fair_queue import FairQueue

T = TypeVar("T")

# Half of what Discord allows; the rest is for the bot's other work.
_REQUESTS_PER_SECOND = 25.0
_BURST = 10

# What is only told in passing takes no more of it than this.
_IN_PASSING_PER_SECOND = 2.0
_IN_PASSING_BURST = 5

# Discord does not publish how fast direct messages may be opened, only that "too fast" is an
# error (40003) and can get a bot quarantined.
_DMS_PER_SECOND = 1.0
_DM_BURST = 10

# A tenth of what gets a bot banned. discord.py repeats a 429 up to five times on its own.
_MOST_REFUSALS = 1000
_WITHIN_SECONDS = 600.0
_NAP_SECONDS = 1.0
_COUNTS_AS = {401: 1, 403: 1, 429: 5}


class Stopping(Exception):
    """The cog is being unloaded: no further request is begun."""


class Budget:
    """Lets requests to Discord out, one after another, in the order in which they were wished.

    Parameters
    ----------
    monotonic
        Gives the time in seconds.
    sleep
        Waits that many seconds.
    """

    def __init__(
        self,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._monotonic = monotonic
        self._nap = sleep
        self._closed = False
        self._requests = TokenBucket(
            _REQUESTS_PER_SECOND, _BURST, monotonic=monotonic, sleep=self._sleep
        )
        # One server's long queue of messages is a steady one; another's buyer goes before it.
        self._dms = FairQueue(
            TokenBucket(_DMS_PER_SECOND, _DM_BURST, monotonic=monotonic, sleep=self._sleep)
        )
        self._in_passing = TokenBucket(
            _IN_PASSING_PER_SECOND, _IN_PASSING_BURST, monotonic=monotonic, sleep=self._sleep
        )
        self._refusals: deque[float] = deque(maxlen=_MOST_REFUSALS)

    async def request(self, make: Callable[[], Awaitable[T]]) -> T:
        """Make a request when it is its turn.

        Raises
        ------
        Stopping
            When the cog is unloaded before that.
        """
        await self._requests.acquire()
        await self._rest()
        if self._closed:
            raise Stopping
        try:
            return await make()
        except discord.HTTPException as error:
            self._note(error.status)
            raise

    async def open_dm(self, guild_id: int, make: Callable[[], Awaitable[T]]) -> T:
        """Make a request that may open a new conversation, at a pace that guilds share.

        Raises
        ------
        Stopping
            When the cog is unloaded before that.
        """
        await self._dms.acquire(guild_id)
        return await self.request(make)

    async def request_in_passing(self, make: Callable[[], Awaitable[T]]) -> T:
        """Make a request that nobody waits for, at a pace that leaves the rest to the others.

        Raises
        ------
        Stopping
            When the cog is unloaded before that.
        """
        await self._in_passing.acquire()
        return await self.request(make)

    def close(self) -> None:
        """Let nothing out any more; who waits hears of it within a second."""
        self._closed = True

    def _note(self, status: int) -> None:
        self._refusals.extend([self._monotonic()] * _COUNTS_AS.get(status, 0))

    async def _rest(self) -> None:
        """Wait while there have been too many refusals; what is due stays due."""
        while len(self._refusals) == _MOST_REFUSALS:
            left = self._refusals[0] + _WITHIN_SECONDS - self._monotonic()
            if left <= 0:
                return
            await self._sleep(left)

    async def _sleep(self, seconds: float) -> None:
        while seconds > 0:
            if self._closed:
                raise Stopping
            await self._nap(min(seconds, _NAP_SECONDS))
            seconds -= _NAP_SECONDS

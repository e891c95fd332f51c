"""Scheduler: accounts that are due, one after another in a guild, guilds in parallel.

The queue of one guild is its lane.
"""

from __future__ import annotations

import asyncio
import heapq
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from ...domain.account import AccountKey
from .discord_budget import Stopping

log = logging.getLogger("red.shoppex.shoppex.fulfilment.engine.scheduler")

_AFTER_A_BUG = timedelta(minutes=5)
_LONGEST_NAP = 3600.0


class SchedulerLoad(NamedTuple):
    """Backlog of a guild.

    Parameters
    ----------
    accounts
        How many are due now, the one that is worked on among them.
    since
        Since when the oldest of them is; ``None`` when there is none.
    """

    accounts: int = 0
    since: datetime | None = None


class Scheduler:
    """Runs ``work`` for each account that is due.

    A lane is a task that lives only while its guild has something to do. An account that is
    marked twice before its turn runs once; one that is marked during its turn runs again. So
    there is never more to remember than one key, and one time, for each account.

    Parameters
    ----------
    name
        For the log and the names of tasks.
    work
        Does what is due for one account, and says when to look again.
    """

    def __init__(
        self,
        name: str,
        work: Callable[[AccountKey], Awaitable[datetime | None]],
        clock: Callable[[], datetime],
    ) -> None:
        self._name = name
        self._work = work
        self._clock = clock
        # Since when who is due, and since when whoever is worked on was.
        self._due: dict[int, dict[AccountKey, datetime]] = {}
        self._worked_on: dict[int, datetime] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        # When to look at whom again, and the same as a heap. Stale heap entries are discarded
        # on pop.
        self._times: dict[AccountKey, datetime] = {}
        self._agenda: list[tuple[datetime, AccountKey]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._open = True

    def mark(self, key: AccountKey) -> None:
        """Mark an account as due now."""
        if not self._open:
            return
        self._times.pop(key, None)
        self._due.setdefault(key.guild_id, {}).setdefault(key, self._clock())
        if key.guild_id not in self._tasks:
            task = asyncio.create_task(
                self._run(key.guild_id), name=f"shoppex {self._name} {key.guild_id}"
            )
            self._tasks[key.guild_id] = task

    def mark_at(self, key: AccountKey, when: datetime) -> None:
        """Mark an account as due at ``when``; the earliest of several times counts."""
        known = self._times.get(key)
        if not self._open or (known is not None and known <= when):
            return
        self._times[key] = when
        heapq.heappush(self._agenda, (when, key))
        if len(self._agenda) > 2 * len(self._times) + 64:
            self._agenda = [(time, who) for who, time in self._times.items()]
            heapq.heapify(self._agenda)
        self._set_timer()

    def load(self, guild_id: int) -> SchedulerLoad:
        """Return the backlog of a guild."""
        times = [*self._due.get(guild_id, {}).values()]
        if guild_id in self._worked_on:
            times.append(self._worked_on[guild_id])
        return SchedulerLoad(len(times), min(times, default=None))

    async def close(self, seconds: float = 5.0) -> None:
        """Let each lane end its account, at most ``seconds``, and begin no other.

        What is still due is not lost: it follows from the ledger at the next start.
        """
        self._open = False
        if self._timer is not None:
            self._timer.cancel()
        self._times.clear()
        self._agenda.clear()
        self._due.clear()
        tasks = tuple(self._tasks.values())
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _run(self, guild_id: int) -> None:
        due = self._due[guild_id]
        try:
            while due and self._open:
                key = next(iter(due))
                self._worked_on[guild_id] = due.pop(key)
                again = await self._work_on(key)
                if again is not None and key not in due:
                    self.mark_at(key, again)
                # Work that finds nothing to do never waits, and the bot has other cogs to serve.
                await asyncio.sleep(0)
        finally:
            del self._tasks[guild_id]
            self._worked_on.pop(guild_id, None)
            self._due.pop(guild_id, None)

    async def _work_on(self, key: AccountKey) -> datetime | None:
        try:
            return await self._work(key)
        except Stopping:
            return None
        except Exception:
            # One account's trouble must not stop the guild's lane.
            log.exception("%s failed for guild %s", self._name, key.guild_id)
            return self._clock() + _AFTER_A_BUG

    def _set_timer(self) -> None:
        """Wake up when the first of all times comes."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._agenda:
            seconds = max(0.0, (self._agenda[0][0] - self._clock()).total_seconds())
            # The loop's time stands still while the machine sleeps, and the clock may be set.
            seconds = min(seconds, _LONGEST_NAP)
            self._timer = asyncio.get_running_loop().call_later(seconds, self._wake)

    def _wake(self) -> None:
        # A timer may go off a little early by the clock; it is set again for the rest.
        now = self._clock()
        while self._agenda and self._agenda[0][0] <= now:
            when, key = heapq.heappop(self._agenda)
            if self._times.get(key) == when:
                self.mark(key)
        self._set_timer()

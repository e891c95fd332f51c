"""Clock that does not follow a jump of the machine's clock.

What was paid for lasts until a certain day, and orders are forgotten after some: a clock that is
an hour back, or a year ahead, must neither end nor forget anything.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import discord

log = logging.getLogger("red.shoppex.shoppex.steady_clock")

# Clocks are corrected by less all the time, and answers take a moment.
_FOLLOWED = timedelta(minutes=2)
# A machine may set its clock only after it has started.
_SETTLES_WITHIN = 600.0


class SteadyClock:
    """Gives aware UTC, and goes on at the pace of the monotonic clock.

    Small corrections of the machine's clock are followed. After a jump it goes on as before,
    until one of Shoppex's answers has the date that the machine's clock shows.

    Parameters
    ----------
    wall
        The machine's clock.
    monotonic
        Seconds that only ever grow.
    """

    def __init__(
        self,
        wall: Callable[[], datetime] = discord.utils.utcnow,
        monotonic: Callable[[], float] | None = None,
    ) -> None:
        self.wall = wall
        self._monotonic = monotonic or (lambda: time.monotonic())  # noqa: PLW0108 - tests replace it
        self._started = self._since = self._monotonic()
        self._at = wall()
        self._doubts = False

    def __call__(self) -> datetime:
        """What time it is."""
        wall, elapsed = self.wall(), self._monotonic()
        if elapsed < self._since:
            # Another machine went on with this process.
            self._started = elapsed
            return self._set(wall, elapsed)
        steady = self._at + timedelta(seconds=elapsed - self._since)
        settling = elapsed - self._started < _SETTLES_WITHIN
        if timedelta(0) <= wall - steady <= _FOLLOWED or (
            settling and abs(wall - steady) > _FOLLOWED
        ):
            return self._set(wall, elapsed)
        self._doubt(wall - steady)
        return steady

    def hear(self, said_at: datetime) -> None:
        """Believe the machine's clock after a jump, if an answer has the same date.

        The date alone is not believed: something between Shoppex and the bot may have written it.
        """
        now, wall = self(), self.wall()
        if abs(wall - now) > _FOLLOWED and abs(wall - said_at) <= _FOLLOWED:
            log.warning("The machine's clock is believed again: %s, not %s", wall, now)
            self._set(wall, self._monotonic())

    def _set(self, now: datetime, elapsed: float) -> datetime:
        self._at, self._since, self._doubts = now, elapsed, False
        return now

    def _doubt(self, jump: timedelta) -> None:
        if abs(jump) > _FOLLOWED and not self._doubts:
            self._doubts = True
            log.warning("The machine's clock has jumped by %s, and is not believed yet", jump)

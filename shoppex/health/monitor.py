"""Health monitor: regular checks; what turns bad is told to staff once, before a buyer does."""

from __future__ import annotations

import logging
import random
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

import discord
from redbot.core.bot import Red

from ..domain.account import AccountKey
from ..fulfilment.engine.failures import REQUEST_ERRORS
from ..fulfilment.engine.scheduler import Scheduler
from ..fulfilment.engine.staff_alerts import StaffAlerts
from ..fulfilment.entitlement.staff_causes import Cause
from ..store.errors import StoreUnavailable
from ..store.settings import Settings
from .check_context import Depth
from .findings import Finding, Problem, Verdict
from .runner import HealthCheck

log = logging.getLogger("red.shoppex.shoppex.health.monitor")

_EVERY = timedelta(hours=6)
_FIRST_AFTER = timedelta(minutes=10)
# A bot that has just started has better things to do, and not all servers have to be first.
_GLANCE_WITHIN = timedelta(minutes=2)
# Later than staff are told of paid orders that wait for the same, so that they are told once.
_GATHER = timedelta(seconds=5)
_AFTER_A_FAILURE = timedelta(minutes=10)
_EVERYBODY = AccountKey(0, 0)
# What the alarms call it.
_ALSO_CALLED = {"key_refused": "api_key_refused", "key_forbidden": "api_key_refused"}


class HealthChannel(Protocol):
    """Where staff read how their shop is doing."""

    async def tell(
        self, guild: discord.Guild, news: Sequence[Finding], mended: Sequence[Problem]
    ) -> None:
        """Show what turned bad, and what no longer is.

        Raises
        ------
        Any of `REQUEST_ERRORS`
            When Discord did not take it.
        """


class HealthMonitor:
    """Looks at every shop now and then, and at once when something in its server changed.

    What was told is kept, so that a restart tells nothing twice; it is forgotten when it is
    mended, so that the next time is told again. What could not be looked at is neither.

    Parameters
    ----------
    alarms
        Tell by themselves of what paid orders wait for.
    asleep
        Whether the cog is switched off in a guild.
    """

    def __init__(
        self,
        bot: Red,
        settings: Settings,
        doctor: HealthCheck,
        staff_alerts: StaffAlerts,
        board: HealthChannel,
        asleep: Callable[[discord.Guild], Awaitable[bool]],
        clock: Callable[[], datetime],
    ) -> None:
        self._bot = bot
        self._settings = settings
        self._doctor = doctor
        self._staff_alerts = staff_alerts
        self._flow = board
        self._asleep = asleep
        self._clock = clock
        # The depth of a look stands in the place of the user.
        self._scheduler = Scheduler("rounds", self._turn, clock)

    def start(self) -> None:
        """Glance at every shop soon, and begin the rounds."""
        for guild_id in self._settings.guild_ids():
            self._plan(guild_id, Depth.GLANCE, _GATHER + _GLANCE_WITHIN * random.random())  # noqa: S311
        self._scheduler.mark_at(_EVERYBODY, self._clock() + _FIRST_AFTER)

    def wake(self, guild_id: int) -> None:
        """Roles or permissions changed in a guild."""
        if self._settings.guild(guild_id).api_key is not None:
            self._plan(guild_id, Depth.GLANCE, _GATHER)

    async def close(self) -> None:
        """Stop, at most five seconds."""
        await self._scheduler.close()

    def _plan(self, guild_id: int, depth: Depth, after: timedelta) -> None:
        self._scheduler.mark_at(AccountKey(guild_id, depth), self._clock() + after)

    async def _turn(self, key: AccountKey) -> datetime | None:
        if key == _EVERYBODY:
            for guild_id in self._settings.guild_ids():
                self._plan(guild_id, Depth.ROUND, _EVERY * random.random())  # noqa: S311
            return self._clock() + _EVERY
        guild = self._bot.get_guild(key.guild_id)
        if guild is None or guild.unavailable or await self._asleep(guild):
            return None
        if self._settings.guild(guild.id).api_key is None:
            return None
        try:
            await self._look(guild, Depth(key.user_id))
        except (*REQUEST_ERRORS, StoreUnavailable) as error:
            log.warning("Staff of guild %s could not be told: %s", guild.id, type(error).__name__)
            return self._clock() + _AFTER_A_FAILURE
        return None

    async def _look(self, guild: discord.Guild, depth: Depth) -> None:
        findings = await self._doctor.examine(guild, depth)
        unsure = {found.name for found in findings if found.verdict is Verdict.UNKNOWN}
        looked_at = self._doctor.names(depth) - unsure
        bad = {ailment for found in findings for ailment in found.ailments()}
        before = {Problem.from_word(word) for word in self._settings.guild(guild.id).ailments}
        mended = {ailment for ailment in before - bad if ailment.name in looked_at}
        causes = await self._staff_alerts.waiting(guild.id)
        news = frozenset(a for a in bad - before if not _is_told_anyway(a, causes))
        told = [found.about(news) for found in findings if news & {*found.ailments()}]
        if told or mended:
            await self._flow.tell(guild, told, sorted(mended))
        words = frozenset(ailment.to_word() for ailment in (before - mended) | bad)
        if words != self._settings.guild(guild.id).ailments:
            await self._settings.update_guild(guild.id, lambda s: replace(s, ailments=words))


def _is_told_anyway(ailment: Problem, causes: Collection[Cause]) -> bool:
    """Whether paid orders wait for the same, of which staff are told by themselves."""
    reason = _ALSO_CALLED.get(ailment.reason, ailment.reason)
    return any(
        cause.reason == reason and ailment.subject in ("", str(cause.role_id)) for cause in causes
    )

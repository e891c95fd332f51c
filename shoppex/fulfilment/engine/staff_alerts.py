"""Alerts to staff about what waits for them: once for each cause, until it is mended."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

import discord
from redbot.core.bot import Red
from redbot.core.utils import AsyncIter

from ...domain.account import AccountKey
from ...store.errors import StoreUnavailable
from ...store.ledger import Ledger
from ...store.settings import Settings
from ..entitlement.staff_causes import MUTE, Cause, causes_of
from .channel_checks import writable_channel
from .failures import REQUEST_ERRORS
from .scheduler import Scheduler

log = logging.getLogger("red.shoppex.shoppex.fulfilment.engine.staff_alerts")

# What goes wrong at once is told at once.
_GATHER = timedelta(seconds=2)
_APART = timedelta(seconds=30)
_AFTER_A_FAILURE = timedelta(minutes=10)
_NOBODY = 0


class AlertChannel(Protocol):
    """Place in which staff read what waits for them."""

    async def tell(self, guild: discord.Guild, causes: Mapping[Cause, int]) -> None:
        """Show causes, with how many deliveries wait for each.

        Raises
        ------
        Any of `REQUEST_ERRORS`
            When Discord did not take it.
        """


class StaffAlerts:
    """Looks at a guild when something in it began, or ceased, to wait.

    What was told is kept, so that a restart tells nothing twice; it is forgotten when its cause
    is gone, so that the next time is told again.
    """

    def __init__(
        self,
        bot: Red,
        ledger: Ledger,
        settings: Settings,
        board: AlertChannel,
        clock: Callable[[], datetime],
    ) -> None:
        self._bot = bot
        self._ledger = ledger
        self._settings = settings
        self._flow = board
        self._clock = clock
        self._scheduler = Scheduler("alarms", self._look, clock)
        self._looked_at: dict[int, datetime] = {}

    def mark(self, guild_id: int) -> None:
        """Mark a guild in which something changed about what waits."""
        now = self._clock()
        last = self._looked_at.get(guild_id)
        rested = now if last is None else last + _APART
        self._scheduler.mark_at(AccountKey(guild_id, _NOBODY), max(now + _GATHER, rested))

    def mark_told(self) -> None:
        """Look at every guild that was told something: it may be mended since."""
        for guild_id in self._settings.guild_ids():
            if self._settings.guild(guild_id).told:
                self.mark(guild_id)

    async def close(self) -> None:
        """Stop looking."""
        await self._scheduler.close()

    async def waiting(self, guild_id: int) -> Counter[Cause]:
        """Count what waits for staff in a guild, by cause."""
        causes: Counter[Cause] = Counter()
        shop = self._settings.guild(guild_id)
        if shop.brake is not None:
            causes[Cause(shop.brake)] += 1
        if shop.secret_doubtful and not shop.polling_only:
            causes[Cause("secret_doubtful")] += 1
        if self._is_mute(guild_id, shop.log_channel):
            causes[Cause(MUTE)] += 1
        terms = shop.terms()
        async for key in AsyncIter(self._ledger.stuck(guild_id), steps=100):
            causes.update(causes_of(self._ledger.get(key), terms, self._clock()))
        return causes

    def _is_mute(self, guild_id: int, channel_id: int | None) -> bool:
        """Whether a log channel was chosen in which the bot cannot write."""
        guild = self._bot.get_guild(guild_id)
        if channel_id is None or guild is None or guild.unavailable:
            return False
        return writable_channel(guild, channel_id) is None

    async def _look(self, nobody: AccountKey) -> datetime | None:
        guild_id = nobody.guild_id
        guild = self._bot.get_guild(guild_id)
        if guild is None or guild.unavailable:
            return self._clock() + _AFTER_A_FAILURE
        self._looked_at[guild_id] = self._clock()
        causes = await self.waiting(guild_id)
        told = self._settings.guild(guild_id).told
        news = {cause: n for cause, n in causes.items() if cause.to_word() not in told}
        words = frozenset(cause.to_word() for cause in causes)
        try:
            if news:
                await self._flow.tell(guild, news)
            if words != told:
                await self._settings.update_guild(guild_id, lambda s: replace(s, told=words))
        except (*REQUEST_ERRORS, StoreUnavailable) as error:
            log.warning("Staff of guild %s could not be told: %s", guild_id, type(error).__name__)
            return self._clock() + _AFTER_A_FAILURE
        return None

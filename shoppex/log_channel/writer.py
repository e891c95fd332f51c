"""Writer of the log channel: gathers sales, refunds and staff actions before it posts."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

import discord
from redbot.core.bot import Red

from ..domain.account import Account, AccountKey
from ..domain.delivery import Delivery, DeliveryState
from ..domain.event import ShopEvent
from ..fulfilment.engine.channel_checks import writable_channel
from ..fulfilment.engine.failures import REQUEST_ERRORS, Failure, after_failure, classify
from ..fulfilment.engine.scheduler import Scheduler
from ..fulfilment.entitlement.changes import happenings_of
from ..store.settings import Settings
from .event_batch import EventBatch, TimedEvent

log = logging.getLogger("red.shoppex.shoppex.log_channel.writer")

# A sale and its delivery are told in one, and a rush of them in a few messages.
# Of more, the oldest are only counted.
_MOST_WAITING = 1000
_GATHER = timedelta(seconds=10)
_APART = timedelta(seconds=20)
_LAST_WORDS = 3.0
_NO_CHANNEL = Failure(DeliveryState.PENDING, "no_access")
_NOBODY = 0


class EventChannel(Protocol):
    """Where staff read what happened."""

    async def tell(self, channel: discord.TextChannel, batch: EventBatch) -> None:
        """Write down everything in ``batch``, in one message.

        Raises
        ------
        Any of `REQUEST_ERRORS`
            When Discord did not take it.
        """


class EventLog:
    """Takes what happened and tells it in the log channel; without one, nobody.

    What could not be told is kept and tried again, ever less often; of very much, only the
    counts are kept. It is not on disk: the facts are, and this only speaks of them.

    Parameters
    ----------
    on_trouble
        Called with the guild when its log channel cannot be used, and when it can again.
    """

    def __init__(
        self,
        bot: Red,
        settings: Settings,
        board: EventChannel,
        on_trouble: Callable[[int], None],
        clock: Callable[[], datetime],
    ) -> None:
        self._bot = bot
        self._settings = settings
        self._flow = board
        self._on_trouble = on_trouble
        self._clock = clock
        self._scheduler = Scheduler("journal", self._tell, clock)
        self._piles: dict[int, EventBatch] = {}
        self._rested: dict[int, datetime] = {}
        self._trouble: dict[int, Delivery] = {}

    def observe(self, before: Account, after: Account) -> None:
        """An account changed."""
        for happening in happenings_of(before, after):
            self.note(happening)

    def note(self, happening: ShopEvent) -> None:
        """Something happened in a shop. Whoever says so is never disturbed by it."""
        guild_id = happening.key.guild_id
        if happening.by is not None:
            log.info("%s by %s in guild %s", happening.kind.value, happening.by, guild_id)
        shop = self._settings.guild(guild_id)
        if shop.log_channel is None or not shop.log_level.tells(happening.kind):
            return
        now = self._clock()
        self._piles.setdefault(guild_id, EventBatch(_MOST_WAITING)).add(TimedEvent(happening, now))
        self._scheduler.mark_at(
            AccountKey(guild_id, _NOBODY), max(now + _GATHER, self._rested.get(guild_id, now))
        )

    def try_again(self, guild_id: int) -> None:
        """Another log channel was chosen: what waits is told there."""
        self._rested.pop(guild_id, None)
        self._scheduler.mark(AccountKey(guild_id, _NOBODY))

    def forget(self, user_id: int) -> None:
        """Name a user no more in what was not told yet."""
        for batch in self._piles.values():
            batch.forget(user_id)

    async def close(self) -> None:
        """Tell what was not told yet, as far as that goes in a few seconds."""
        await self._scheduler.close(_LAST_WORDS)
        tasks = [asyncio.create_task(self._tell(AccountKey(g, _NOBODY))) for g in self._piles]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=_LAST_WORDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for guild_id, batch in self._piles.items():
            log.warning("%s things in guild %s were not told", batch.tally().total, guild_id)

    async def _tell(self, nobody: AccountKey) -> datetime | None:
        guild_id = nobody.guild_id
        channel_id = self._settings.guild(guild_id).log_channel
        batch = self._piles.pop(guild_id, None)
        if batch is None or channel_id is None:
            return None
        guild = self._bot.get_guild(guild_id)
        if guild is None or guild.unavailable:
            return self._put_back(guild_id, batch, _NO_CHANNEL)
        channel = writable_channel(guild, channel_id)
        if channel is None:
            self._on_trouble(guild_id)
            return self._put_back(guild_id, batch, _NO_CHANNEL)
        try:
            await self._flow.tell(channel, batch)
        except REQUEST_ERRORS as error:
            log.warning("Staff of guild %s could not be told: %s", guild_id, type(error).__name__)
            return self._put_back(guild_id, batch, classify(error))
        except BaseException:
            self._put_back(guild_id, batch, _NO_CHANNEL)
            raise
        if self._trouble.pop(guild_id, None) is not None:
            self._on_trouble(guild_id)
        self._rested[guild_id] = self._clock() + _APART
        return None

    def _put_back(self, guild_id: int, batch: EventBatch, failure: Failure) -> datetime:
        """Keep what was not told, below what happened meanwhile; when to try again."""
        later = self._piles.get(guild_id)
        if later is not None:
            batch.add_all(later)
        self._piles[guild_id] = batch
        now = self._clock()
        trouble = after_failure(
            self._trouble.get(guild_id, Delivery()),
            replace(failure, state=DeliveryState.PENDING),
            now,
            random.random,
        )
        self._trouble[guild_id] = trouble
        self._rested[guild_id] = max(now + _GATHER, trouble.next_try or now)
        return self._rested[guild_id]

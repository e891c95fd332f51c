"""Base class of the steps that work in Discord."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import discord
from redbot.core.bot import Red

from ...domain.account import AccountKey
from ...domain.policy import Terms
from ...store.ledger import Ledger
from ...store.settings import Settings
from ..entitlement.desired_state import Desired, desired
from .discord_budget import Budget
from .failures import Failure

GUILD_AWAY = timedelta(minutes=10)


class DiscordStep:
    """One kind of difference that is closed in Discord.

    Parameters
    ----------
    budget
        Lets requests to Discord out.
    asleep
        Whether the cog is switched off in a guild; a paid order then waits.
    """

    def __init__(
        self,
        bot: Red,
        ledger: Ledger,
        settings: Settings,
        budget: Budget,
        clock: Callable[[], datetime],
        asleep: Callable[[discord.Guild], Awaitable[bool]],
    ) -> None:
        self._bot = bot
        self._ledger = ledger
        self._settings = settings
        self._budget = budget
        self._clock = clock
        self._asleep = asleep
        # What Discord refused for one role of a guild it refuses to everybody.
        self._refused: dict[tuple[int, int], Failure] = {}
        # Why each role could not be given, as it was last said in the log.
        self._logged: dict[tuple[int, int], str] = {}

    async def _awake_guild(self, key: AccountKey) -> discord.Guild | None:
        """The account's server; ``None`` while nothing can, or may, be done in it."""
        guild = self._bot.get_guild(key.guild_id)
        if guild is None or guild.unavailable or await self._asleep(guild):
            return None
        return guild

    def _terms(self, key: AccountKey) -> Terms:
        return self._settings.guild(key.guild_id).terms()

    def _desired(self, key: AccountKey, now: datetime) -> Desired:
        """What is desired at ``now``, which is one moment for a whole turn.

        What failed early in a long turn is due again before its end; seen from the beginning
        it still lies ahead, and is not passed over.
        """
        return desired(self._ledger.get(key), self._terms(key), now)

    def forgive(self, guild_id: int) -> None:
        """Forget what was refused in a guild: its cause may be gone."""
        for place in [place for place in self._refused if place[0] == guild_id]:
            del self._refused[place]
            self._logged.pop(place, None)

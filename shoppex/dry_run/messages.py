"""Update of the direct message of a test, once the test is over."""

from __future__ import annotations

import logging

import discord
from redbot.core.bot import Red
from redbot.core.i18n import set_contextual_locales_from_guild

from ..domain.account import AccountKey, Order
from ..fulfilment.engine.discord_budget import Budget
from ..fulfilment.engine.failures import REQUEST_ERRORS, classify
from ..fulfilment.steps.messages import CLOCK_SLACK, is_named, listed
from ..i18n import _

log = logging.getLogger("red.shoppex.shoppex.dry_run.messages")

_LOOK_BACK = 50


class DryRunMessages:
    """Finds the message that a test sent, and says in it that the test is over."""

    def __init__(self, bot: Red, budget: Budget) -> None:
        self._bot = bot
        self._budget = budget

    async def close(self, key: AccountKey, order: Order) -> None:
        """Say so. Where Discord does not take that, the message goes on saying what it is.

        Raises
        ------
        Stopping
            When the cog is unloaded before that.
        """
        if order.message.begun_at is None and not order.told:
            return
        guild = self._bot.get_guild(key.guild_id)
        if guild is not None:
            await set_contextual_locales_from_guild(self._bot, guild)
        try:
            message = await self._find(key, order)
            if message is not None:
                text = _(
                    "🧪 **This was a test purchase. It is undone:** no money moved, and what it "
                    "gave is taken back. Nothing in this message is valid."
                )
                await self._budget.request(lambda: message.edit(content=text))
        except REQUEST_ERRORS as error:
            log.info("The message of a test stays as it is: %s", classify(error).reason)

    async def _find(self, key: AccountKey, order: Order) -> discord.Message | None:
        user = self._bot.get_user(key.user_id)
        if user is None:
            user = await self._budget.request(lambda: self._bot.fetch_user(key.user_id))
        channel = user.dm_channel
        if channel is None:
            channel = await self._budget.open_dm(key.guild_id, user.create_dm)
        since = order.created_at - CLOCK_SLACK
        messages = await self._budget.request(
            lambda: listed(channel.history(limit=_LOOK_BACK, after=since))
        )
        me = self._bot.user
        ours = (m for m in messages if me is not None and m.author.id == me.id)
        return next((m for m in ours if is_named(m, order.uniqid or "")), None)

"""Where staff read what the bot has to tell them."""

from __future__ import annotations

import discord
from redbot.core.bot import Red
from redbot.core.i18n import set_contextual_locales_from_guild

from ..fulfilment.budget import Budget
from ..store.settings import Settings


class StaffRoom:
    """The channel that a server chose, or else its owner's direct messages."""

    def __init__(self, bot: Red, settings: Settings, budget: Budget) -> None:
        self._bot = bot
        self._settings = settings
        self._budget = budget

    async def send(
        self,
        guild: discord.Guild,
        embed: discord.Embed,
        view: discord.ui.View = discord.utils.MISSING,
    ) -> None:
        """Tell staff. Nobody is pinged.

        Raises
        ------
        Any of `REQUEST_ERRORS`
            When Discord did not take it.
        """
        place = await self._place(guild)
        if embed.colour is None:
            embed.colour = await self._bot.get_embed_colour(place)
        nobody = discord.AllowedMentions.none()
        await self._budget.request(
            lambda: place.send(embed=embed, view=view, allowed_mentions=nobody)
        )
        if view is not discord.utils.MISSING:
            # Its buttons answer by their ids; nothing needs to remember this message.
            view.stop()

    async def speak(self, guild: discord.Guild) -> None:
        """Write in the server's language from here on."""
        await set_contextual_locales_from_guild(self._bot, guild)

    async def _place(self, guild: discord.Guild) -> discord.TextChannel | discord.DMChannel:
        channel = guild.get_channel(self._settings.guild(guild.id).log_channel or 0)
        if isinstance(channel, discord.TextChannel) and may_write(channel):
            return channel
        owner = guild.owner
        if owner is None:
            owner_id = guild.owner_id or 0
            owner = await self._budget.request(lambda: guild.fetch_member(owner_id))
        if owner.dm_channel is not None:
            return owner.dm_channel
        return await self._budget.open_dm(guild.id, owner.create_dm)


def may_write(channel: discord.TextChannel) -> bool:
    """Whether the bot can tell staff something there."""
    rights = channel.permissions_for(channel.guild.me)
    return rights.view_channel and rights.send_messages and rights.embed_links

"""Channel in which staff read what the bot has to tell them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord
from redbot.core.bot import Red
from redbot.core.i18n import set_contextual_locales_from_guild

from ..embed_text import embed_text
from ..fulfilment.engine.channel_checks import writable_channel
from ..fulfilment.engine.discord_budget import Budget
from ..store.settings import Settings


class StaffChannel:
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
        form = await self._form(place, [embed])
        await self._budget.request(lambda: place.send(**form, view=view))
        if view is not discord.utils.MISSING:
            # Its buttons answer by their ids; nothing needs to remember this message.
            view.stop()

    async def write(
        self,
        channel: discord.TextChannel,
        embeds: Sequence[discord.Embed],
        view: discord.ui.View = discord.utils.MISSING,
    ) -> None:
        """Write into the log channel what staff read in passing. Nobody is pinged.

        Raises
        ------
        Any of `REQUEST_ERRORS`
            When Discord did not take it.
        """
        form = await self._form(channel, embeds)
        await self._budget.request_in_passing(lambda: channel.send(**form, view=view))
        if view is not discord.utils.MISSING:
            view.stop()

    async def _form(
        self, place: discord.TextChannel | discord.DMChannel, embeds: Sequence[discord.Embed]
    ) -> dict[str, Any]:
        """What is sent: embeds, or text where those are not allowed or not wanted."""
        nobody = discord.AllowedMentions.none()
        reader = place.recipient if isinstance(place, discord.DMChannel) else place
        if reader is not None and not await self._bot.embed_requested(reader):
            return {"content": embed_text(*embeds), "allowed_mentions": nobody}
        colour = await self._bot.get_embed_colour(place)
        for embed in embeds:
            embed.colour = embed.colour or colour
        return {"embeds": embeds, "allowed_mentions": nobody}

    async def speak(self, guild: discord.Guild) -> None:
        """Write in the server's language from here on."""
        await set_contextual_locales_from_guild(self._bot, guild)

    async def _place(self, guild: discord.Guild) -> discord.TextChannel | discord.DMChannel:
        channel = writable_channel(guild, self._settings.guild(guild.id).log_channel)
        if channel is not None:
            return channel
        owner = guild.owner
        if owner is None:
            owner_id = guild.owner_id or 0
            owner = await self._budget.request(lambda: guild.fetch_member(owner_id))
        if owner.dm_channel is not None:
            return owner.dm_channel
        return await self._budget.open_dm(guild.id, owner.create_dm)

"""`[p]shoppexset`, the group that the other files add to."""

from __future__ import annotations

import logging

import discord
from discord import app_commands
from redbot.core import commands
from redbot.core.bot import Red

from ..domain.account import DeliveryState
from ..i18n import _
from ..store.errors import StoreUnavailable
from .abc import CommandsMixin

log = logging.getLogger("red.shoppex.commands")


class SettingsGroup(CommandsMixin):
    """The group, and what its commands have in common."""

    @commands.hybrid_group(name="shoppexset")
    @commands.guild_only()
    @commands.admin_or_permissions(manage_guild=True)
    @app_commands.default_permissions(manage_guild=True)
    async def shoppexset(self, ctx: commands.GuildContext) -> None:
        """Set up this server's shop."""

    async def retry_for_staff(self, guild_id: int) -> None:
        """Staff changed something: what waited for them may work now."""
        try:
            await self.engine.retry_all(guild_id, DeliveryState.NEEDS_STAFF)
        except StoreUnavailable:
            log.error("What waits for staff in guild %s could not be woken", guild_id)
        self.engine.mark_unsettled(guild_id)

    async def is_staff(self, interaction: discord.Interaction[Red]) -> bool:
        """Autocomplete runs before any check, and what lies at Shoppex is not public."""
        return interaction.permissions.manage_guild or await self.bot.is_owner(interaction.user)

    def webhook_url(self, guild_id: int) -> str:
        """Where Shoppex is to send this server's webhooks, or words for not knowing it."""
        base = self.settings.listener.public_url
        if base is None:
            return _(
                "unknown: the bot's owner has not set a public address yet "
                "(`/shoppexset publicurl`)"
            )
        return f"<{base}/shoppex/{guild_id}>"

"""`[p]shoppexset`, the group that the other files add to."""

from __future__ import annotations

import discord
from discord import app_commands
from redbot.core import commands
from redbot.core.bot import Red

from .command_base import CommandBase


class SettingsGroup(CommandBase):
    """The group, and what its commands have in common."""

    @commands.hybrid_group(name="shoppexset")
    @commands.guild_only()
    @commands.admin_or_permissions(manage_guild=True)
    @app_commands.default_permissions(manage_guild=True)
    async def shoppexset(self, ctx: commands.GuildContext) -> None:
        """Set up this server's shop."""

    async def may_set_up(self, interaction: discord.Interaction[Red]) -> bool:
        """Autocomplete runs before any check, and what lies at Shoppex is not public."""
        guild = interaction.guild
        return guild is not None and await self.gate.is_admin(guild, interaction.user)

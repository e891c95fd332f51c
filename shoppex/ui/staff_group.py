"""`[p]shoppex`, the group of the daily work of staff, which other files add to."""

from __future__ import annotations

from typing import Any

import discord
from redbot.core import commands
from redbot.core.bot import Red

from .command_base import CommandBase


async def _is_for(ctx: commands.Context) -> bool:
    cog: Any = ctx.cog
    return ctx.guild is not None and await cog.gate.is_staff(ctx.guild, ctx.author)


class StaffGroup(CommandBase):
    """The group, and what its commands have in common.

    Discord does not know which role the staff has, so it shows these commands to everybody, and
    the check refuses.
    """

    @commands.hybrid_group(name="shoppex")
    @commands.guild_only()
    @commands.permissions_check(_is_for)
    async def shoppex(self, ctx: commands.GuildContext) -> None:
        """Help buyers of this server's shop."""

    async def may_help(self, interaction: discord.Interaction[Red]) -> bool:
        """Autocomplete runs before any check, and what members bought is not public."""
        guild = interaction.guild
        return guild is not None and await self.gate.is_staff(guild, interaction.user)

"""`[p]shoppexset setup`: everything that a shop needs, step by step."""

from __future__ import annotations

from redbot.core import commands

from ..ui.responses import send_embed
from ..ui.settings_group import SettingsGroup
from .step import SetupTools
from .wizard import SetupView


class SetupCommands(SettingsGroup):
    """The way through the settings."""

    setup_tools: SetupTools

    @SettingsGroup.shoppexset.command(name="setup")
    async def shoppexset_setup(self, ctx: commands.GuildContext) -> None:
        """Set up this server's shop, step by step.

        You can leave at any time: used again, the command goes on where you were, and changes
        only what you ask it to.
        """
        view = SetupView(
            self.setup_tools,
            ctx.guild,
            ctx.author.id,
            await ctx.embed_colour(),
            is_owner=await self.bot.is_owner(ctx.author),
        )
        view.message = await send_embed(ctx, view.embed(), view)

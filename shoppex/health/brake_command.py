"""`[p]shoppexset brake`: why no role is taken, and what to do about it."""

from __future__ import annotations

from redbot.core import commands

from ..fulfilment.reconcile.brake import Brake
from ..i18n import _
from ..ui.responses import send_embed
from ..ui.settings_group import SettingsGroup
from .brake_view import BrakeView, brake_embed


class BrakeCommands(SettingsGroup):
    """The word of staff, when what Shoppex says looks like a mistake."""

    brake: Brake

    @SettingsGroup.shoppexset.command(name="brake")
    async def shoppexset_brake(self, ctx: commands.GuildContext) -> None:
        """Show whether removals are stopped, who would lose what, and decide about it.

        When your API key opens another shop, or Shoppex says that a lot of what you sold has
        ended within an hour, no role is taken until you have looked.
        """
        why = self.settings.guild(ctx.guild.id).brake
        if why is None:
            await ctx.send(
                _("Nothing is stopped: roles are taken when what paid for them has ended."),
                ephemeral=True,
            )
            return
        await ctx.defer(ephemeral=True)
        at_stake = await self.brake.at_stake(ctx.guild.id)
        view = BrakeView(self.gate, ctx.author.id, self.brake, ctx.guild)
        embed = brake_embed(why, at_stake, await ctx.embed_colour())
        view.message = await send_embed(ctx, embed, view)

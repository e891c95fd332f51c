"""`[p]shoppexset logchannel`, `staffrole` and `retry`: the staff, and what waits for them."""

from __future__ import annotations

from dataclasses import replace

import discord
from discord import app_commands
from redbot.core import commands

from ..i18n import _
from ..views.setup_sentences import cannot_write, told_there
from ..views.staff_room import may_write
from .group import SettingsGroup


class StaffCommands(SettingsGroup):
    """How staff hear of what they have to mend."""

    @SettingsGroup.shoppexset.command(name="logchannel")
    @app_commands.describe(channel="Where to write; leave out for the server owner's messages")
    async def shoppexset_logchannel(
        self, ctx: commands.GuildContext, channel: discord.TextChannel | None = None
    ) -> None:
        """Choose where staff are told when a paid order waits for them.

        Without a channel the server's owner gets a direct message.

        **Arguments**

        - `[channel]` A channel that only staff can read.
        """
        if channel is not None and not may_write(channel):
            await ctx.send(cannot_write(channel), ephemeral=True)
            return
        chosen = None if channel is None else channel.id
        await self.settings.update_guild(ctx.guild.id, lambda s: replace(s, log_channel=chosen))
        if channel is None:
            text = _("✅ The server's owner is told by direct message when an order waits.")
        else:
            text = told_there(channel)
        await ctx.send(text, ephemeral=True)

    @SettingsGroup.shoppexset.command(name="staffrole")
    @app_commands.describe(role="Who may help buyers; leave out for nobody but admins")
    async def shoppexset_staffrole(
        self, ctx: commands.GuildContext, role: discord.Role | None = None
    ) -> None:
        """Choose the role whose members may help buyers.

        They may use every `[p]shoppex` command and the buttons for staff, and so give, take and
        move what the shop gives. They may not change how the shop is set up.

        **Arguments**

        - `[role]` The role of your staff. Leave it out, and only admins may do all that.
        """
        if role is not None and (role.is_default() or role.managed):
            await ctx.send(
                _(
                    "{role} cannot be the role of your staff: everybody, or a bot, has it. "
                    "Nothing was changed. Make a role for your staff and choose that one."
                ).format(role=role.mention),
                ephemeral=True,
                allowed_mentions=discord.AllowedMentions.none(),
            )
            return
        chosen = None if role is None else role.id
        await self.settings.update_guild(ctx.guild.id, lambda s: replace(s, staff_role=chosen))
        if role is None:
            text = _("✅ Only those who may set up the shop can use `/shoppex` now.")
        else:
            text = _(
                "✅ Members with {role} may use `/shoppex` and the buttons for staff. Discord "
                "shows `/shoppex` to everybody, and I refuse those who may not use it. To hide "
                "it from them, open Server Settings → Integrations, choose me and `/shoppex`, "
                "switch it off for @everyone and on for {role}."
            ).format(role=role.mention)
        await ctx.send(text, ephemeral=True, allowed_mentions=discord.AllowedMentions.none())

    @SettingsGroup.shoppexset.command(name="retry")
    async def shoppexset_retry(self, ctx: commands.GuildContext) -> None:
        """Try again at once everything that waits for you."""
        waiting = sum((await self.alarms.waiting(ctx.guild.id)).values())
        self.engine.wake(ctx.guild.id)
        if waiting:
            text = _(
                "I am trying again: {count} waiting. `/shoppexset show` says what is left."
            ).format(count=waiting)
        else:
            text = _("Nothing is waiting for you.")
        await ctx.send(text, ephemeral=True)

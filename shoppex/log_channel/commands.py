"""`[p]shoppexset logchannel`, `loglevel`, `staffrole` and `retry`."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import discord
from discord import app_commands
from redbot.core import commands

from ..domain.log_level import LogLevel
from ..fulfilment.engine.channel_checks import writable_channel
from ..fulfilment.engine.engine import Engine
from ..fulfilment.engine.staff_alerts import StaffAlerts
from ..i18n import _
from ..ui.settings_group import SettingsGroup
from .texts import cannot_write, level_text, told_owner, told_there
from .writer import EventLog


class StaffCommands(SettingsGroup):
    """How staff hear of what they have to mend."""

    engine: Engine
    staff_alerts: StaffAlerts
    journal: EventLog

    @SettingsGroup.shoppexset.command(name="logchannel")
    @app_commands.describe(channel="Where to write; leave out for the server owner's messages")
    async def shoppexset_logchannel(
        self, ctx: commands.GuildContext, channel: discord.TextChannel | None = None
    ) -> None:
        """Choose where staff read what happens in the shop, and what waits for them.

        What happens is written there as `[p]shoppexset loglevel` says. Without a channel the
        server's owner gets a direct message when an order waits, and nothing else.

        **Arguments**

        - `[channel]` A channel that only staff can read.
        """
        if channel is not None and writable_channel(ctx.guild, channel.id) is None:
            await ctx.send(cannot_write(channel), ephemeral=True)
            return
        chosen = None if channel is None else channel.id
        shop = await self.settings.update_guild(
            ctx.guild.id, lambda s: replace(s, log_channel=chosen)
        )
        self.journal.try_again(ctx.guild.id)
        self.staff_alerts.mark(ctx.guild.id)
        text = told_owner() if channel is None else told_there(channel, shop.log_level)
        await ctx.send(text, ephemeral=True)

    @SettingsGroup.shoppexset.command(name="loglevel")
    @app_commands.describe(level="everything, money (no deliveries), or problems only")
    async def shoppexset_loglevel(
        self, ctx: commands.GuildContext, level: Literal["everything", "money", "problems"]
    ) -> None:
        """Choose how much of what happens is written into the log channel.

        What waits for you is always written there. Much at once is gathered into one message.

        **Arguments**

        - `<level>` `everything`: sales, deliveries, subscriptions, refunds, disputes, licences,
          and what staff do by hand. `money`: the same without deliveries and without begins and
          ends of subscriptions. `problems`: refunds and disputes only.
        """
        shop = await self.settings.update_guild(
            ctx.guild.id, lambda s: replace(s, log_level=LogLevel(level))
        )
        if shop.log_channel is None:
            text = _(
                "✅ Saved, but nothing is written yet: choose a channel with `/shoppexset "
                "logchannel`. Then it is {level}."
            ).format(level=level_text(shop.log_level))
        else:
            text = _(
                "✅ What is written in {channel} from now on is {level}. What waits for you is "
                "always written there."
            ).format(channel=f"<#{shop.log_channel}>", level=level_text(shop.log_level))
        await ctx.send(text, ephemeral=True)

    @SettingsGroup.shoppexset.command(name="staffrole")
    @app_commands.describe(role="Who may help buyers; leave out for nobody but admins")
    async def shoppexset_staffrole(
        self, ctx: commands.GuildContext, role: discord.Role | None = None
    ) -> None:
        """Choose the role whose members may help buyers.

        They may use every `[p]shoppex` command and the buttons for staff, and so give, take and
        move what the shop gives, but for roles that are not below their own highest. They may
        not change how the shop is set up.

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
        waiting = sum((await self.staff_alerts.waiting(ctx.guild.id)).values())
        self.engine.wake(ctx.guild.id)
        if waiting:
            text = _(
                "I am trying again: {count} waiting. `/shoppexset show` says what is left."
            ).format(count=waiting)
        else:
            text = _("Nothing is waiting for you.")
        await ctx.send(text, ephemeral=True)

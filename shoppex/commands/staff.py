"""`[p]shoppexset logchannel`, `loglevel` and `retry`: what waits for staff."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import discord
from discord import app_commands
from redbot.core import commands

from ..domain.log_level import LogLevel
from ..i18n import _
from ..views.journal_text import level_text
from .group import SettingsGroup


class StaffCommands(SettingsGroup):
    """How staff hear of what they have to mend."""

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
        if channel is not None:
            rights = channel.permissions_for(ctx.me)
            if not (rights.view_channel and rights.send_messages and rights.embed_links):
                await ctx.send(
                    _(
                        "I may not write in {channel}. Nothing was changed. Give me the "
                        "permissions View Channel, Send Messages and Embed Links there."
                    ).format(channel=channel.mention),
                    ephemeral=True,
                )
                return
        chosen = None if channel is None else channel.id
        shop = await self.settings.update_guild(
            ctx.guild.id, lambda s: replace(s, log_channel=chosen)
        )
        self.journal.try_again(ctx.guild.id)
        self.alarms.mark(ctx.guild.id)
        if channel is None:
            text = _(
                "✅ The server's owner is told by direct message when an order waits. Sales and "
                "what else happens are written nowhere."
            )
        else:
            text = _(
                "✅ Staff read in {channel} what waits for them, and what happens ({level}). "
                "`/shoppexset loglevel` changes how much that is."
            ).format(channel=channel.mention, level=level_text(shop.log_level))
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

"""`[p]shoppexset pickup`: where buyers with closed direct messages are met."""

from __future__ import annotations

from dataclasses import replace

import discord
from discord import app_commands
from redbot.core import commands

from ..fulfilment.engine.engine import Engine
from ..i18n import _
from ..ui.settings_group import SettingsGroup


class PickupCommands(SettingsGroup):
    """The channel for those whom no direct message reaches."""

    engine: Engine

    @SettingsGroup.shoppexset.command(name="pickup")
    @app_commands.describe(channel="Where to write to them; leave out to write nowhere")
    async def shoppexset_pickup(
        self, ctx: commands.GuildContext, channel: discord.TextChannel | None = None
    ) -> None:
        """Choose where buyers are told that a key waits for them, if their messages are closed.

        The notice mentions the buyer and says nothing of the order; its button shows the key to
        the buyer alone. Without a channel they find it with `/purchases`.

        **Arguments**

        - `[channel]` A channel that buyers can read.
        """
        if channel is not None:
            rights = channel.permissions_for(ctx.me)
            if not (rights.view_channel and rights.send_messages):
                await ctx.send(
                    _(
                        "I may not write in {channel}. Nothing was changed. Give me the "
                        "permissions View Channel and Send Messages there."
                    ).format(channel=channel.mention),
                    ephemeral=True,
                )
                return
        chosen = None if channel is None else channel.id
        await self.settings.update_guild(ctx.guild.id, lambda s: replace(s, pickup_channel=chosen))
        self.engine.wake(ctx.guild.id)
        if channel is None:
            text = _("✅ No notice is posted. Buyers find what they bought with `/purchases`.")
        else:
            text = _(
                "✅ Buyers whose direct messages are closed are told in {channel}, without "
                "anything of their order."
            ).format(channel=channel.mention)
        await ctx.send(text, ephemeral=True)

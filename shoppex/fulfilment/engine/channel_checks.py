"""Check whether the bot can write in a channel that staff chose."""

from __future__ import annotations

import discord


def writable_channel(guild: discord.Guild, channel_id: int | None) -> discord.TextChannel | None:
    """The channel, if it is there and the bot may write in it."""
    channel = guild.get_channel(channel_id or 0)
    if not isinstance(channel, discord.TextChannel):
        return None
    rights = channel.permissions_for(guild.me)
    return channel if rights.view_channel and rights.send_messages else None

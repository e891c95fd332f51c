"""Lookup of members and their names, also of those who left."""

from __future__ import annotations

import asyncio

import discord
from redbot.core.bot import Red

from ..fulfilment.engine.failures import REQUEST_ERRORS

_PATIENCE_SECONDS = 5.0


async def find_member(guild: discord.Guild, user_id: int) -> discord.Member | None:
    """The member; ``None`` when they are not there, or Discord does not say."""
    member = guild.get_member(user_id)
    if member is not None or guild.chunked:
        return member
    try:
        return await asyncio.wait_for(guild.fetch_member(user_id), _PATIENCE_SECONDS)
    except REQUEST_ERRORS:
        return None


def name_of_user(bot: Red, guild: discord.Guild, user_id: int) -> str:
    """What people call somebody, as far as the bot knows without asking; else their id."""
    user = guild.get_member(user_id) or bot.get_user(user_id)
    return str(user_id) if user is None else user.display_name

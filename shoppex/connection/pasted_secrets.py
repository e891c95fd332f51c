"""Removal of secrets that somebody typed where everybody reads along."""

from __future__ import annotations

import discord
from redbot.core import commands

from ..i18n import _


async def take_back_a_pasted_secret(ctx: commands.GuildContext) -> None:
    """Delete what was typed after a command that takes nothing: it can only be the secret."""
    if ctx.interaction is not None or not ctx.view.read_rest().strip():
        return
    try:
        await ctx.message.delete()
    except discord.HTTPException:
        deleted = _("I could not delete your message: delete it yourself, now.")
    else:
        deleted = _("I deleted your message.")
    await ctx.send(
        _(
            "⚠️ Never type it in a channel. {deleted} Others may have read it: replace it at "
            "Shoppex by a new one, and enter that with the button."
        ).format(deleted=deleted)
    )

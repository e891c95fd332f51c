"""Confirmation by a typed command, before something is done."""

from __future__ import annotations

import discord
from redbot.core import commands
from redbot.core.utils.views import ConfirmView

from ..discord_limits import CONTENT
from ..formatting import shorten
from ..i18n import _
from .permissions import PermissionGuard


async def is_sure(ctx: commands.GuildContext, gate: PermissionGuard, question: str) -> bool:
    """Whether the one who asks wants it all the same. Answers them when not."""
    if ctx.assume_yes:
        return True
    view = ConfirmView(ctx.author, disable_buttons=True)
    gate.watch(view)
    view.message = await send_quietly(ctx, question, view)
    await view.wait()
    if view.result:
        return True
    await send_quietly(ctx, _("Nothing was changed."))
    return False


async def send_quietly(
    ctx: commands.GuildContext, text: str, view: discord.ui.View = discord.utils.MISSING
) -> discord.Message:
    """Answer privately, pinging nobody."""
    message: discord.Message = await ctx.send(
        shorten(text, CONTENT),
        view=view,
        ephemeral=True,
        allowed_mentions=discord.AllowedMentions.none(),
    )
    return message

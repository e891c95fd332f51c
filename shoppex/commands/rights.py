"""Asking, before a role is sold, whether that is allowed and meant."""

from __future__ import annotations

import discord
from redbot.core import commands
from redbot.core.utils.views import ConfirmView

from ..i18n import _
from ..text import shorten
from ..views.sale_text import power_warning, selling_problems

_CONTENT = 2000


async def may_sell(ctx: commands.GuildContext, roles: tuple[discord.Role, ...]) -> bool:
    """Whether these roles may be sold by the one who asks. Answers them when not."""
    problems = selling_problems(roles, ctx.author, ctx.me)
    if problems:
        await _send(ctx, _("Nothing was changed.") + "\n" + "\n".join(problems))
        return False
    warning = power_warning(roles)
    return warning is None or await _is_sure(ctx, warning)


async def _is_sure(ctx: commands.GuildContext, warning: str) -> bool:
    if ctx.assume_yes:
        return True
    view = ConfirmView(ctx.author, disable_buttons=True)
    view.message = await _send(ctx, warning, view)
    await view.wait()
    if view.result:
        return True
    await _send(ctx, _("Nothing was changed."))
    return False


async def _send(
    ctx: commands.GuildContext, text: str, view: discord.ui.View = discord.utils.MISSING
) -> discord.Message:
    message: discord.Message = await ctx.send(
        shorten(text, _CONTENT),
        view=view,
        ephemeral=True,
        allowed_mentions=discord.AllowedMentions.none(),
    )
    return message

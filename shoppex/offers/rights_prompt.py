"""Confirmation, before a role is sold, that this is allowed and meant."""

from __future__ import annotations

import discord
from redbot.core import commands

from ..i18n import _
from ..ui.confirm_command import is_sure, send_quietly
from ..ui.permissions import PermissionGuard
from .offer_text import power_warning, selling_problems
from .power_notice import PowerNotice


async def may_sell(
    ctx: commands.GuildContext,
    gate: PermissionGuard,
    notice: PowerNotice,
    roles: tuple[discord.Role, ...],
) -> bool:
    """Whether these roles may be sold by the one who asks. Answers them when not."""
    problems = selling_problems(roles, ctx.author, ctx.me)
    if problems:
        await send_quietly(ctx, _("Nothing was changed.") + "\n" + "\n".join(problems))
        return False
    warning = power_warning(roles)
    if warning is None:
        return True
    if not await is_sure(ctx, gate, warning):
        return False
    # Somebody may have lost the right while the question stood there.
    member = ctx.guild.get_member(ctx.author.id)
    problems = selling_problems(roles, member, ctx.me) if member is not None else [_not_here()]
    if problems:
        await send_quietly(ctx, _("Nothing was changed.") + "\n" + "\n".join(problems))
        return False
    await notice.tell(ctx.guild, ctx.author, roles)
    return True


def _not_here() -> str:
    return _("You are not in this server any more.")

"""Who may sell which role."""

from __future__ import annotations

import discord
from redbot.core import commands
from redbot.core.utils.views import ConfirmView

from ..fulfilment.obstacles import why_not_give
from ..i18n import _
from ..text import shorten
from ..views.sentences import role_sentence

_CONTENT = 2000

_DANGEROUS = discord.Permissions(
    administrator=True,
    manage_guild=True,
    manage_roles=True,
    manage_channels=True,
    manage_webhooks=True,
    manage_messages=True,
    manage_threads=True,
    manage_nicknames=True,
    manage_expressions=True,
    kick_members=True,
    ban_members=True,
    moderate_members=True,
    mention_everyone=True,
    view_audit_log=True,
)


async def may_sell(ctx: commands.GuildContext, roles: tuple[discord.Role, ...]) -> bool:
    """Whether these roles may be sold by the one who asks. Answers them when not."""
    problems = [
        role_sentence(reason, role.mention)
        for role in roles
        if (reason := why_not_sell(role, ctx.author, ctx.me)) is not None
    ]
    if problems:
        await _send(ctx, _("Nothing was changed.") + "\n" + "\n".join(problems))
        return False
    dangerous = [role for role in roles if role.permissions.value & _DANGEROUS.value]
    return not dangerous or await _is_sure(ctx, dangerous)


def why_not_sell(role: discord.Role, author: discord.Member, me: discord.Member) -> str | None:
    """Why ``author`` cannot sell a role, as a stable word; ``None`` when they can."""
    reason = why_not_give(role, me)
    if reason is None and author.id != role.guild.owner_id and role >= author.top_role:
        return "role_above_you"
    return reason


async def _is_sure(ctx: commands.GuildContext, roles: list[discord.Role]) -> bool:
    if ctx.assume_yes:
        return True
    lines = [f"{role.mention}: {_powers(role)}" for role in roles]
    view = ConfirmView(ctx.author, disable_buttons=True)
    text = _(
        "⚠️ Whoever pays gets power over your server:\n{roles}\nDo you really want to sell that?"
    ).format(roles="\n".join(lines))
    view.message = await _send(ctx, text, view)
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


def _powers(role: discord.Role) -> str:
    powers = discord.Permissions(role.permissions.value & _DANGEROUS.value)
    return ", ".join(name.replace("_", " ") for name, value in powers if value)

"""Private reply to a typed command, which everybody reads."""

from __future__ import annotations

import discord
from redbot.core import commands

from ..i18n import _
from .base_views import GuardedView
from .components import OnPress, PressButton
from .permissions import PermissionGuard


class PrivatelyView(GuardedView):
    """One button that only the author can use."""

    def __init__(self, gate: PermissionGuard, user_id: int, serve: OnPress) -> None:
        super().__init__(gate, user_id)
        self.add_item(
            PressButton(_("Continue privately"), serve, style=discord.ButtonStyle.primary)
        )


async def answer_privately(
    ctx: commands.GuildContext, gate: PermissionGuard, serve: OnPress
) -> None:
    """Serve at once who used a slash command, and by a button of their own who typed one.

    Parameters
    ----------
    serve
        Answers an interaction, privately.
    """
    if ctx.interaction is not None:
        await serve(ctx.interaction)
        return
    view = PrivatelyView(gate, ctx.author.id, serve)
    view.message = await ctx.send(
        _("{user}, press the button to continue. Only you will see what comes next.").format(
            user=ctx.author.mention
        ),
        view=view,
    )

"""Base classes of all views and modals."""

from __future__ import annotations

import logging
from typing import Any

import discord

from ..discord_limits import FORM_TITLE
from ..i18n import _
from .permissions import PermissionGuard, say

log = logging.getLogger("red.shoppex.shoppex.ui.base_views")


class GuardedView(discord.ui.View):
    """Buttons and menus for one person.

    Parameters
    ----------
    timeout
        Seconds. An ephemeral message can be edited for 15 minutes, so nothing lives longer.
    """

    def __init__(self, gate: PermissionGuard, user_id: int, *, timeout: float = 840.0) -> None:
        super().__init__(timeout=timeout)
        gate.watch(self)
        self.gate = gate
        self.user_id = user_id
        self.message: discord.Message | discord.InteractionMessage | None = None

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        """Let only the owner of this view through."""
        return await self.gate.admit(interaction, self.user_id)

    async def on_timeout(self) -> None:
        """Take the buttons away, so that nobody presses what no longer answers."""
        if self.message is not None:
            try:
                await self.message.edit(view=None)
            except discord.HTTPException:
                log.debug("A view had no message left to be taken from")

    async def on_error(
        self,
        interaction: discord.Interaction[Any],
        error: Exception,
        item: discord.ui.Item[Any],
        /,
    ) -> None:
        """Never leave a click without an answer."""
        log.error("Pressing %s failed", type(item).__name__, exc_info=error)
        await say(interaction, something_broke())


class GuardedModal(discord.ui.Modal):
    """A form for one person."""

    def __init__(self, gate: PermissionGuard, user_id: int, *, title: str) -> None:
        super().__init__(title=title[:FORM_TITLE], timeout=840.0)
        gate.watch(self)
        self.gate = gate
        self.user_id = user_id

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        """Let only the owner of this form through."""
        return await self.gate.admit(interaction, self.user_id)

    async def on_error(  # type: ignore[override] # as discord.py's own Modal has it
        self, interaction: discord.Interaction[Any], error: Exception, /
    ) -> None:
        """Never leave a form without an answer."""
        log.error("The form %s failed", type(self).__name__, exc_info=error)
        await say(interaction, something_broke())


def something_broke() -> str:
    """The sentence for a bug of ours."""
    return _(
        "Something went wrong inside the bot. Nothing was charged by this step. Please try "
        "again; if it happens again, tell the server's staff the time it happened."
    )

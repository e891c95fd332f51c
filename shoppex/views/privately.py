"""From a typed command, which everybody reads, to a private answer."""

from __future__ import annotations

import discord
from redbot.core.bot import Red

from ..i18n import _
from .counter import Counter, Request
from .gate import Gate, GuardedView
from .widgets import PressButton


class PrivatelyView(GuardedView):
    """One button that only the author can use."""

    def __init__(self, gate: Gate, user_id: int, counter: Counter, request: Request) -> None:
        super().__init__(gate, user_id)
        self._counter = counter
        self._request = request
        self.add_item(
            PressButton(_("Continue privately"), self._go, style=discord.ButtonStyle.primary)
        )

    async def _go(self, interaction: discord.Interaction[Red]) -> None:
        await self._counter.serve(interaction, self._request)

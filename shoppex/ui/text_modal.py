"""Modal that asks for a few words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import discord
from redbot.core.bot import Red

from .base_views import GuardedModal
from .permissions import PermissionGuard

_MOST = 1000

Submit = Callable[[discord.Interaction[Red], str], Awaitable[None]]


class TextModal(GuardedModal):
    """Asks for a few sentences."""

    def __init__(
        self,
        gate: PermissionGuard,
        user_id: int,
        *,
        title: str,
        label: str,
        description: str,
        submit: Submit,
    ) -> None:
        super().__init__(gate, user_id, title=title)
        self._submit = submit
        self.field: discord.ui.TextInput[TextModal] = discord.ui.TextInput(
            style=discord.TextStyle.paragraph, max_length=_MOST
        )
        self.add_item(discord.ui.Label(text=label, component=self.field, description=description))

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Hand the words on."""
        await self._submit(interaction, self.field.value.strip())

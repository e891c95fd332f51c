"""Taking a secret without anyone reading along: one button, one form with one field."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import discord
from redbot.core.bot import Red

from .gate import Gate, GuardedModal, GuardedView
from .widgets import PressButton

Submit = Callable[[discord.Interaction[Red], str], Awaitable[None]]


class SecretModal(GuardedModal):
    """Asks for one secret."""

    def __init__(
        self, gate: Gate, user_id: int, *, title: str, label: str, hint: str, submit: Submit
    ) -> None:
        super().__init__(gate, user_id, title=title)
        self._submit = submit
        self.field: discord.ui.TextInput[SecretModal] = discord.ui.TextInput(
            placeholder=hint, max_length=512
        )
        self.add_item(discord.ui.Label(text=label, component=self.field))

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Hand the secret on; nothing here keeps it."""
        await self._submit(interaction, self.field.value.strip())


class SecretView(GuardedView):
    """The one button that opens the form."""

    def __init__(
        self,
        gate: Gate,
        user_id: int,
        *,
        button: str,
        title: str,
        label: str,
        hint: str,
        submit: Submit,
    ) -> None:
        super().__init__(gate, user_id, timeout=300.0)
        self._form = {"title": title, "label": label, "hint": hint}
        self._submit = submit
        self.add_item(PressButton(button, self._open, style=discord.ButtonStyle.primary))

    async def _open(self, interaction: discord.Interaction[Red]) -> None:
        await interaction.response.send_modal(
            SecretModal(self.gate, self.user_id, submit=self._submit, **self._form)
        )

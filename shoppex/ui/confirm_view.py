"""Confirmation view: asks once more before something is done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import discord
from redbot.core.bot import Red

from ..errors import Refusal
from ..i18n import _
from ..store.errors import StoreUnavailable
from .base_views import GuardedView
from .common_text import not_saved
from .components import PressButton
from .permissions import PermissionGuard
from .responses import show
from .staff_view import admit_staff

Act = Callable[[], Awaitable[str]]
Worded = Callable[[Refusal], str]


class ConfirmationView(GuardedView):
    """One more press, and it is done.

    Parameters
    ----------
    label
        Of the button that does it.
    act
        Does it, and gives the sentence that says so.
    worded
        Says why it could not be done.
    staff_of
        Whose staff alone may press; ``None`` for who asked, whoever that is.
    """

    def __init__(
        self,
        gate: PermissionGuard,
        user_id: int,
        label: str,
        act: Act,
        worded: Worded,
        *,
        staff_of: discord.Guild | None = None,
    ) -> None:
        super().__init__(gate, user_id, timeout=300.0)
        self._act = act
        self._worded = worded
        self._staff_of = staff_of
        self.add_item(PressButton(label, self._go, style=discord.ButtonStyle.danger))
        self.add_item(PressButton(_("Cancel"), self._leave))

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        """Let the one who asked through, while they may do it."""
        if not await super().interaction_check(interaction):
            return False
        staff_of = self._staff_of
        return staff_of is None or await admit_staff(interaction, self.gate, staff_of)

    async def _go(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.response.defer()
        if self.is_finished():
            # Two presses may come before the buttons are gone.
            return
        self.stop()
        try:
            done = await self._act()
        except Refusal as refusal:
            done = self._worded(refusal)
        except StoreUnavailable:
            done = not_saved()
        await interaction.edit_original_response(content=done, embed=None, view=None)

    async def _leave(self, interaction: discord.Interaction[Any]) -> None:
        self.stop()
        await interaction.response.edit_message(
            content=_("Nothing was changed."), embed=None, view=None
        )


async def ask(
    interaction: discord.Interaction[Red],
    gate: PermissionGuard,
    guild: discord.Guild,
    embed: discord.Embed,
    label: str,
    act: Act,
    worded: Worded,
) -> None:
    """Show staff what will happen, and do it when that is confirmed.

    Parameters
    ----------
    label, act, worded
        As `ConfirmationView`.
    """
    embed.colour = await gate.colour(interaction)
    view = ConfirmationView(gate, interaction.user.id, label, act, worded, staff_of=guild)
    await show(interaction, embed, view)

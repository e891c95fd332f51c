"""Buttons for one member of the staff, for as long as they are one."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

import discord
from redbot.core.bot import Red

from ..i18n import _
from ..selling.errors import Refusal
from ..store.errors import StoreUnavailable
from .case_text import staff_sentence
from .gate import Gate, GuardedView, say
from .purchase_text import not_saved
from .showing import show
from .widgets import PressButton

log = logging.getLogger("red.shoppex.staff")

Act = Callable[[], Awaitable[str]]


class StaffView(GuardedView):
    """What only the staff of a server may press."""

    def __init__(
        self, gate: Gate, user_id: int, guild: discord.Guild, *, timeout: float = 840.0
    ) -> None:
        super().__init__(gate, user_id, timeout=timeout)
        self.guild = guild

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        """Let the one who asked through, while they are still staff."""
        return await super().interaction_check(interaction) and await admit_staff(
            interaction, self.gate, self.guild
        )


class SureView(StaffView):
    """One more press, and it is done."""

    def __init__(
        self, gate: Gate, user_id: int, guild: discord.Guild, label: str, act: Act
    ) -> None:
        super().__init__(gate, user_id, guild, timeout=300.0)
        self._act = act
        self.add_item(PressButton(label, self._go, style=discord.ButtonStyle.danger))
        self.add_item(PressButton(_("Cancel"), self._leave))

    async def _go(self, interaction: discord.Interaction[Any]) -> None:
        # Twice pressed is done once.
        self.stop()
        await interaction.response.defer()
        try:
            done = await self._act()
        except Refusal as refusal:
            done = staff_sentence(refusal)
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
    gate: Gate,
    guild: discord.Guild,
    embed: discord.Embed,
    label: str,
    act: Act,
) -> None:
    """Show what will happen, and do it when that is confirmed.

    Parameters
    ----------
    label
        Of the button that does it.
    act
        Does it, and gives the sentence that says so.
    """
    embed.colour = await gate.bot.get_embed_color(interaction.channel)  # type: ignore[arg-type]
    await show(interaction, embed, SureView(gate, interaction.user.id, guild, label, act))


async def admit_staff(
    interaction: discord.Interaction[Any], gate: Gate, guild: discord.Guild | None
) -> bool:
    """Whether a click is by the staff of a server. Answers it when not."""
    if guild is not None and await gate.is_staff(guild, interaction.user):
        return True
    await say(interaction, _("This button is for the server's staff."))
    return False

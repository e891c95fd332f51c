"""View for one member of the staff, for as long as they are one."""

from __future__ import annotations

from typing import Any

import discord

from ..i18n import _
from .base_views import GuardedView
from .permissions import PermissionGuard, say


class StaffView(GuardedView):
    """What only the staff of a server may press."""

    def __init__(self, gate: PermissionGuard, user_id: int, guild: discord.Guild) -> None:
        super().__init__(gate, user_id)
        self.guild = guild

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        """Let the one who asked through, while they are still staff."""
        return await super().interaction_check(interaction) and await admit_staff(
            interaction, self.gate, self.guild
        )


async def admit_staff(
    interaction: discord.Interaction[Any], gate: PermissionGuard, guild: discord.Guild | None
) -> bool:
    """Whether a click is by the staff of a server. Answers it when not."""
    if guild is not None and await gate.is_staff(guild, interaction.user):
        return True
    await say(interaction, _("This button is for the server's staff."))
    return False

"""View for an admin who sets up the shop, for as long as they may."""

from __future__ import annotations

from typing import Any

import discord

from ..i18n import _
from .base_views import GuardedView
from .permissions import PermissionGuard, say


class AdminView(GuardedView):
    """What only those who may set up the shop press."""

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        """Let the one who asked through, while they may still set up the shop."""
        return await super().interaction_check(interaction) and await admit_admin(
            interaction, self.gate
        )


async def admit_admin(interaction: discord.Interaction[Any], gate: PermissionGuard) -> bool:
    """Whether a click is by somebody who may set up the shop. Answers it when not."""
    guild = interaction.guild
    if guild is not None and await gate.is_admin(guild, interaction.user):
        return True
    await say(interaction, _("This button is for those who set up the shop."))
    return False

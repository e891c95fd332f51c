"""Notice to staff when a role with moderation permissions is put on sale."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

import discord

from ..fulfilment.engine.failures import REQUEST_ERRORS
from ..i18n import _
from ..ui.permission_names import permission_names
from ..ui.staff_channel import StaffChannel
from .role_rights import dangerous_powers


class PowerNotice:
    """Tells the log channel, so that it is no secret of the one who sells."""

    def __init__(self, room: StaffChannel) -> None:
        self._room = room

    async def tell(
        self, guild: discord.Guild, seller: discord.abc.User, roles: Sequence[discord.Role]
    ) -> None:
        """Say who sells which power, if any; a channel that takes nothing stops no sale."""
        dangerous = dangerous_powers(roles)
        if not dangerous:
            return
        await self._room.speak(guild)
        lines = [
            f"{role.mention}: {permission_names(powers)}" for role, powers in dangerous.items()
        ]
        embed = discord.Embed(
            title=_("A role with moderation permissions is for sale"),
            description=_(
                "{seller} put roles on sale that give every buyer moderation permissions here:"
            ).format(seller=seller.mention)
            + "\n"
            + "\n".join(lines),
            colour=discord.Colour.orange(),
        )
        with contextlib.suppress(*REQUEST_ERRORS):
            await self._room.send(guild, embed)

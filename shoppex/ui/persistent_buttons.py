"""Persistent buttons: they outlive restarts, as all they need is in their custom id."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Awaitable, Callable
from typing import Any

import discord
from redbot.core.i18n import set_contextual_locales_from_guild

from ..embed_text import with_line
from .permissions import PermissionGuard
from .staff_view import admit_staff

OnPress = Callable[[discord.Interaction[Any], re.Match[str]], Awaitable[None]]


def lasting_button(
    gate: PermissionGuard, template: re.Pattern[str], on_press: OnPress
) -> type[discord.ui.DynamicItem[Any]]:
    """A kind of button, to be registered while the cog is loaded.

    Discord.py makes one for each click from a class, hence a class that knows this cog's parts.

    Parameters
    ----------
    template
        What its ids look like; the group ``guild`` is the id of the server.
    on_press
        Called with the click and what stood in the id, in the server's language.
    """

    class LastingButton(
        discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=template
    ):
        def __init__(self, button: Any, match: re.Match[str]) -> None:
            super().__init__(button)
            self._match = match

        @classmethod
        async def from_custom_id(
            cls,
            _interaction: discord.Interaction[Any],
            item: discord.ui.Item[Any],
            match: re.Match[str],
            /,
        ) -> LastingButton:
            return cls(item, match)

        async def callback(self, interaction: discord.Interaction[Any]) -> None:
            guild = gate.bot.get_guild(int(self._match["guild"]))
            await set_contextual_locales_from_guild(gate.bot, guild)
            await on_press(interaction, self._match)

    return LastingButton


def staff_button(
    gate: PermissionGuard, template: re.Pattern[str], on_press: OnPress
) -> type[discord.ui.DynamicItem[Any]]:
    """The same, for the staff of the server that stands in its id."""

    async def press(interaction: discord.Interaction[Any], match: re.Match[str]) -> None:
        if await admit_staff(interaction, gate, gate.bot.get_guild(int(match["guild"]))):
            await on_press(interaction, match)

    return lasting_button(gate, template, press)


async def close_decided(interaction: discord.Interaction[Any], done: str) -> None:
    """Take the buttons of a decision away from staff's channel, and say who decided."""
    message = interaction.message
    if message is None or message.flags.ephemeral:
        return
    with contextlib.suppress(discord.HTTPException):
        await message.edit(**with_line(message, done, interaction.user.mention), view=None)

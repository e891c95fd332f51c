"""Buttons that outlive restarts: all they need is the server that stands in their id."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

import discord
from redbot.core.i18n import set_contextual_locales_from_guild

from .gate import Gate

MakeButton = Callable[[int], discord.ui.Button[discord.ui.View]]
OnPress = Callable[[discord.Interaction[Any], int], Awaitable[None]]


def lasting_button(
    gate: Gate, prefix: str, make: MakeButton, on_press: OnPress
) -> type[discord.ui.DynamicItem[Any]]:
    """A kind of button, to be registered while the cog is loaded.

    Discord.py makes one for each click from a class, hence a class that knows this cog's parts.

    Parameters
    ----------
    prefix
        What its id begins with; the id of the server follows.
    make
        Makes the button of a server.
    on_press
        Called with the click and the id of the server, in the server's language.
    """
    template = re.compile(rf"{re.escape(prefix)}(?P<guild_id>[0-9]{{1,20}})")

    class LastingButton(
        discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=template
    ):
        def __init__(self, guild_id: int) -> None:
            super().__init__(make(guild_id))
            self._guild_id = guild_id

        @classmethod
        async def from_custom_id(
            cls,
            _interaction: discord.Interaction[Any],
            _item: discord.ui.Item[Any],
            match: re.Match[str],
            /,
        ) -> LastingButton:
            return cls(int(match["guild_id"]))

        async def callback(self, interaction: discord.Interaction[Any]) -> None:
            guild = gate.bot.get_guild(self._guild_id)
            await set_contextual_locales_from_guild(gate.bot, guild)
            await on_press(interaction, self._guild_id)

    return LastingButton

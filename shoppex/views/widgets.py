"""Buttons and menus that call what they are given."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import discord

from .gate import GuardedView

OnPress = Callable[[discord.Interaction[Any]], Awaitable[None]]
OnChoice = Callable[[discord.Interaction[Any], str], Awaitable[None]]


class PressButton(discord.ui.Button[GuardedView]):
    """A button."""

    def __init__(
        self,
        label: str,
        on_press: OnPress,
        *,
        style: discord.ButtonStyle = discord.ButtonStyle.secondary,
        disabled: bool = False,
    ) -> None:
        super().__init__(label=label, style=style, disabled=disabled)
        self._on_press = on_press

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Pass the click on."""
        await self._on_press(interaction)


class ChoiceMenu(discord.ui.Select[GuardedView]):
    """A menu of which one option is chosen."""

    def __init__(
        self, placeholder: str, options: list[discord.SelectOption], on_choice: OnChoice
    ) -> None:
        super().__init__(placeholder=placeholder, options=options)
        self._on_choice = on_choice

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Pass the choice on."""
        await self._on_choice(interaction, self.values[0])

"""Button and select components that call a given function."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import discord

from ..discord_limits import OPTIONS
from .admin_view import admit_admin
from .base_views import GuardedModal, GuardedView
from .permissions import PermissionGuard

OnPress = Callable[[discord.Interaction[Any]], Awaitable[None]]
OnChoice = Callable[[discord.Interaction[Any], str], Awaitable[None]]
OnRoles = Callable[[discord.Interaction[Any], list[discord.Role]], Awaitable[None]]
OnChannel = Callable[[discord.Interaction[Any], int], Awaitable[None]]


class PressButton(discord.ui.Button[GuardedView]):
    """A button.

    Parameters
    ----------
    ends
        Whether nothing else of its view is to be pressed once this was answered.
    """

    def __init__(
        self,
        label: str,
        on_press: OnPress,
        *,
        style: discord.ButtonStyle = discord.ButtonStyle.secondary,
        disabled: bool = False,
        ends: bool = False,
    ) -> None:
        super().__init__(label=label, style=style, disabled=disabled)
        self._on_press = on_press
        self._ends = ends

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Pass the click on."""
        view = self.view
        await self._on_press(interaction)
        if self._ends and view is not None:
            view.stop()


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


class RoleMenu(discord.ui.RoleSelect[GuardedView]):
    """A menu of the server's roles, of which at least one is chosen."""

    def __init__(self, placeholder: str, on_roles: OnRoles) -> None:
        super().__init__(placeholder=placeholder, max_values=OPTIONS)
        self._on_roles = on_roles

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Pass the choice on."""
        await self._on_roles(interaction, self.values)


class ChannelMenu(discord.ui.ChannelSelect[GuardedView]):
    """A menu of the server's text channels, of which one is chosen."""

    def __init__(self, placeholder: str, on_channel: OnChannel) -> None:
        super().__init__(placeholder=placeholder, channel_types=[discord.ChannelType.text])
        self._on_channel = on_channel

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Pass the choice on."""
        await self._on_channel(interaction, self.values[0].id)


class FormText(NamedTuple):
    """What stands on a form with one field."""

    title: str
    label: str
    hint: str


class FieldModal(GuardedModal):
    """A form with one field for those who set up the shop; nothing here keeps what is entered."""

    def __init__(
        self,
        gate: PermissionGuard,
        user_id: int,
        text: FormText,
        submit: OnChoice,
        *,
        required: bool = True,
    ) -> None:
        super().__init__(gate, user_id, title=text.title)
        self._submit = submit
        self.field: discord.ui.TextInput[FieldModal] = discord.ui.TextInput(
            placeholder=text.hint, max_length=512, required=required
        )
        self.add_item(discord.ui.Label(text=text.label, component=self.field))

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        """Let the one who asked through, while they may still set up the shop."""
        return await super().interaction_check(interaction) and await admit_admin(
            interaction, self.gate
        )

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Hand on what was entered."""
        await self._submit(interaction, self.field.value.strip())

"""The button under a reminder with which a buyer wants no more of them."""

from __future__ import annotations

import re
from typing import Any

import discord
from redbot.core.i18n import set_contextual_locales_from_guild

from ..domain.account import AccountKey
from ..fulfilment.reminding import Reminding
from ..i18n import _
from .gate import Gate, say

_TEMPLATE = re.compile(r"shoppex:reminders:(?P<guild_id>[0-9]{1,20})")


def reminder_buttons(guild_id: int) -> discord.ui.View:
    """What stands under a reminder."""
    view = discord.ui.View(timeout=None)
    view.add_item(_button(guild_id))
    return view


def reminder_button(gate: Gate, reminding: Reminding) -> type[discord.ui.DynamicItem[Any]]:
    """The button that switches reminders off, and on again, for whoever presses it.

    It outlives restarts, because all it needs stands in its id.
    """

    class ReminderButton(
        discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=_TEMPLATE
    ):
        def __init__(self, guild_id: int) -> None:
            super().__init__(_button(guild_id))
            self._guild_id = guild_id

        @classmethod
        async def from_custom_id(
            cls,
            _interaction: discord.Interaction[Any],
            _item: discord.ui.Item[Any],
            match: re.Match[str],
            /,
        ) -> ReminderButton:
            return cls(int(match["guild_id"]))

        async def callback(self, interaction: discord.Interaction[Any]) -> None:
            guild = gate.bot.get_guild(self._guild_id)
            await set_contextual_locales_from_guild(gate.bot, guild)
            key = AccountKey(self._guild_id, interaction.user.id)
            if await reminding.toggle(key):
                text = _("You are reminded again of what renews or ends in this server.")
            else:
                text = _(
                    "You get no more reminders from this server. Press the button once more to "
                    "have them again."
                )
            await say(interaction, text)

    return ReminderButton


def _button(guild_id: int) -> discord.ui.Button[discord.ui.View]:
    return discord.ui.Button(
        label=_("No more reminders"), custom_id=f"shoppex:reminders:{guild_id}"
    )

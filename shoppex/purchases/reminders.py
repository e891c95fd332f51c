"""Opt-out button under a reminder."""

from __future__ import annotations

import re
from typing import Any

import discord

from ..domain.account import AccountKey
from ..fulfilment.reconcile.reminder_choice import ReminderChoice
from ..i18n import _
from ..ui.permissions import PermissionGuard, say
from ..ui.persistent_buttons import lasting_button

_TEMPLATE = re.compile(r"shoppex:reminders:(?P<guild>[0-9]{1,20})")


def reminder_buttons(guild_id: int) -> discord.ui.View:
    """What stands under a reminder."""
    view = discord.ui.View(timeout=None)
    view.add_item(_button(guild_id))
    return view


def reminder_button(
    gate: PermissionGuard, reminding: ReminderChoice
) -> type[discord.ui.DynamicItem[Any]]:
    """The button that switches reminders off, and on again, for whoever presses it."""

    async def press(interaction: discord.Interaction[Any], match: re.Match[str]) -> None:
        if await reminding.toggle(AccountKey(int(match["guild"]), interaction.user.id)):
            text = _("You are reminded again of what renews or ends in this server.")
        else:
            text = _(
                "You get no more reminders from this server. Press the button once more to "
                "have them again."
            )
        await say(interaction, text)

    return lasting_button(gate, _TEMPLATE, press)


def _button(guild_id: int) -> discord.ui.Button[discord.ui.View]:
    custom_id = f"shoppex:reminders:{guild_id}"
    return discord.ui.Button(label=_("No more reminders"), custom_id=custom_id)

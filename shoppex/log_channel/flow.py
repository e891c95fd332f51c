"""Log channel messages, and the buttons below them."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

import discord

from ..domain.account import AccountKey, Order
from ..domain.event import ShopEvent
from ..domain.short_names import owned_name, short_name
from ..i18n import _
from ..ui.permissions import PermissionGuard
from ..ui.persistent_buttons import staff_button
from ..ui.staff_channel import StaffChannel
from .event_batch import EventBatch
from .texts import digest_embed, entry_embed

_TEMPLATE = re.compile(
    r"shoppex:(?:order:(?P<order>[A-Za-z0-9_.-]{1,60})|member:(?P<user>[0-9]{1,20}))"
    r":(?P<guild>[0-9]{1,20}):[0-9]"
)
# Each has a row of buttons, and a message has room for so many.
_ONE_BY_ONE = 5

ShowOrder = Callable[[discord.Interaction[Any], int, str], Awaitable[None]]
"""Shows staff, privately, the order of that name in that server."""
ShowMember = Callable[[discord.Interaction[Any], int, int], Awaitable[None]]
"""Shows staff, privately, what that user has from that server's shop."""


class LogChannelFlow:
    """Writes what happened into the log channel: a few things each by itself, many in one."""

    def __init__(self, room: StaffChannel) -> None:
        self._room = room

    async def tell(self, channel: discord.TextChannel, batch: EventBatch) -> None:
        """Write down everything in ``batch``, in one message.

        Raises
        ------
        Any of `REQUEST_ERRORS`
            When Discord did not take it.
        """
        await self._room.speak(channel.guild)
        entries = batch.entries()
        if batch.folded or len(entries) > _ONE_BY_ONE:
            await self._room.write(channel, [digest_embed(batch)])
            return
        view = discord.ui.View(timeout=None)
        embeds = []
        for row, entry in enumerate(entries):
            number = row + 1 if len(entries) > 1 else None
            embeds.append(entry_embed(entry, number))
            for button in _buttons(entry[0].what, row, number):
                view.add_item(button)
        await self._room.write(channel, embeds, view)


def journal_button(
    gate: PermissionGuard, show_order: ShowOrder, show_member: ShowMember
) -> type[discord.ui.DynamicItem[Any]]:
    """The buttons that show staff the order, or the member, that an entry is about."""

    async def press(interaction: discord.Interaction[Any], match: re.Match[str]) -> None:
        guild_id = int(match["guild"])
        if match["order"] is not None:
            await show_order(interaction, guild_id, match["order"])
        else:
            await show_member(interaction, guild_id, int(match["user"]))

    return staff_button(gate, _TEMPLATE, press)


def matter_buttons(
    key: AccountKey, number: str, label: str
) -> list[discord.ui.Button[discord.ui.View]]:
    """The buttons that show a purchase by its number, and who it is of."""
    labels = {
        f"shoppex:order:{number}:{key.guild_id}:0": label,
        f"shoppex:member:{key.user_id}:{key.guild_id}:0": _("Member"),
    }
    return [
        discord.ui.Button(label=text, custom_id=custom_id)
        for custom_id, text in labels.items()
        if _TEMPLATE.fullmatch(custom_id)
    ]


def order_buttons(key: AccountKey, order: Order) -> list[discord.ui.Button[discord.ui.View]]:
    """The same for an order, whose number must not stand where others can read it."""
    return matter_buttons(key, owned_name(key.user_id, order.short_name), _("Order"))


def _buttons(
    what: ShopEvent, row: int, number: int | None
) -> list[discord.ui.Button[discord.ui.View]]:
    labels = {}
    # Several entries may be about one order or one member, but no id may come twice in a message.
    place = f"{what.key.guild_id}:{row}"
    # What a test bought is forgotten by the time that anybody could look.
    if what.order is not None and not what.test:
        word = owned_name(what.key.user_id, short_name(what.order))
        labels[f"shoppex:order:{word}:{place}"] = _("Order")
    if what.key.user_id:
        labels[f"shoppex:member:{what.key.user_id}:{place}"] = _("Member")
    return [
        discord.ui.Button(
            label=label if number is None else f"{label} {number}", custom_id=custom_id, row=row
        )
        for custom_id, label in labels.items()
        # An order whose id is none of Shoppex's making has no button.
        if _TEMPLATE.fullmatch(custom_id)
    ]

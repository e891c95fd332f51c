"""Alerts to staff about paid orders that wait for them, and the button to retry."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import discord

from ..discord_limits import BODY
from ..formatting import plain, shorten
from ..fulfilment.engine.engine import Engine
from ..fulfilment.entitlement.staff_causes import MUTE, ORDER_MATTERS, Cause
from ..fulfilment.entitlement.subscription_concerns import CONCERNS
from ..fulfilment.intake.payment_checks import HOLDS
from ..i18n import _
from ..log_channel.flow import matter_buttons, order_buttons
from ..store.ledger import Ledger
from ..ui.permissions import PermissionGuard, say
from ..ui.persistent_buttons import staff_button
from ..ui.reason_text import brake_sentences, cause_line
from ..ui.staff_channel import StaffChannel
from .held_order import held_embed, held_view
from .order_alert import order_matter_embed
from .subscription_alert import concern_embed

# Each is a message; more at once are told in one.
_MOST_HELD = 25
_MOST_CONCERNS = 5
_MOST_MATTERS = 5
_TEMPLATE = re.compile(r"shoppex:retry:(?P<guild>[0-9]{1,20})")


class StaffAlertFlow:
    """Tells staff of causes, each with the button that tries again."""

    def __init__(self, room: StaffChannel, ledger: Ledger) -> None:
        self._room = room
        self._ledger = ledger

    async def tell(self, guild: discord.Guild, causes: Mapping[Cause, int]) -> None:
        """Show causes, with how many deliveries wait for each.

        Raises
        ------
        discord.HTTPException
            When Discord did not take it.
        """
        await self._room.speak(guild)
        held = [cause for cause in causes if cause.reason in HOLDS][:_MOST_HELD]
        for cause in held:
            await self._tell_held(guild, cause.order)
        concerns = [cause for cause in causes if cause.reason in CONCERNS][:_MOST_CONCERNS]
        for cause in concerns:
            await self._tell_concern(guild, cause)
        matters = [cause for cause in causes if cause.reason in ORDER_MATTERS][:_MOST_MATTERS]
        for cause in matters:
            await self._tell_matter(guild, cause)
        told = {*held, *concerns, *matters}
        others = {cause: count for cause, count in causes.items() if cause not in told}
        if others:
            view = discord.ui.View(timeout=None)
            view.add_item(_button(guild.id))
            await self._room.send(guild, alarm_embed(guild, others), view)

    async def _tell_held(self, guild: discord.Guild, uniqid: str) -> None:
        place = self._ledger.locate(uniqid)
        order = None if place is None else self._ledger.get(place[0]).orders.get(place[1])
        if place is not None and order is not None:
            view = held_view(place[0], order)
            await self._room.send(guild, held_embed(guild, place[0], order), view)

    async def _tell_matter(self, guild: discord.Guild, cause: Cause) -> None:
        place = self._ledger.locate(cause.order)
        order = None if place is None else self._ledger.get(place[0]).orders.get(place[1])
        if place is not None and order is not None:
            view = discord.ui.View(timeout=None)
            for button in order_buttons(place[0], order):
                view.add_item(button)
            embed = order_matter_embed(guild, place[0], order, cause.reason)
            await self._room.send(guild, embed, view)

    async def _tell_concern(self, guild: discord.Guild, cause: Cause) -> None:
        found = self._ledger.locate_subscription(cause.order)
        if found is not None:
            key, subscription = found
            embed = concern_embed(guild, self._ledger.get(key), subscription, cause.reason)
            view = discord.ui.View(timeout=None)
            for button in matter_buttons(key, subscription.id, _("Subscription")):
                view.add_item(button)
            await self._room.send(guild, embed, view)


def retry_button(gate: PermissionGuard, engine: Engine) -> type[discord.ui.DynamicItem[Any]]:
    """The button that tries again everything that waits for the staff of a server."""

    async def press(interaction: discord.Interaction[Any], match: re.Match[str]) -> None:
        engine.wake(int(match["guild"]))
        await say(
            interaction,
            _(
                "I am trying again now. What still cannot be delivered goes on waiting; see "
                "`/shoppex waiting`."
            ),
        )

    return staff_button(gate, _TEMPLATE, press)


def _button(guild_id: int) -> discord.ui.Button[discord.ui.View]:
    return discord.ui.Button(
        label=_("Try again now"),
        custom_id=f"shoppex:retry:{guild_id}",
        style=discord.ButtonStyle.primary,
    )


def alarm_embed(guild: discord.Guild, causes: Mapping[Cause, int]) -> discord.Embed:
    """What waits, why, and how to mend it."""
    lines = [cause_line(cause, count) for cause, count in causes.items()]
    embed = discord.Embed(
        title=_title(causes),
        description=shorten("\n".join(lines), BODY),
    )
    embed.add_field(
        name=_("What happens next"),
        value=_(
            "Nothing is lost. As soon as it is mended, everything is delivered by itself; the "
            "button tries at once. You are told once, and `/shoppex waiting` always says how "
            "things stand."
        ),
        inline=False,
    )
    embed.set_footer(text=plain(guild.name))
    return embed


def _title(causes: Mapping[Cause, int]) -> str:
    reasons = {cause.reason for cause in causes}
    if reasons == {MUTE}:
        return _("I cannot write into the log channel")
    if reasons <= {MUTE, "secret_doubtful", *brake_sentences(), *CONCERNS}:
        return _("What waits for you")
    return _("Paid orders are waiting for you")

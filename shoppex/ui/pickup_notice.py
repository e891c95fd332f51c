"""Notices to buyers with closed direct messages, of where to fetch what they bought."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

import discord

from ..bounded_dict import BoundedDict
from ..domain.account import AccountKey, Order
from ..domain.short_names import button_name
from ..fulfilment.engine.discord_budget import Budget
from ..i18n import _
from .base_views import GuardedView

PICKUP_BUTTON = re.compile(
    r"shoppex:open:(?P<guild>[0-9]{1,20}):(?P<user>[0-9]{1,20}):(?P<order>[0-9a-f]{16})"
)
"""The id of the button below such a notice."""

# https://discord.com/developers/docs/interactions/receiving-and-responding#followup-messages:
# a token is valid for 15 minutes.
_TOKEN_LIVES = timedelta(minutes=14)
_MOST_MESSAGES = 2000


class _Shown(NamedTuple):
    view: GuardedView
    until: datetime


class PickupNotices:
    """The private messages of purchases, for as long as they can be edited, and a channel.

    What is needed to edit them is kept in memory only.
    """

    def __init__(self, budget: Budget, clock: Callable[[], datetime]) -> None:
        self._budget = budget
        self._clock = clock
        self._shown = BoundedDict[tuple[AccountKey, str], _Shown](_MOST_MESSAGES)

    def remember(self, key: AccountKey, nonce: str, view: GuardedView) -> None:
        """The buyer was shown an order in the message of this view."""
        now = self._clock()
        self._shown[key, nonce] = _Shown(view, now + _TOKEN_LIVES)
        for place, shown in tuple(self._shown.items()):
            if shown.until > now:
                break
            del self._shown[place]

    def forget(self, user_id: int) -> None:
        """Drop what is remembered of a user."""
        for key, nonce in [place for place in self._shown if place[0].user_id == user_id]:
            del self._shown[key, nonce]

    async def leave_at_purchase(self, key: AccountKey, order: Order) -> bool:
        """Put a button into the private message of the purchase; whether it still could be."""
        shown = self._shown.pop((key, order.nonce), None)
        if shown is None or shown.until <= self._clock() or shown.view.message is None:
            return False
        # Its time-out would take the new button away.
        shown.view.stop()
        text = _(
            "Your purchase is here, but your direct messages are closed. Press the button to see "
            "it. `/purchases` has it, too."
        )
        view = _view(key, order)
        try:
            await shown.view.message.edit(content=text, embed=None, view=view)
        except discord.HTTPException:
            return False
        finally:
            view.stop()
        return True

    async def leave_in_channel(
        self, channel: discord.TextChannel, key: AccountKey, order: Order
    ) -> None:
        """Post a notice with a button for the buyer alone, and nothing of the order.

        Raises
        ------
        Any of `REQUEST_ERRORS`
            When Discord did not take it.
        """
        text = _(
            "<@{user}>, something is waiting for you, and your direct messages are closed. Press "
            "the button: only you will see what comes."
        ).format(user=key.user_id)
        view = _view(key, order)
        pinged = discord.AllowedMentions(users=[discord.Object(key.user_id)])
        try:
            await self._budget.request(
                lambda: channel.send(text, view=view, allowed_mentions=pinged)
            )
        finally:
            view.stop()


def _view(key: AccountKey, order: Order) -> discord.ui.View:
    view = discord.ui.View(timeout=None)
    view.add_item(_button(key, button_name(order.nonce)))
    return view


def _button(key: AccountKey, name: str) -> discord.ui.Button[discord.ui.View]:
    return discord.ui.Button(
        label=_("Show what I bought"),
        custom_id=f"shoppex:open:{key.guild_id}:{key.user_id}:{name}",
        style=discord.ButtonStyle.primary,
    )

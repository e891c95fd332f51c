"""What staff see of an order, or of a member, at a glance."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import discord

from ..customer.pages import matters_of, standing
from ..domain.account import AccountKey
from ..i18n import _
from ..store.ledger import Ledger
from ..store.settings import Settings
from ..text import shorten
from .gate import say
from .purchase_text import list_line

_MESSAGE = 2000


class Glance:
    """Shows lines, privately."""

    def __init__(self, ledger: Ledger, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._settings = settings
        self._clock = clock

    async def show_order(
        self, interaction: discord.Interaction[Any], guild_id: int, uniqid: str
    ) -> None:
        """Show whose an order is, and how it stands."""
        place = self._ledger.locate(uniqid)
        if place is None or place[0].guild_id != guild_id:
            await say(interaction, _("The bot does not know this order any more."))
            return
        await say(interaction, "\n".join(self._lines(place[0], uniqid)))

    async def show_member(
        self, interaction: discord.Interaction[Any], guild_id: int, user_id: int
    ) -> None:
        """Show what somebody has bought."""
        lines = self._lines(AccountKey(guild_id, user_id))
        await say(interaction, shorten("\n".join(lines), _MESSAGE))

    def _lines(self, key: AccountKey, uniqid: str | None = None) -> list[str]:
        account = self._ledger.get(key)
        order = None if uniqid is None else account.order_of(uniqid)
        terms, now = self._settings.guild(key.guild_id).terms(), self._clock()
        matters = matters_of(account) if order is None else [order]
        lines = [list_line(each, standing(account, each, terms, now)) for each in matters]
        return [f"<@{key.user_id}>", *lines]

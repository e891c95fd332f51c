"""The buttons with which staff decide whether a buyer gets another key."""

from __future__ import annotations

import contextlib
import re
from functools import partial
from typing import Any

import discord
from redbot.core.bot import Red

from ..domain.account import AccountKey, OfferKind, Order
from ..domain.short_names import button_name
from ..errors import Refusal
from ..formatting import plain
from ..fulfilment.engine.discord_budget import Budget
from ..fulfilment.engine.failures import REQUEST_ERRORS
from ..i18n import _
from ..store.errors import StoreUnavailable
from ..ui.common_text import not_saved
from ..ui.permissions import PermissionGuard
from ..ui.persistent_buttons import close_decided, staff_button
from .errors import NothingYet, NotTheirs
from .replacements import Replacements
from .texts import customer_sentence

_TEMPLATE = re.compile(
    r"shoppex:replace:(?P<choice>yes|no):(?P<guild>[0-9]{1,20}):(?P<user>[0-9]{1,20}):"
    r"(?P<order>[0-9a-f]{16})"
)


def replacement_view(key: AccountKey, order: Order) -> discord.ui.View:
    """What stands under a buyer's wish."""
    view = discord.ui.View(timeout=None)
    for choice in ("yes", "no"):
        view.add_item(_button(choice, key, button_name(order.nonce)))
    return view


def how_to_replace(order: Order) -> str:
    """What staff do to give another key."""
    if order.kind is OfferKind.ITEM:
        return _("Press “Approve”: another key is taken out of the pool and sent to the buyer.")
    return _(
        "Press “Approve”: Shoppex gives out another key, and it is sent to the buyer. To choose "
        "the key yourself, first open the order at Shoppex → Replace; the button “Order” shows "
        "its number."
    )


class ReplacementDecisions:
    """Does what staff press, and tells everybody who has to know."""

    def __init__(self, bot: Red, replacements: Replacements, budget: Budget) -> None:
        self._bot = bot
        self._replacements = replacements
        self._budget = budget

    async def decide(
        self, interaction: discord.Interaction[Any], key: AccountKey, name: str, *, approve: bool
    ) -> None:
        """Approve or refuse."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            done = await self._done(key, name, approve=approve)
        except NothingYet:
            await interaction.followup.send(_nothing_new(), ephemeral=True)
        except Refusal as refusal:
            await interaction.followup.send(customer_sentence(refusal), ephemeral=True)
        except StoreUnavailable:
            await interaction.followup.send(not_saved(), ephemeral=True)
        else:
            await interaction.followup.send(done, ephemeral=True)
            await close_decided(interaction, done)
            if not approve:
                await self._tell_buyer(key)

    async def _done(self, key: AccountKey, name: str, *, approve: bool) -> str:
        nonce = self._replacements.find(key, name)
        if nonce is None:
            raise NotTheirs
        if approve:
            await self._replacements.approve(key, nonce)
            return _("✅ Approved. The new key is sent to the buyer.")
        await self._replacements.refuse(key, nonce)
        return _("❌ Refused. The buyer is told.")

    async def _tell_buyer(self, key: AccountKey) -> None:
        guild = self._bot.get_guild(key.guild_id)
        member = None if guild is None else guild.get_member(key.user_id)
        if guild is None or member is None:
            return
        text = _(
            "The staff of **{server}** looked at your wish for another key and refused it. Ask "
            "them if you want to know why."
        ).format(server=plain(guild.name))
        # `/purchases` says the same to those whose messages are closed.
        with contextlib.suppress(*REQUEST_ERRORS):
            channel = member.dm_channel
            if channel is None:
                channel = await self._budget.open_dm(member.guild.id, member.create_dm)
            await self._budget.request(partial(channel.send, text))


def replacement_button(
    gate: PermissionGuard, decisions: ReplacementDecisions
) -> type[discord.ui.DynamicItem[Any]]:
    """Approve or refuse, for staff only."""

    async def press(interaction: discord.Interaction[Any], match: re.Match[str]) -> None:
        key = AccountKey(int(match["guild"]), int(match["user"]))
        await decisions.decide(interaction, key, match["order"], approve=match["choice"] == "yes")

    return staff_button(gate, _TEMPLATE, press)


def _nothing_new() -> str:
    return _(
        "Shoppex shows no new key for this order yet, so nothing was sent. At Shoppex, open "
        "Orders → the order → Replace, then press “Approve” once more."
    )


def _button(choice: str, key: AccountKey, name: str) -> discord.ui.Button[discord.ui.View]:
    approves = choice == "yes"
    return discord.ui.Button(
        label=_("Approve") if approves else _("Refuse"),
        custom_id=f"shoppex:replace:{choice}:{key.guild_id}:{key.user_id}:{name}",
        style=discord.ButtonStyle.success if approves else discord.ButtonStyle.danger,
    )

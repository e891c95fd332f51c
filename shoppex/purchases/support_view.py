"""Support form for a buyer who is not content, and what reaches staff of it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

import discord
from redbot.core.bot import Red

from ..discord_limits import BODY
from ..domain.account import Order
from ..errors import Refusal
from ..formatting import format_money, plain, shorten
from ..fulfilment.engine.failures import REQUEST_ERRORS
from ..i18n import _
from ..log_channel.flow import order_buttons
from ..rate_limit import SlidingWindow
from ..store.errors import StoreUnavailable
from ..store.ledger import Ledger
from ..store.settings import Settings
from ..ui.common_text import not_saved
from ..ui.permissions import PermissionGuard
from ..ui.staff_channel import StaffChannel
from ..ui.text_modal import TextModal
from .errors import NotTheirs
from .flow import key_of
from .replacement_views import how_to_replace, replacement_view
from .replacements import Replacements
from .status import standing
from .support import redact
from .texts import customer_sentence, stage_text

log = logging.getLogger("red.shoppex.shoppex.purchases.support_view")

_REPORTS_AT_ONCE = 3
_REPORTS_WITHIN = timedelta(hours=1)


class SupportFlow:
    """Takes what buyers have to say about an order to its staff."""

    def __init__(
        self,
        gate: PermissionGuard,
        settings: Settings,
        ledger: Ledger,
        room: StaffChannel,
        replacements: Replacements,
        clock: Callable[[], datetime],
    ) -> None:
        self._gate = gate
        self._settings = settings
        self._ledger = ledger
        self._room = room
        self._replacements = replacements
        self._clock = clock
        self._pace = SlidingWindow(_REPORTS_AT_ONCE, _REPORTS_WITHIN)

    async def ask_report(self, interaction: discord.Interaction[Red], nonce: str) -> None:
        """Ask what is wrong with an order."""

        async def submit(answer: discord.Interaction[Red], text: str) -> None:
            await self._report(answer, nonce, text)

        await interaction.response.send_modal(
            TextModal(
                self._gate,
                interaction.user.id,
                title=_("Something is wrong"),
                label=_("What is wrong?"),
                description=_("The server's staff read this. Do not put your key into it."),
                submit=submit,
            )
        )

    async def _report(self, interaction: discord.Interaction[Red], nonce: str, text: str) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            order = self.order(interaction, nonce)
            self._pace.take(key_of(interaction), self._clock())
        except Refusal as refusal:
            await interaction.edit_original_response(content=customer_sentence(refusal))
            return
        told = await self.tell_staff(
            interaction, order, text, _("A buyer says that something is wrong")
        )
        if told:
            answer = _(
                "The server's staff were told, with your order's number. They will write to you."
            )
        else:
            answer = cannot_tell(order)
        await interaction.edit_original_response(content=answer)

    async def ask_replacement(self, interaction: discord.Interaction[Red], nonce: str) -> None:
        """Ask why a key is to be replaced."""

        async def submit(answer: discord.Interaction[Red], text: str) -> None:
            await self._replace(answer, nonce, text)

        await interaction.response.send_modal(
            TextModal(
                self._gate,
                interaction.user.id,
                title=_("Another key"),
                label=_("What is wrong with the key?"),
                description=_("The server's staff read this. Do not put your key into it."),
                submit=submit,
            )
        )

    async def _replace(self, interaction: discord.Interaction[Red], nonce: str, text: str) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        key = key_of(interaction)
        try:
            self.order(interaction, nonce)
            self._pace.take(key, self._clock())
            order = await self._replacements.ask(key, nonce)
            view = replacement_view(key, order)
            how = how_to_replace(order)
            title = _("A buyer asks for another key")
            if await self.tell_staff(interaction, order, text, title, view, how):
                answer = _(
                    "The server's staff were told. If they agree, the new key is sent to you; "
                    "`/purchases` shows what they decide."
                )
            else:
                await self._replacements.take_back(key, nonce)
                answer = cannot_tell(order)
        except Refusal as refusal:
            answer = customer_sentence(refusal)
        except StoreUnavailable:
            answer = not_saved()
        await interaction.edit_original_response(content=answer)

    def order(self, interaction: discord.Interaction[Red], nonce: str) -> Order:
        """The member's order.

        Raises
        ------
        NotTheirs
            When there is none.
        """
        order = self._ledger.get(key_of(interaction)).orders.get(nonce)
        if order is None:
            raise NotTheirs
        return order

    async def tell_staff(
        self,
        interaction: discord.Interaction[Red],
        order: Order,
        text: str,
        title: str,
        view: discord.ui.View | None = None,
        how: str | None = None,
    ) -> bool:
        """Send a buyer's words to staff; whether that worked.

        Parameters
        ----------
        how
            What staff can do.
        """
        guild = interaction.guild
        if guild is None:
            return False
        account = self._ledger.get(key_of(interaction))
        terms = self._settings.guild(guild.id).terms()
        await self._room.speak(guild)
        embed = discord.Embed(title=title, description=shorten(_quoted(redact(text, order)), BODY))
        embed.add_field(name=_("Member"), value=interaction.user.mention)
        embed.add_field(name=_("Order"), value=f"`{order.short_name}`")
        embed.add_field(name=_("Bought"), value=plain(order.describe()))
        stage = standing(account, order, terms, self._clock()).stage
        embed.add_field(name=_("State"), value=stage_text(stage))
        if order.total is not None:
            embed.add_field(name=_("Total"), value=format_money(order.total))
        if how is not None:
            embed.add_field(name=_("What you can do"), value=how, inline=False)
        embed.set_footer(text=plain(guild.name))
        view = discord.ui.View(timeout=None) if view is None else view
        for button in order_buttons(key_of(interaction), order):
            view.add_item(button)
        try:
            await self._room.send(guild, embed, view)
        except REQUEST_ERRORS as error:
            log.warning("Staff of guild %s could not be told: %s", guild.id, type(error).__name__)
            return False
        return True


def cannot_tell(order: Order) -> str:
    """The sentence for a buyer whose words did not reach staff."""
    return _(
        "The server's staff cannot be reached by the bot right now. Write to them yourself, and "
        "name the order {id}."
    ).format(id=f"`{order.uniqid}`")


def _quoted(text: str) -> str:
    return "\n".join(f"> {plain(line, 500)}" for line in text.splitlines() if line.strip())

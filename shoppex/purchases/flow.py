"""`/purchases`: what a member has bought, page by page. Everything here is private."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Protocol

import discord
from redbot.core.bot import Red

from ..checkout.invoice_view import invoice_embed
from ..checkout.service import Checkout
from ..checkout.texts import refusal_sentence
from ..discord_limits import LABEL
from ..domain.account import AccountKey, Order, Replacement
from ..domain.subscription import Subscription
from ..errors import NotSetUp, Refusal
from ..formatting import shorten
from ..fulfilment.entitlement.claims import plan_roles, roles_of
from ..i18n import _
from ..store.ledger import Ledger
from ..store.settings import Settings
from ..ui.base_views import GuardedView
from ..ui.components import ChoiceMenu, PressButton
from ..ui.pager import Pager
from ..ui.permissions import PermissionGuard, say
from ..ui.responses import show
from .errors import NotTheirs
from .goods_view import show_goods
from .key_delivery import KeyDelivery
from .status import PurchaseStage, can_open, matters_of, periods_of, standing
from .texts import (
    customer_sentence,
    list_embed,
    list_line,
    matter_embed,
    receipt_embed,
    stage_text,
    title_of,
)

# https://discord.com/developers/docs/components/reference#button: `url`.
_LONGEST_BUTTON_URL = 512


class SupportDesk(Protocol):
    """Who is called when a buyer is not content."""

    async def ask_report(self, interaction: discord.Interaction[Red], nonce: str) -> None:
        """Ask what is wrong with an order."""

    async def ask_replacement(self, interaction: discord.Interaction[Red], nonce: str) -> None:
        """Ask why a key is to be replaced."""


class PurchaseFlow:
    """Shows members what they have bought; keeps nothing between them."""

    def __init__(
        self,
        gate: PermissionGuard,
        settings: Settings,
        ledger: Ledger,
        keys: KeyDelivery,
        checkout: Checkout,
        support: SupportDesk,
        clock: Callable[[], datetime],
    ) -> None:
        self.gate = gate
        self._settings = settings
        self._ledger = ledger
        self._keys = keys
        self._checkout = checkout
        self.support = support
        self._clock = clock

    async def serve(self, interaction: discord.Interaction[Red]) -> None:
        """Answer `/purchases`."""
        try:
            await self.show_list(interaction)
        except Refusal as refusal:
            await say(interaction, customer_sentence(refusal))

    async def show_list(
        self,
        interaction: discord.Interaction[Red],
        start: int = 0,
        subscription_id: str | None = None,
    ) -> None:
        """A page of everything, or of what paid for one subscription."""
        key = key_of(interaction)
        if not self._ledger.is_readable(key):
            await say(
                interaction,
                _(
                    "Your purchases cannot be read at the moment: something is wrong where the "
                    "bot keeps them. Your roles stay as they are. The bot's owner has been told; "
                    "please look again later."
                ),
            )
            return
        account = self._ledger.get(key)
        terms, now = self._settings.guild(key.guild_id).terms(), self._clock()
        subscription = account.subscriptions.get(subscription_id or "")
        matters: list[Order | Subscription] = (
            matters_of(account) if subscription is None else [*periods_of(account, subscription)]
        )
        pager = Pager(start, len(matters))
        page = pager.cut(matters)
        standings = [standing(account, matter, terms, now) for matter in page]
        title = _("Your purchases") if subscription is None else _("Payments for it")
        embed = list_embed(
            title,
            [list_line(matter, s) for matter, s in zip(page, standings, strict=True)],
            pager.number,
            pager.pages,
            await self.gate.colour(interaction),
        )
        options = [
            discord.SelectOption(
                label=shorten(title_of(matter) or "…", LABEL),
                value=str(number),
                description=shorten(stage_text(s.stage), LABEL),
            )
            for number, (matter, s) in enumerate(zip(page, standings, strict=True))
        ]
        view = ListView(self, key.user_id, page, options, pager, subscription_id)
        await show(interaction, embed, view)

    async def show_matter(
        self, interaction: discord.Interaction[Red], matter: Order | Subscription
    ) -> None:
        """One purchase, as it stands now."""
        key = key_of(interaction)
        account = self._ledger.get(key)
        terms = self._settings.guild(key.guild_id).terms()
        current = (
            account.orders.get(matter.nonce)
            if isinstance(matter, Order)
            else account.subscriptions.get(matter.id)
        )
        if current is None:
            await self.show_list(interaction)
            return
        roles = (
            roles_of(current, terms) if isinstance(current, Order) else plan_roles(current, terms)
        )
        stands = standing(account, current, terms, self._clock())
        colour = await self.gate.colour(interaction)
        embed = matter_embed(current, stands, roles, interaction.guild, colour)
        view: GuardedView
        if isinstance(current, Order):
            view = OrderView(self, key.user_id, current, stands.stage)
        else:
            view = SubscriptionView(self, key.user_id, current)
        await show(interaction, embed, view)

    async def open(self, interaction: discord.Interaction[Red], nonce: str) -> None:
        """Show the goods of an order to its owner."""
        await show_goods(interaction, self._keys, key_of(interaction), nonce)

    async def resume(self, interaction: discord.Interaction[Red], nonce: str) -> None:
        """The link of an unpaid order again."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            purchase = await self._checkout.resume(key_of(interaction), nonce)
        except Refusal as refusal:
            await interaction.edit_original_response(content=refusal_sentence(refusal))
            return
        if purchase is None:
            await interaction.edit_original_response(
                content=_("This order can no longer be paid. Use `/buy` to order it again.")
            )
            return
        embed = invoice_embed(
            purchase, interaction.guild, interaction.user, await self.gate.colour(interaction)
        )
        url = purchase.order.url
        view = discord.ui.View()
        if url is not None and len(url) <= _LONGEST_BUTTON_URL:
            view.add_item(discord.ui.Button(label=_("Pay now"), url=url))
        await interaction.edit_original_response(embed=embed, view=view)
        view.stop()

    async def show_receipt(self, interaction: discord.Interaction[Red], nonce: str) -> None:
        """What was paid for an order."""
        key = key_of(interaction)
        order = self._ledger.get(key).orders.get(nonce)
        if order is None:
            await say(interaction, customer_sentence(NotTheirs()))
            return
        shop = self._settings.guild(key.guild_id)
        embed = receipt_embed(order, shop.shop_name, await self.gate.colour(interaction))
        await interaction.response.send_message(embed=embed, ephemeral=True)


class ListView(GuardedView):
    """A menu of purchases, and buttons to turn pages.

    Parameters
    ----------
    subscription_id
        Whose payments these are; ``None`` for the list of everything.
    """

    def __init__(
        self,
        flow: PurchaseFlow,
        user_id: int,
        page: Sequence[Order | Subscription],
        options: list[discord.SelectOption],
        pager: Pager,
        subscription_id: str | None,
    ) -> None:
        super().__init__(flow.gate, user_id)
        self._flow = flow
        self._page = page
        if options:
            self.add_item(ChoiceMenu(_("Choose one to see more"), options, self._choose))
        turn = partial(flow.show_list, subscription_id=subscription_id)
        for button in pager.buttons(_("Newer"), _("Older"), turn):
            self.add_item(button)
        if subscription_id is not None:
            self.add_item(PressButton(_("All purchases"), flow.show_list, ends=True))

    async def _choose(self, interaction: discord.Interaction[Red], number: str) -> None:
        await self._flow.show_matter(interaction, self._page[int(number)])
        self.stop()


class SubscriptionView(GuardedView):
    """What can be done with a subscription."""

    def __init__(self, flow: PurchaseFlow, user_id: int, subscription: Subscription) -> None:
        super().__init__(flow.gate, user_id)
        payments = partial(flow.show_list, subscription_id=subscription.id)
        self.add_item(PressButton(_("Payments and keys"), payments, ends=True))
        self.add_item(PressButton(_("All purchases"), flow.show_list, ends=True))


class OrderView(GuardedView):
    """What can be done with an order."""

    def __init__(
        self, flow: PurchaseFlow, user_id: int, order: Order, stage: PurchaseStage
    ) -> None:
        super().__init__(flow.gate, user_id)
        nonce, primary = order.nonce, discord.ButtonStyle.primary
        if can_open(order):
            show_goods = partial(flow.open, nonce=nonce)
            self.add_item(PressButton(_("Show what I bought"), show_goods, style=primary))
        if stage in (PurchaseStage.UNPAID, PurchaseStage.UNDERPAID):
            resume = partial(flow.resume, nonce=nonce)
            self.add_item(PressButton(_("Continue to payment"), resume, style=primary))
        if order.paid_at is not None and order.gift is None:
            self.add_item(PressButton(_("Receipt"), partial(flow.show_receipt, nonce=nonce)))
        if order.entitled and order.handed and order.replacement is not Replacement.ASKED:
            replace = partial(flow.support.ask_replacement, nonce=nonce)
            self.add_item(PressButton(_("Key does not work"), replace))
        report = partial(flow.support.ask_report, nonce=nonce)
        self.add_item(PressButton(_("Something is wrong"), report))
        self.add_item(PressButton(_("All purchases"), flow.show_list, ends=True))


def key_of(interaction: discord.Interaction[Red]) -> AccountKey:
    """Whose account a click in a server is about."""
    if interaction.guild_id is None:
        raise NotSetUp
    return AccountKey(interaction.guild_id, interaction.user.id)

"""Views of `/buy`: the list of offers, the card of one offer, and the form for the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Protocol

import discord
from redbot.core.bot import Red

from ..discord_limits import BODY, FIELD, FORM_TITLE, LABEL, OPTIONS
from ..domain.account import OfferKind
from ..domain.offer import Offer
from ..domain.product import Category, OpenPrice, RequiredRole, Stock, Variant
from ..domain.text_cleaning import clean_typed
from ..errors import Refusal
from ..formatting import format_price, plain, shorten
from ..i18n import _
from ..ui.base_views import GuardedModal, GuardedView
from ..ui.components import ChoiceMenu, PressButton
from ..ui.pager import Pager
from ..ui.permissions import PermissionGuard, say
from .eligibility import find_role
from .service import Wish
from .texts import refusal_sentence

_TERMS = 700


class OfferHandler(Protocol):
    """Who is called when a buyer has chosen."""

    async def show_shelf(
        self, interaction: discord.Interaction[Red], offers: tuple[Offer, ...] | None = None
    ) -> None:
        """Show everything."""

    async def show_card(self, interaction: discord.Interaction[Red], wish: Wish) -> None:
        """Show one offer."""

    async def ask(self, interaction: discord.Interaction[Red], wish: Wish) -> None:
        """Ask for what an order needs."""

    async def ask_other_email(self, interaction: discord.Interaction[Red], wish: Wish) -> None:
        """Ask for another address."""

    async def check_payment(self, interaction: discord.Interaction[Red], nonce: str) -> None:
        """Look whether an order is paid, and say so."""

    async def place(
        self,
        interaction: discord.Interaction[Red],
        wish: Wish,
        email: str,
        *,
        remember: bool | None,
        anew: bool = False,
    ) -> None:
        """Make the order."""


class ShelfView(GuardedView):
    """A menu of everything that is for sale, 25 at a time."""

    def __init__(
        self,
        gate: PermissionGuard,
        user_id: int,
        offers: tuple[Offer, ...],
        flow: OfferHandler,
        start: int = 0,
    ) -> None:
        super().__init__(gate, user_id)
        self._offers = offers
        self._flow = flow
        pager = Pager(start, len(offers), OPTIONS)
        self.page = pager.cut(offers)
        options = [
            discord.SelectOption(
                label=shorten(offer.title, LABEL),
                value=offer.ref,
                description=shorten(offer_line(offer), LABEL),
            )
            for offer in self.page
        ]
        self.add_item(ChoiceMenu(_("What would you like to buy?"), options, self._choose))
        for button in pager.buttons(_("Back"), _("More"), self._turn):
            self.add_item(button)

    async def _turn(self, interaction: discord.Interaction[Red], start: int) -> None:
        view = ShelfView(self.gate, self.user_id, self._offers, self._flow, start)
        embed = interaction.message.embeds[0] if interaction.message else discord.Embed()
        embed.description = _list(view.page)
        await interaction.response.edit_message(embed=embed, view=view)
        view.message = self.message

    async def _choose(self, interaction: discord.Interaction[Red], ref: str) -> None:
        offer = next(offer for offer in self._offers if offer.ref == ref)
        await self._flow.show_card(interaction, Wish(offer))
        self.stop()


class CardView(GuardedView):
    """One offer: choose a variant, buy, or go back to the shelf."""

    def __init__(
        self, gate: PermissionGuard, user_id: int, wish: Wish, flow: OfferHandler
    ) -> None:
        super().__init__(gate, user_id)
        self._wish = wish
        self._flow = flow
        offer = wish.offer
        if len(offer.variants) > 1:
            options = [
                discord.SelectOption(
                    label=shorten(variant.title, LABEL),
                    value=variant.id,
                    description=shorten(variant_line(variant), LABEL),
                    default=variant.id == wish.variant_id,
                )
                for variant in offer.variants[:OPTIONS]
            ]
            self.add_item(ChoiceMenu(_("Choose a variant"), options, self._choose))
        undecided = len(offer.variants) > 1 and wish.variant_id is None
        self.add_item(
            PressButton(
                _("Sold out") if offer.sold_out() else _("Buy"),
                partial(flow.ask, wish=wish),
                style=discord.ButtonStyle.success,
                disabled=offer.sold_out() or undecided,
            )
        )
        self.add_item(PressButton(_("All products"), self._back))

    async def _choose(self, interaction: discord.Interaction[Red], variant_id: str) -> None:
        await self._flow.show_card(interaction, replace(self._wish, variant_id=variant_id))
        self.stop()

    async def _back(self, interaction: discord.Interaction[Red]) -> None:
        try:
            await self._flow.show_shelf(interaction)
            self.stop()
        except Refusal as refusal:
            await say(interaction, refusal_sentence(refusal))


class OrderModal(GuardedModal):
    """Asks for what an order needs.

    Parameters
    ----------
    email
        Already in the field when it is known.
    amount
        Whether quantity and coupon are asked for too.
    anew
        Whether an unpaid order for the same thing is left aside.
    """

    def __init__(
        self,
        gate: PermissionGuard,
        user_id: int,
        wish: Wish,
        flow: OfferHandler,
        *,
        email: str | None,
        amount: bool,
        anew: bool = False,
    ) -> None:
        super().__init__(gate, user_id, title=shorten(wish.offer.title, FORM_TITLE))
        self._wish = wish
        self._flow = flow
        self._amount = amount
        self._anew = anew
        self.email: discord.ui.TextInput[OrderModal] = discord.ui.TextInput(
            placeholder="you@example.com", default=email, min_length=3, max_length=254
        )
        self.quantity: discord.ui.TextInput[OrderModal] = discord.ui.TextInput(
            default=str(wish.quantity)[:6], max_length=6
        )
        self.coupon: discord.ui.TextInput[OrderModal] = discord.ui.TextInput(
            default=(wish.coupon or "")[:64], required=False, max_length=64
        )
        self.remember: discord.ui.Checkbox[OrderModal] = discord.ui.Checkbox(
            default=email is not None
        )
        self._add(
            _("E-mail address"),
            self.email,
            _("Shoppex sends the receipt to it. It is never shown in Discord."),
        )
        if amount:
            self._add(_("Quantity"), self.quantity)
            if wish.offer.kind is OfferKind.PRODUCT:
                self._add(_("Coupon, if you have one"), self.coupon)
        self._add(_("Remember my e-mail address here"), self.remember)

    def _add(
        self, text: str, component: discord.ui.Item[OrderModal], description: str | None = None
    ) -> None:
        self.add_item(discord.ui.Label(text=text, component=component, description=description))

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Order, with what was filled in."""
        wish = self._wish
        if self._amount:
            text = self.quantity.value.strip()
            if not (text.isascii() and text.isdigit()):
                await say(
                    interaction,
                    _("The quantity must be a whole number, such as 1. Nothing was ordered."),
                )
                return
            wish = replace(wish, quantity=int(text), coupon=clean_typed(self.coupon.value) or None)
        await self._flow.place(
            interaction,
            wish,
            self.email.value.strip(),
            remember=bool(self.remember.value),
            anew=self._anew,
        )


def shelf_embed(page: Sequence[Offer], shop_name: str, colour: discord.Colour) -> discord.Embed:
    """The list of what is for sale."""
    embed = discord.Embed(
        title=plain(shop_name) or _("For sale here"), description=_list(page), colour=colour
    )
    embed.set_footer(text=_("Only you can see this."))
    return embed


def card_embed(
    wish: Wish, interaction: discord.Interaction[Red], colour: discord.Colour
) -> discord.Embed:
    """One offer in full, with the variant that was chosen."""
    offer, guild = wish.offer, interaction.guild
    embed = discord.Embed(
        title=plain(offer.title), description=shorten(plain(offer.description, 1500), 1500)
    )
    embed.colour = colour
    if offer.variants:
        lines = [f"**{plain(v.title)}** · {variant_line(v)}" for v in offer.variants[:OPTIONS]]
        embed.add_field(name=_("Variants"), value=shorten("\n".join(lines), FIELD), inline=False)
    else:
        embed.add_field(name=_("Price"), value=_price(offer, marked_up=True))
        embed.add_field(name=_("Stock"), value=stock_text(offer.stock))
    roles = role_mentions(offer.roles, guild)
    if roles:
        embed.add_field(name=_("You get"), value=roles, inline=False)
    if offer.required_role is not None:
        embed.add_field(name=_("Only for"), value=_only_for(offer.required_role, interaction))
    add_offer_notes(embed, offer)
    if len(offer.variants) > OPTIONS:
        more = _("There are more variants: name yours with `/buy`, where all are offered.")
        embed.add_field(name="…", value=more, inline=False)
    variant = offer.variant(wish.variant_id) if wish.variant_id else None
    image = offer.image_url if variant is None else variant.image_url or offer.image_url
    if image:
        embed.set_thumbnail(url=image)
    embed.set_footer(text=_("Only you can see this."))
    return embed


def add_offer_notes(embed: discord.Embed, offer: Offer) -> None:
    """Say what a buyer has to know before paying: an open price, and the seller's terms."""
    notes = {
        OpenPrice.CHOSEN: _("You choose on the checkout page how much you pay."),
        OpenPrice.ADD_ONS: _(
            "This product needs an add-on, which you choose on the checkout page. It costs extra."
        ),
    }
    if offer.open_price is not None:
        embed.add_field(name=_("At the checkout"), value=notes[offer.open_price], inline=False)
    if offer.terms:
        embed.add_field(name=_("Terms of the seller"), value=_terms(offer.terms), inline=False)


def _terms(terms: str) -> str:
    is_link = terms.startswith(("https://", "http://")) and len(terms.split()) == 1
    text = terms if is_link else shorten(plain(terms, _TERMS), _TERMS)
    return _("By paying you accept them:") + "\n" + text


def _only_for(required: RequiredRole, interaction: discord.Interaction[Red]) -> str:
    found = find_role(interaction, required)
    if found is None:
        return _("Members with a role that Shoppex asks for before you pay.")
    role, elsewhere = found
    if not elsewhere:
        return role.mention
    return _("{role} in {server}").format(role=plain(role.name), server=plain(role.guild.name))


def _price(offer: Offer, *, marked_up: bool) -> str:
    """The price, with what it was before a discount where that can be struck through."""
    price = format_price(offer.price)
    if offer.open_price is not None:
        price = _("from {price}").format(price=price)
    if offer.former_price is None or not marked_up:
        return price
    return f"~~{format_price(offer.former_price)}~~ {price}"


def role_mentions(role_ids: tuple[int, ...], guild: discord.Guild | None) -> str:
    """The roles that still exist, as mentions."""
    if guild is None:
        return ""
    roles = [role for role_id in role_ids if (role := guild.get_role(role_id)) is not None]
    return shorten(", ".join(role.mention for role in roles), FIELD)


def offer_line(offer: Offer, *, marked_up: bool = False) -> str:
    """Price and stock in a few words.

    Parameters
    ----------
    marked_up
        Whether it stands where Discord reads Markdown.
    """
    if offer.sold_out():
        return _("sold out")
    if offer.variants:
        known = [variant.price for variant in offer.variants]
        least = min(known, key=lambda money: money.amount)
        return _("from {price}").format(price=format_price(least))
    price = _price(offer, marked_up=marked_up)
    if offer.stock.available is None or offer.stock.secret:
        return price
    return _("{price} · {count} left").format(price=price, count=offer.stock.available)


def variant_line(variant: Variant) -> str:
    """Price and stock of a variant in a few words."""
    price = format_price(variant.price)
    if variant.stock.available is None:
        return price
    if not variant.stock.covers(1):
        return _("{price} · sold out").format(price=price)
    if variant.stock.secret:
        return price
    return _("{price} · {count} left").format(price=price, count=variant.stock.available)


def stock_text(stock: Stock) -> str:
    """Stock in words."""
    if stock.available is None:
        return _("available")
    if stock.available <= 0:
        return _("sold out")
    if stock.secret:
        return _("available")
    return _("{count} left").format(count=stock.available)


def _list(page: Sequence[Offer]) -> str:
    lines = []
    several = len({offer.category and offer.category.id for offer in page}) > 1
    category: Category | None = None
    for offer in page:
        if several and offer.category != category:
            title = _("More") if offer.category is None else plain(offer.category.title)
            lines.append(f"__{title}__")
        category = offer.category
        lines.append(f"**{plain(offer.title, 100)}** · {offer_line(offer, marked_up=True)}")
    return shorten("\n".join(lines), BODY)

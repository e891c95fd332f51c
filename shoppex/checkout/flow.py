"""Flow of `/buy`, from the list of offers to the payment link. Everything here is private."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import discord
from redbot.core.bot import Red

from ..domain.account import AccountKey
from ..domain.delivery import DeliveryState
from ..domain.offer import Offer
from ..domain.text_cleaning import clean_typed
from ..errors import NotSetUp, Refusal, ShopUnavailable
from ..fulfilment.engine.engine import Engine
from ..i18n import _
from ..store.errors import StoreUnavailable
from ..store.ledger import Ledger
from ..store.settings import Settings
from ..ui.permissions import PermissionGuard, say
from ..ui.pickup_notice import PickupNotices
from ..ui.responses import show
from .catalogue import Catalogue
from .eligibility import refuse_without_role
from .errors import NotForSale, VariantNeeded
from .invoice_view import InvoiceView, invoice_embed
from .service import MOST_PIECES, Checkout, Purchase, Wish
from .texts import payment_sentence, refusal_sentence, unseen_payment_sentence
from .views import CardView, OrderModal, ShelfView, add_offer_notes, card_embed, shelf_embed

# Variant, quantity, coupon.
_AFTER_THE_TITLE = 3
_LONGEST_QUANTITY = 6


@dataclass(frozen=True, slots=True)
class Request:
    """What a buyer asked for; every part may be missing.

    Parameters
    ----------
    typed
        The words of a typed command, where it is not said which of them are the title.
    """

    product: str | None = None
    variant: str | None = None
    quantity: int = 1
    coupon: str | None = None
    typed: tuple[str, ...] = ()

    def readings(self) -> Iterator[Request]:
        """The ways to read what was typed; the longest title first."""
        if not self.typed:
            yield self
        for count in range(len(self.typed), 0, -1):
            title, rest = " ".join(self.typed[:count]), self.typed[count:]
            variant, quantity, coupon = (*rest, *("",) * 3)[:3]
            if variant and not quantity and is_quantity(variant):
                variant, quantity = "", variant
            if len(rest) <= _AFTER_THE_TITLE and (not quantity or is_quantity(quantity)):
                pieces = quantity_of(quantity) if quantity else 1
                yield Request(title, variant or None, pieces, coupon or None)


def is_quantity(text: str) -> bool:
    """Whether a word is a number of pieces."""
    return text.isascii() and text.isdigit()


def quantity_of(text: str) -> int:
    """A number of pieces; one that is far too long is as many as nobody sells."""
    return int(text) if len(text) <= _LONGEST_QUANTITY else MOST_PIECES + 1


class BuyFlow:
    """Serves one buyer after another; keeps nothing between them."""

    def __init__(
        self,
        gate: PermissionGuard,
        settings: Settings,
        ledger: Ledger,
        catalogue: Catalogue,
        checkout: Checkout,
        engine: Engine,
        pickup_notices: PickupNotices,
    ) -> None:
        self.gate = gate
        self._settings = settings
        self._ledger = ledger
        self._catalogue = catalogue
        self._checkout = checkout
        self._engine = engine
        self._pickup_notices = pickup_notices

    async def serve(self, interaction: discord.Interaction[Red], request: Request) -> None:
        """Answer `/buy`, privately and within Discord's three seconds."""
        try:
            await self._serve(interaction, request)
        except Refusal as refusal:
            await say(interaction, refusal_sentence(refusal))
        except StoreUnavailable:
            await say(interaction, not_kept())
        await self._try_again(interaction)

    async def _serve(self, interaction: discord.Interaction[Red], request: Request) -> None:
        guild_id = _key(interaction).guild_id
        offers = self._catalogue.offers(guild_id)
        if self._settings.guild(guild_id).api_key is None or not offers:
            raise NotSetUp
        if request.product is None and not request.typed:
            await self.show_shelf(interaction, offers)
            return
        found, request = self._find(guild_id, request)
        if len(found) > 1:
            await self.show_shelf(interaction, found)
            return
        [offer] = found
        coupon = clean_typed(request.coupon or "") or None
        wish = Wish(offer, quantity=request.quantity, coupon=coupon)
        if len(offer.variants) > 1:
            variant_id = _variant_id(offer, request.variant)
            if variant_id is None:
                await self.show_card(interaction, wish)
                return
            wish = replace(wish, variant_id=variant_id)
        await self.take(interaction, wish)

    def _find(self, guild_id: int, request: Request) -> tuple[tuple[Offer, ...], Request]:
        """The offers that can be meant, and the reading of the words that names them."""
        for whole in (True, False):
            for reading in request.readings():
                found = self._catalogue.find(guild_id, reading.product or "", whole=whole)
                if found:
                    return found, reading
        raise NotForSale

    async def show_shelf(
        self, interaction: discord.Interaction[Red], offers: tuple[Offer, ...] | None = None
    ) -> None:
        """Everything that is for sale, to choose from."""
        key = _key(interaction)
        offers = offers or self._catalogue.offers(key.guild_id)
        if not offers:
            raise NotSetUp
        shop = self._settings.guild(key.guild_id)
        view = ShelfView(self.gate, key.user_id, offers, self)
        embed = shelf_embed(view.page, shop.shop_name, await self.gate.colour(interaction))
        await show(interaction, embed, view)

    async def show_card(self, interaction: discord.Interaction[Red], wish: Wish) -> None:
        """One offer, with everything that can be chosen about it."""
        view = CardView(self.gate, interaction.user.id, wish, self)
        embed = card_embed(wish, interaction, await self.gate.colour(interaction))
        await show(interaction, embed, view)

    async def ask(self, interaction: discord.Interaction[Red], wish: Wish) -> None:
        """Ask for all that an order needs: address, quantity, coupon."""
        await refuse_without_role(interaction, wish.offer)
        email = self._ledger.get(_key(interaction)).email
        await interaction.response.send_modal(
            OrderModal(self.gate, interaction.user.id, wish, self, email=email, amount=True)
        )

    async def take(self, interaction: discord.Interaction[Red], wish: Wish) -> None:
        """Order, asking for the e-mail address only when it is not known."""
        key = _key(interaction)
        await refuse_without_role(interaction, wish.offer)
        email = self._ledger.get(key).email
        if email is not None:
            await self.place(interaction, wish, email, remember=None)
            return
        existing = self._checkout.open_order(key, wish)
        if existing is None:
            await interaction.response.send_modal(
                OrderModal(self.gate, key.user_id, wish, self, email=None, amount=False)
            )
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        purchase = await self._checkout.resume(key, existing.nonce)
        if purchase is not None:
            await self._show_invoice(interaction, wish, purchase)
            return
        await self.show_card(interaction, wish)

    async def place(
        self,
        interaction: discord.Interaction[Red],
        wish: Wish,
        email: str,
        *,
        remember: bool | None,
        anew: bool = False,
    ) -> None:
        """Make the order and show its link, or say why not."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            await refuse_without_role(interaction, wish.offer)
            purchase = await self._checkout.buy(
                _key(interaction),
                wish,
                email,
                remember=remember,
                back_to=_channel_url(interaction),
                anew=anew,
            )
        except VariantNeeded as refusal:
            await self.show_card(interaction, replace(wish, offer=refusal.offer))
        except Refusal as refusal:
            await interaction.edit_original_response(content=refusal_sentence(refusal))
        except StoreUnavailable:
            await interaction.edit_original_response(content=not_kept())
        else:
            # From now on somebody has to look whether it is paid.
            self._engine.mark(_key(interaction))
            await self._show_invoice(interaction, wish, purchase)

    async def _show_invoice(
        self, interaction: discord.Interaction[Red], wish: Wish, purchase: Purchase
    ) -> None:
        view = InvoiceView(self.gate, interaction.user.id, wish, purchase.order, self)
        embed = invoice_embed(
            purchase, interaction.guild, interaction.user, await self.gate.colour(interaction)
        )
        add_offer_notes(embed, wish.offer)
        view.message = await interaction.edit_original_response(embed=embed, view=view)
        self._pickup_notices.remember(_key(interaction), purchase.order.nonce, view)

    async def ask_other_email(self, interaction: discord.Interaction[Red], wish: Wish) -> None:
        """A new order for the same thing under another address."""
        await interaction.response.send_modal(
            OrderModal(
                self.gate, interaction.user.id, wish, self, email=None, amount=False, anew=True
            )
        )

    async def check_payment(self, interaction: discord.Interaction[Red], nonce: str) -> None:
        """Ask Shoppex about an order at once, for a buyer who says that it is paid."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            order = await self._checkout.check_payment(_key(interaction), nonce)
        except (ShopUnavailable, StoreUnavailable):
            text = unseen_payment_sentence()
        except Refusal as refusal:
            text = refusal_sentence(refusal)
        else:
            text = payment_sentence(order)
        await interaction.edit_original_response(content=text)

    async def _try_again(self, interaction: discord.Interaction[Red]) -> None:
        """A buyer who is here may have opened their direct messages since the last try."""
        key = _key(interaction)
        waiting = any(
            order.message.state is DeliveryState.NEEDS_BUYER
            for order in self._ledger.get(key).orders.values()
        )
        if not waiting:
            return
        try:
            await self._engine.retry(key)
        except StoreUnavailable:
            return
        await say(
            interaction,
            _(
                "An earlier purchase of yours could not be sent to you, because your direct "
                "messages are closed. I am trying again now. If nothing arrives, allow direct "
                "messages in this server's privacy settings and use `/buy` once more."
            ),
        )


def not_kept() -> str:
    """The sentence for a store that does not take anything."""
    return _(
        "The bot cannot save anything right now, so it did not take your order. Nothing was "
        "charged. Please tell the bot's owner, and try again later."
    )


def _key(interaction: discord.Interaction[Red]) -> AccountKey:
    if interaction.guild_id is None:
        raise NotSetUp
    return AccountKey(interaction.guild_id, interaction.user.id)


def _variant_id(offer: Offer, text: str | None) -> str | None:
    wanted = clean_typed(text or "").casefold()
    found = [v.id for v in offer.variants if wanted in (v.id.casefold(), v.title.casefold())]
    return found[0] if len(found) == 1 else None


def _channel_url(interaction: discord.Interaction[Red]) -> str:
    return f"https://discord.com/channels/{interaction.guild_id}/{interaction.channel_id}"

"""Offers that a buyer can choose from: products of the catalogue and items of the bot's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from .account import OfferKind, Promise
from .money import Money
from .product import Category, OpenPrice, RequiredRole, Stock, Variant


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing for sale in a guild.

    Parameters
    ----------
    price
        Per piece, without a variant; ``None`` while Shoppex has not been asked yet.
    roles
        Role ids that a buyer gets.
    quantity_max
        ``None`` when there is no limit.
    promise
        What Shoppex delivers with it.
    lasts
        How long its roles last; ``None`` for ever.
    recurring
        Whether it is a subscription.
    pool
        The product out of whose pool the keys of an item of the bot's own come.
    former_price
        The price without the discount that is in ``price``.
    terms
        The seller's terms, as text or as an address; may be empty.
    """

    kind: OfferKind
    id: str
    title: str
    price: Money | None
    roles: tuple[int, ...] = ()
    stock: Stock = Stock()
    variants: tuple[Variant, ...] = ()
    quantity_min: int = 1
    quantity_max: int | None = None
    description: str = ""
    image_url: str | None = None
    promise: Promise = Promise.NOTHING
    lasts: timedelta | None = None
    recurring: bool = False
    pool: str | None = None
    former_price: Money | None = None
    open_price: OpenPrice | None = None
    category: Category | None = None
    priority: int = 0
    required_role: RequiredRole | None = None
    terms: str = ""

    @property
    def ref(self) -> str:
        """The stable name of this offer within its guild."""
        return offer_ref(self.kind, self.id)

    def variant(self, variant_id: str) -> Variant | None:
        """The variant with that id."""
        return next((v for v in self.variants if v.id == variant_id), None)

    def sold_out(self) -> bool:
        """Return whether nothing of it can be bought now."""
        if self.variants:
            return not any(variant.stock.covers(1) for variant in self.variants)
        return not self.stock.covers(self.quantity_min)


def offer_ref(kind: OfferKind, offer_id: str) -> str:
    """The stable name of an offer within its guild."""
    return f"{kind.value}:{offer_id}"


def product_ref(product_id: str) -> str:
    """The stable name of a product of Shoppex's within a guild."""
    return offer_ref(OfferKind.PRODUCT, product_id)

"""Products of the shop's catalogue, with their variants and stock."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from .money import Money


@dataclass(frozen=True, slots=True)
class Stock:
    """Number of pieces that can be sold now.

    Parameters
    ----------
    available
        ``None`` when there is no limit.
    secret
        Whether the seller does not want buyers to see how many; that it is sold out, they may.
    """

    available: int | None = None
    secret: bool = False

    def covers(self, quantity: int) -> bool:
        """Return whether ``quantity`` pieces can be sold now."""
        return self.available is None or self.available >= quantity


@dataclass(frozen=True, slots=True)
class Variant:
    """One choice within a product."""

    id: str
    title: str
    price: Money
    stock: Stock = Stock()
    image_url: str | None = None


class OpenPrice(str, Enum):
    """Reason why a price is settled on the checkout page (contract, section 15.5)."""

    CHOSEN = "chosen"
    """The buyer names the price."""
    ADD_ONS = "add-ons"
    """Something has to be added, which costs more."""


@dataclass(frozen=True, slots=True)
class Category:
    """Category of the shop's catalogue; lower orders come first."""

    id: str
    title: str
    order: int = 0


@dataclass(frozen=True, slots=True)
class RequiredRole:
    """A role of Discord that a buyer must have already (contract, section 15.5).

    Parameters
    ----------
    server_id
        ``None`` where Shoppex names no server.
    """

    role_id: int
    server_id: int | None = None


@dataclass(frozen=True, slots=True)
class RoleBot:
    """Role that Shoppex's own bot gives for a product (contract, section 8).

    Parameters
    ----------
    server_id, role_id
        Of Discord; ``None`` where Shoppex did not say.
    """

    server_id: str | None = None
    role_id: str | None = None


@dataclass(frozen=True, slots=True)
class Product:
    """A product of the shop's catalogue, as Shoppex describes it.

    Parameters
    ----------
    id, uniqid, slug
        The internal id, the public id and the web name. Any of them may come back in an
        event, so a product is recognised by each (contract, section 1, *Ids*).
    type
        Shoppex's word in upper case: ``SERIALS``, ``SERVICE``, ``FILE``, … Open-ended.
    price
        Per piece, of the product without a variant.
    quantity_max
        ``None`` when there is no limit.
    licensed
        Whether each piece comes with a licence.
    hidden
        Unlisted, private or on hold: not to be shown to buyers.
    role_bot
        What Shoppex's own bot does for it; ``None`` when that is off, or not told.
    former_price
        The price without the discount that is in ``price``; ``None`` without one.
    category
        The first one that it is in.
    priority
        Within its category; lower ones come first.
    terms
        The seller's terms, as text or as an address; may be empty.
    hides_stock
        Whether buyers are not to see how many there are; ``None`` when it is as in the whole
        shop.
    """

    id: str
    uniqid: str
    slug: str
    title: str
    type: str
    price: Money
    stock: Stock = Stock()
    quantity_min: int = 1
    quantity_max: int | None = None
    variants: tuple[Variant, ...] = ()
    hidden: bool = False
    licensed: bool = False
    role_bot: RoleBot | None = None
    description: str = ""
    image_url: str | None = None
    former_price: Money | None = None
    open_price: OpenPrice | None = None
    category: Category | None = None
    priority: int = 0
    required_role: RequiredRole | None = None
    terms: str = ""
    hides_stock: bool | None = False

    def with_secret_stock(self) -> Product:
        """The same, with nothing said of how many there are."""
        return replace(
            self,
            stock=replace(self.stock, secret=True),
            variants=tuple(replace(v, stock=replace(v.stock, secret=True)) for v in self.variants),
        )

    def is_named(self, text: str) -> bool:
        """Return whether ``text`` is one of this product's names: id, uniqid, slug or title."""
        wanted = text.strip().casefold()
        names = (self.id, self.uniqid, self.slug, self.title)
        return bool(wanted) and wanted in (name.casefold() for name in names)

"""What Shoppex has for sale."""

from __future__ import annotations

from dataclasses import dataclass

from .money import Money


@dataclass(frozen=True, slots=True)
class Stock:
    """How many can be sold now; ``available`` is ``None`` when there is no limit."""

    available: int | None = None

    def covers(self, quantity: int) -> bool:
        """Whether ``quantity`` pieces can be sold now."""
        return self.available is None or self.available >= quantity


@dataclass(frozen=True, slots=True)
class Variant:
    """One choice within a product."""

    id: str
    title: str
    price: Money
    stock: Stock = Stock()


@dataclass(frozen=True, slots=True)
class RoleBot:
    """That Shoppex's own bot gives a role for a product (contract, section 8).

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

    def is_named(self, text: str) -> bool:
        """Whether ``text`` is one of this product's names: id, uniqid, slug or title."""
        wanted = text.strip().casefold()
        names = (self.id, self.uniqid, self.slug, self.title)
        return bool(wanted) and wanted in (name.casefold() for name in names)

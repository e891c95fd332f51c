"""What the shop sells: products, variants, coupons (contract, sections 3 and 7)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

CENT = Decimal("0.01")


def new_id() -> str:
    """A fresh id, of the kind that is used as ``id`` as well as ``uniqid``."""
    return secrets.token_hex(8)


def to_cents(amount: Decimal) -> Decimal:
    """Round to two places, half up. The stand-in knows no currency without cents."""
    return amount.quantize(CENT, ROUND_HALF_UP)


@dataclass(slots=True)
class Variant:
    """One choice within a product.

    Parameters
    ----------
    price
        Major units.
    stock
        ``None`` is unlimited. Not looked at when the product delivers serials.
    serials
        The pool of keys; its length is the stock when the product delivers serials.
    """

    title: str
    price: Decimal
    stock: int | None = None
    serials: list[str] = field(default_factory=list)
    id: str = field(default_factory=new_id)
    uniqid: str = field(default_factory=new_id)

    def is_named(self, name: str) -> bool:
        """Whether ``name`` is its id or its uniqid."""
        return name in (self.id, self.uniqid)


class Addon(NamedTuple):
    """Something that can be bought with a product; ``price`` is in major units."""

    title: str
    price: Decimal
    required: bool = False


@dataclass(slots=True)
class Product:
    """A product of the catalogue. Change its fields at any time to change the shop.

    Parameters
    ----------
    price
        Major units, of the product without a variant.
    type
        ``SERVICE``, ``SERIALS``, ``FILE``, ``SUBSCRIPTION``, …
    content
        What a subscription delivers with each payment: ``SERIALS``, or empty for a text or a
        link as below.
    stock
        ``None`` is unlimited. Not looked at where serials are delivered.
    serials
        The pool of keys; its length is the stock where serials are delivered.
    recurring_interval
        ``DAY``, ``WEEK``, ``MONTH`` or ``YEAR``, of a subscription.
    trial_period
        Days; 0 is no trial.
    grace_days
        How long a failed renewal can be made good. Shoppex has it for each shop.
    licensing_enabled
        Whether each piece that is sold comes with a licence.
    license_period
        Days that a licence lasts; ``None`` is for ever. The contract does not name the unit.
    quantity_max
        -1 is no limit.
    service_text, access_url
        What a buyer of a ``SERVICE`` or a ``FILE`` gets as ``delivered_items``.
    discord_role
        The ids of the server and of the role that Shoppex's own bot gives (section 8).
    addons
        What can be bought with it at the checkout.
    shown
        More fields of its answers, or other values of them, as JSON (section 15.5):
        ``orderable``, ``supplier_backed``, ``hide_stock_counter``, ``images``, …; lines of orders
        repeat ``delivery_time``, ``delivery_time_unit`` and ``delivery_text`` (15.2).
    """

    title: str
    price: Decimal
    currency: str
    type: str
    slug: str
    created_at: int
    content: str = ""
    stock: int | None = None
    serials: list[str] = field(default_factory=list)
    recurring_interval: str | None = None
    recurring_interval_count: int = 1
    trial_period: int = 0
    grace_days: int = 7
    licensing_enabled: bool = False
    license_period: int | None = None
    variants: list[Variant] = field(default_factory=list)
    quantity_min: int = 1
    quantity_max: int = -1
    unlisted: bool = False
    private: bool = False
    on_hold: bool = False
    description: str = ""
    image_url: str | None = None
    service_text: str = ""
    access_url: str = ""
    discord_role: tuple[str, str] | None = None
    addons: tuple[Addon, ...] = ()
    shown: dict[str, Any] = field(default_factory=dict)
    id: str = field(default_factory=new_id)
    uniqid: str = field(default_factory=new_id)

    @property
    def is_subscription(self) -> bool:
        """Whether buying it begins a subscription: ``SUBSCRIPTION`` or ``SUBSCRIPTION_V2``."""
        return self.type.startswith("SUBSCRIPTION")

    @property
    def delivers_serials(self) -> bool:
        """Whether it sells keys out of a pool."""
        return (self.content if self.is_subscription else self.type) == "SERIALS"

    def is_named(self, name: str) -> bool:
        """Whether ``name`` is its id, uniqid or slug (contract, section 1, *Ids*)."""
        return name in (self.id, self.uniqid, self.slug)

    def variant(self, name: str) -> Variant | None:
        """The variant with that id or uniqid."""
        return next((variant for variant in self.variants if variant.is_named(name)), None)

    def available(self, variant: Variant | None = None) -> int | None:
        """How many can be sold now; ``None`` is unlimited.

        Without ``variant`` a product with variants counts them all.
        """
        if variant is None and self.variants:
            counts = [self.available(each) for each in self.variants]
            known = [count for count in counts if count is not None]
            return sum(known) if len(known) == len(counts) else None
        shelf = variant or self
        return len(shelf.serials) if self.delivers_serials else shelf.stock


@dataclass(frozen=True, slots=True)
class Coupon:
    """A discount, in per cent or as an amount off the whole order.

    Parameters
    ----------
    code
        Lower case; buyers may write it in any case.
    percent
        ``Decimal("10")`` is ten per cent off.
    amount
        Major units; exactly one of ``percent`` and ``amount`` is set.
    products
        Uniqids of the products it is bound to; empty means all.
    """

    code: str
    percent: Decimal | None = None
    amount: Decimal | None = None
    products: tuple[str, ...] = ()

    def covers(self, product: Product) -> bool:
        """Whether it may be used for that product."""
        return not self.products or product.uniqid in self.products

    def discount(self, covered: Decimal) -> Decimal:
        """How much comes off lines that cost ``covered`` together."""
        if self.percent is not None:
            return to_cents(covered * self.percent / 100)
        return min(covered, self.amount or Decimal(0))

"""Orders and payments: one record with two views (contract, section 2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, NamedTuple

from .catalogue import Product, Variant, new_id, to_cents

if TYPE_CHECKING:
    from datetime import datetime

    from .subscriptions import Subscription

PAID = "COMPLETED"
VOIDED = "VOIDED"
REVERSED = "REVERSED"
PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED"
MANUAL_PENDING = "PENDING_PAYMENT"
PAYABLE = frozenset({"PENDING", "PARTIAL", "WAITING_FOR_CONFIRMATIONS"})
UPDATED = "order:updated"

# Contract, section 4.3 and 4.7: a refund has no event of its own.
_EVENTS = {
    PAID: "order:paid",
    VOIDED: "order:cancelled",
    "PARTIAL": "order:partial",
    "CUSTOMER_DISPUTE_ONGOING": "order:disputed",
    "DISPUTED": "order:disputed",
    MANUAL_PENDING: "order:manual_payment_pending",
}


def event_of(status: str) -> str:
    """The event that tells of a change to ``status``."""
    return _EVENTS.get(status, UPDATED)


class Refund(NamedTuple):
    """Money that went back, in major units."""

    amount: Decimal
    at: datetime


@dataclass(slots=True)
class Price:
    """What the checkout changed about the price (contract, section 15.1), in major units.

    Parameters
    ----------
    credit
        Store credit that pays a part; the total stays.
    rate
        What a unit of ``base_currency`` is worth in the currency of the order.
    rates
        All rates at that time.
    edited
        Whether the buyer changed anything.
    """

    tip: Decimal = Decimal(0)
    gateway_fee: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    tax_percentage: Decimal = Decimal(0)
    credit: Decimal = Decimal(0)
    country: str | None = None
    base_currency: str | None = None
    rate: Decimal = Decimal(1)
    rates: dict[str, Decimal] | None = None
    edited: bool = False


class Underpayment(NamedTuple):
    """Too little came in, in crypto (contract, section 15.4); ``reason`` may be ``None``."""

    received: Decimal
    reason: str | None


class Goods(NamedTuple):
    """What was delivered for one line.

    Parameters
    ----------
    name
        The key within a ``delivered_items`` object (contract, section 4.5). For serials it
        is unknown in the contract; ``serials`` is our choice.
    pieces
        The keys, or the one text or link.
    """

    name: Literal["serials", "service_text", "access_url", "license_keys"]
    pieces: tuple[str, ...]


@dataclass(slots=True)
class LineItem:
    """One line of an order; of a bare payment, ``product`` is ``None``.

    Parameters
    ----------
    replaced
        Serials that are dead; their replacements are among ``goods``.
    replacements
        Serials of ``goods`` that replaced another one.
    addons
        Title and price of what is bought with it.
    held
        Why it is not delivered although it is paid (section 15.2).
    asked
        Names of the fields that the buyer still has to fill in (section 15.3); it is delivered
        when there are none left.
    """

    title: str
    quantity: int
    unit_price: Decimal
    product: Product | None = None
    variant: Variant | None = None
    delivery_instructions: str | None = None
    goods: Goods | None = None
    license_keys: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    replacements: frozenset[str] = frozenset()
    addons: tuple[tuple[str, Decimal], ...] = ()
    held: Literal["AWAITING_FULFILLMENT", "FAILED"] | None = None
    asked: tuple[str, ...] = ()
    delivered_at: datetime | None = None
    id: str = field(default_factory=new_id)

    @property
    def total(self) -> Decimal:
        """Major units, before any discount."""
        addons = sum((cost for _, cost in self.addons), start=Decimal(0))
        return to_cents(self.unit_price * self.quantity) + addons

    @property
    def lacks_goods(self) -> bool:
        """Whether it delivers something, and has not yet."""
        product = self.product
        if self.held or self.asked:
            return True
        if product is None or self.goods is not None:
            return False
        return product.delivers_serials or bool(product.access_url or product.service_text)

    def deliver(self) -> None:
        """Take the goods off the shelf, once.

        Too few keys in the pool deliver none: refill it and release the goods again.
        """
        product = self.product
        if product is None or self.goods is not None or self.held or self.asked:
            return
        shelf = self.variant or product
        if product.delivers_serials:
            if len(shelf.serials) >= self.quantity:
                self.goods = Goods("serials", tuple(shelf.serials[: self.quantity]))
                del shelf.serials[: self.quantity]
            return
        if shelf.stock is not None:
            shelf.stock = max(0, shelf.stock - self.quantity)
        if product.access_url:
            self.goods = Goods("access_url", (product.access_url,))
        elif product.service_text:
            self.goods = Goods("service_text", (product.service_text,))

    def replace(self, quantity: int) -> bool:
        """Hand out ``quantity`` new serials for the oldest ones; false if too few are left."""
        product, goods = self.product, self.goods
        if product is None or goods is None:
            return False
        pool = (self.variant or product).serials
        if len(pool) < quantity:
            return False
        fresh = tuple(pool[:quantity])
        del pool[:quantity]
        self.replaced += goods.pieces[:quantity]
        self.replacements |= set(fresh)
        self.goods = goods._replace(pieces=(*fresh, *goods.pieces[quantity:]))
        return True


@dataclass(slots=True, eq=False)
class Order:
    """An order for products, or a bare payment.

    Parameters
    ----------
    title
        Of a payment, or the free ``title`` of an order.
    custom_fields
        Exactly as sent.
    is_payment
        Made by ``POST /payments``: no product, no goods, not among the orders.
    discount
        Major units off ``subtotal``.
    paid_at
        When the money came in, whatever became of it.
    refunds
        Oldest first.
    subscription
        What it began, or renews.
    at_checkout
        What the buyer changed at the checkout, as answers and events show it.
    """

    email: str
    currency: str
    items: list[LineItem]
    created_at: datetime
    updated_at: datetime
    custom_fields: object = None
    title: str | None = None
    gateway: str | None = None
    coupon: str | None = None
    discount: Decimal = Decimal(0)
    return_url: str | None = None
    cancel_url: str | None = None
    customer_id: str | None = None
    paid_at: datetime | None = None
    refunds: list[Refund] = field(default_factory=list)
    subscription: Subscription | None = None
    at_checkout: dict[str, object] = field(default_factory=dict)
    price: Price = field(default_factory=Price)
    underpayment: Underpayment | None = None
    history: list[tuple[str, datetime]] = field(default_factory=list)
    is_payment: bool = False
    status: str = "PENDING"
    id: str = field(default_factory=new_id)
    uniqid: str = field(default_factory=new_id)

    @property
    def subtotal(self) -> Decimal:
        """Major units, before the discount."""
        return sum((item.total for item in self.items), start=Decimal(0))

    @property
    def total(self) -> Decimal:
        """Major units: what the buyer pays."""
        price = self.price
        return self.subtotal - self.discount + price.tip + price.gateway_fee + price.tax

    @property
    def remaining(self) -> Decimal:
        """Major units that are still to be paid."""
        if self.paid_at is not None:
            return Decimal(0)
        received = self.underpayment.received if self.underpayment else Decimal(0)
        return self.total - self.price.credit - received

    @property
    def refunded(self) -> Decimal:
        """Major units that went back."""
        return sum((refund.amount for refund in self.refunds), start=Decimal(0))

    @property
    def payable(self) -> bool:
        """Whether the checkout page offers to pay."""
        return self.status in PAYABLE

    def is_named(self, name: str) -> bool:
        """Whether ``name`` is its id or uniqid."""
        return name in (self.id, self.uniqid)

    def deliver(self) -> None:
        """Deliver each line that is not delivered yet."""
        for item in self.items:
            item.deliver()

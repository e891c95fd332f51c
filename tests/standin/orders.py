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
    """One line of an order; of a bare payment, ``product`` is ``None``."""

    title: str
    quantity: int
    unit_price: Decimal
    product: Product | None = None
    variant: Variant | None = None
    delivery_instructions: str | None = None
    goods: Goods | None = None
    license_keys: tuple[str, ...] = ()
    id: str = field(default_factory=new_id)

    @property
    def total(self) -> Decimal:
        """Major units, before any discount."""
        return to_cents(self.unit_price * self.quantity)

    def deliver(self) -> None:
        """Take the goods off the shelf, once.

        Too few keys in the pool deliver none: refill it and release the goods again.
        """
        product = self.product
        if product is None or self.goods is not None:
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
        return self.subtotal - self.discount

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

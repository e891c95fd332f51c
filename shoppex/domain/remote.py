"""Orders and subscriptions as Shoppex reports them, by API or by webhook.

Their ``repr`` may be logged: it leaves out who bought, what only the buyer may see, and what
proves an order to be ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from .money import Money
from .outstanding import Outstanding, Underpayment
from .payment import Payment
from .status import OrderStatus
from .subscription_status import SubscriptionStatus


@dataclass(frozen=True, slots=True)
class LineItem:
    """One line of an order.

    Parameters
    ----------
    goods, keys
        What is delivered with it by itself, and how many keys are among that.
    pending
        Whether Shoppex says that it is not delivered yet.
    product_ids
        Every id that it gives for its product; empty where it is a plain payment's.
    product_type
        Shoppex's word in upper case; empty when it said none.
    """

    product_id: str
    title: str
    quantity: int
    goods: tuple[str, ...] = field(default=(), repr=False)
    product_ids: tuple[str, ...] = ()
    product_type: str = ""
    variant_title: str | None = None
    keys: int = 0
    pending: bool = False


@dataclass(frozen=True, slots=True)
class RemoteOrder:
    """An order, invoice or payment: three views of one record (contract, section 2).

    Parameters
    ----------
    uniqid, id
        Shoppex's public and internal id. Records that belong to an order may name either.
    total
        What the buyer pays in all; ``None`` when it was not said or not readable.
    payment
        The total with what it is made of.
    rates
        Units of each currency for one of the same, as they stood at the checkout.
    coupon_applied
        Whether Shoppex says that a coupon was used, with or without its amount.
    quantity
        Over all lines, where the order itself says it.
    looked_up
        Whether the ids of products in its lines were looked up at Shoppex, so that a line that
        nobody knows is really none of ours.
    url
        Where the buyer pays; ``None`` when Shoppex gave none.
    emptied
        Whether it has lines, and nothing is left in any of them.
    custom_fields
        Already normalised to name → text.
    goods
        Keys, links and texts delivered so far, over all lines.
    keys
        How many keys are among them.
    key_texts
        The keys by themselves.
    key_links
        Those of the goods that are a key, or one in place of another, and an address: one that
        differs from another in anything is another.
    replacements
        Those of the goods that Shoppex gave out in place of others.
    replaced
        The serials in whose place others were given out; they are not among the goods.
    unread
        Names of fields that hold something delivered which is not among the goods.
    product_ids
        Every id that any part of the order gives for a product.
    gateway
        Shoppex's word in upper case: ``STRIPE``, ``PAYPAL``, …
    refunded
        What was given back so far; ``None`` when nothing of it was said.
    partially_refunded
        Whether it is still paid, though a part was given back.
    outstanding
        What a paid order waits for; ``None`` where Shoppex says nothing of it.
    underpayment
        Set while too little was paid.
    """

    uniqid: str
    status: OrderStatus
    total: Money | None = None
    payment: Payment | None = None
    rates: Mapping[str, Decimal] = field(default_factory=dict, repr=False)
    coupon_applied: bool = False
    quantity: int | None = None
    looked_up: bool = False
    url: str | None = field(default=None, repr=False)
    custom_fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    items: tuple[LineItem, ...] = ()
    emptied: bool = False
    goods: tuple[str, ...] = field(default=(), repr=False)
    keys: int = 0
    key_texts: tuple[str, ...] = field(default=(), repr=False)
    key_links: tuple[str, ...] = field(default=(), repr=False)
    replacements: tuple[str, ...] = field(default=(), repr=False)
    replaced: frozenset[str] = field(default=frozenset(), repr=False)
    unread: tuple[str, ...] = ()
    created_at: datetime | None = None
    updated_at: datetime | None = None
    id: str | None = None
    product_ids: tuple[str, ...] = ()
    subscription_id: str | None = None
    customer_id: str | None = None
    gateway: str | None = None
    refunded: Money | None = None
    partially_refunded: bool = False
    outstanding: Outstanding | None = None
    underpayment: Underpayment | None = None
    email: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class RemoteSubscription:
    """A subscription (contract, section 5).

    Parameters
    ----------
    uniqid, id
        Shoppex's public and internal id; the same where it named only one.
    product_ids
        Every id of the product, the public one first; empty when Shoppex named none. A change
        of plan changes them.
    gateway
        Shoppex's word in upper case; ``PAYPAL`` ends at once when cancelled (C15).
    period_start, period_end
        Of the time that is paid for, or free for trial.
    end_unreadable
        Whether something is said about that end that cannot be read; it may be any day.
    price
        Of today's plan, for a period.
    custom_fields
        Already normalised to name → text.
    invoices
        Uniqids of its invoices, as Shoppex lists them. The list may be missing.
    """

    uniqid: str
    id: str
    status: SubscriptionStatus
    product_ids: tuple[str, ...] = ()
    product_title: str = ""
    customer_id: str | None = None
    gateway: str | None = None
    period_start: datetime | None = None
    period_end: datetime | None = None
    end_unreadable: bool = False
    price: Money | None = None
    cancelled_at: datetime | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    custom_fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    invoices: tuple[str, ...] = ()

    @property
    def product_id(self) -> str | None:
        """The product's public id, or the one that there is."""
        return self.product_ids[0] if self.product_ids else None

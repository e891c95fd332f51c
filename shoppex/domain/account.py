"""The facts about one person in one guild: what the ledger holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from typing import NamedTuple

from .money import Money
from .status import OrderStatus


class AccountKey(NamedTuple):
    """One person in one guild."""

    guild_id: int
    user_id: int


class OfferKind(str, Enum):
    """The two kinds of things for sale."""

    PRODUCT = "product"
    ITEM = "item"


class DeliveryState(str, Enum):
    """How far one delivery has come, as people see it."""

    PENDING = "pending"
    DELIVERED = "delivered"
    NEEDS_BUYER = "needs buyer"
    NEEDS_STAFF = "needs staff"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One thing that is owed, and what became of it.

    Parameters
    ----------
    reason
        Why it is not delivered, as a stable word (``role_too_high``); the sentence for people
        is made where it is shown.
    attempts
        Failed tries so far.
    begun_at
        When the request that may have gone out was begun; kept so that a crash between the
        request and its mark is recognised afterwards.
    next_try
        Not before this time; ``None`` means at once.
    """

    state: DeliveryState = DeliveryState.PENDING
    reason: str | None = None
    attempts: int = 0
    begun_at: datetime | None = None
    next_try: datetime | None = None

    @property
    def waits(self) -> bool:
        """Whether the cog itself still has to do something."""
        return self.state is DeliveryState.PENDING


@dataclass(frozen=True, slots=True)
class Grant:
    """A role that purchases pay for.

    Parameters
    ----------
    ours
        ``False`` when the member had the role before the cog ever touched it: such a role is
        never taken away.
    """

    ours: bool = True
    delivery: Delivery = field(default_factory=Delivery)


@dataclass(frozen=True, slots=True)
class Order:
    """One purchase made through the bot.

    Parameters
    ----------
    nonce
        128 bits of hex; names the order here and proves at its return that it is ours.
    offer_id
        The product's uniqid, or the id of an item of the bot's own.
    roles
        What the offer gave when it was sold, for the day it is no longer for sale.
    wants_goods
        Whether Shoppex delivers something (a key, a file) with it that has to be waited for.
    uniqid, quote, url
        What Shoppex answered; ``None`` until then. ``quote`` is what the buyer was shown and
        what must be paid.
    held
        Why this order is not trusted although Shoppex speaks of it; staff must look.
    reread
        Shoppex must be asked about this order before anything else is believed.
    reading
        The progress of asking.
    goods
        Keys that arrived and are not yet confirmed to be in the buyer's hands; wiped then.
    message
        The direct message that the buyer is owed.
    seen
        Ids of the last webhook deliveries that told of this order.
    """

    nonce: str
    kind: OfferKind
    offer_id: str
    title: str
    created_at: datetime
    quantity: int = 1
    variant_id: str | None = None
    variant_title: str | None = None
    coupon: str | None = None
    roles: tuple[int, ...] = ()
    wants_goods: bool = False
    status: OrderStatus = OrderStatus.PENDING
    uniqid: str | None = None
    quote: Money | None = None
    url: str | None = None
    paid_at: datetime | None = None
    held: str | None = None
    reread: bool = False
    reading: Delivery = field(default_factory=Delivery)
    goods: tuple[str, ...] = ()
    message: Delivery = field(default_factory=Delivery)
    seen: tuple[str, ...] = ()

    @property
    def entitled(self) -> bool:
        """Whether this order gives what was bought."""
        return self.status is OrderStatus.PAID and self.held is None


@dataclass(frozen=True, slots=True)
class Account:
    """All that the ledger knows of one person in one guild. A value: changes make a new one.

    Parameters
    ----------
    orders
        By nonce.
    grants
        By role id.
    email
        Only when the buyer asked for it to be remembered.
    """

    key: AccountKey
    orders: Mapping[str, Order] = field(default_factory=dict)
    grants: Mapping[int, Grant] = field(default_factory=dict)
    email: str | None = None

    def with_order(self, order: Order) -> Account:
        """The account after ``order`` was added or changed."""
        return replace(self, orders={**self.orders, order.nonce: order})

    def without_order(self, nonce: str) -> Account:
        """The account after an order was forgotten."""
        return replace(self, orders={n: o for n, o in self.orders.items() if n != nonce})

    def with_grant(self, role_id: int, grant: Grant) -> Account:
        """The account after news of one role."""
        return replace(self, grants={**self.grants, role_id: grant})

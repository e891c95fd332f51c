"""The facts about one person in one guild: what the ledger holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from typing import NamedTuple

from .money import Money
from .status import OrderStatus

_UNPAID = (OrderStatus.UNKNOWN, OrderStatus.PENDING, OrderStatus.CANCELLED)


class AccountKey(NamedTuple):
    """One person in one guild."""

    guild_id: int
    user_id: int


class OfferKind(str, Enum):
    """The two kinds of things for sale."""

    PRODUCT = "product"
    ITEM = "item"


class Promise(str, Enum):
    """What Shoppex delivers with an order, and has to be waited for."""

    NOTHING = "nothing"
    """Maybe a text; the buyer does not wait for it."""
    SOMETHING = "something"
    """A file, or what a merchant's own server makes: whatever comes is all."""
    KEYS = "keys"
    """As many keys as were bought."""


class DeliveryState(str, Enum):
    """How far one delivery has come, as people see it."""

    PENDING = "pending"
    DELIVERED = "delivered"
    NEEDS_BUYER = "needs buyer"
    NEEDS_STAFF = "needs staff"
    FAILED = "failed"


_STUCK = (DeliveryState.NEEDS_BUYER, DeliveryState.NEEDS_STAFF)


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
    promise
        What has to be waited for before the buyer's message is complete.
    uniqid, quote, url
        What Shoppex answered; ``None`` until then. ``quote`` is what the buyer was shown and
        what must be paid.
    held
        Why this order is not trusted although Shoppex speaks of it; staff must look.
    asking
        The progress of asking Shoppex about news that could not be believed; ``None`` when
        there is nothing to ask.
    reading
        The progress of reading what Shoppex delivers with the order.
    goods
        Keys that arrived and are not yet confirmed to be in the buyer's hands; wiped then.
    handed
        Digests of the goods that are in the buyer's hands, so that none is sent twice.
    told
        How many messages about this order the buyer got.
    fulfilled
        Whether the buyer has every role of this order. What the offer gives later on no
        longer concerns it.
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
    promise: Promise = Promise.NOTHING
    status: OrderStatus = OrderStatus.PENDING
    uniqid: str | None = None
    quote: Money | None = None
    url: str | None = None
    paid_at: datetime | None = None
    held: str | None = None
    asking: Delivery | None = None
    reading: Delivery = field(default_factory=Delivery)
    goods: tuple[str, ...] = ()
    handed: tuple[str, ...] = ()
    told: int = 0
    fulfilled: bool = False
    message: Delivery = field(default_factory=Delivery)
    seen: tuple[str, ...] = ()

    @property
    def entitled(self) -> bool:
        """Whether this order gives what was bought."""
        return self.status is OrderStatus.PAID and self.held is None

    @property
    def open_readings(self) -> tuple[Delivery, ...]:
        """What Shoppex still has to be asked about this order."""
        if self.uniqid is None:
            return ()
        goods = self.entitled and self.kind is OfferKind.PRODUCT
        wanted = (self.asking, self.reading if goods else None)
        return tuple(reading for reading in wanted if reading is not None and reading.waits)

    @property
    def touched_by_money(self) -> bool:
        """Whether somebody paid for it, or may have."""
        open_question = self.held is not None or self.asking is not None
        unpaid = self.status in _UNPAID
        return self.paid_at is not None or open_question or not unpaid

    def describe(self) -> str:
        """What was bought, in a few words."""
        title = f"{self.title} ({self.variant_title})" if self.variant_title else self.title
        return title if self.quantity == 1 else f"{self.quantity} × {title}"


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

    @property
    def unsettled(self) -> bool:
        """Whether this account is owed something that has not been given up."""
        return any(
            order.open_readings
            or (order.entitled and (order.message.waits or not order.fulfilled))
            for order in self.orders.values()
        )

    @property
    def stuck(self) -> bool:
        """Whether something waits here for the buyer or for staff."""
        held = any(order.held is not None for order in self.orders.values())
        return held or any(delivery.state in _STUCK for delivery in self.deliveries())

    def deliveries(self) -> Iterator[Delivery]:
        """Everything that was ever owed here, with what became of it."""
        for order in self.orders.values():
            if order.asking is not None:
                yield order.asking
            yield order.reading
            yield order.message
        for grant in self.grants.values():
            yield grant.delivery

    def with_order(self, order: Order) -> Account:
        """The account after ``order`` was added or changed."""
        return replace(self, orders={**self.orders, order.nonce: order})

    def without_order(self, nonce: str) -> Account:
        """The account after an order was forgotten."""
        return replace(self, orders={n: o for n, o in self.orders.items() if n != nonce})

    def with_grant(self, role_id: int, grant: Grant) -> Account:
        """The account after news of one role."""
        return replace(self, grants={**self.grants, role_id: grant})

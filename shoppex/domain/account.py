"""Account of one member in one guild: the facts that the ledger holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import NamedTuple

from .delivery import Delivery, DeliveryState
from .line import Line, OfferKind, Promise
from .money import Money
from .outstanding import Outstanding, Underpayment
from .payment import Payment
from .short_names import short_name
from .staff_action import StaffAction
from .status import OrderStatus
from .subscription import Subscription

__all__ = [
    "Account",
    "AccountKey",
    "Grant",
    "OfferKind",
    "Order",
    "Promise",
    "Replacement",
    "Reset",
]

NOBODY = 0
"""Stands for a user whose data was deleted."""

_UNPAID = (OrderStatus.UNKNOWN, OrderStatus.PENDING, OrderStatus.CANCELLED)
_PAYABLE = (*_UNPAID, OrderStatus.PARTIAL)
# Far more than anybody is told within the weeks for which they are kept.
_MOST_NOTICES = 200


class AccountKey(NamedTuple):
    """One person in one guild."""

    guild_id: int
    user_id: int


class Replacement(str, Enum):
    """State of a buyer's request for another key."""

    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Grant:
    """A role that purchases pay, or paid, for.

    Parameters
    ----------
    ours
        ``False`` when the member had the role before the cog ever touched it: such a role is
        never taken away.
    given_at
        When the cog gave it; who joined later has lost it by leaving.
    removal
        The progress of taking it away; ``None`` while it is not to be taken.
    """

    ours: bool = True
    delivery: Delivery = field(default_factory=Delivery)
    given_at: datetime | None = None
    removal: Delivery | None = None

    @property
    def owed(self) -> bool:
        """Whether it is still to be given, or taken; who came back is owed what they had."""
        return self.delivery.waits or self.delivery.stuck or self.removal is not None

    @property
    def held(self) -> bool:
        """Whether the member has it from the cog, or may have: the request had gone out."""
        given = self.delivery.state is DeliveryState.DELIVERED
        return self.ours and (given or self.delivery.begun_at is not None)


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
        What Shoppex answered; ``None`` until then. ``quote`` is what the buyer was shown; of a
        renewal, which nobody is shown, it is what was paid, as far as that is known.
    shown
        What it came to by the prices that the buyer saw, before any coupon, until it is paid.
    address
        A digest of the e-mail address that it was ordered with, until it is paid.
    product_ids
        What else Shoppex calls the product that was ordered.
    lines
        What was paid for, where the cart was edited at the checkout so that it is not only the
        product that was ordered; else empty.
    lines_open
        Whether the API has still to say what all of its lines are for: a webhook told of the
        payment, or a product could not be looked up.
    payment
        What was really paid, where that is not simply the quote.
    heard_paid_at
        When Shoppex first called it paid, while that has still to be confirmed.
    held
        Why this order is not trusted although Shoppex calls it paid; staff must look.
    came
        While it is held: what Shoppex says was paid for, a line each.
    accepted
        Who of the staff decided that an order that was held is to be delivered.
    left
        Who of the staff decided that it is to stay held.
    asking
        The progress of asking Shoppex about news that could not be believed; ``None`` when
        there is nothing to ask.
    reading
        The progress of reading what Shoppex delivers with the order.
    goods
        Keys that arrived and are not yet confirmed to be in the buyer's hands; wiped then.
    key_links
        Those of the goods that are keys though they are addresses.
    unread
        Names of fields at Shoppex that hold something delivered which cannot be read.
    handed
        Digests of the goods that are in the buyer's hands, so that none is sent twice.
    told
        How many messages about this order the buyer got.
    fulfilled
        Whether the buyer has every role of this order. What the offer gives later on no
        longer concerns it.
    message
        The direct message that the buyer is owed.
    carried
        How many of the goods the try that was begun carries; what came later is for the next.
    seen
        Ids of the last webhook deliveries that told of this order.
    lasts
        How long what it gives lasts; ``None`` for ever.
    recurring
        Whether it begins a subscription.
    subscription
        The id of the subscription of which it pays a period; that decides what it gives.
    renewal
        Whether Shoppex made it by itself, for a further period.
    changed_at
        When its status changed last, but for the first payment, as far as the bot heard.
    refunded
        What was given back of it while it stayed paid.
    kept
        Whether staff decided that it goes on giving what it gave.
    pool
        The product of Shoppex's out of whose pool the keys of an item of the bot's own come.
    claim
        The progress of taking them out of it; ``None`` when there is nothing to take. Once
        begun, only its answer says whether they are out.
    replacement
        What became of the buyer's wish for another key.
    had
        How many of the digests in ``handed`` there were when the buyer asked for another key.
    replacing_since
        When Shoppex was asked to give out that key; ``None`` once it is here, or was refused.
    exchanged
        Whether goods that wait here take the place of some that the buyer had.
    gift
        Who of the staff gave it, and why; such an order is not of Shoppex's and cost nothing.
    revoked
        Who of the staff took back what it gives, and why.
    arrived
        Whether all of it was in the buyer's hands once, whatever is owed for it since.
    origin
        The user who bought it, where staff moved it to another account since; `NOBODY` once that
        user's data was deleted.
    outstanding
        What it waits for besides, once paid; ``None`` when that is nothing, or not known.
    underpayment
        Set while too little has arrived for it.
    stalled
        Why staff have to look at a payment that does not become complete, or at a delivery of
        the seller's, as a stable word.
    test
        Whether it only shows that everything works; it counts nowhere and is undone.
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
    shown: Money | None = None
    address: str | None = field(default=None, repr=False)
    url: str | None = field(default=None, repr=False)
    paid_at: datetime | None = None
    product_ids: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    lines_open: bool = False
    payment: Payment | None = None
    heard_paid_at: datetime | None = None
    held: str | None = None
    came: tuple[str, ...] = ()
    accepted: StaffAction | None = None
    left: StaffAction | None = None
    asking: Delivery | None = None
    reading: Delivery = field(default_factory=Delivery)
    goods: tuple[str, ...] = field(default=(), repr=False)
    key_links: tuple[str, ...] = field(default=(), repr=False)
    unread: tuple[str, ...] = ()
    handed: tuple[str, ...] = ()
    told: int = 0
    fulfilled: bool = False
    message: Delivery = field(default_factory=Delivery)
    carried: int | None = None
    seen: tuple[str, ...] = ()
    lasts: timedelta | None = None
    recurring: bool = False
    subscription: str | None = None
    renewal: bool = False
    changed_at: datetime | None = None
    refunded: Money | None = None
    kept: bool = False
    pool: str | None = None
    claim: Delivery | None = None
    replacement: Replacement | None = None
    had: int | None = None
    replacing_since: datetime | None = None
    exchanged: bool = False
    gift: StaffAction | None = None
    revoked: StaffAction | None = None
    arrived: bool = False
    origin: int | None = None
    outstanding: Outstanding | None = None
    underpayment: Underpayment | None = None
    stalled: str | None = None
    test: bool = False

    @property
    def short_name(self) -> str:
        """Short name of the order, for places that others than its buyer can read."""
        return short_name(self.uniqid or self.nonce)

    @property
    def bought(self) -> tuple[Line, ...]:
        """The lines that it pays for."""
        return self.lines or (
            Line(
                self.kind,
                self.offer_id,
                self.title,
                self.quantity,
                self.variant_title,
                self.roles,
                self.lasts,
                self.promise,
                self.recurring,
            ),
        )

    @property
    def own_ids(self) -> frozenset[str]:
        """Every id by which Shoppex may name the product that was ordered."""
        return frozenset((self.offer_id, *self.product_ids))

    def names_of(self, line: Line) -> frozenset[str]:
        """Return every id by which Shoppex may name the product of a line."""
        is_ordered = line.offer_id == self.offer_id
        return self.own_ids if is_ordered else frozenset((line.offer_id,))

    @property
    def begins_subscription(self) -> bool:
        """Whether a subscription belongs to one of its lines."""
        return any(line.recurring for line in self.bought)

    @property
    def keys_due(self) -> int:
        """Number of keys that Shoppex delivers with the order."""
        return sum(line.quantity for line in self.bought if line.promise is Promise.KEYS)

    @property
    def total(self) -> Money | None:
        """Amount that was paid, or is to be paid; ``None`` when that is not known."""
        return self.quote if self.payment is None else self.payment.total

    @property
    def needs_decision(self) -> bool:
        """Whether staff have to decide about it."""
        return self.held is not None and self.left is None and self.accepted is None

    @property
    def entitled(self) -> bool:
        """Whether what was bought is to be handed over."""
        paid = self.status is OrderStatus.PAID
        return paid and self.held is None and self.revoked is None

    @property
    def remote_id(self) -> str | None:
        """The id by which Shoppex can be asked about it; ``None`` while it knows nothing of it."""
        return None if self.test or self.gift is not None else self.uniqid

    @property
    def open_readings(self) -> tuple[Delivery, ...]:
        """API reads that are still to be made, or retried, for this order."""
        if self.remote_id is None:
            return ()
        goods = self.entitled and self.kind is OfferKind.PRODUCT
        wanted = (self.asking, self.reading if goods else None)
        return tuple(each for each in wanted if each is not None and each.goes_on)

    @property
    def open(self) -> bool:
        """Whether Shoppex may still say that it was paid."""
        ours = self.remote_id is not None and self.held is None and not self.renewal
        return ours and self.paid_at is None and self.status in _PAYABLE

    @property
    def unsettled(self) -> bool:
        """Whether something is owed for it, may come for it, or may have to be taken back."""
        owed = self.entitled and self.message.goes_on
        gives = (self.entitled or self.kept) and not self.fulfilled and self.revoked is None
        acted = self.changed_at is not None or self.revoked is not None
        turned = acted and self.paid_at is not None
        claims = self.entitled and self.claim is not None and self.claim.waits
        decision = self.needs_decision
        return (
            bool(self.open_readings) or owed or gives or turned or self.open or claims or decision
        )

    @property
    def touched_by_money(self) -> bool:
        """Whether somebody paid for it, or may have."""
        open_question = self.held is not None or self.asking is not None
        unpaid = self.status in _UNPAID
        touched = self.paid_at is not None or open_question or not unpaid
        return touched and not self.test

    def describe(self) -> str:
        """Return what was bought, in a few words."""
        return ", ".join(line.describe() for line in self.bought)


class Reset(NamedTuple):
    """A licence that its owner freed from its machine."""

    license_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Account:
    """All that the ledger knows of one person in one guild. A value: changes make a new one.

    Parameters
    ----------
    orders
        By nonce.
    grants
        By role id.
    subscriptions
        By id.
    notices
        Messages that are not about one order's goods, by their stable name, and what became of
        each.
    customers
        Shoppex's ids for the person.
    email
        Only when the buyer asked for it to be remembered.
    reminders
        Whether the buyer wants to be reminded of renewals and ends.
    banned_at
        When the person was last banned; nothing that was bought before gives a role.
    resets
        Which of their licences the person freed from its machine, and when; old ones go.
    took
        The user whose purchases staff moved here, until those are gone from there.
    """

    key: AccountKey
    orders: Mapping[str, Order] = field(default_factory=dict)
    grants: Mapping[int, Grant] = field(default_factory=dict)
    subscriptions: Mapping[str, Subscription] = field(default_factory=dict)
    notices: Mapping[str, Delivery] = field(default_factory=dict)
    customers: tuple[str, ...] = ()
    email: str | None = field(default=None, repr=False)
    reminders: bool = True
    banned_at: datetime | None = None
    resets: tuple[Reset, ...] = ()
    took: int | None = None

    @property
    def unsettled(self) -> bool:
        """Whether this account is owed something that has not been given up.

        Wider than what is due: whether something that was given has ended is for `desired` to
        say, so whoever holds a role that can end is among them.
        """
        orders = self.orders.values()
        # Who has nothing any more had everything moved away.
        may_end = not orders or any(
            order.lasts is not None or any(line.lasts is not None for line in order.lines)
            for order in orders
        )
        return (
            any(order.unsettled for order in orders)
            or bool(self.subscriptions)
            or any(grant.owed for grant in self.grants.values())
            or any(notice.goes_on for notice in self.notices.values())
            or (self.holds_roles and may_end)
        )

    @property
    def holds_roles(self) -> bool:
        """Whether the person has a role from the cog."""
        return any(grant.held for grant in self.grants.values())

    @property
    def stuck(self) -> bool:
        """Whether something waits here for the buyer or for staff."""
        held = any(
            order.needs_decision or order.refunded or order.stalled
            for order in self.orders.values()
        )
        odd = any(subscription.needs_a_look for subscription in self.subscriptions.values())
        return held or odd or any(delivery.stuck for delivery in self.deliveries())

    def deliveries(self) -> Iterator[Delivery]:
        """Everything that was ever owed here, with what became of it."""
        for order in self.orders.values():
            if order.asking is not None:
                yield order.asking
            if order.claim is not None:
                yield order.claim
            yield order.reading
            yield order.message
        for subscription in self.subscriptions.values():
            if subscription.asking is not None:
                yield subscription.asking
        for grant in self.grants.values():
            yield grant.delivery
            if grant.removal is not None:
                yield grant.removal
        yield from self.notices.values()

    def with_order(self, order: Order) -> Account:
        """The account after ``order`` was added or changed."""
        return replace(self, orders={**self.orders, order.nonce: order})

    def with_changed(self, nonce: str, change: Callable[[Order], Order]) -> Account:
        """The account after ``change`` of an order; as it is when the order was forgotten."""
        order = self.orders.get(nonce)
        return self if order is None else self.with_order(change(order))

    def without_order(self, nonce: str) -> Account:
        """The account after an order was forgotten."""
        return replace(self, orders={n: o for n, o in self.orders.items() if n != nonce})

    def with_subscription(self, subscription: Subscription) -> Account:
        """The account after ``subscription`` was added or changed."""
        return replace(self, subscriptions={**self.subscriptions, subscription.id: subscription})

    def with_grant(self, role_id: int, grant: Grant) -> Account:
        """The account after news of one role."""
        return replace(self, grants={**self.grants, role_id: grant})

    def with_notice(self, name: str, delivery: Delivery) -> Account:
        """The account after news of one message; of very many, the first are forgotten."""
        notices = {**self.notices, name: delivery}
        for told in list(self.notices)[: max(0, len(notices) - _MOST_NOTICES)]:
            del notices[told]
        return replace(self, notices=notices)

    def order_of(self, uniqid: str) -> Order | None:
        """The order with Shoppex's id ``uniqid``."""
        return next((o for o in self.orders.values() if o.uniqid == uniqid), None)

"""Status of a member's purchases, as they see it, newest first. Pure."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import NamedTuple

from ..domain.account import Account, OfferKind, Order, Promise
from ..domain.delivery import Delivery, DeliveryState
from ..domain.outstanding import Outstanding
from ..domain.policy import Terms
from ..domain.status import OrderStatus
from ..domain.subscription import Subscription, standing_of
from ..domain.subscription_status import SubscriptionStatus
from ..fulfilment.entitlement.claims import (
    ends_of,
    order_gives,
    policy_of,
    roles_of,
    subscription_gives,
)


class PurchaseStage(str, Enum):
    """Where a purchase stands."""

    UNPAID = "unpaid"
    CONFIRMING = "confirming"
    UNDERPAID = "underpaid"
    EXPIRED = "expired"
    HELD = "held"
    NOT_DELIVERED = "not delivered"
    ON_THE_WAY = "on the way"
    KEY_LATE = "key late"
    QUESTIONS = "questions"
    BY_SELLER = "by seller"
    NEEDS_BUYER = "needs buyer"
    RULES = "rules"
    NEEDS_STAFF = "needs staff"
    DONE = "done"
    OVER = "over"
    REFUNDED = "refunded"
    DISPUTED = "disputed"
    REVOKED = "revoked"
    RUNS = "runs"
    ENDS = "ends"
    OVERDUE = "overdue"
    PAUSED = "paused"


_BY_STATUS = {
    OrderStatus.UNKNOWN: PurchaseStage.UNPAID,
    OrderStatus.PENDING: PurchaseStage.UNPAID,
    OrderStatus.PARTIAL: PurchaseStage.CONFIRMING,
    OrderStatus.CANCELLED: PurchaseStage.EXPIRED,
    OrderStatus.REFUNDED: PurchaseStage.REFUNDED,
    OrderStatus.DISPUTED: PurchaseStage.DISPUTED,
}


class PurchaseStatus(NamedTuple):
    """Where a purchase stands, and until when what it gave lasts.

    Parameters
    ----------
    until
        When it ends, or renews; ``None`` when nothing is known to end it.
    """

    stage: PurchaseStage
    until: datetime | None = None


def matters_of(account: Account) -> list[Order | Subscription]:
    """Subscriptions, and the orders that belong to none of them; newest first.

    An order of which Shoppex's answer never came is nothing that its buyer could use, and a test
    is no purchase.
    """
    matters: list[Order | Subscription] = [
        order
        for order in account.orders.values()
        if order.uniqid is not None and not order.test and subscription_of(account, order) is None
    ]
    matters += account.subscriptions.values()
    return sorted(matters, key=began_at, reverse=True)


def periods_of(account: Account, subscription: Subscription) -> list[Order]:
    """The orders that paid for a subscription, newest first."""
    orders = [
        order
        for order in account.orders.values()
        if order.uniqid is not None and subscription_of(account, order) == subscription
    ]
    return sorted(orders, key=began_at, reverse=True)


def subscription_of(account: Account, order: Order) -> Subscription | None:
    """The subscription that an order belongs to."""
    return next(
        (
            subscription
            for subscription in account.subscriptions.values()
            if subscription.is_named(order.subscription) or subscription.nonce == order.nonce
        ),
        None,
    )


def began_at(matter: Order | Subscription) -> datetime:
    """When it was ordered, or first heard of."""
    return matter.created_at if isinstance(matter, Order) else matter.known_since


def standing(
    account: Account, matter: Order | Subscription, terms: Terms, now: datetime
) -> PurchaseStatus:
    """Where an order or a subscription stands."""
    if isinstance(matter, Subscription):
        return _of_subscription(account, matter, terms, now)
    until = ends_of(account, terms).get(matter.nonce)
    return PurchaseStatus(_of_order(account, matter, terms, now, until), until)


def can_open(order: Order) -> bool:
    """Whether there may be goods that can be shown to the buyer."""
    delivers = order.kind is OfferKind.PRODUCT and order.gift is None
    return order.entitled and (delivers or bool(order.goods))


def _of_order(
    account: Account, order: Order, terms: Terms, now: datetime, until: datetime | None
) -> PurchaseStage:
    closed = _closed(order, now, until)
    if closed is not None:
        return closed
    gives = order_gives(account, order, terms) and subscription_of(account, order) is None
    roles = [account.grants.get(role_id) for role_id in roles_of(order, terms) if gives]
    given = [Delivery() if grant is None else grant.delivery for grant in roles]
    waits_for_goods = order.kind is OfferKind.PRODUCT and order.promise is not Promise.NOTHING
    states = {delivery.state for delivery in given} | {order.message.state}
    if waits_for_goods:
        states.add(order.reading.state)
    if order.claim is not None:
        states.add(order.claim.state)
    if DeliveryState.NEEDS_STAFF in states:
        return PurchaseStage.NEEDS_STAFF
    if any(delivery.stuck and delivery.reason == "screening_pending" for delivery in given):
        return PurchaseStage.RULES
    # A message that held nothing is nothing to fetch.
    if order.goods and order.message.state is DeliveryState.NEEDS_BUYER:
        return PurchaseStage.NEEDS_BUYER
    if order.outstanding is not None:
        return _outstanding(order.outstanding)
    if waits_for_goods and order.reading.waits:
        return PurchaseStage.KEY_LATE
    on_the_way = any(delivery.waits or delivery.stuck for delivery in given)
    return (
        PurchaseStage.ON_THE_WAY
        if on_the_way or DeliveryState.PENDING in states
        else PurchaseStage.DONE
    )


def _outstanding(outstanding: Outstanding) -> PurchaseStage:
    if outstanding.questions:
        return PurchaseStage.QUESTIONS
    return PurchaseStage.NEEDS_STAFF if outstanding.failed else PurchaseStage.BY_SELLER


def _closed(order: Order, now: datetime, until: datetime | None) -> PurchaseStage | None:
    """Where an order stands that gives nothing, or nothing any more."""
    if order.held is not None:
        return PurchaseStage.HELD if order.left is None else PurchaseStage.NOT_DELIVERED
    if order.heard_paid_at is not None and order.paid_at is None:
        return PurchaseStage.CONFIRMING
    if order.underpayment is not None:
        return PurchaseStage.UNDERPAID
    if order.status in _BY_STATUS:
        return _BY_STATUS[order.status]
    if order.revoked is not None:
        return PurchaseStage.REVOKED
    return PurchaseStage.OVER if until is not None and until <= now else None


def _of_subscription(
    account: Account, subscription: Subscription, terms: Terms, now: datetime
) -> PurchaseStatus:
    if not subscription.governs:
        return PurchaseStatus(PurchaseStage.ON_THE_WAY)
    if subscription.revoked is not None:
        return PurchaseStatus(PurchaseStage.REVOKED)
    state = standing_of(subscription, policy_of(subscription, terms), now)
    if not subscription_gives(account, subscription, terms, now):
        stopped = subscription.status is SubscriptionStatus.PAUSED
        return PurchaseStatus(PurchaseStage.PAUSED if stopped else PurchaseStage.OVER, state.until)
    if subscription.status is SubscriptionStatus.PAST_DUE:
        return PurchaseStatus(PurchaseStage.OVERDUE)
    if subscription.status is SubscriptionStatus.PAUSED:
        return PurchaseStatus(PurchaseStage.PAUSED, state.until)
    if subscription.runs:
        return PurchaseStatus(PurchaseStage.RUNS, subscription.period_end)
    return PurchaseStatus(PurchaseStage.ENDS, state.until)

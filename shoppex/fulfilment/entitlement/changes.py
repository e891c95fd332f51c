"""Events for staff that a change of an account means: a sale, a refund, an end. Pure.

Each thing is told by the one change that makes it true, so it is told once. What appears in an
account whole was moved or given by staff, who told of it themselves, and what disappears was
moved, forgotten or deleted: neither happened in the shop.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from ...domain.account import Account, AccountKey, Order
from ...domain.event import EventKind, ShopEvent
from ...domain.money import Money
from ...domain.policy import Policy
from ...domain.status import OrderStatus
from ...domain.subscription import Subscription, standing_of
from ...domain.subscription_status import SubscriptionStatus


def happenings_of(before: Account, after: Account) -> Iterator[ShopEvent]:
    """Yield what happened between two states of one account."""
    for nonce, order in after.orders.items():
        known = before.orders.get(nonce)
        if known is not None and known != order:
            yield from _of_order(after.key, known, order)
    for subscription in after.subscriptions.values():
        names = (subscription.id, subscription.other_id)
        known_as = [s for s in before.subscriptions.values() if any(map(s.is_named, names))]
        if known_as:
            yield from _of_subscription(after, known_as, subscription)


def _of_order(key: AccountKey, before: Order, after: Order) -> Iterator[ShopEvent]:
    def happened(kind: EventKind, money: Money | None = None) -> ShopEvent:
        return ShopEvent(
            kind,
            key,
            subject=after.describe() if after.lines else replace(after, quantity=1).describe(),
            pieces=1 if after.lines else after.quantity,
            order=after.uniqid,
            money=money,
            test=after.test,
        )

    if before.paid_at is None and after.paid_at is not None and after.gift is None:
        yield happened(EventKind.RENEWED if after.renewal else EventKind.SALE, after.total)
    if after.arrived and not before.arrived:
        yield replace(happened(EventKind.DELIVERED), roles=after.roles)
    if after.status is not before.status:
        if after.status is OrderStatus.REFUNDED:
            yield happened(EventKind.REFUNDED, _went_back(before.refunded, after.total))
        elif after.status is OrderStatus.DISPUTED:
            yield happened(EventKind.DISPUTED, after.total)
        elif before.status is OrderStatus.DISPUTED:
            yield happened(EventKind.DISPUTE_WON, after.total)
    if after.status is OrderStatus.PAID and after.refunded not in (None, before.refunded):
        yield happened(EventKind.PARTLY_REFUNDED, _went_back(before.refunded, after.refunded))


def _went_back(before: Money | None, now: Money | None) -> Money | None:
    """What was given back beyond what had been before; ``None`` when that is not known."""
    if now is None:
        return None
    counts = before is not None and before.currency == now.currency
    already = before.amount if before is not None and counts else Decimal(0)
    back = now.amount - already
    return Money(back, now.currency) if back > 0 else None


def _of_subscription(
    account: Account, before: list[Subscription], after: Subscription
) -> Iterator[ShopEvent]:
    order = account.orders.get(after.nonce)

    def happened(kind: EventKind) -> ShopEvent:
        return ShopEvent(
            kind,
            account.key,
            subject=after.title,
            order=None if order is None else order.uniqid,
            test=order is not None and order.test,
        )

    if after.runs and not any(subscription.governs for subscription in before):
        yield happened(EventKind.SUBSCRIBED)
    if _has_ended(after) and not any(map(_has_ended, before)):
        yield happened(EventKind.UNSUBSCRIBED)


def _has_ended(subscription: Subscription) -> bool:
    """Whether Shoppex said, after its end, that it was cancelled: only its word ends one."""
    read_at = subscription.read_at
    if subscription.status is not SubscriptionStatus.CANCELLED or read_at is None:
        return False
    return not standing_of(subscription, Policy(), read_at).gives

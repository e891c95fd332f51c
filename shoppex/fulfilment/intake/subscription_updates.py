"""Update of a subscription in the ledger by news of it. Pure. Contract, section 5."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta

from ...domain.account import Account, OfferKind, Order
from ...domain.delivery import Delivery
from ...domain.order_metadata import NONCE
from ...domain.remote import RemoteOrder, RemoteSubscription
from ...domain.subscription import Subscription
from ...domain.subscription_status import SubscriptionStatus
from .order_updates import answered

_INVOICES = 36
_CUSTOMERS = 8
_NONCE = 32
# Every name of one product, with room.
_OFFER_IDS = 12
# Whoever knows a server's secret can name any number of orders and subscriptions.
MOST_UNPROVEN = 12
_IN_VAIN = ("unexpected", "unreadable", "renewal_unproven")
_OVERDUE_AFTER = timedelta(days=30)
# A renewal may be paid a little before what it follows has ended.
_EARLY = timedelta(days=1)


def hear_of(account: Account, news: RemoteSubscription, nonce: str, now: datetime) -> Account:
    """The account after an event about a subscription: it is to be read, and nothing more.

    Events come late, twice, in any order and with parts missing; what the API answers counts.

    Parameters
    ----------
    nonce
        Of the order that began it.
    """
    known = _known(account, news.uniqid, news.id)
    if known is not None:
        return account.with_subscription(ask(known, now))
    order = account.orders[nonce]
    unread = [s for s in account.subscriptions.values() if s.read_at is None]
    if len(unread) >= MOST_UNPROVEN:
        vain = [s for s in unread if _is_in_vain(s.asking)]
        if not vain:
            return account
        account = _without(account, vain[0].id)
    begun = Subscription(
        id=news.uniqid,
        nonce=nonce,
        known_since=now,
        other_id=news.id,
        offer_ids=news.product_ids[:_OFFER_IDS] or (order.offer_id, *order.product_ids),
        title=order.title,
        roles=order.roles,
        customer_id=news.customer_id,
        gateway=news.gateway,
        asking=Delivery(begun_at=now),
        revoked=order.revoked,
    )
    current = account.subscriptions.get(order.subscription or "")
    if current is None or not current.runs:
        account = account.with_order(replace(order, subscription=begun.id))
    return with_customer(account.with_subscription(begun), news.customer_id)


def hear_of_id(account: Account, subscription_id: str, nonce: str, now: datetime) -> Account:
    """The account after an order named the subscription that it began, or pays for."""
    stub = RemoteSubscription(subscription_id, subscription_id, SubscriptionStatus.UNKNOWN)
    return hear_of(account, stub, nonce, now)


def ask(subscription: Subscription, now: datetime) -> Subscription:
    """The subscription, to be read from the API: what it was asked before ``now`` is not enough.

    Waiting for staff ends with news, which may be what they did.
    """
    asking = subscription.asking
    waiting = asking if asking is not None and asking.waits else Delivery()
    return replace(subscription, asking=replace(waiting, begun_at=now))


def with_asking(account: Account, subscription_id: str, asking: Delivery) -> Account:
    """The account after a question about a subscription that brought no answer."""
    known = account.subscriptions.get(subscription_id)
    return account if known is None else account.with_subscription(replace(known, asking=asking))


def learn_subscription(
    account: Account, subscription_id: str, news: RemoteSubscription, asked_at: datetime
) -> Account:
    """The account after the API's answer about a subscription.

    Parameters
    ----------
    asked_at
        When the API was asked; an older answer than the last changes nothing.
    """
    known = account.subscriptions.get(subscription_id)
    if known is None:
        return account
    if known.read_at is not None and asked_at < known.read_at:
        return account
    status = known.status if news.status is SubscriptionStatus.UNKNOWN else news.status
    cancelled = status is SubscriptionStatus.CANCELLED
    moved = is_moved(known, news)
    learnt = replace(
        known,
        # Whichever name it was first heard of by stays its name here.
        other_id=news.uniqid if known.id == news.id else news.id,
        offer_ids=news.product_ids[:_OFFER_IDS] or known.offer_ids,
        title=news.product_title or ("" if moved else known.title),
        status=status,
        gateway=news.gateway or known.gateway,
        customer_id=news.customer_id or known.customer_id,
        period_start=news.period_start or known.period_start,
        period_end=news.period_end or known.period_end,
        end_unsure=_is_end_unsure(account, known, news, status),
        cancelled_at=(news.cancelled_at or known.cancelled_at or asked_at) if cancelled else None,
        cancel_heard=cancelled and news.cancelled_at is None and _is_only_heard(known),
        read_at=asked_at,
        asking=answered(known.asking, asked_at),
        invoices=tuple(dict.fromkeys((*known.invoices, *news.invoices[::-1])))[-_INVOICES:],
        fulfilled=known.fulfilled and not moved,
        moved=known.moved or moved,
        price=news.price if known.moved or moved else None,
    )
    account = _with_titles(account, learnt)
    learnt = replace(learnt, overdue=_is_overdue(account, learnt, asked_at))
    account = with_customer(_merged(account, learnt), news.customer_id)
    for uniqid in learnt.invoices:
        account = _with_listed(account, learnt, uniqid, asked_at)
    return account


def _with_titles(account: Account, learnt: Subscription) -> Account:
    """The account in which what is still to be paid names today's plan."""
    if not learnt.title:
        return account
    for order in account.orders.values():
        unpaid = order.renewal and order.paid_at is None
        if unpaid and order.title != learnt.title and learnt.is_named(order.subscription):
            account = account.with_order(replace(order, title=learnt.title))
    return account


def is_moved(known: Subscription, news: RemoteSubscription) -> bool:
    """Return whether an answer is about another plan than the one that is known."""
    return bool(news.product_ids) and not set(news.product_ids) & set(known.offer_ids)


def _is_end_unsure(
    account: Account, known: Subscription, news: RemoteSubscription, status: SubscriptionStatus
) -> bool:
    """Whether it is open when what is paid for ends; what was known of it stays known.

    An answer without an end leaves the one of before, unless a period was added since. One
    that is cancelled gets no further period.
    """
    if news.period_end is not None:
        return False
    if status is known.status is SubscriptionStatus.CANCELLED:
        return known.end_unsure
    end = known.period_end
    if end is None or news.end_unreadable or known.end_unsure:
        return True
    renewed = bool(known.invoices) and not set(news.invoices) <= set(known.invoices)
    return renewed or _is_renewed(account, known, end)


def _is_renewed(account: Account, subscription: Subscription, end: datetime) -> bool:
    """Whether there is a renewal for what comes after ``end``, paid or still to be proven."""
    return any(
        order.renewal
        and subscription.is_named(order.subscription)
        and order.created_at > end - _EARLY
        and (order.paid_at is not None or order.asking is not None)
        for order in account.orders.values()
    )


def _is_only_heard(known: Subscription) -> bool:
    """Whether Shoppex never said when it was cancelled."""
    return known.cancel_heard or known.cancelled_at is None


def _is_overdue(account: Account, learnt: Subscription, asked_at: datetime) -> bool:
    """Whether Shoppex goes on with it although nothing was paid for a long time."""
    past_due = learnt.status is SubscriptionStatus.PAST_DUE
    if not learnt.runs and not past_due:
        return False
    end = None if learnt.end_unsure else learnt.period_end
    if end is None:
        paid = [o.paid_at for o in account.orders.values() if learnt.is_named(o.subscription)]
        last = max((at for at in paid if at is not None), default=learnt.known_since)
        return past_due and asked_at - last > _OVERDUE_AFTER
    paid_since = any(
        order.paid_at is not None and max(order.created_at, order.paid_at) > end - _EARLY
        for order in account.orders.values()
        if order.renewal and learnt.is_named(order.subscription)
    )
    return not paid_since and asked_at - end >= _OVERDUE_AFTER


def _without(account: Account, subscription_id: str) -> Account:
    """The account after a subscription was forgotten."""
    left = {name: s for name, s in account.subscriptions.items() if name != subscription_id}
    return replace(account, subscriptions=left)


def _merged(account: Account, learnt: Subscription) -> Account:
    """The account with one entry for it, whichever of its names it was heard of by."""
    others = {
        name: subscription
        for name, subscription in account.subscriptions.items()
        if name != learnt.id and not learnt.is_named(name)
    }
    return replace(account, subscriptions={**others, learnt.id: learnt})


def with_renewal(
    account: Account, subscription: Subscription, uniqid: str, now: datetime
) -> Account:
    """The account with an order for a further period, which the API has to confirm.

    It gives no roles: those are the subscription's. It may bring a new key. Only so many wait
    to be confirmed: beyond that, one that was looked for in vain makes room; else the newcomer
    is left to the list of invoices that the API gives.
    """
    if account.order_of(uniqid) is not None:
        return account
    unproven = _unproven(account, subscription)
    if len(unproven) >= MOST_UNPROVEN:
        vain = [order for order in unproven if order.asking is None or _is_in_vain(order.asking)]
        if not vain:
            return account
        account = account.without_order(vain[0].nonce)
    return _with_listed(account, subscription, uniqid, now)


def _unproven(account: Account, subscription: Subscription) -> list[Order]:
    """The further periods of which only an event told, oldest first."""
    return [
        order
        for order in account.orders.values()
        if order.renewal
        and order.paid_at is None
        and subscription.is_named(order.subscription)
        and order.uniqid not in subscription.invoices
    ]


def _is_in_vain(asking: Delivery | None) -> bool:
    """Whether Shoppex answered that it knows nothing of the kind."""
    return asking is not None and asking.reason in _IN_VAIN


def _with_listed(
    account: Account, subscription: Subscription, uniqid: str, now: datetime
) -> Account:
    """The account with an order for one of the invoices of a subscription."""
    if account.order_of(uniqid) is not None:
        return account
    renewal = Order(
        nonce=renewal_nonce(uniqid),
        kind=OfferKind.PRODUCT,
        offer_id=subscription.offer_ids[0] if subscription.offer_ids else "",
        title=subscription.title,
        created_at=now,
        uniqid=uniqid,
        subscription=subscription.id,
        renewal=True,
        fulfilled=True,
        asking=Delivery(begun_at=now),
        revoked=subscription.revoked,
    )
    return account.with_order(renewal)


def is_proven(account: Account, order: Order, news: RemoteOrder) -> bool:
    """Return whether the API shows that a renewal belongs to the subscription it was taken for."""
    subscription = account.subscriptions.get(order.subscription or "")
    if not order.renewal or subscription is None:
        return not order.renewal
    return (
        subscription.is_named(news.subscription_id)
        or news.custom_fields.get(NONCE) == subscription.nonce
        or news.uniqid in subscription.invoices
    )


def hear_of_renewal(account: Account, subscription_id: str, uniqid: str, now: datetime) -> Account:
    """The account after an event about an unknown order that may be a further period."""
    known = account.subscriptions.get(subscription_id)
    if known is None:
        return account
    return with_renewal(account.with_subscription(ask(known, now)), known, uniqid, now)


def with_customer(account: Account, customer_id: str | None) -> Account:
    """The account, knowing one more of Shoppex's ids for the person."""
    if not customer_id or customer_id in account.customers:
        return account
    return replace(account, customers=(*account.customers, customer_id)[-_CUSTOMERS:])


def renewal_nonce(uniqid: str) -> str:
    """The name of a renewal in the ledger: the same however often it is heard of."""
    return hashlib.sha256(uniqid.encode()).hexdigest()[:_NONCE]


def _known(account: Account, *names: str) -> Subscription | None:
    return next(
        (
            subscription
            for subscription in account.subscriptions.values()
            if any(subscription.is_named(name) for name in names)
        ),
        None,
    )

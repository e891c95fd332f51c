"""What news of a subscription does to what we hold of it. Pure. Contract, section 5."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime

from ..domain.account import Account, OfferKind, Order
from ..domain.delivery import Delivery
from ..domain.remote import RemoteOrder, RemoteSubscription
from ..domain.subscription import Subscription
from ..domain.subscription_status import SubscriptionStatus
from ..domain.tag import NONCE
from .facts import answered

_INVOICES = 36
_CUSTOMERS = 8
_NONCE = 32


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
    begun = Subscription(
        id=news.uniqid,
        nonce=nonce,
        known_since=now,
        other_id=news.id,
        offer_ids=news.product_ids or (order.offer_id,),
        title=order.title,
        roles=order.roles,
        customer_id=news.customer_id,
        gateway=news.gateway,
        asking=Delivery(begun_at=now),
        revoked=order.revoked,
    )
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


def learn_subscription(
    account: Account, subscription_id: str, news: RemoteSubscription, asked_at: datetime
) -> Account:
    """The account after the API's answer about a subscription.

    Parameters
    ----------
    asked_at
        When the API was asked; an older answer than the last changes nothing.
    """
    known = account.subscriptions[subscription_id]
    if known.read_at is not None and asked_at < known.read_at:
        return account
    status = known.status if news.status is SubscriptionStatus.UNKNOWN else news.status
    cancelled = status is SubscriptionStatus.CANCELLED
    moved = bool(news.product_ids) and not set(news.product_ids) & set(known.offer_ids)
    learnt = replace(
        known,
        # Whichever name it was first heard of by stays its name here.
        other_id=news.uniqid if known.id == news.id else news.id,
        offer_ids=news.product_ids or known.offer_ids,
        title=news.product_title or known.title,
        status=status,
        gateway=news.gateway or known.gateway,
        customer_id=news.customer_id or known.customer_id,
        period_start=news.period_start or known.period_start,
        period_end=news.period_end or known.period_end,
        cancelled_at=(news.cancelled_at or known.cancelled_at or asked_at) if cancelled else None,
        read_at=asked_at,
        asking=answered(known.asking, asked_at),
        invoices=tuple(dict.fromkeys((*known.invoices, *news.invoices)))[-_INVOICES:],
        fulfilled=known.fulfilled and not moved,
    )
    account = with_customer(_merged(account, learnt), news.customer_id)
    for uniqid in news.invoices:
        account = with_renewal(account, learnt, uniqid, asked_at)
    return account


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

    It gives no roles: those are the subscription's. It may bring a new key.
    """
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
    """Whether the API shows that a renewal belongs to the subscription it was taken for."""
    subscription = account.subscriptions.get(order.subscription or "")
    if not order.renewal or subscription is None:
        return not order.renewal
    return (
        subscription.is_named(news.subscription_id)
        or news.custom_fields.get(NONCE) == subscription.nonce
        or news.uniqid in subscription.invoices
    )


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

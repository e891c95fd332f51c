"""Resolve a remote order or subscription to the local account."""

from __future__ import annotations

from ...domain.account import AccountKey, Order
from ...domain.order_metadata import OrderTag
from ...domain.remote import RemoteOrder, RemoteSubscription
from ...domain.subscription import Subscription
from ...store.ledger import Ledger


class AccountLookup:
    """Resolves remote records by the ledger. Only what this bot began is ever found."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def of_order(self, news: RemoteOrder) -> tuple[AccountKey, str] | None:
        """Resolve an order to its account and nonce: by Shoppex's id, else by the nonce in it.

        The nonce is what remains when the bot died between the order's creation and the
        answer; it counts only for an order that has no id yet.
        """
        place = self._ledger.locate(news.uniqid)
        if place is not None:
            return place
        tagged = self._tagged(OrderTag.from_fields(news.custom_fields))
        if tagged is None or tagged[1].uniqid is not None:
            return None
        return tagged[0], tagged[1].nonce

    def of_subscription(
        self, guild_id: int, news: RemoteSubscription
    ) -> tuple[AccountKey, str] | None:
        """Resolve a subscription to its account, and the nonce of the order that began it.

        By its own ids, the nonce that came back, one of its invoices, or the customer.
        """
        known = self._ledger.locate_subscription(news.uniqid, news.id)
        if known is not None:
            return known[0], known[1].nonce
        tagged = self._tagged(OrderTag.from_fields(news.custom_fields))
        if tagged is not None:
            return tagged[0], tagged[1].nonce
        for uniqid in news.invoices:
            place = self._ledger.locate(uniqid)
            if place is not None:
                return place
        return self._begun_by_customer(guild_id, news)

    def of_renewal(
        self, guild_id: int, news: RemoteOrder
    ) -> tuple[AccountKey, Subscription] | None:
        """Resolve an unknown order to the subscription of which it may be a further period."""
        known = self._ledger.locate_subscription(news.subscription_id)
        if known is not None:
            return known
        tagged = self._tagged(OrderTag.from_fields(news.custom_fields))
        if tagged is not None:
            key, order = tagged
            subscriptions = self._ledger.get(key).subscriptions.values()
            return next(((key, sub) for sub in subscriptions if sub.nonce == order.nonce), None)
        candidates = [
            (key, sub)
            for key in self._ledger.customers(news.customer_id)
            for sub in self._ledger.get(key).subscriptions.values()
            if key.guild_id == guild_id and _may_be_of(sub.offer_ids, news.product_ids)
        ]
        return candidates[0] if len(candidates) == 1 else None

    def _tagged(self, tag: OrderTag | None) -> tuple[AccountKey, Order] | None:
        if tag is None:
            return None
        key = AccountKey(tag.guild_id, tag.user_id)
        if tag.nonce not in self._ledger.get(key).orders:
            # Staff may have moved it to another account since.
            key = self._ledger.find_moved(tag.nonce) or key
        order = self._ledger.get(key).orders.get(tag.nonce)
        return None if order is None else (key, order)

    def _begun_by_customer(
        self, guild_id: int, news: RemoteSubscription
    ) -> tuple[AccountKey, str] | None:
        """The one order that can have begun it; two accounts may share an e-mail address."""
        candidates = [
            (key, order.nonce)
            for key in self._ledger.customers(news.customer_id)
            for order in self._ledger.get(key).orders.values()
            if key.guild_id == guild_id
            and order.recurring
            and order.entitled
            and order.subscription is None
            and _may_be_of((order.offer_id,), news.product_ids)
        ]
        return candidates[0] if len(candidates) == 1 else None


def _may_be_of(ours: tuple[str, ...], named: tuple[str, ...]) -> bool:
    return not named or bool(set(ours) & set(named))

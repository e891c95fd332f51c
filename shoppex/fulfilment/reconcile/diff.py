"""Difference between a shop's lists and the ledger. Nothing follows from absence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from ...domain.account import AccountKey
from ...domain.policy import Terms
from ...domain.remote import RemoteOrder, RemoteSubscription
from ...store.ledger import Ledger
from ..intake.account_lookup import AccountLookup
from ..intake.order_updates import learn
from ..intake.recorder import Recorder
from ..intake.subscription_updates import is_moved, learn_subscription


@dataclass(frozen=True, slots=True)
class OrderNews:
    """An order that is other than the ledger has it."""

    key: AccountKey
    nonce: str
    news: RemoteOrder
    asked_at: datetime

    async def record(self, recorder: Recorder) -> None:
        """Write it down."""
        await recorder.learn(self.key, self.nonce, self.news, asked_at=self.asked_at)


@dataclass(frozen=True, slots=True)
class RenewalNews:
    """An order that is unknown, and pays for a further period of a subscription that is not."""

    key: AccountKey
    news: RemoteOrder
    asked_at: datetime

    async def record(self, recorder: Recorder) -> None:
        """Write it down."""
        await recorder.hear_of_renewal(self.key.guild_id, self.news)


@dataclass(frozen=True, slots=True)
class SubscriptionNews:
    """A subscription that is new, or other than the ledger has it.

    Parameters
    ----------
    nonce
        Of the order that began it.
    subscription_id
        As the ledger names it; ``None`` when it is new.
    """

    key: AccountKey
    nonce: str
    subscription_id: str | None
    news: RemoteSubscription
    asked_at: datetime

    async def record(self, recorder: Recorder) -> None:
        """Write it down. A list may leave out the invoices, so it is read by itself, too."""
        if self.subscription_id is not None:
            await recorder.learn_subscription(
                self.key, self.subscription_id, self.news, self.asked_at
            )
        if self.subscription_id is None or not self.news.invoices:
            await recorder.meet_subscription(self.key, self.nonce, self.news)


News = OrderNews | RenewalNews | SubscriptionNews


def happened_at(news: News) -> datetime:
    """Return when that happened, as far as Shoppex says."""
    return news.news.updated_at or news.news.created_at or news.asked_at


class ListDiff:
    """Compares entries of a guild's lists with the ledger."""

    def __init__(self, ledger: Ledger, guild_id: int, terms: Terms) -> None:
        self._ledger = ledger
        self._terms = terms
        self._accounts = AccountLookup(ledger)
        self._guild_id = guild_id

    def order(self, news: RemoteOrder, asked_at: datetime) -> News | None:
        """Return what is new about an order; ``None`` if it is known, or not this guild's."""
        place = self._accounts.of_order(news)
        if place is None:
            return self._renewal(news, asked_at)
        key, nonce = place
        if key.guild_id != self._guild_id:
            return None
        order = self._ledger.get(key).orders[nonce]
        unproven = order.renewal and order.paid_at is None
        if unproven or learn(key, order, news, asked_at, asked_at, self._terms) == order:
            return None
        return OrderNews(key, nonce, news, asked_at)

    def subscription(self, news: RemoteSubscription, asked_at: datetime) -> News | None:
        """Return what is new about a subscription; ``None`` if known, or not this guild's."""
        place = self._accounts.of_subscription(self._guild_id, news)
        if place is None or place[0].guild_id != self._guild_id:
            return None
        key, nonce = place
        found = self._ledger.locate_subscription(news.uniqid, news.id)
        if found is None:
            return SubscriptionNews(key, nonce, None, news, asked_at)
        known = found[1]
        if is_moved(known, news):
            # To what is found out when it is read by itself.
            return SubscriptionNews(key, nonce, None, news, asked_at)
        account = self._ledger.get(key)
        learnt = learn_subscription(account, known.id, news, asked_at).subscriptions[known.id]
        # When it was asked about says nothing about the subscription.
        if replace(learnt, read_at=known.read_at, asking=known.asking) == known:
            return None
        return SubscriptionNews(key, nonce, known.id, news, asked_at)

    def _renewal(self, news: RemoteOrder, asked_at: datetime) -> News | None:
        found = self._ledger.locate_subscription(news.subscription_id)
        if found is None or found[0].guild_id != self._guild_id:
            return None
        return RenewalNews(found[0], news, asked_at)

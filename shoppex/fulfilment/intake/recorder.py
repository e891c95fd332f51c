"""Recorder of webhook events and API answers as facts in the ledger. It grants nothing."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from ...api import MalformedOrder, MalformedSubscription, parse_order, parse_subscription
from ...domain.account import Account, AccountKey, OfferKind, Order
from ...domain.order_metadata import OrderTag
from ...domain.policy import Terms
from ...domain.remote import RemoteOrder, RemoteSubscription
from ...domain.status import OrderStatus, advance
from ...store.errors import StoreUnavailable
from ...store.ledger import Ledger
from .account_lookup import AccountLookup
from .order_updates import ask_again, distrust, has_seen, learn, mark_seen
from .subscription_updates import (
    hear_of,
    hear_of_id,
    hear_of_renewal,
    learn_subscription,
    with_customer,
)

log = logging.getLogger("red.shoppex.shoppex.fulfilment.intake.recorder")

Observer = Callable[[Account, Account], Awaitable[None]]

# An id of Shoppex's has some 30 characters; a header may have thousands.
_LONGEST_ID = 100
_BETWEEN_QUESTIONS = timedelta(minutes=1)
_MOST_ASKED = 1000
_NAME = re.compile(r"[A-Za-z0-9_.:-]{1,64}")

# What the name of an event says beside the status in its payload. `order:paid` is not among
# them: only a status that we know is a payment.
_IMPLIED = {
    "order:cancelled": OrderStatus.CANCELLED,
    "order:disputed": OrderStatus.DISPUTED,
}


class Outcome(Enum):
    """Outcome of one piece of news."""

    RECORDED = "recorded"
    KNOWN = "already known"
    ASKED = "to be read again"
    HELD = "held for staff"
    UNKNOWN_ORDER = "unknown order"
    OTHER_GUILD = "another server's order"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """One event, as far as its envelope goes."""

    name: str
    data: Mapping[str, object]

    @property
    def family(self) -> str:
        """The event without its ``:product`` twin's suffix (contract, section 4.3)."""
        return self.name.removesuffix(":product")


def read_event(payload: object, header: str | None) -> WebhookEvent | None:
    """Read the envelope (contract, section 4.1); ``None`` when it is none."""
    if not isinstance(payload, dict):
        return None
    name = payload.get("event") or payload.get("type") or header
    data = payload.get("data")
    # The name goes into the log, and whoever knows a server's secret chooses it.
    if not isinstance(name, str) or not _NAME.fullmatch(name) or not isinstance(data, dict):
        return None
    return WebhookEvent(name, data)


class Recorder:
    """Writes facts, and says whose they are.

    Parameters
    ----------
    on_change
        Called with the account after its facts were written.
    observe
        Called with the account before and after, and waited for before anything can follow
        from the change.
    terms
        Gives what is sold in a guild.
    """

    def __init__(
        self,
        ledger: Ledger,
        clock: Callable[[], datetime],
        on_change: Callable[[AccountKey], None],
        observe: Observer | None = None,
        terms: Callable[[int], Terms] = lambda _guild_id: Terms(),
    ) -> None:
        self._ledger = ledger
        self._accounts = AccountLookup(ledger)
        self._clock = clock
        self._on_change = on_change
        self._observe = observe
        self._full: set[AccountKey] = set()
        # When an event last made an order be asked about.
        self._asked: dict[str, datetime] = {}
        self._terms = terms

    def passing_on(self, on_change: Callable[[AccountKey], None]) -> Recorder:
        """The same, for somebody who passes changes on in their own time."""
        return Recorder(self._ledger, self._clock, on_change, self._observe, self._terms)

    async def hear(
        self, guild_id: int, event: WebhookEvent, delivery_id: str, *, fresh: bool
    ) -> Outcome:
        """Record a webhook event that was signed with the secret of ``guild_id``.

        Parameters
        ----------
        fresh
            Whether the payload may be believed; otherwise it only makes the API be asked.

        Raises
        ------
        StoreUnavailable
            When the fact could not be written. Nothing may be answered with 2xx then.
        """
        if event.family.startswith("subscription:"):
            return await self._hear_of_subscription(guild_id, event)
        if not event.family.startswith("order:"):
            return Outcome.IGNORED
        delivery_id = delivery_id[:_LONGEST_ID]
        try:
            news = parse_order(event.data)
        except MalformedOrder:
            log.warning("An event %s for guild %s names no order", event.name, guild_id)
            return Outcome.IGNORED
        place = self._accounts.of_order(news)
        if place is None:
            self._refuse_unreadable(guild_id, news.custom_fields)
            return await self.hear_of_renewal(guild_id, news)
        key, nonce = place
        if key.guild_id != guild_id:
            # One Shoppex shop can serve two servers; each hears of the other's orders too.
            log.warning("Guild %s was told of an order of guild %s", guild_id, key.guild_id)
            return Outcome.OTHER_GUILD
        implied = _IMPLIED.get(event.family, OrderStatus.UNKNOWN)
        news = replace(news, status=advance(news.status, implied))
        order = self._ledger.get(key).orders[nonce]
        if has_seen(order, delivery_id):
            return Outcome.KNOWN
        unclear = event.family == "order:paid" and news.status is OrderStatus.UNKNOWN
        reason = distrust(key, order, news)
        if reason is not None:
            log.warning(
                "Order %s is told of in a way that cannot be: %s", order.short_name, reason
            )
        if unclear or not fresh or reason is not None or order.renewal:
            # What cannot be believed here may still be true: Shoppex's API has the last word.
            now = self._clock()
            return await self._write(
                key, nonce, lambda o: mark_seen(ask_again(adopt(o, news), now), delivery_id)
            )
        # A key may have been replaced, and the event need not name the new one.
        asks = event.family == "order:updated" and order.paid_at is not None
        return await self.learn(key, nonce, news, delivery_id, asks=asks)

    async def learn(
        self,
        key: AccountKey,
        nonce: str,
        news: RemoteOrder,
        delivery_id: str = "",
        asked_at: datetime | None = None,
        *,
        asks: bool = False,
    ) -> Outcome:
        """Record trustworthy news of an order that is known to be this one.

        Parameters
        ----------
        asked_at
            When the API was asked whose answer this is; ``None`` for a webhook.
        asks
            Whether the API is asked what else is new, where goods are owed for the order.

        Raises
        ------
        StoreUnavailable
            When the fact could not be written.
        """
        now = self._clock()
        not_before = self._may_ask_from(nonce, now) if asks else None

        def change(order: Order) -> Order:
            learnt = learn(key, order, news, now, asked_at, self._terms(key.guild_id))
            if asks and learnt.entitled and learnt.kind is OfferKind.PRODUCT:
                learnt = ask_again(learnt, now, not_before)
            return mark_seen(learnt, delivery_id)

        return await self._write(key, nonce, change, news)

    def _may_ask_from(self, nonce: str, now: datetime) -> datetime | None:
        """From when on an order may be asked about because of one more event; ``None``: now."""
        last = self._asked.pop(nonce, None)
        waits = last is not None and now - last < _BETWEEN_QUESTIONS
        self._asked[nonce] = last if waits and last is not None else now
        while len(self._asked) > _MOST_ASKED:
            del self._asked[next(iter(self._asked))]
        return last + _BETWEEN_QUESTIONS if waits and last is not None else None

    async def learn_subscription(
        self, key: AccountKey, subscription_id: str, news: RemoteSubscription, asked_at: datetime
    ) -> None:
        """Record the API's answer about a subscription.

        Raises
        ------
        StoreUnavailable
            When the fact could not be written.
        """
        await self._change(key, lambda a: learn_subscription(a, subscription_id, news, asked_at))

    async def meet_subscription(
        self, key: AccountKey, nonce: str, news: RemoteSubscription
    ) -> Outcome:
        """Record that an order began a subscription, which is then to be read.

        Raises
        ------
        StoreUnavailable
            When the fact could not be written.
        """
        now = self._clock()
        outcome = await self._change(key, lambda a: hear_of(a, news, nonce, now))
        if self._ledger.locate_subscription(news.uniqid, news.id) is None:
            self._note_full(key)
        return outcome

    def _note_full(self, key: AccountKey) -> None:
        """Say once that events about an account are not followed up, however many come."""
        if key not in self._full:
            self._full.add(key)
            log.warning(
                "Guild %s is told of more renewals or subscriptions of one member than can be: "
                "only what Shoppex lists is believed",
                key.guild_id,
            )

    async def keep(self, key: AccountKey, order: Order) -> None:
        """Add an order that was found to be ours; one that is there already stays.

        Raises
        ------
        StoreUnavailable
            When it could not be written.
        """
        await self._change(key, lambda a: a if order.nonce in a.orders else a.with_order(order))

    async def _hear_of_subscription(self, guild_id: int, event: WebhookEvent) -> Outcome:
        try:
            news = parse_subscription(event.data)
        except MalformedSubscription:
            log.warning("An event %s for guild %s names no subscription", event.name, guild_id)
            return Outcome.IGNORED
        place = self._accounts.of_subscription(guild_id, news)
        if place is None:
            self._refuse_unreadable(guild_id, news.custom_fields)
            return Outcome.UNKNOWN_ORDER
        key, nonce = place
        if key.guild_id != guild_id:
            log.warning("Guild %s was told of a subscription of %s", guild_id, key.guild_id)
            return Outcome.OTHER_GUILD
        return await self.meet_subscription(key, nonce, news)

    def _refuse_unreadable(self, guild_id: int, custom_fields: Mapping[str, str]) -> None:
        """Have Shoppex send it again later: the order may be in what cannot be read now."""
        tag = OrderTag.from_fields(custom_fields)
        if tag is None or tag.guild_id != guild_id:
            return
        if not self._ledger.is_readable(AccountKey(guild_id, tag.user_id)):
            raise StoreUnavailable("the account that it is about cannot be read")

    async def hear_of_renewal(self, guild_id: int, news: RemoteOrder) -> Outcome:
        """Record that an unknown order may be a further period of a subscription.

        Raises
        ------
        StoreUnavailable
            When the fact could not be written.
        """
        found = self._accounts.of_renewal(guild_id, news)
        if found is None:
            return Outcome.UNKNOWN_ORDER
        key, subscription = found
        if key.guild_id != guild_id:
            return Outcome.OTHER_GUILD
        now = self._clock()
        name = subscription.id
        outcome = await self._change(key, lambda a: hear_of_renewal(a, name, news.uniqid, now))
        if self._ledger.get(key).order_of(news.uniqid) is None:
            self._note_full(key)
        return outcome

    async def _change(self, key: AccountKey, change: Callable[[Account], Account]) -> Outcome:
        before = self._ledger.get(key)
        after = await self._ledger.update(key, change)
        if after == before:
            return Outcome.KNOWN
        await self._pass_on(before, after)
        return Outcome.ASKED

    async def _pass_on(self, before: Account, after: Account) -> None:
        if self._observe is not None:
            await self._observe(before, after)
        self._on_change(after.key)

    async def _write(
        self,
        key: AccountKey,
        nonce: str,
        change: Callable[[Order], Order],
        news: RemoteOrder | None = None,
    ) -> Outcome:
        before = self._ledger.get(key)
        now = self._clock()

        def apply(account: Account) -> Account:
            order = account.orders.get(nonce)
            if order is None:
                return account
            changed = change(order)
            account = account.with_order(changed)
            recurs = changed.recurring or changed.subscription is not None
            if news is not None and changed.held is None and recurs:
                account = with_customer(account, news.customer_id)
                account = _follow(account, changed, now)
            return account

        after = await self._ledger.update(key, apply)
        order = after.orders.get(nonce)
        moved = self._ledger.find_moved(nonce) if order is None else None
        if moved is not None:
            # Staff moved it while this waited for its turn.
            return await self._write(moved, nonce, change, news)
        if order is None or order == before.orders.get(nonce):
            return Outcome.KNOWN
        await self._pass_on(before, after)
        if order.held is not None:
            log.warning(
                "Order %s of guild %s is held: %s", order.short_name, key.guild_id, order.held
            )
            return Outcome.HELD
        return Outcome.ASKED if order.asking is not None else Outcome.RECORDED


def _follow(account: Account, order: Order, now: datetime) -> Account:
    """The account, following the subscription that a paid order names."""
    if order.subscription is None or not order.entitled or order.renewal:
        return account
    known = any(s.is_named(order.subscription) for s in account.subscriptions.values())
    return account if known else hear_of_id(account, order.subscription, order.nonce, now)


def adopt(order: Order, news: RemoteOrder) -> Order:
    """The order with Shoppex's id, when it did not have it yet."""
    return order if order.uniqid is not None else replace(order, uniqid=news.uniqid)

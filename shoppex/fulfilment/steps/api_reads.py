"""API reads of orders and subscriptions, where a webhook could not be believed."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from ...api import ApiError, NotFound, ShoppexClient, Unauthorized
from ...domain.account import AccountKey, Order, Promise
from ...domain.delivery import Delivery, DeliveryState
from ...domain.outstanding import Outstanding
from ...domain.policy import Terms
from ...domain.remote import RemoteOrder
from ...store.ledger import Ledger
from ...store.settings import Settings
from ..engine.failures import Failure, after_failure, classify
from ..entitlement.desired_state import Desired, desired
from ..entitlement.staff_causes import GOODS_UNREADABLE
from ..intake.goods_lookup import read_whole
from ..intake.order_updates import answered, is_undecided, says_too_little
from ..intake.payment_checks import has_unclear_lines
from ..intake.plan_lookup import look_up_plan
from ..intake.product_lookup import look_up_products
from ..intake.promises import is_all_there, is_pending
from ..intake.recorder import Recorder
from ..intake.shop_clients import ShopClients
from ..intake.subscription_updates import is_proven, with_asking

log = logging.getLogger("red.shoppex.shoppex.fulfilment.steps.api_reads")

# A key can arrive after the webhook (contract, section 4.5). Where nothing is promised, a
# text can come late too: it is looked for over about ten minutes.
_LOOKS_WITHOUT_A_PROMISE = 8
_TRIES_FOR_WHAT_IS_GONE = 5
_PATIENCE = timedelta(hours=72)
# While a seller or the buyer has something to do, a look now and then is enough: Shoppex also
# tells of it by webhook.
_LOOKS_AT_OTHERS = (timedelta(minutes=10), timedelta(hours=6))
_PATIENCE_WITH_OTHERS = timedelta(days=60)
# What was ordered is there; what else is in the cart may be sold here under a name that Shoppex
# cannot be asked about just now.
_PATIENCE_WITH_LINES = timedelta(days=1)
# Staff may have to fill a pool: they, and the buyer, are told long before patience ends.
_STAFF_AFTER = timedelta(hours=1)

_LATE = Failure(DeliveryState.PENDING, "goods_late")
_NO_TOTAL = Failure(DeliveryState.PENDING, "no_total")
_UNCLEAR = Failure(DeliveryState.PENDING, "lines_unclear")
_UNCONFIRMED = Failure(DeliveryState.NEEDS_STAFF, "payment_unconfirmed")
_NO_KEY = Failure(DeliveryState.NEEDS_STAFF, "api_key_refused")
_MISSING = Failure(DeliveryState.NEEDS_STAFF, "goods_missing")
# Staff are told at once: waiting does not make it readable.
_NOT_READABLE = Failure(DeliveryState.NEEDS_STAFF, GOODS_UNREADABLE)
_UNNAMED = Failure(DeliveryState.PENDING, "subscription_unnamed")
_NEVER_NAMED = Failure(DeliveryState.NEEDS_STAFF, "subscription_unnamed")
_UNPROVEN = Failure(DeliveryState.PENDING, "renewal_unproven")
_NOT_ITS_OWN = Failure(DeliveryState.NEEDS_STAFF, "renewal_unproven")
_UNREADABLE = Failure(DeliveryState.NEEDS_STAFF, "unreadable")


class ApiReadStep:
    """Asks Shoppex about orders and subscriptions, one account at a time.

    Parameters
    ----------
    on_change
        Called with the account after an order was read.
    """

    name = "readings"

    def __init__(
        self,
        ledger: Ledger,
        settings: Settings,
        recorder: Recorder,
        clients: ShopClients,
        clock: Callable[[], datetime],
        on_change: Callable[[AccountKey], None],
    ) -> None:
        self._ledger = ledger
        self._settings = settings
        self._recorder = recorder
        self._clients = clients
        self._clock = clock
        self._on_change = on_change
        # Guilds whose key Shoppex refused: it would refuse the next request, too.
        self._refused: set[int] = set()

    def forgive(self, guild_id: int) -> None:
        """Forget that a guild's key was refused: it may be another one now."""
        self._refused.discard(guild_id)

    async def settle(self, key: AccountKey) -> datetime | None:
        """Read what has to be read; say when to look again."""
        wanted = self._desired(key)
        # What a renewal belongs to is proven by its subscription, so that one is read first.
        for subscription_id in wanted.subscriptions:
            await self._read_subscription(key, subscription_id)
            self._on_change(key)
        for nonce in wanted.readings:
            await self._read(key, nonce)
            # What was read, or will not be, may be all that the buyer's message waited for.
            self._on_change(key)
        return self._desired(key).look_again

    def _desired(self, key: AccountKey) -> Desired:
        return desired(self._ledger.get(key), self._terms(key), self._clock())

    def _terms(self, key: AccountKey) -> Terms:
        return self._settings.guild(key.guild_id).terms()

    def _client(self, key: AccountKey) -> ShoppexClient | None:
        """The shop's client; ``None`` while there is no key, or Shoppex refuses it."""
        return None if key.guild_id in self._refused else self._clients.of(key.guild_id)

    async def _read(self, key: AccountKey, nonce: str) -> None:
        order = self._ledger.get(key).orders.get(nonce)
        if order is None:
            # It made room for another, or was moved, meanwhile.
            return
        client = self._client(key)
        if client is None or order.remote_id is None:
            await self._change(key, nonce, lambda o: self._after(o, _NO_KEY))
            return
        # A clock that was set back must not make the answer look older than the question.
        asked_at = max(self._clock(), *_heard_at(order))
        terms = self._terms(key)
        try:
            news = await read_whole(client, order)
            news = await look_up_products(client, order, news, terms)
        except ApiError as error:
            log.warning("Order %s cannot be read: %s", order.short_name, error)
            failure = _unless_hopeless(order, error, self._clock())
            if isinstance(error, Unauthorized):
                self._refused.add(key.guild_id)
            await self._change(key, nonce, lambda o: self._after(o, failure))
            return
        if is_undecided(order, news, terms):
            failure = _NO_TOTAL if says_too_little(order, news) else _UNCLEAR
            if _is_late(order.asking, self._clock()):
                failure = _UNREADABLE
            await self._change(
                key, nonce, lambda o: self._after(_heard_paid(o, asked_at), failure)
            )
            return
        if not is_proven(self._ledger.get(key), order, news):
            long = self._clock() - order.created_at > _PATIENCE
            failure = _NOT_ITS_OWN if long else _UNPROVEN
            await self._change(key, nonce, lambda o: self._after(o, failure))
            return
        unclear = has_unclear_lines(order, news, terms)
        await self._recorder.learn(key, nonce, news, asked_at=asked_at)
        await self._change(
            key, nonce, lambda o: self._conclude(o, news, asked_at, unclear=unclear)
        )

    async def _read_subscription(self, key: AccountKey, subscription_id: str) -> None:
        subscription = self._ledger.get(key).subscriptions.get(subscription_id)
        if subscription is None:
            return
        client = self._client(key)
        failure = _NO_KEY
        if client is not None:
            # A clock that was set back must not make the answer look older than the last.
            asked_at = max(self._clock(), subscription.read_at or self._clock())
            try:
                news = await client.subscriptions.get(subscription.id)
                news = await look_up_plan(client, subscription, news)
            except ApiError as error:
                log.warning("Subscription %s cannot be read: %s", subscription.id, error)
                failure = classify(error)
                if _is_late(subscription.asking, self._clock()):
                    failure = _UNREADABLE
                if isinstance(error, Unauthorized):
                    self._refused.add(key.guild_id)
            else:
                await self._recorder.learn_subscription(key, subscription.id, news, asked_at)
                return
        begun = subscription.asking or Delivery(begun_at=self._clock())
        asking = after_failure(begun, failure, self._clock(), random.random)
        await self._ledger.update(key, lambda a: with_asking(a, subscription_id, asking))

    def _conclude(
        self, order: Order, news: RemoteOrder, asked_at: datetime, *, unclear: bool
    ) -> Order:
        """The order after it was read: asked no more, and read again if something is missing."""
        left = answered(order.asking, asked_at)
        begins = order.entitled and order.begins_subscription
        if left is None and begins and order.subscription is None:
            left = self._until_named(order)
        unclear = unclear and self._clock() - _since(order) < _PATIENCE_WITH_LINES
        if left is None and order.entitled and unclear:
            left = after_failure(order.asking or Delivery(), _UNCLEAR, asked_at, random.random)
        order = replace(order, asking=left)
        if not order.entitled or not order.reading.goes_on:
            return order
        # Where something turned up later that cannot be read, its reading was begun anew.
        asked = order.replacing_since or order.reading.begun_at or order.paid_at
        late = self._clock() - (asked or self._clock())
        if order.unread and late <= _PATIENCE:
            return self._told(self._after(order, _LATE), _NOT_READABLE)
        if order.outstanding is not None and late <= _PATIENCE_WITH_OTHERS:
            return self._after(order, _waiting_for_others(order.outstanding, late))
        if order.promise is Promise.NOTHING:
            return self._without_a_promise(order, news, late)
        return self._promised(order, news, late)

    def _without_a_promise(self, order: Order, news: RemoteOrder, late: timedelta) -> Order:
        if order.reading.attempts + 1 < _LOOKS_WITHOUT_A_PROMISE:
            return self._after(order, _LATE)
        if is_pending(news) and late <= _PATIENCE:
            return self._after(order, _seldom("goods_late", late))
        done = Delivery(DeliveryState.DELIVERED)
        order = replace(order, reading=done)
        nothing_to_send = order.renewal and not order.goods
        return replace(order, message=done) if nothing_to_send else order

    def _promised(self, order: Order, news: RemoteOrder, late: timedelta) -> Order:
        """The order of which something is missing, or is not called delivered."""
        complete = order.replacing_since is None and is_all_there(order, news)
        if late > _PATIENCE:
            done = replace(order, reading=Delivery(DeliveryState.DELIVERED))
            return done if complete else self._after(order, _MISSING)
        order = self._after(order, _LATE)
        return order if complete or late <= _STAFF_AFTER else self._told(order, _MISSING)

    def _told(self, order: Order, failure: Failure) -> Order:
        """The order, of which staff are told while it is looked for all the same."""
        told = replace(order.reading, state=failure.state, reason=failure.reason)
        return replace(order, reading=told)

    def _until_named(self, order: Order) -> Delivery:
        """Goes on asking which subscription an order began; the reconciler may find it sooner."""
        now = self._clock()
        long = now - (order.paid_at or now) > _PATIENCE
        failure = _NEVER_NAMED if long else _UNNAMED
        return after_failure(order.asking or Delivery(), failure, now, random.random)

    def _after(self, order: Order, failure: Failure) -> Order:
        """The order after a try that did not bring what was looked for."""
        now, jitter = self._clock(), random.random
        asking = order.asking
        if asking is not None and asking.goes_on:
            asking = after_failure(asking, failure, now, jitter)
            if asking.goes_on and _is_payment_late(order, now):
                # Somebody paid, and nobody can say for what: staff hear while it is tried on.
                asking = replace(asking, state=_UNCONFIRMED.state, reason=_UNCONFIRMED.reason)
        reading = order.reading
        if order.entitled and reading.goes_on:
            tried = after_failure(reading, failure, now, jitter)
            # What staff were told stays true while Shoppex only fails to answer.
            same = reading.stuck and failure.state is DeliveryState.PENDING
            reading = replace(tried, reason=reading.reason) if same else tried
        return replace(order, asking=asking, reading=reading)

    async def _change(self, key: AccountKey, nonce: str, change: Callable[[Order], Order]) -> None:
        await self._ledger.update(key, lambda account: account.with_changed(nonce, change))


def _heard_paid(order: Order, now: datetime) -> Order:
    return replace(order, heard_paid_at=order.heard_paid_at or now)


def _is_payment_late(order: Order, now: datetime) -> bool:
    heard_at = order.heard_paid_at
    return order.paid_at is None and heard_at is not None and now - heard_at > _STAFF_AFTER


def _heard_at(order: Order) -> list[datetime]:
    """When something was heard that the next answer settles."""
    begun_at = None if order.asking is None else order.asking.begun_at
    return [at for at in (begun_at, order.changed_at, order.created_at) if at is not None]


def _unless_hopeless(order: Order, error: ApiError, now: datetime) -> Failure:
    """What an error means, unless it has lasted so long that staff have to look."""
    failure = classify(error)
    if failure.state is not DeliveryState.PENDING:
        return failure
    tries = max(order.reading.attempts, order.asking.attempts if order.asking else 0)
    gone = isinstance(error, NotFound) and tries >= _TRIES_FOR_WHAT_IS_GONE
    asked = order.asking is not None
    late = _is_late(order.asking, now) if asked else now - _since(order) > _PATIENCE
    return _UNREADABLE if gone or late else failure


def _waiting_for_others(outstanding: Outstanding, lasted: timedelta) -> Failure:
    """Looks again the more seldom, the longer it has lasted."""
    return _seldom("answers_missing" if outstanding.questions else "seller_delivers", lasted)


def _seldom(reason: str, lasted: timedelta) -> Failure:
    soonest, latest = _LOOKS_AT_OTHERS
    wait = min(max(lasted / 4, soonest), latest)
    return Failure(DeliveryState.PENDING, reason, wait.total_seconds())


def _since(order: Order) -> datetime:
    return order.paid_at or order.created_at


def _is_late(asking: Delivery | None, now: datetime) -> bool:
    """Whether something has been asked in vain for too long."""
    begun_at = None if asking is None else asking.begun_at
    return begun_at is not None and now - begun_at > _PATIENCE

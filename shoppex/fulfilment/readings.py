"""Reading orders back from Shoppex: what the webhook did not say, or could not be believed on."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from ..api import ApiError, ClientPool, NotFound, Unauthorized
from ..domain.account import AccountKey, Order, Promise
from ..domain.delivery import Delivery, DeliveryState
from ..store.ledger import Ledger
from ..store.settings import Settings
from .desired import Desired, desired
from .facts import says_too_little
from .failures import Failure, after_failure, classify
from .recorder import Recorder

log = logging.getLogger("red.shoppex.readings")

# A key can arrive after the webhook (contract, section 4.5). Where nothing is promised, a
# text can come late too: it is looked for over about ten minutes.
_LOOKS_WITHOUT_A_PROMISE = 8
_TRIES_FOR_WHAT_IS_GONE = 5
_PATIENCE = timedelta(hours=72)

_LATE = Failure(DeliveryState.PENDING, "goods_late")
_NO_TOTAL = Failure(DeliveryState.PENDING, "no_total")
_NO_KEY = Failure(DeliveryState.NEEDS_STAFF, "api_key_refused")
_MISSING = Failure(DeliveryState.NEEDS_STAFF, "goods_missing")
_UNREADABLE = Failure(DeliveryState.NEEDS_STAFF, "unreadable")


class ReadStep:
    """Asks Shoppex about orders, one account at a time.

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
        clients: ClientPool,
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
        for nonce in self._desired(key).readings:
            await self._read(key, nonce)
            # What was read, or will not be, may be all that the buyer's message waited for.
            self._on_change(key)
        return self._desired(key).look_again

    def _desired(self, key: AccountKey) -> Desired:
        return desired(self._ledger.get(key), {}, self._clock())

    async def _read(self, key: AccountKey, nonce: str) -> None:
        order = self._ledger.get(key).orders[nonce]
        api_key = self._settings.guild(key.guild_id).api_key
        if api_key is None or order.uniqid is None or key.guild_id in self._refused:
            await self._change(key, nonce, lambda o: self._after(o, _NO_KEY))
            return
        try:
            news = await self._clients.client_for(api_key).read(order.kind, order.uniqid)
        except ApiError as error:
            log.warning("Order %s cannot be read: %s", order.uniqid, error)
            failure = _unless_hopeless(order, error, self._clock())
            if isinstance(error, Unauthorized):
                self._refused.add(key.guild_id)
            await self._change(key, nonce, lambda o: self._after(o, failure))
            return
        if says_too_little(order, news):
            await self._change(key, nonce, lambda o: self._after(o, _NO_TOTAL))
            return
        await self._recorder.learn(key, nonce, news)
        await self._change(key, nonce, self._conclude)

    def _conclude(self, order: Order) -> Order:
        """The order after it was read: asked no more, and read again if something is missing."""
        order = replace(order, asking=None)
        if not order.entitled or not order.reading.waits:
            return order
        if order.promise is Promise.NOTHING:
            enough = order.reading.attempts + 1 >= _LOOKS_WITHOUT_A_PROMISE
            if enough:
                return replace(order, reading=Delivery(DeliveryState.DELIVERED))
            return self._after(order, _LATE)
        late = self._clock() - (order.paid_at or self._clock())
        return self._after(order, _MISSING if late > _PATIENCE else _LATE)

    def _after(self, order: Order, failure: Failure) -> Order:
        """The order after a try that did not bring what was looked for."""
        now, jitter = self._clock(), random.random
        asking = order.asking
        if asking is not None and asking.waits:
            asking = after_failure(asking, failure, now, jitter)
        reading = order.reading
        if order.entitled and reading.waits:
            reading = after_failure(reading, failure, now, jitter)
        return replace(order, asking=asking, reading=reading)

    async def _change(self, key: AccountKey, nonce: str, change: Callable[[Order], Order]) -> None:
        await self._ledger.update(
            key, lambda account: account.with_order(change(account.orders[nonce]))
        )


def _unless_hopeless(order: Order, error: ApiError, now: datetime) -> Failure:
    """What an error means, unless it has lasted so long that staff have to look."""
    failure = classify(error)
    if failure.state is not DeliveryState.PENDING:
        return failure
    tries = max(order.reading.attempts, order.asking.attempts if order.asking else 0)
    gone = isinstance(error, NotFound) and tries >= _TRIES_FOR_WHAT_IS_GONE
    since = order.paid_at or order.created_at
    return _UNREADABLE if gone or now - since > _PATIENCE else failure

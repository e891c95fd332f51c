"""Reading orders back from Shoppex: what the webhook did not say, or could not be believed on."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from ..api import ApiError, ClientPool
from ..domain.account import AccountKey, Delivery, DeliveryState, OfferKind, Order
from ..domain.remote import RemoteOrder
from ..store.ledger import Ledger
from ..store.settings import Settings
from .desired import Desired, desired
from .facts import is_complete, says_too_little
from .failures import Failure, after_failure, classify
from .recorder import Recorder

log = logging.getLogger("red.shoppex.readings")

# A key can arrive after the webhook (contract, section 4.5). Where nothing is promised, a few
# looks are enough before the buyer hears that the payment arrived.
_LOOKS_WITHOUT_A_PROMISE = 3
_LATE = Failure(DeliveryState.PENDING, "goods_late")
_PATIENCE = timedelta(hours=72)


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

    async def settle(self, key: AccountKey) -> datetime | None:
        """Read what has to be read; say when to look again."""
        for nonce in self._desired(key).readings:
            await self._read(key, nonce)
        return self._desired(key).look_again

    def _desired(self, key: AccountKey) -> Desired:
        return desired(self._ledger.get(key), {}, self._clock())

    async def _read(self, key: AccountKey, nonce: str) -> None:
        order = self._ledger.get(key).orders[nonce]
        api_key = self._settings.guild(key.guild_id).api_key
        if api_key is None or order.uniqid is None:
            await self._failed(key, nonce, Failure(DeliveryState.NEEDS_STAFF, "api_key_refused"))
            return
        client = self._clients.client_for(api_key)
        try:
            if order.kind is OfferKind.ITEM:
                news = await client.payments.get(order.uniqid)
            else:
                news = await client.orders.get(order.uniqid)
        except ApiError as error:
            log.warning("Order %s cannot be read: %s", order.uniqid, error)
            await self._failed(key, nonce, classify(error))
            return
        if says_too_little(order, news):
            await self._failed(key, nonce, Failure(DeliveryState.PENDING, "no_total"))
            return
        await self._recorder.learn(key, nonce, news)
        await self._conclude(key, nonce, news)

    async def _conclude(self, key: AccountKey, nonce: str, news: RemoteOrder) -> None:
        now = self._clock()

        def conclude(order: Order) -> Order:
            read = replace(order, reread=False)
            if not order.reading.waits or not order.entitled:
                return read
            if is_complete(order, order.goods):
                return replace(read, reading=Delivery(DeliveryState.DELIVERED))
            late = now - (order.paid_at or now)
            if order.wants_goods and late > _PATIENCE:
                failure = Failure(DeliveryState.NEEDS_STAFF, "goods_missing")
                return replace(
                    read, reading=after_failure(order.reading, failure, now, random.random)
                )
            looked_enough = order.reading.attempts + 1 >= _LOOKS_WITHOUT_A_PROMISE
            if not order.wants_goods and (news.goods or looked_enough):
                return replace(read, reading=Delivery(DeliveryState.DELIVERED))
            return replace(read, reading=after_failure(order.reading, _LATE, now, random.random))

        await self._change(key, nonce, conclude)
        # What was read may have been all that the buyer's message waited for.
        self._on_change(key)

    async def _failed(self, key: AccountKey, nonce: str, failure: Failure) -> None:
        now = self._clock()
        await self._change(
            key,
            nonce,
            lambda order: replace(
                order, reading=after_failure(order.reading, failure, now, random.random)
            ),
        )

    async def _change(self, key: AccountKey, nonce: str, change: Callable[[Order], Order]) -> None:
        await self._ledger.update(
            key, lambda account: account.with_order(change(account.orders[nonce]))
        )

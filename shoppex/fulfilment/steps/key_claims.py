"""Claim keys from a product's pool, for items of the bot's own (contract, section 3).

Nobody knows whether Shoppex would give the same keys for the same question twice. So that a
claim is begun is written down before it is made, and the keys before anything is sent; a claim
whose answer was lost is a matter for staff, and never made again by itself.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from ...api import ApiError, NotFound, Rejected
from ...domain.account import Account, AccountKey, OfferKind, Order
from ...domain.delivery import Delivery, DeliveryState
from ...store.errors import StoreUnavailable
from ...store.ledger import Ledger
from ..engine.failures import DOUBTFUL, SHORT, Failure, after_failure, classify
from ..intake.shop_clients import ShopClients

log = logging.getLogger("red.shoppex.shoppex.fulfilment.steps.key_claims")

_NO_KEY = Failure(DeliveryState.NEEDS_STAFF, "api_key_refused")
_EMPTY = Failure(DeliveryState.NEEDS_STAFF, "pool_empty")
_AFTER_A_REFUSED_WRITE = timedelta(seconds=30)


class KeyClaimStep:
    """Claims keys, one account at a time.

    Parameters
    ----------
    on_change
        Called with the account after a claim has ended, well or not.
    """

    name = "claims"

    def __init__(
        self,
        ledger: Ledger,
        clients: ShopClients,
        clock: Callable[[], datetime],
        on_change: Callable[[AccountKey], None],
    ) -> None:
        self._ledger = ledger
        self._clients = clients
        self._clock = clock
        self._on_change = on_change
        # Keys that are out of the pool while the store does not take them.
        self._in_hand: dict[tuple[AccountKey, str], tuple[str, ...]] = {}

    def forgive(self, guild_id: int) -> None:
        """Do nothing: of what was refused, nothing is remembered."""

    async def settle(self, key: AccountKey) -> datetime | None:
        """Claim what is to be claimed; say when to look again."""
        try:
            for order in list(_waiting(self._ledger.get(key))):
                await self._advance(key, order)
        except StoreUnavailable as error:
            log.error("A claim could not be written down: %s", error)
            return self._clock() + _AFTER_A_REFUSED_WRITE
        claims = [order.claim or Delivery() for order in _waiting(self._ledger.get(key))]
        return min((c.next_try for c in claims if c.next_try is not None), default=None)

    async def _advance(self, key: AccountKey, order: Order) -> None:
        claim, now = order.claim or Delivery(), self._clock()
        keys = self._in_hand.get((key, order.nonce))
        if keys is not None:
            await self._keep(key, order, keys)
        elif claim.begun_at is not None:
            # The bot ended between the question and its answer.
            doubt = replace(claim, state=DeliveryState.NEEDS_STAFF, reason=DOUBTFUL)
            await self._end(key, order, doubt)
        elif claim.next_try is None or claim.next_try <= now:
            await self._claim(key, order, claim)

    async def _claim(self, key: AccountKey, order: Order, claim: Delivery) -> None:
        client = self._clients.of(key.guild_id)
        if client is None:
            await self._fail(key, order, claim, _NO_KEY)
            return
        begun = replace(claim, begun_at=self._clock(), next_try=None)
        await self._change(key, order, lambda o: replace(o, claim=begun))
        try:
            answer = await client.serials.claim(order.pool or "", order.quantity)
        except ApiError as error:
            log.warning("Keys for order %s could not be claimed: %s", order.short_name, error)
            if error.ambiguous:
                doubt = replace(begun, state=DeliveryState.NEEDS_STAFF, reason=DOUBTFUL)
                await self._end(key, order, doubt)
                return
            empty = isinstance(error, (Rejected, NotFound))
            await self._fail(key, order, claim, _EMPTY if empty else classify(error))
            return
        keys = tuple(serial.text for serial in answer.serials)
        self._in_hand[key, order.nonce] = keys
        await self._keep(key, order, keys)

    async def _keep(self, key: AccountKey, order: Order, keys: tuple[str, ...]) -> None:
        claim = Delivery(DeliveryState.DELIVERED)
        if len(keys) < order.quantity:
            claim = Delivery(DeliveryState.NEEDS_STAFF, SHORT)

        def take(current: Order) -> Order:
            sent = current.message.state is DeliveryState.DELIVERED
            message = Delivery() if sent else current.message
            return replace(current, goods=(*current.goods, *keys), claim=claim, message=message)

        await self._change(key, order, take)
        del self._in_hand[key, order.nonce]
        self._on_change(key)

    async def _fail(
        self, key: AccountKey, order: Order, claim: Delivery, failure: Failure
    ) -> None:
        await self._end(key, order, after_failure(claim, failure, self._clock(), random.random))

    async def _end(self, key: AccountKey, order: Order, claim: Delivery) -> None:
        await self._change(key, order, lambda o: replace(o, claim=claim))
        self._on_change(key)

    async def _change(
        self, key: AccountKey, order: Order, change: Callable[[Order], Order]
    ) -> None:
        await self._ledger.update(
            key, lambda account: account.with_order(change(account.orders[order.nonce]))
        )


def _waiting(account: Account) -> Iterator[Order]:
    for order in account.orders.values():
        pooled = order.kind is OfferKind.ITEM and order.pool is not None
        if pooled and order.entitled and order.claim is not None and order.claim.waits:
            yield order

"""Polling of open orders, for payments that no webhook tells of."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from ...api import ApiError, NotFound, Unauthorized
from ...domain.account import AccountKey, Order
from ...domain.delivery import Delivery, DeliveryState
from ...store.ledger import Ledger
from ...store.settings import Settings
from ..engine.failures import after_failure, classify
from ..intake.order_updates import ask_again
from ..intake.recorder import Recorder
from ..intake.shop_clients import ShopClients
from .polling_schedule import next_reading

log = logging.getLogger("red.shoppex.shoppex.fulfilment.steps.payment_polling")

# What happened while the bot was away is found by the first reconciliation, which brings it into
# the order in which it happened.
_LEFT_TO_THE_RECONCILER = timedelta(seconds=45)


class PaymentPolling:
    """Reads the open orders of one account at a time, each in its rhythm.

    Parameters
    ----------
    hears
        Whether Shoppex's webhooks can reach a guild.
    on_change
        Called with an account that has something to be asked about.
    """

    name = "payment polling"

    def __init__(
        self,
        ledger: Ledger,
        settings: Settings,
        recorder: Recorder,
        clients: ShopClients,
        clock: Callable[[], datetime],
        hears: Callable[[int], bool],
        on_change: Callable[[AccountKey], None],
    ) -> None:
        self._ledger = ledger
        self._settings = settings
        self._recorder = recorder
        self._clients = clients
        self._clock = clock
        self._hears = hears
        self._on_change = on_change
        self._begun_at: datetime | None = None
        # When each order was read last, by nonce; forgotten when it needs no more watching.
        self._read_at: dict[AccountKey, dict[str, datetime]] = {}
        # How often a guild's shop has failed to answer, and when to try it again.
        self._trouble: dict[int, Delivery] = {}

    def forgive(self, guild_id: int) -> None:
        """Forget that a guild's shop did not answer: it may have another key now."""
        self._trouble.pop(guild_id, None)

    async def settle(self, key: AccountKey) -> datetime | None:
        """Read what is due; say when to look again."""
        if self._settings.guild(key.guild_id).api_key is None:
            self._read_at.pop(key, None)
            return None
        for nonce, due in self._plan(key).items():
            rests_until = self._rests_until(key.guild_id)
            if due <= self._clock() and (rests_until is None or rests_until <= self._clock()):
                await self._read(key, nonce)
        plan = self._plan(key)
        self._forget(key, plan)
        if not plan:
            return None
        first = min(plan.values())
        return max(first, self._rests_until(key.guild_id) or first)

    def _plan(self, key: AccountKey) -> dict[str, datetime]:
        """When to read which order; what is to be asked about anyway is not among them."""
        begun_at = self._begun_at = self._begun_at or self._clock()
        hears, read_at = self._hears(key.guild_id), self._read_at.get(key, {})
        plan: dict[str, datetime] = {}
        for order in self._ledger.get(key).orders.values():
            last = read_at.get(order.nonce)
            due = next_reading(order, last, hears=hears)
            if due is None or order.open_readings:
                continue
            if last is None and order.created_at < begun_at:
                due = max(due, begun_at + _LEFT_TO_THE_RECONCILER)
            plan[order.nonce] = due
        return plan

    def _forget(self, key: AccountKey, plan: dict[str, datetime]) -> None:
        """Remember only what is still watched."""
        read_at = self._read_at.pop(key, {})
        watched = {nonce: at for nonce, at in read_at.items() if nonce in plan}
        if watched:
            self._read_at[key] = watched

    def _rests_until(self, guild_id: int) -> datetime | None:
        """Until when a shop that did not answer is left in peace; one order then tries it."""
        trouble = self._trouble.get(guild_id)
        return None if trouble is None else trouble.next_try

    async def _read(self, key: AccountKey, nonce: str) -> None:
        order = self._ledger.get(key).orders.get(nonce)
        client = self._clients.of(key.guild_id)
        if order is None or order.remote_id is None or client is None:
            return
        asked_at = self._clock()
        try:
            news = await client.read(order.kind, order.remote_id)
        except NotFound:
            # Nothing follows from that, but that this shop answers.
            news = None
        except ApiError as error:
            log.warning("The shop of guild %s does not answer: %s", key.guild_id, error)
            await self._note(key, order, error)
            return
        self._trouble.pop(key.guild_id, None)
        self._read_at.setdefault(key, {})[nonce] = asked_at
        if news is not None:
            await self._recorder.learn(key, nonce, news, asked_at=asked_at)

    async def _note(self, key: AccountKey, order: Order, error: ApiError) -> None:
        """Leave the shop in peace for a while. A suspension may end without anybody's doing."""
        trouble = self._trouble.get(key.guild_id, Delivery())
        failure = replace(classify(error), state=DeliveryState.PENDING)
        now = self._clock()
        self._trouble[key.guild_id] = after_failure(trouble, failure, now, random.random)
        if isinstance(error, Unauthorized):
            # An order that is asked about and cannot be read is what staff are told of.
            await self._ledger.update(
                key, lambda a: a.with_order(ask_again(a.orders[order.nonce], now))
            )
            self._on_change(key)

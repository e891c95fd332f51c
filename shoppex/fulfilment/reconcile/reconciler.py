"""Reconciliation: walks through the lists of each shop, so that nothing stays missed."""

from __future__ import annotations

import logging
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta, timezone
from typing import TypeVar

from redbot.core.utils import AsyncIter

from ...api import (
    ApiError,
    Forbidden,
    LogStatus,
    NotFound,
    Rejected,
    ShoppexClient,
    WebhookLog,
)
from ...domain.account import AccountKey
from ...domain.remote import RemoteOrder
from ...store.errors import StoreUnavailable
from ...store.ledger import Ledger
from ...store.settings import Settings
from ..engine.scheduler import Scheduler
from ..intake.recorder import Recorder, read_event
from ..intake.shop_clients import ShopClients
from ..intake.unknown_payments import UnknownPayments
from .brake import Brake, has_orders
from .diff import ListDiff, News, happened_at

log = logging.getLogger("red.shoppex.shoppex.fulfilment.reconcile.reconciler")

T = TypeVar("T")

_FIRST_AFTER = timedelta(seconds=5)
_EVERY = timedelta(hours=1)
_AT_MOST = timedelta(hours=6)
# A part of the money that went back shows in no status that could be asked for.
_EVERYTHING_EVERY = timedelta(days=1)

# Contract, section 2.2: where money went back, or may. Not all of these may be taken as filter.
_TAKEN_BACK = ("REFUNDED", "REVERSED", "CUSTOMER_DISPUTE_ONGOING", "DISPUTED")
_PAID = "COMPLETED"

# Contract, section 4.8: the last try of a delivery may come a day after the first.
_DELIVERIES_SINCE = timedelta(days=3)
_EVER = datetime.min.replace(tzinfo=timezone.utc)
_NOBODY = 0
_AT_ONCE = 100
# Of payments for unknown orders, at each turn; the next one looks at more.
_MOST_STRAYS = 20


class Reconciler:
    """Compares what each shop says with what the ledger holds, every hour.

    Only what is found counts. A list that is empty, cut short or refused ends nothing.

    Parameters
    ----------
    on_change
        Called with each account about which something was found, when all is written down: so
        the brake has seen a mass of losses before the first role is taken.
    """

    def __init__(
        self,
        ledger: Ledger,
        settings: Settings,
        recorder: Recorder,
        clients: ShopClients,
        brake: Brake,
        unknown_payments: UnknownPayments,
        clock: Callable[[], datetime],
        on_change: Callable[[AccountKey], None],
    ) -> None:
        self._unknown_payments = unknown_payments
        self._ledger = ledger
        self._settings = settings
        self._recorder = recorder
        self._clients = clients
        self._brake = brake
        self._clock = clock
        self._on_change = on_change
        self._scheduler = Scheduler("reconciler", self._turn, clock)
        self._failures: Counter[int] = Counter()
        self._everything_at: dict[int, datetime] = {}
        # The failed deliveries that were in the log at the last look.
        self._missed: dict[int, set[str]] = {}

    def start(self) -> None:
        """Begin with every guild in a moment."""
        for guild_id in self._settings.guild_ids():
            self.wake(guild_id)

    def wake(self, guild_id: int) -> None:
        """Sweep through a guild's shop in a moment: its key is new."""
        when = self._clock() + _jittered(_FIRST_AFTER, random.random)
        self._scheduler.mark_at(AccountKey(guild_id, _NOBODY), when)

    async def close(self) -> None:
        """Stop, at most five seconds."""
        await self._scheduler.close()

    # -- one turn ------------------------------------------------------------------------

    async def _turn(self, nobody: AccountKey) -> datetime | None:
        guild_id = nobody.guild_id
        client = self._clients.of(guild_id, background=True)
        if client is None:
            return None
        if await has_orders(self._ledger, guild_id):
            changed: dict[AccountKey, None] = {}
            recorder = self._recorder.passing_on(lambda key: changed.update({key: None}))
            try:
                await self._reconcile(guild_id, client, recorder)
            except (ApiError, StoreUnavailable) as error:
                log.warning("The reconciliation of guild %s was cut short: %s", guild_id, error)
                self._failures[guild_id] += 1
            else:
                del self._failures[guild_id]
            finally:
                for key in changed:
                    self._on_change(key)
        return self._clock() + pause(self._failures[guild_id], random.random)

    async def _reconcile(self, guild_id: int, client: ShoppexClient, recorder: Recorder) -> None:
        shop_id = (await client.shop.me()).id
        if not await self._brake.is_the_same_shop(guild_id, shop_id):
            return
        found: list[News] = []
        unknown_payments: list[RemoteOrder] = []
        failure: ApiError | None = None
        try:
            await self._compare(guild_id, client, found, unknown_payments)
        except ApiError as error:
            failure = error
        # What was found before a list broke off is true all the same.
        for news in sorted(found, key=happened_at):
            await news.record(recorder)
        for stray in unknown_payments:
            await self._unknown_payments.look_at(guild_id, stray)
        if failure is not None:
            raise failure
        await self._ask_about_missed(guild_id, client, recorder)

    # -- lists ---------------------------------------------------------------------------

    async def _compare(
        self,
        guild_id: int,
        client: ShoppexClient,
        found: list[News],
        unknown_payments: list[RemoteOrder],
    ) -> None:
        """Add what the lists say and the ledger does not know, and whose order is not known."""
        terms = self._settings.guild(guild_id).terms()
        comparison, now = ListDiff(self._ledger, guild_id, terms), self._clock()
        everything_at = self._everything_at.get(guild_id, _EVER)
        everything = now - everything_at >= _EVERYTHING_EVERY
        statuses: list[str | None] = [*_TAKEN_BACK]
        if await self._has_open_orders(guild_id):
            statuses.append(_PAID)
        if everything:
            statuses.append(None)
        for status in statuses:
            for resource in (client.orders, client.payments):
                asked_at = self._clock()
                async for order in _readable(resource.list(status)):
                    _add(found, comparison.order(order, asked_at))
                    if len(unknown_payments) < _MOST_STRAYS and self._unknown_payments.is_listed(
                        guild_id, order
                    ):
                        unknown_payments.append(order)
        asked_at = self._clock()
        async for subscription in _readable(client.subscriptions.list()):
            _add(found, comparison.subscription(subscription, asked_at))
        if everything:
            self._everything_at[guild_id] = now

    async def _has_open_orders(self, guild_id: int) -> bool:
        async for key in AsyncIter(self._ledger.unsettled(guild_id), steps=_AT_ONCE):
            if any(order.open for order in self._ledger.get(key).orders.values()):
                return True
        return False

    # -- deliveries ----------------------------------------------------------------------

    async def _ask_about_missed(
        self, guild_id: int, client: ShoppexClient, recorder: Recorder
    ) -> None:
        """Have everything read that failed deliveries told of. The key may lack the scope."""
        since = self._clock() - _DELIVERIES_SINCE
        known, failed = self._missed.get(guild_id, set()), set[str]()
        missed: list[WebhookLog] = []
        async for entry in _readable(client.webhooks.logs(LogStatus.FAILED)):
            if (entry.created_at or self._clock()) < since:
                continue
            failed.add(entry.id)
            if entry.id not in known:
                missed.append(entry)
        for entry in sorted(missed, key=lambda entry: entry.created_at or _EVER):
            event = read_event(dict(entry.payload), entry.event_type)
            if event is not None:
                await recorder.hear(guild_id, event, entry.delivery_id or "", fresh=False)
        self._missed[guild_id] = failed


def pause(failures: int, jitter: Callable[[], float]) -> timedelta:
    """Return how long to rest after a reconciliation.

    Parameters
    ----------
    failures
        How many in a row were cut short.
    jitter
        Gives a number from 0 to 1; shops that were swept together must not stay together.
    """
    seconds = min(_EVERY.total_seconds() * 2 ** min(failures, 8), _AT_MOST.total_seconds())
    return _jittered(timedelta(seconds=seconds), jitter)


def _jittered(time: timedelta, jitter: Callable[[], float]) -> timedelta:
    return time * (0.8 + jitter() / 5)


def _add(found: list[News], news: News | None) -> None:
    if news is not None:
        found.append(news)


async def _readable(records: AsyncIterator[T]) -> AsyncIterator[T]:
    """The records of a list; none when Shoppex does not give this list to this key."""
    try:
        async for record in records:
            yield record
    except (Forbidden, NotFound, Rejected) as error:
        log.info("A list is not to be had: %s", error)

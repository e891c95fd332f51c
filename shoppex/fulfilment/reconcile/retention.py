"""Retention: forgets what is no longer needed, one partition at a time, once a day."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from redbot.core.utils import AsyncIter

from ...domain.account import Account, AccountKey, Order
from ...store.errors import StoreUnavailable
from ...store.ledger import Ledger
from ...store.schema import PARTITIONS
from ...store.settings import Settings
from ..engine.scheduler import Scheduler
from ..entitlement.notices import moment_of

log = logging.getLogger("red.shoppex.shoppex.fulfilment.reconcile.retention")

_EVERY = timedelta(days=1)
# A bot that has just started has better things to do.
_FIRST_AFTER = timedelta(minutes=10)
_AT_ONCE = 50
# Longer than any news is told.
_NOTICES_FOR = timedelta(days=30)
_NO_GUILD = 0


class RetentionJob:
    """Goes through the whole ledger each day, in small steps.

    One partition after another, and one write for all that is forgotten in it: what lies in a
    lane of its own is never in anybody's way.
    """

    def __init__(self, ledger: Ledger, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._settings = settings
        self._clock = clock
        self._scheduler = Scheduler("forgetting", self._tidy, clock)

    def start(self) -> None:
        """Begin the first round in a while."""
        for number in range(PARTITIONS):
            self._scheduler.mark_at(AccountKey(_NO_GUILD, number), self._clock() + _FIRST_AFTER)

    async def close(self) -> None:
        """Stop."""
        await self._scheduler.close()

    async def _tidy(self, place: AccountKey) -> datetime:
        now = self._clock()
        retention = self._settings.retention

        def change(account: Account) -> Account:
            account = forget(account, now - retention.unpaid, now - retention.details)
            return forget_notices(account, now - _NOTICES_FOR)

        forgetful = []
        keys = self._ledger.keys_in(place.user_id)
        async for key in AsyncIter(keys, steps=_AT_ONCE):
            account = self._ledger.get(key)
            if change(account) != account:
                forgetful.append(key)
        if not forgetful:
            return now + _EVERY
        try:
            await self._ledger.update_all(forgetful, change)
        except StoreUnavailable as error:
            log.error("Old orders could not be forgotten: %s", error)
        return now + _EVERY


def forget(account: Account, unpaid_before: datetime, details_before: datetime) -> Account:
    """The account without what is no longer needed; a paid order is never forgotten.

    Parameters
    ----------
    unpaid_before
        Orders that nobody paid go when they were made before this.
    details_before
        Finished orders that were paid before this shrink to what their roles, a refund and a
        repeat of their goods still need.
    """
    orders = {
        nonce: _shrunk(order) if _is_finished(order, details_before) else order
        for nonce, order in account.orders.items()
        if order.touched_by_money or order.created_at >= unpaid_before
    }
    return account if orders == account.orders else replace(account, orders=orders)


def forget_notices(account: Account, before: datetime) -> Account:
    """The account without notices of moments so long ago that none of them can come again."""
    moment = int(before.timestamp())
    notices = {
        name: notice for name, notice in account.notices.items() if moment_of(name) >= moment
    }
    return account if len(notices) == len(account.notices) else replace(account, notices=notices)


def _is_finished(order: Order, before: datetime) -> bool:
    owed = (order.asking, order.message, order.reading if order.open_readings else None)
    waits = any(delivery is not None and delivery.waits for delivery in owed)
    closed = (order.fulfilled and order.outstanding is None) or not order.entitled
    old = order.paid_at is not None and order.paid_at < before
    return old and closed and order.held is None and not waits


def _shrunk(order: Order) -> Order:
    return replace(order, url=None, coupon=None, seen=())

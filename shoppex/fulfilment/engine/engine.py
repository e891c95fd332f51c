"""Engine that brings each account that is due from its actual to its desired state."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from redbot.core.utils import AsyncIter

from ...domain.account import Account, AccountKey, Order
from ...domain.delivery import Delivery, DeliveryState
from ...store.errors import StoreUnavailable
from ...store.ledger import Ledger
from ..entitlement.staff_causes import Cause
from .discord_budget import Budget
from .failures import NOT_BY_ITSELF
from .role_checks import SEEN_WITHOUT_ASKING
from .scheduler import Scheduler, SchedulerLoad
from .staff_alerts import StaffAlerts

log = logging.getLogger("red.shoppex.shoppex.fulfilment.engine.engine")

_AFTER_A_REFUSED_WRITE = timedelta(minutes=1)
_NOBODY = 0
_BETWEEN_PAUSES = 50


class Step(Protocol):
    """One kind of difference between desired and actual."""

    name: str

    async def settle(self, key: AccountKey) -> datetime | None:
        """Close the difference for one account; say when to look again."""

    def forgive(self, guild_id: int) -> None:
        """Forget what was refused in a guild: its cause may be gone."""


class Engine:
    """Marks accounts as due and lets every step work on them, each step in lanes of its own.

    A role never waits for a message, nor a message for a role.

    Parameters
    ----------
    alarms
        Hear of each account that begins, or ceases, to wait for somebody; closed with the
        engine.
    budget
        What the steps may ask of Discord; closed with the engine.
    """

    def __init__(
        self,
        ledger: Ledger,
        steps: Sequence[Step],
        staff_alerts: StaffAlerts,
        budget: Budget,
        clock: Callable[[], datetime],
    ) -> None:
        self._ledger = ledger
        self._steps = steps
        self._staff_alerts = staff_alerts
        self._budget = budget
        self._clock = clock
        self._schedulers = [
            Scheduler(step.name, partial(self._turn, step), clock) for step in steps
        ]
        # However many things change at once in a guild, it is woken once or twice.
        self._wakes = Scheduler("wakes", self._wake, clock)

    def mark(self, key: AccountKey) -> None:
        """Mark an account as due now."""
        for lanes in self._schedulers:
            lanes.mark(key)

    def mark_unsettled(self, guild_id: int | None = None) -> None:
        """Mark every account, of one guild if given, that is still owed something.

        This is the whole recovery: what is due follows from the ledger.
        """
        for key in self._ledger.unsettled(guild_id):
            self.mark(key)

    def wake(self, guild_id: int) -> None:
        """Schedule a guild's NEEDS_STAFF deliveries to be reset to PENDING and tried again.

        Something changed that staff take care of: what waited for them may work now.
        """
        self._wakes.mark(AccountKey(guild_id, _NOBODY))

    def wake_all(self) -> None:
        """Wake every guild: much may have changed while the bot was away."""
        for guild_id in {key.guild_id for key in self._ledger.stuck()}:
            self.wake(guild_id)
        self._staff_alerts.mark_told()

    def load(self, guild_id: int) -> SchedulerLoad:
        """Return the backlog of a guild: of its longest lane, with the oldest wait in any."""
        loads = [lanes.load(guild_id) for lanes in self._schedulers]
        times = (load.since for load in loads if load.since is not None)
        return SchedulerLoad(max(load.accounts for load in loads), min(times, default=None))

    async def retry(self, key: AccountKey) -> None:
        """Reset NEEDS_BUYER deliveries of an account to PENDING: the buyer is here.

        Raises
        ------
        StoreUnavailable
            When that could not be written down.
        """
        if self._ledger.get(key).stuck:
            await self._ledger.update(key, lambda a: _woken(a, DeliveryState.NEEDS_BUYER))
            self.mark(key)

    async def retry_cause(self, guild_id: int, cause: Cause, user_id: int | None = None) -> int:
        """Retry what waits for staff because of one cause; return for how many members.

        Parameters
        ----------
        user_id
            For nobody but them.

        Raises
        ------
        StoreUnavailable
            When that could not be written down.
        """
        for step in self._steps:
            step.forgive(guild_id)
        woken = [
            key
            async for key in AsyncIter(self._ledger.stuck(guild_id), steps=_BETWEEN_PAUSES)
            if user_id in (None, key.user_id)
            and _woken(self._ledger.get(key), DeliveryState.NEEDS_STAFF, cause)
            != self._ledger.get(key)
        ]
        await self._ledger.update_all(woken, lambda a: _woken(a, DeliveryState.NEEDS_STAFF, cause))
        for key in woken:
            self.mark(key)
        return len(woken)

    async def close(self) -> None:
        """Stop all lanes, at most five seconds."""
        self._budget.close()
        lanes = (*self._schedulers, self._wakes)
        await asyncio.gather(self._staff_alerts.close(), *(each.close() for each in lanes))

    async def _turn(self, step: Step, key: AccountKey) -> datetime | None:
        waited = self._ledger.get(key).stuck
        try:
            return await step.settle(key)
        finally:
            if waited or self._ledger.get(key).stuck:
                self._staff_alerts.mark(key.guild_id)

    async def _wake(self, nobody: AccountKey) -> datetime | None:
        guild_id = nobody.guild_id
        for step in self._steps:
            step.forgive(guild_id)
        stuck = self._ledger.stuck(guild_id)
        try:
            await self._ledger.update_all(stuck, lambda a: _woken(a, DeliveryState.NEEDS_STAFF))
        except StoreUnavailable:
            log.error("What waits for staff in guild %s could not be woken yet", guild_id)
            return self._clock() + _AFTER_A_REFUSED_WRITE
        self.mark_unsettled(guild_id)
        for key in stuck:
            self.mark(key)
        return None


def _woken_question(
    order: Order, waiting_for: DeliveryState, cause: Cause | None
) -> Delivery | None:
    """What is to be asked about an order that is held: it may be right at Shoppex by now."""
    meant = cause is None or (order.held, order.uniqid) == (cause.reason, cause.order)
    staff = waiting_for is DeliveryState.NEEDS_STAFF
    return Delivery() if staff and order.needs_decision and meant else None


def _woken(account: Account, waiting_for: DeliveryState, cause: Cause | None = None) -> Account:
    """The account with everything pending again that waited for somebody.

    Parameters
    ----------
    cause
        Only what waits because of this; ``None`` for everything.
    """

    def wake(delivery: Delivery, role_id: int = 0) -> Delivery:
        if delivery.state is not waiting_for or delivery.reason in NOT_BY_ITSELF:
            return delivery
        if cause is not None and (delivery.reason or "", role_id) != (cause.reason, cause.role_id):
            return delivery
        # Whether a try got through that was begun is still to be found out.
        return Delivery(begun_at=delivery.begun_at)

    def wake_gift(delivery: Delivery, role_id: int) -> Delivery:
        # Those are looked at each time the account is due.
        if cause is None and delivery.reason in SEEN_WITHOUT_ASKING:
            return delivery
        return wake(delivery, role_id)

    orders = {
        nonce: replace(
            order,
            asking=_woken_question(order, waiting_for, cause)
            or (order.asking and wake(order.asking)),
            claim=order.claim and wake(order.claim),
            reading=wake(order.reading),
            message=wake(order.message),
        )
        for nonce, order in account.orders.items()
    }
    subscriptions = {
        name: replace(subscription, asking=subscription.asking and wake(subscription.asking))
        for name, subscription in account.subscriptions.items()
    }
    grants = {
        role_id: replace(
            grant,
            delivery=wake_gift(grant.delivery, role_id),
            removal=grant.removal and wake(grant.removal, role_id),
        )
        for role_id, grant in account.grants.items()
    }
    notices = {name: wake(notice) for name, notice in account.notices.items()}
    return replace(
        account, orders=orders, subscriptions=subscriptions, grants=grants, notices=notices
    )

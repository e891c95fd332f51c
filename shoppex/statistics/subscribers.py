"""Subscriber count and churn of a shop. Pure.

A subscription is active from its first payment to its end. It has ended when it is cancelled
and what was paid for is over (with PayPal: at once), or when staff took it back. One that is
paused or overdue has not ended. Churn is the share of those active when a period began that
ended within it; those that both began and ended within it are not part of that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import NamedTuple

from ..domain.account import Account
from ..domain.subscription import Subscription, end_of
from ..domain.subscription_status import SubscriptionStatus
from .periods import TimeSpan


class ActiveSpan(NamedTuple):
    """From when to when a subscription is active.

    Parameters
    ----------
    ended
        ``None`` while it has no end.
    over_by
        For one that has ended nobody knows when: by then at the latest.
    """

    begun: datetime
    ended: datetime | None = None
    over_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class Subscribers:
    """Subscriptions over a period.

    Parameters
    ----------
    at_start, at_end
        How many were active when it began and when it ended. What is at its end is what was at
        its start, and what began, without what ended.
    lost
        How many of those active at its start ended within it.
    unknown
        How many may have ended within it, on a day that the ledger does not know. They are in
        none of the other numbers.
    by_status
        Those active at its end, by how they stand today.
    """

    at_start: int = 0
    began: int = 0
    ended: int = 0
    lost: int = 0
    at_end: int = 0
    unknown: int = 0
    by_status: Mapping[SubscriptionStatus, int] = field(default_factory=dict)

    @property
    def churn(self) -> Fraction | None:
        """The share that was lost; ``None`` when that is not known, or there was none."""
        if self.unknown or not self.at_start:
            return None
        return Fraction(self.lost, self.at_start)


def life_of(account: Account, subscription: Subscription) -> ActiveSpan | None:
    """When a subscription of that account was active.

    ``None`` when it belongs to a test, or Shoppex has not said yet how it stands.
    """
    order = account.orders.get(subscription.nonce)
    if not subscription.governs or (order is not None and order.test):
        return None
    paid_at = None if order is None else order.paid_at
    begun = min(paid_at or subscription.known_since, subscription.known_since)
    revoked_at = None if subscription.revoked is None else subscription.revoked.at
    ended, over_by = revoked_at, None
    # One whose end cannot be read goes on.
    if subscription.status is SubscriptionStatus.CANCELLED and end_of(subscription) is not None:
        ends = [moment for moment in (revoked_at, _end_of(subscription)) if moment is not None]
        ended = min(ends, default=None)
        if ended is None:
            over_by = subscription.read_at or subscription.known_since
    # It was heard of late: over before the bot knew of its beginning.
    return ActiveSpan(begun if ended is None else min(begun, ended), ended, over_by)


def _end_of(subscription: Subscription) -> datetime | None:
    known = subscription.period_end is not None or subscription.cancelled_at is not None
    return end_of(subscription) if known else None


class SubscriberCount:
    """Counts the subscriptions of one period."""

    def __init__(self, window: TimeSpan) -> None:
        self._window = window
        self._counts: Counter[str] = Counter()
        self._by_status: Counter[SubscriptionStatus] = Counter()

    def add(self, life: ActiveSpan, status: SubscriptionStatus) -> None:
        """One more."""
        start, end, _ = self._window
        begun, ended, over_by = life
        if begun > end:
            return
        if over_by is not None:
            self._counts["unknown"] += start is None or over_by >= start
            return
        at_start = start is not None and begun < start and (ended is None or ended >= start)
        ends_within = self._window.holds(ended) if ended is not None else False
        at_end = ended is None or ended > end
        self._counts["at_start"] += at_start
        self._counts["began"] += self._window.holds(begun)
        self._counts["ended"] += ends_within
        self._counts["lost"] += at_start and ends_within
        self._counts["at_end"] += at_end
        if at_end:
            self._by_status[status] += 1

    def result(self) -> Subscribers:
        """What was counted."""
        return Subscribers(**self._counts, by_status=dict(self._by_status))

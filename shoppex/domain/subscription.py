"""Subscriptions in the ledger, and the access that they give."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from .delivery import Delivery
from .money import Money
from .policy import Policy
from .staff_action import StaffAction
from .subscription_status import SubscriptionStatus

_RUNS = (SubscriptionStatus.ACTIVE, SubscriptionStatus.TRIALING)

# Contract, C15: everywhere else the buyer keeps access until the end of what is paid for.
_ENDS_AT_ONCE = "PAYPAL"

_AGAIN_AFTER = timedelta(hours=12)
_UNDECIDED_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Subscription:
    """One subscription, begun by an order of the bot's.

    Only what the API says of it counts; an event merely makes the API be asked.

    Parameters
    ----------
    id
        Shoppex's public id.
    other_id
        Its internal id, by which events may name it; the same where there is only one.
    nonce
        Of the order that began it.
    known_since
        When the bot first heard of it.
    offer_ids
        Every id of the product that it is for today; a change of plan changes them.
    roles
        What it gave when it was last fulfilled, for the day its product is no longer sold here.
    period_start, period_end
        Of what is paid for, or free for trial.
    end_unsure
        Whether nobody knows when what is paid for ends: Shoppex named no end, or none that can
        be read. ``period_end`` may then be of an earlier period.
    cancelled_at
        When it was cancelled, as Shoppex says; else when the bot heard of it.
    cancel_heard
        Whether ``cancelled_at`` is only when the bot heard of it.
    overdue
        Whether Shoppex goes on with it long after the end of what was paid for.
    moved
        Whether its plan changed at Shoppex and the buyer has not got the roles of today's plan.
    price
        Of a plan to which it moved, for a period.
    read_at
        When the API was last asked with success.
    asking
        The progress of asking the API; ``None`` when there is nothing to ask.
    invoices
        Uniqids of its invoices, as far as they are known to be its own.
    fulfilled
        Whether the buyer has every role of today's plan.
    kept
        Whether staff decided that it goes on giving what it gave.
    revoked
        Who of the staff took back what it gives, and why.
    """

    id: str
    nonce: str
    known_since: datetime
    other_id: str = ""
    offer_ids: tuple[str, ...] = ()
    title: str = ""
    roles: tuple[int, ...] = ()
    status: SubscriptionStatus = SubscriptionStatus.UNKNOWN
    gateway: str | None = None
    customer_id: str | None = None
    period_start: datetime | None = None
    period_end: datetime | None = None
    end_unsure: bool = False
    cancelled_at: datetime | None = None
    cancel_heard: bool = False
    overdue: bool = False
    moved: bool = False
    price: Money | None = None
    read_at: datetime | None = None
    asking: Delivery | None = None
    invoices: tuple[str, ...] = ()
    fulfilled: bool = False
    kept: bool = False
    revoked: StaffAction | None = None

    @property
    def governs(self) -> bool:
        """Whether its own state is known well enough to decide; until then its order does."""
        return self.status not in (SubscriptionStatus.UNKNOWN, SubscriptionStatus.PENDING)

    @property
    def runs(self) -> bool:
        """Whether it is to be renewed."""
        return self.status in _RUNS

    @property
    def needs_a_look(self) -> bool:
        """Whether there may be something about it that staff have to know."""
        ends = self.status in (SubscriptionStatus.CANCELLED, SubscriptionStatus.PAUSED)
        odd = self.overdue or self.moved or (ends and end_of(self) is None)
        return odd and self.revoked is None

    def is_named(self, name: str | None) -> bool:
        """Return whether that is one of its ids."""
        return bool(name) and name in (self.id, self.other_id)


class SubscriptionAccess(NamedTuple):
    """Access that a subscription gives, and until when.

    Parameters
    ----------
    gives
        Whether it gives access now.
    until
        When that ends, as far as it is known; ``None`` while it goes on.
    check_at
        When the API has to be asked again, because only its word ends or prolongs anything.
    """

    gives: bool
    until: datetime | None = None
    check_at: datetime | None = None


def standing_of(subscription: Subscription, policy: Policy, now: datetime) -> SubscriptionAccess:
    """Return the access that a subscription gives (contract, section 5).

    Access that was paid for ends only when the API has confirmed it after the end: a renewal
    that nobody told of must not cost anybody their role. It never ends on a day that cannot be
    read: an error is not an answer.
    """
    status = subscription.status
    if subscription.kept and subscription.governs:
        return SubscriptionAccess(gives=True)
    if subscription.runs:
        end = subscription.period_end
        check_at = _unconfirmed(subscription, end)
        if end is not None and check_at is None:
            # Within the days of grace it runs on past its end.
            check_at = _again(subscription)
        return SubscriptionAccess(gives=True, check_at=check_at)
    if status is SubscriptionStatus.PAST_DUE:
        return SubscriptionAccess(gives=policy.past_due_keeps, check_at=_again(subscription))
    if status is SubscriptionStatus.PAUSED and policy.paused_keeps:
        return SubscriptionAccess(gives=True)
    if status is SubscriptionStatus.PAUSED:
        return _until(subscription, now)
    if status is SubscriptionStatus.CANCELLED:
        return _until(subscription, now)
    young = now - subscription.known_since < _UNDECIDED_FOR
    return SubscriptionAccess(gives=False, check_at=_again(subscription) if young else None)


def _again(subscription: Subscription) -> datetime | None:
    """When to ask again about something that does not stay as it is."""
    read_at = subscription.read_at
    return None if read_at is None else read_at + _AGAIN_AFTER


def end_of(subscription: Subscription) -> datetime | None:
    """Return when a cancelled or paused one ends; ``None`` when Shoppex did not say readably."""
    at_once = subscription.gateway == _ENDS_AT_ONCE
    if at_once and subscription.status is SubscriptionStatus.CANCELLED:
        stated = None if subscription.cancel_heard else subscription.cancelled_at
        if stated is not None:
            return stated
    if subscription.end_unsure:
        return None
    # Earlier versions took the last of these for the end where there was none.
    return subscription.period_end or subscription.cancelled_at or subscription.read_at


def _until(subscription: Subscription, now: datetime) -> SubscriptionAccess:
    end = end_of(subscription)
    if end is None:
        since = subscription.cancelled_at or subscription.read_at
        young = since is not None and now - since < _UNDECIDED_FOR
        return SubscriptionAccess(gives=True, check_at=_again(subscription) if young else None)
    check_at = _unconfirmed(subscription, end)
    gives = check_at is not None or now < end
    return SubscriptionAccess(gives, end, check_at)


def _unconfirmed(subscription: Subscription, end: datetime | None) -> datetime | None:
    read_at = subscription.read_at
    return end if end is not None and (read_at is None or read_at < end) else None

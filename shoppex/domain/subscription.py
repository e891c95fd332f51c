"""What the ledger holds of a subscription, and what it means for access."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from .delivery import Delivery
from .subscription_status import SubscriptionStatus
from .terms import Policy

_RUNS = (SubscriptionStatus.ACTIVE, SubscriptionStatus.TRIALING)

# Contract, C15: everywhere else the buyer keeps access until the end of what is paid for.
_ENDS_AT_ONCE = "PAYPAL"


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
    cancelled_at: datetime | None = None
    read_at: datetime | None = None
    asking: Delivery | None = None
    invoices: tuple[str, ...] = ()
    fulfilled: bool = False
    kept: bool = False

    @property
    def governs(self) -> bool:
        """Whether its own state is known well enough to decide; until then its order does."""
        return self.status not in (SubscriptionStatus.UNKNOWN, SubscriptionStatus.PENDING)

    @property
    def runs(self) -> bool:
        """Whether it is to be renewed."""
        return self.status in _RUNS

    @property
    def unsettled(self) -> bool:
        """Whether it may have to be asked about, or may change what its buyer has."""
        return self.governs or (self.asking is not None and self.asking.waits)

    def is_named(self, name: str | None) -> bool:
        """Whether that is one of its ids."""
        return bool(name) and name in (self.id, self.other_id)


class Standing(NamedTuple):
    """What a subscription means for access.

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


def standing_of(subscription: Subscription, policy: Policy, now: datetime) -> Standing:
    """What a subscription means for access (contract, section 5).

    Access that was paid for ends only when the API has confirmed it after the end: a renewal
    that nobody told of must not cost anybody their role.
    """
    status = subscription.status
    if subscription.kept and subscription.governs:
        return Standing(gives=True)
    if subscription.runs:
        return Standing(gives=True, check_at=_unconfirmed(subscription, subscription.period_end))
    if status is SubscriptionStatus.PAST_DUE:
        return Standing(gives=policy.past_due_keeps)
    if status is SubscriptionStatus.PAUSED and policy.paused_keeps:
        return Standing(gives=True)
    if status is SubscriptionStatus.PAUSED:
        return _until(subscription, subscription.period_end, now)
    if status is SubscriptionStatus.CANCELLED:
        return _until(subscription, _end_of(subscription), now)
    return Standing(gives=False)


def _end_of(subscription: Subscription) -> datetime | None:
    end = None if subscription.gateway == _ENDS_AT_ONCE else subscription.period_end
    return end or subscription.cancelled_at or subscription.read_at


def _until(subscription: Subscription, end: datetime | None, now: datetime) -> Standing:
    check_at = _unconfirmed(subscription, end)
    gives = check_at is not None or (end is not None and now < end)
    return Standing(gives, end, check_at)


def _unconfirmed(subscription: Subscription, end: datetime | None) -> datetime | None:
    read_at = subscription.read_at
    return end if end is not None and (read_at is None or read_at < end) else None

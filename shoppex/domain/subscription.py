"""What the ledger holds of a subscription, and what it means for access."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from .delivery import Delivery
from .staff_act import StaffAct
from .subscription_status import SubscriptionStatus
from .terms import Policy

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
    cancelled_at: datetime | None = None
    read_at: datetime | None = None
    asking: Delivery | None = None
    invoices: tuple[str, ...] = ()
    fulfilled: bool = False
    kept: bool = False
    revoked: StaffAct | None = None

    @property
    def governs(self) -> bool:
        """Whether its own state is known well enough to decide; until then its order does."""
        return self.status not in (SubscriptionStatus.UNKNOWN, SubscriptionStatus.PENDING)

    @property
    def runs(self) -> bool:
        """Whether it is to be renewed."""
        return self.status in _RUNS

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
        end = subscription.period_end
        check_at = _unconfirmed(subscription, end)
        if end is not None and check_at is None and end <= now:
            # Within the days of grace it runs on past its end.
            check_at = _again(subscription)
        return Standing(gives=True, check_at=check_at)
    if status is SubscriptionStatus.PAST_DUE:
        return Standing(gives=policy.past_due_keeps, check_at=_again(subscription))
    if status is SubscriptionStatus.PAUSED and policy.paused_keeps:
        return Standing(gives=True)
    if status is SubscriptionStatus.PAUSED:
        return _until(subscription, subscription.period_end, now)
    if status is SubscriptionStatus.CANCELLED:
        return _until(subscription, _end_of(subscription), now)
    young = now - subscription.known_since < _UNDECIDED_FOR
    return Standing(gives=False, check_at=_again(subscription) if young else None)


def _again(subscription: Subscription) -> datetime | None:
    """When to ask again about something that does not stay as it is."""
    read_at = subscription.read_at
    return None if read_at is None else read_at + _AGAIN_AFTER


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

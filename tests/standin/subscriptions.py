"""Subscriptions (contract, section 5)."""

from __future__ import annotations

import calendar
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from .catalogue import new_id

if TYPE_CHECKING:
    from datetime import datetime

    from .catalogue import Product, Variant
    from .customers import Customer
    from .orders import Order

# How the stand-in itself names the states; how they are spelled outside is up to the switches.
PENDING = "PENDING"
TRIALING = "TRIALING"
ACTIVE = "ACTIVE"
PAST_DUE = "PAST_DUE"
PAUSED = "PAUSED"
CANCELED = "CANCELED"

_DAYS = {"DAY": 1, "WEEK": 7}
_MONTHS = {"MONTH": 1, "YEAR": 12}


def add_interval(start: datetime, interval: str, count: int) -> datetime:
    """``count`` days, weeks, months or years later, at most the last day of that month."""
    if interval in _DAYS:
        return start + timedelta(days=count * _DAYS[interval])
    months = start.year * 12 + start.month - 1 + count * _MONTHS[interval]
    year, month = months // 12, months % 12 + 1
    last_day = calendar.monthrange(year, month)[1]
    return start.replace(year=year, month=month, day=min(start.day, last_day))


@dataclass(slots=True, eq=False)
class Subscription:
    """A purchase that renews.

    Parameters
    ----------
    product, variant
        What it is for now: a change of plan changes them.
    custom_fields
        Those of its first order, or ``None``.
    status
        One of the constants of this module.
    period_end
        When it renews, or ends. It stays where it is while a renewal is not paid.
    trial_end
        Set by a trial, and not cleared by its end.
    canceled_at
        When it was cancelled: it will not renew. Access may go on until ``period_end``.
    ended
        It is over.
    cancelled_told
        ``subscription:cancelled`` was sent.
    invoices
        Oldest first, the first order included.
    open_invoice
        The renewal that is not paid yet.
    next_product
        A downgrade that waits for the next renewal.
    """

    product: Product
    variant: Variant | None
    customer: Customer
    quantity: int
    gateway: str | None
    custom_fields: object
    coupon: str | None
    period_start: datetime
    period_end: datetime
    created_at: datetime
    updated_at: datetime
    status: str = PENDING
    trial_end: datetime | None = None
    canceled_at: datetime | None = None
    cancel_comment: str | None = None
    ended: bool = False
    cancelled_told: bool = False
    upcoming_told: bool = False
    failed_attempts: int = 0
    invoices: list[Order] = field(default_factory=list)
    open_invoice: Order | None = None
    next_product: Product | None = None
    id: str = field(default_factory=new_id)
    uniqid: str = field(default_factory=new_id)

    def is_named(self, name: str) -> bool:
        """Whether ``name`` is its id or uniqid."""
        return name in (self.id, self.uniqid)

    @property
    def renews(self) -> bool:
        """Whether it will renew, if nothing happens."""
        return self.canceled_at is None and self.status not in (PENDING, PAUSED)

    @property
    def grace_until(self) -> datetime:
        """Until when a failed renewal can be made good."""
        return self.period_end + timedelta(days=self.product.grace_days)

    def start_period(self, start: datetime) -> None:
        """Begin a period that lasts as long as the product says."""
        product = self.product
        self.period_start = start
        self.period_end = add_interval(
            start, product.recurring_interval or "MONTH", product.recurring_interval_count
        )

    def start_trial(self, start: datetime, days: int) -> None:
        """Begin a trial, which is a period of its own."""
        self.status = TRIALING
        self.period_start = start
        self.period_end = self.trial_end = start + timedelta(days=days)

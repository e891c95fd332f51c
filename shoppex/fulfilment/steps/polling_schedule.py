"""Polling interval of orders whose payment, or end of a dispute, may be missed. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from ...domain.account import Order
from ...domain.status import OrderStatus

# Without webhooks the role still arrives within a minute of the payment.
_WITHOUT_WEBHOOKS = timedelta(seconds=40)
_YOUNG = timedelta(hours=24)

_FIRST_HOUR = timedelta(hours=1)
_IN_FIRST_HOUR = timedelta(minutes=2)
_ON_FIRST_DAY = timedelta(minutes=15)
_LATER = timedelta(hours=6)

# Shoppex does not say how long a link can be paid (contract, section 12, no. 5). What is older
# than this is found by the reconciler.
_OPEN_FOR = timedelta(days=30)
# Contract, section 4.7: a dispute may take so long.
_DISPUTED_FOR = timedelta(days=120)


def next_reading(order: Order, last: datetime | None, *, hears: bool) -> datetime | None:
    """Return when to read an order next; ``None`` when nothing is to be learnt from it.

    Parameters
    ----------
    last
        When it was read last, as far as that is remembered.
    hears
        Whether webhooks tell of its payment, so that reading only finds those that were lost.
    """
    since, pause, watched_for = _course(order, last, hears=hears)
    if since is None:
        return None
    due = (last or since) + pause
    return due if due - since <= watched_for else None


def _course(
    order: Order, last: datetime | None, *, hears: bool
) -> tuple[datetime | None, timedelta, timedelta]:
    """From when on an order is watched, how long it then rests, and for how long in all."""
    if order.status is OrderStatus.DISPUTED and order.remote_id is not None and order.held is None:
        return order.changed_at or order.paid_at, _LATER, _DISPUTED_FOR
    if not order.open:
        return None, _LATER, _OPEN_FOR
    if order.status is OrderStatus.CANCELLED:
        # Money can still come, but nobody waits for it.
        return order.created_at, _LATER, _OPEN_FOR
    age = (last or order.created_at) - order.created_at
    return order.created_at, _pause(age, hears=hears), _OPEN_FOR


def _pause(age: timedelta, *, hears: bool) -> timedelta:
    if age >= _YOUNG:
        return _LATER
    if not hears:
        return _WITHOUT_WEBHOOKS
    return _IN_FIRST_HOUR if age < _FIRST_HOUR else _ON_FIRST_DAY

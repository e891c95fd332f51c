"""Rate limit of `/buy` for one member, and limit of their unpaid orders. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from ..domain.account import Account
from ..errors import TooOften

TRIES_AT_ONCE = 20
TRIES_WITHIN = timedelta(minutes=2)

UNPAID_AT_ONCE = 5
UNPAID_WITHIN = timedelta(minutes=10)


def refuse_many_unpaid(account: Account, now: datetime) -> None:
    """See to it that nobody makes orders without end.

    Raises
    ------
    TooOften
    """
    unpaid = sorted(
        order.created_at
        for order in account.orders.values()
        if order.paid_at is None and not order.test and now - order.created_at < UNPAID_WITHIN
    )
    if len(unpaid) >= UNPAID_AT_ONCE:
        raise TooOften(unpaid[-UNPAID_AT_ONCE] + UNPAID_WITHIN)

"""Oddities of subscriptions that give access all the same, for staff to know. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from ...domain.account import Account
from ...domain.policy import Terms
from ...domain.subscription import Subscription
from .claims import is_end_unknown, is_plan_unsold, policy_of, subscription_gives

END_UNREADABLE = "end_unreadable"
"""It is to end, and Shoppex does not say readably when."""

OVERDUE = "subscription_overdue"
"""Shoppex goes on with it long after the end of what was paid for."""

PLAN_UNSOLD = "plan_unsold"
"""Its plan changed at Shoppex to one that is not for sale here."""

CONCERNS = frozenset({END_UNREADABLE, OVERDUE, PLAN_UNSOLD})


def concerns_of(
    account: Account, subscription: Subscription, terms: Terms, now: datetime
) -> Iterator[str]:
    """Yield what is odd about one subscription, as stable words; nothing once it gives nothing.

    Each is a careful default that costs the seller money, so it is never without a word.
    """
    order = account.orders.get(subscription.nonce)
    if not subscription.needs_a_look or (order is not None and order.test):
        return
    if not subscription_gives(account, subscription, terms, now):
        return
    if not subscription.kept and is_end_unknown(subscription, policy_of(subscription, terms)):
        yield END_UNREADABLE
    if subscription.overdue and not subscription.kept:
        yield OVERDUE
    if is_plan_unsold(subscription, terms):
        yield PLAN_UNSOLD

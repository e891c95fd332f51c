"""Detection of mass revocation: too many members lose roles by news of Shoppex. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from ...domain.account import Account, AccountKey
from ...domain.policy import Terms
from ...domain.status import OrderStatus
from .claims import claims_of, plan_roles, roles_of, subscription_gives

_WITHIN = timedelta(hours=1)

_TAKEN_BACK = (OrderStatus.DISPUTED, OrderStatus.REFUNDED)


def loses(before: Account, after: Account, terms: Terms, now: datetime) -> bool:
    """Return whether news ended what paid for a role that the person has.

    Both are seen at one moment, so a pass that ran out meanwhile is no loss.
    """
    lost = _paid_for(before, terms, now) - _paid_for(after, terms, now)
    return any(grant.held for role_id, grant in before.grants.items() if role_id in lost)


class RecentLosses:
    """Members who lost something within the last hour."""

    def __init__(self) -> None:
        self._lost_at: dict[AccountKey, datetime] = {}

    def add(self, key: AccountKey, now: datetime) -> int:
        """Count a loss; return how many people have lost something within the hour."""
        self._lost_at.pop(key, None)
        self._lost_at[key] = now
        while now - self._lost_at[first := next(iter(self._lost_at))] >= _WITHIN:
            del self._lost_at[first]
        return len(self._lost_at)


def about_to_go(account: Account, terms: Terms, now: datetime) -> tuple[int, ...]:
    """The roles that the person has from the cog and that nothing pays for any more."""
    paid_for = _paid_for(account, terms, now)
    return tuple(
        role_id
        for role_id, grant in account.grants.items()
        if grant.held and role_id not in paid_for
    )


def spare(account: Account, terms: Terms, now: datetime) -> Account:
    """The account in which whatever gave the roles that are about to go, goes on giving them.

    A pass that ran out is none of them: that is not news from Shoppex.
    """
    going = set(about_to_go(account, terms, now))
    orders = {
        nonce: replace(order, kept=True)
        if order.status in _TAKEN_BACK and going.intersection(roles_of(order, terms))
        else order
        for nonce, order in account.orders.items()
    }
    subscriptions = {
        name: replace(subscription, kept=True)
        if subscription.governs
        and not subscription_gives(account, subscription, terms, now)
        and going.intersection(plan_roles(subscription, terms))
        else subscription
        for name, subscription in account.subscriptions.items()
    }
    return replace(account, orders=orders, subscriptions=subscriptions)


def _paid_for(account: Account, terms: Terms, now: datetime) -> set[int]:
    return {claim.role_id for claim in claims_of(account, terms, now)}

"""Drift: members whose roles and purchases disagree. Pure: it compares, and changes nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from enum import Enum
from typing import NamedTuple

from ...domain.account import Account, Grant
from ...domain.delivery import Delivery
from ...domain.policy import Terms
from ..entitlement.claims import plan_roles, roles_of
from ..entitlement.desired_state import desired
from ..entitlement.subscription_concerns import END_UNREADABLE, OVERDUE, PLAN_UNSOLD, concerns_of


class DriftKind(str, Enum):
    """Kind of disagreement between roles and purchases."""

    UNPAID = "unpaid"
    """Has a role that is sold, and never bought it."""
    HAD_BEFORE = "had before"
    """Has it from before the bot gave any, and nothing pays for it."""
    ENDED = "ended"
    """Has it from the bot, and it is to be taken."""
    ENDED_KEPT = "ended, kept"
    """Got it again by somebody else after it had ended."""
    WAITING = "waiting"
    """Lacks what is paid for, and is to be given it."""
    TAKEN = "taken"
    """Lacks what was given: staff took it, or the member left and came back."""
    BANNED = "banned"
    """Lacks what was paid for before a ban."""
    OTHER_PLAN = "other plan"
    """Keeps it by a subscription whose plan changed to one that is not for sale here."""
    END_UNKNOWN = "end unknown"
    """Keeps it by a subscription that is to end nobody knows when."""
    OVERDUE = "overdue"
    """Keeps it by a subscription that nothing was paid for in a long time."""


_BY_CONCERN = {
    PLAN_UNSOLD: DriftKind.OTHER_PLAN,
    END_UNREADABLE: DriftKind.END_UNKNOWN,
    OVERDUE: DriftKind.OVERDUE,
}


class Drift(NamedTuple):
    """One disagreement.

    Parameters
    ----------
    reason
        What a delivery, or a removal, waits for, as a stable word.
    """

    kind: DriftKind
    role_id: int
    reason: str | None = None


def compare(
    account: Account,
    role_ids: Collection[int],
    sold: Collection[int],
    terms: Terms,
    now: datetime,
) -> Iterator[Drift]:
    """Yield each disagreement between the roles of a member and their purchases.

    Parameters
    ----------
    role_ids
        What the member has.
    sold
        The roles that are for sale.
    """
    wanted = desired(account, terms, now).roles
    for role_id in sorted({*sold, *account.grants} & set(role_ids)):
        if role_id not in wanted:
            yield _surplus(role_id, account.grants.get(role_id))
    for role_id in sorted(wanted):
        if role_id not in role_ids:
            yield _missing(role_id, account.grants.get(role_id))
    for role_id in sorted(_lost_by_a_ban(account, terms) - wanted.keys() - set(role_ids)):
        yield Drift(DriftKind.BANNED, role_id)


def kept_in_doubt(
    account: Account, role_ids: Collection[int], terms: Terms, now: datetime
) -> Iterator[Drift]:
    """Yield what a member keeps by a subscription that staff have to look at."""
    for subscription in account.subscriptions.values():
        for concern in concerns_of(account, subscription, terms, now):
            for role_id in sorted({*plan_roles(subscription, terms)} & set(role_ids)):
                yield Drift(_BY_CONCERN[concern], role_id)


def _surplus(role_id: int, grant: Grant | None) -> Drift:
    if grant is None:
        return Drift(DriftKind.UNPAID, role_id)
    if grant.held:
        removal = grant.removal or Delivery()
        return Drift(DriftKind.ENDED, role_id, removal.reason)
    if grant.ours:
        return Drift(DriftKind.ENDED_KEPT, role_id)
    return Drift(DriftKind.HAD_BEFORE, role_id)


def _missing(role_id: int, grant: Grant | None) -> Drift:
    if grant is None or grant.owed:
        return Drift(DriftKind.WAITING, role_id, None if grant is None else grant.delivery.reason)
    return Drift(DriftKind.TAKEN, role_id)


def _lost_by_a_ban(account: Account, terms: Terms) -> set[int]:
    banned_at = account.banned_at
    if banned_at is None:
        return set()
    return {
        role_id
        for order in account.orders.values()
        if order.entitled and order.paid_at is not None and order.paid_at <= banned_at
        for role_id in roles_of(order, terms)
    }

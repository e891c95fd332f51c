"""Transfer of a member's purchases to another account of theirs. Pure.

Two accounts lie in two files, so there is a moment in which both have everything. The target
carries a mark until the source is emptied; whoever finds the mark empties it.
"""

from __future__ import annotations

from dataclasses import replace

from .account import Account, Grant, Order
from .delivery import Delivery, DeliveryState

# Where the first owner was told to fetch something, the second was not.
_PICKUP = ":pickup:"


def taken_over(source: Account, target: Account) -> Account:
    """The target with everything that the source bought, marked.

    A test stays where it runs: it is undone there. What waited for the first owner is tried
    with the second. Which roles the cog gave stays with who has them; here they are to be given.
    """
    given = [role_id for role_id, grant in source.grants.items() if not _is_gone(grant)]
    owed = {
        role_id: Grant()
        for role_id in given
        if role_id not in target.grants or _is_gone(target.grants[role_id])
    }
    orders = {
        nonce: _moved(order, source.key.user_id, target.key.user_id)
        for nonce, order in source.orders.items()
        if not order.test
    }
    notices = {
        name: _for_another(notice)
        for name, notice in source.notices.items()
        if _PICKUP not in name
    }
    return replace(
        target,
        grants={**target.grants, **owed},
        orders={**orders, **target.orders},
        subscriptions={**source.subscriptions, **target.subscriptions},
        notices={**notices, **target.notices},
        customers=tuple(dict.fromkeys((*source.customers, *target.customers))),
        email=target.email or source.email,
        reminders=target.reminders and source.reminders,
        resets=tuple(dict.fromkeys((*source.resets, *target.resets))),
        took=source.key.user_id,
    )


def left_behind(source: Account, target: Account) -> Account:
    """The source without what the target has taken over; what it bought since stays."""
    orders = {n: o for n, o in source.orders.items() if n not in target.orders}
    subscriptions = {
        name: sub for name, sub in source.subscriptions.items() if name not in target.subscriptions
    }
    if (len(orders), len(subscriptions)) == (len(source.orders), len(source.subscriptions)):
        return source
    return replace(
        source,
        orders=orders,
        subscriptions=subscriptions,
        notices={},
        customers=(),
        email=None,
        resets=(),
    )


def _moved(order: Order, source_id: int, target_id: int) -> Order:
    buyer = source_id if order.origin is None else order.origin
    return replace(
        order,
        message=_for_another(order.message),
        origin=None if buyer == target_id else buyer,
    )


def _is_gone(grant: Grant) -> bool:
    return grant.delivery.state is DeliveryState.REVOKED


def _for_another(delivery: Delivery) -> Delivery:
    return Delivery() if delivery.state is DeliveryState.NEEDS_BUYER else delivery

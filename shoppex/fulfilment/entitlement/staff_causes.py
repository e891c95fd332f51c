"""Causes for which purchases wait for staff. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from ...domain.account import Account, Order
from ...domain.delivery import Delivery, DeliveryState
from ...domain.policy import Terms
from ...domain.status import OrderStatus
from .desired_state import desired
from .dry_run_orders import is_only_tested
from .subscription_concerns import concerns_of

BRAKE = "brake"
"""Why a role is not taken while the brake is on."""

MUTE = "log_channel_lost"
"""Why nothing is written into the log channel."""

GOODS_UNREADABLE = "goods_unreadable"
"""Why a delivery of Shoppex's is sent by hand."""

ORDER_MATTERS = frozenset(
    {"underpaid", "confirming_long", "delivery_failed", "seller_late", GOODS_UNREADABLE}
)
"""Causes that staff are told of order by order."""

# A partial refund changes nothing by itself; staff have this long to see it in the overview.
_TOLD_FOR = timedelta(days=7)


class Cause(NamedTuple):
    """One thing that staff can mend, or have to know.

    Parameters
    ----------
    reason
        A stable word, such as ``role_too_high``.
    role_id
        The role that it is about; 0 when it is about none.
    order
        Shoppex's id of the order, or the subscription, where each is a matter of its own.
    """

    reason: str
    role_id: int = 0
    order: str = ""

    def to_word(self) -> str:
        """The cause as one word, to be remembered by."""
        return f"{self.reason}:{self.role_id}{self.order}"


def causes_of(account: Account, terms: Terms, now: datetime) -> Iterator[Cause]:
    """Yield what waits for staff in one account; roles no longer wanted wait for nobody.

    What a test meets is told by the test.
    """
    wanted = desired(account, terms, now).roles
    for role_id, grant in account.grants.items():
        if role_id in wanted and is_only_tested(account, wanted[role_id]):
            continue
        delivery = grant.delivery if role_id in wanted else grant.removal
        waits = delivery is not None and delivery.state is DeliveryState.NEEDS_STAFF
        # What the brake holds back is one cause for the whole server, told of by itself.
        if delivery is not None and waits and delivery.reason != BRAKE:
            yield Cause(delivery.reason or "", role_id)
    for order in account.orders.values():
        if order.held is not None and order.needs_decision:
            yield Cause(order.held, order=order.uniqid or "")
        yield from _matters(order)
        heard_at = order.changed_at or order.paid_at or order.created_at
        partly = order.refunded is not None and order.status is OrderStatus.PAID
        if partly and now - heard_at < _TOLD_FOR:
            yield Cause("partly_refunded", order=order.uniqid or "")
    yield from _concerns(account, terms, now)
    for delivery in beside_roles(account):
        waits = delivery is not None and delivery.state is DeliveryState.NEEDS_STAFF
        if delivery is not None and waits and delivery.reason not in ORDER_MATTERS:
            yield Cause(delivery.reason or "")


def _matters(order: Order) -> Iterator[Cause]:
    if order.test:
        return
    if order.stalled is not None:
        yield Cause(order.stalled, order=order.uniqid or "")
    if order.entitled and order.reading.stuck and order.reading.reason == GOODS_UNREADABLE:
        yield Cause(GOODS_UNREADABLE, order=order.uniqid or "")


def _concerns(account: Account, terms: Terms, now: datetime) -> Iterator[Cause]:
    for subscription in account.subscriptions.values():
        for concern in concerns_of(account, subscription, terms, now):
            yield Cause(concern, order=subscription.id)


def beside_roles(account: Account) -> Iterator[Delivery | None]:
    """Everything that is owed to one account but roles; ``None`` where nothing is."""
    for order in account.orders.values():
        if not order.test:
            yield from (order.asking, order.claim, order.reading, order.message)
    for subscription in account.subscriptions.values():
        yield subscription.asking
    yield from account.notices.values()

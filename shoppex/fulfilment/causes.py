"""Why paid things wait for staff. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from ..domain.account import Account, DeliveryState
from .desired import RolesByOffer, desired


class Cause(NamedTuple):
    """One thing that staff can mend.

    Parameters
    ----------
    reason
        A stable word, such as ``role_too_high``.
    role_id
        The role that it is about; 0 when it is about none.
    """

    reason: str
    role_id: int = 0

    def to_word(self) -> str:
        """The cause as one word, to be remembered by."""
        return f"{self.reason}:{self.role_id}"


def causes_of(account: Account, roles_by_offer: RolesByOffer, now: datetime) -> Iterator[Cause]:
    """What waits for staff in one account; a role that is no longer wanted waits for nobody."""
    wanted = desired(account, roles_by_offer, now).roles
    for role_id, grant in account.grants.items():
        if role_id in wanted and grant.delivery.state is DeliveryState.NEEDS_STAFF:
            yield Cause(grant.delivery.reason or "", role_id)
    for order in account.orders.values():
        if order.held is not None:
            yield Cause(order.held)
        for delivery in (order.asking, order.reading, order.message):
            if delivery is not None and delivery.state is DeliveryState.NEEDS_STAFF:
                yield Cause(delivery.reason or "")

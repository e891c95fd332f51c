"""Undelivered goods and roles: what waits for staff or buyers, and what was given up. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from ..domain.account import Account
from ..domain.delivery import Delivery, DeliveryState
from ..domain.policy import Terms
from ..fulfilment.entitlement.desired_state import desired
from ..fulfilment.entitlement.staff_causes import beside_roles, causes_of
from ..fulfilment.entitlement.subscription_concerns import CONCERNS

_STOPPED = (DeliveryState.NEEDS_STAFF, DeliveryState.NEEDS_BUYER, DeliveryState.FAILED)
# Staff are to know of it, but nothing is undelivered.
_NO_DELIVERY = frozenset({"partly_refunded", *CONCERNS})


@dataclass(frozen=True, slots=True)
class UndeliveredCounts:
    """How many deliveries do not go on by themselves now, by the stable word of their cause."""

    staff: Counter[str] = field(default_factory=Counter)
    buyers: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)

    @property
    def count(self) -> int:
        """All of them."""
        return self.staff.total() + self.buyers.total() + self.failed.total()

    def add(self, account: Account, terms: Terms, now: datetime) -> None:
        """Count those of one more account; what belongs to a test counts nowhere."""
        if any(order.test for order in account.orders.values()):
            kept = {nonce: o for nonce, o in account.orders.items() if not o.test}
            account = replace(account, orders=kept)
        held = any(order.needs_decision or order.stalled for order in account.orders.values())
        if not held and all(d.state not in _STOPPED for d in account.deliveries()):
            return
        reasons = (cause.reason for cause in causes_of(account, terms, now))
        self.staff.update(reason for reason in reasons if reason not in _NO_DELIVERY)
        for delivery in _current(account, terms, now):
            if delivery is not None and delivery.state is DeliveryState.NEEDS_BUYER:
                self.buyers[delivery.reason or ""] += 1
            elif delivery is not None and delivery.state is DeliveryState.FAILED:
                self.failed[delivery.reason or ""] += 1


def _current(account: Account, terms: Terms, now: datetime) -> Iterator[Delivery | None]:
    """All that is owed now; a role that is no longer wanted is only owed its removal."""
    wanted = desired(account, terms, now).roles
    for role_id, grant in account.grants.items():
        yield grant.delivery if role_id in wanted else grant.removal
    yield from beside_roles(account)

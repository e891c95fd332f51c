"""What one person should have now. One pure function; everything else only closes the gap."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ..domain.account import Account, Delivery, DeliveryState, OfferKind, Order
from ..domain.offer import offer_ref


@dataclass(frozen=True, slots=True)
class Desired:
    """What is wanted, and what has to be done for it now.

    Parameters
    ----------
    roles
        Role id → nonces of the orders that pay for it. Complete, whether given or not.
    readings
        Nonces of orders that Shoppex must be asked about now.
    messages
        Nonces of orders whose buyer is owed a direct message now.
    look_again
        When something that cannot be done yet becomes due; ``None`` when nothing waits.
    """

    roles: Mapping[int, frozenset[str]]
    readings: tuple[str, ...]
    messages: tuple[str, ...]
    look_again: datetime | None


def desired(
    account: Account, roles_by_offer: Mapping[str, tuple[int, ...]], now: datetime
) -> Desired:
    """The desired state of one account.

    Parameters
    ----------
    roles_by_offer
        What each offer gives today. An offer that is no longer for sale gives what it gave
        when it was sold.
    """
    roles: dict[int, set[str]] = {}
    readings: list[str] = []
    messages: list[str] = []
    later: list[datetime] = []
    for order in account.orders.values():
        if order.entitled:
            for role_id in roles_by_offer.get(offer_ref(order.kind, order.offer_id), order.roles):
                roles.setdefault(role_id, set()).add(order.nonce)
        if wants_reading(order):
            _sort(order.reading, order.nonce, readings, later, now)
        elif order.entitled and order.message.waits and not _lacks_goods(order):
            _sort(order.message, order.nonce, messages, later, now)
    later.extend(
        grant.delivery.next_try
        for role_id in roles
        if (grant := account.grants.get(role_id)) is not None
        and grant.delivery.waits
        and grant.delivery.next_try is not None
        and grant.delivery.next_try > now
    )
    return Desired(
        roles={role_id: frozenset(nonces) for role_id, nonces in roles.items()},
        readings=tuple(readings),
        messages=tuple(messages),
        look_again=min(later, default=None),
    )


def wants_reading(order: Order) -> bool:
    """Whether Shoppex has to be asked about this order before its message can go out."""
    if order.uniqid is None or not order.reading.waits:
        return False
    return order.reread or (order.entitled and order.kind is OfferKind.PRODUCT)


def _lacks_goods(order: Order) -> bool:
    """Whether what Shoppex delivers could not be read, and staff can change that."""
    stuck = order.reading.state is DeliveryState.NEEDS_STAFF
    return order.wants_goods and stuck and order.reading.reason != "goods_missing"


def _sort(
    delivery: Delivery, nonce: str, due: list[str], later: list[datetime], now: datetime
) -> None:
    if delivery.next_try is None or delivery.next_try <= now:
        due.append(nonce)
    else:
        later.append(delivery.next_try)

"""What one person should have now. One pure function; everything else only closes the gap."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone

from ..domain.account import (
    Account,
    DeliveryState,
    OfferKind,
    Order,
    Promise,
)
from ..domain.offer import offer_ref

RolesByOffer = Mapping[str, tuple[int, ...]]

# A buyer whose key is late, or comes without the name of one, gets what there is after this.
_PATIENCE_WITH_GOODS = timedelta(minutes=15)
_EVER = datetime.min.replace(tzinfo=timezone.utc)


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


def desired(account: Account, roles_by_offer: RolesByOffer, now: datetime) -> Desired:
    """The desired state of one account.

    Parameters
    ----------
    roles_by_offer
        What each offer gives today.
    """
    roles: dict[int, set[str]] = {}
    readings: list[str] = []
    messages: list[str] = []
    later: list[datetime] = []
    for order in account.orders.values():
        if order.entitled:
            for role_id in roles_of(order, roles_by_offer):
                roles.setdefault(role_id, set()).add(order.nonce)
        for reading in order.open_readings:
            _sort(reading.next_try or _EVER, order.nonce, readings, later, now)
        told_from = _told_from(order)
        if order.entitled and order.message.waits and told_from is not None:
            due_at = max(told_from, order.message.next_try or _EVER)
            _sort(due_at, order.nonce, messages, later, now)
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
        readings=tuple(dict.fromkeys(readings)),
        messages=tuple(messages),
        look_again=min(later, default=None),
    )


def roles_of(order: Order, roles_by_offer: RolesByOffer) -> tuple[int, ...]:
    """What an order gives.

    Until the buyer has it, that is what its offer gives today, so that staff can mend it. An
    offer that is no longer for sale gives what it gave when it was sold.
    """
    if order.fulfilled:
        return order.roles
    return roles_by_offer.get(offer_ref(order.kind, order.offer_id), order.roles)


def close_orders(account: Account, roles_by_offer: RolesByOffer) -> Account:
    """The account with every order closed whose buyer has all of its roles."""
    for order in account.orders.values():
        if not order.entitled or order.fulfilled:
            continue
        roles = roles_of(order, roles_by_offer)
        if all(_is_given(account, role_id) for role_id in roles):
            account = account.with_order(replace(order, roles=roles, fulfilled=True))
    return account


def _is_given(account: Account, role_id: int) -> bool:
    grant = account.grants.get(role_id)
    return grant is not None and grant.delivery.state is DeliveryState.DELIVERED


def _told_from(order: Order) -> datetime | None:
    """From when on the buyer may be told; ``None`` while only something else can change that."""
    if order.kind is OfferKind.ITEM or order.reading.state is DeliveryState.DELIVERED:
        return _EVER
    if order.promise is Promise.NOTHING:
        looked = order.reading.attempts > 0 or not order.reading.waits
        return _EVER if order.goods or looked else None
    if order.reading.state is DeliveryState.NEEDS_STAFF:
        return None if order.reading.reason == "api_key_refused" else _EVER
    if not order.goods or order.paid_at is None:
        return None
    return order.paid_at + _PATIENCE_WITH_GOODS


def _sort(
    due_at: datetime, nonce: str, due: list[str], later: list[datetime], now: datetime
) -> None:
    if due_at <= now:
        due.append(nonce)
    else:
        later.append(due_at)

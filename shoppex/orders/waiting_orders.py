"""Members and purchases that wait for staff because of one cause."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import NamedTuple

from redbot.core.utils import AsyncIter

from ..domain.account import Account, AccountKey, Order
from ..domain.delivery import Delivery, DeliveryState
from ..domain.policy import Terms
from ..fulfilment.entitlement.staff_causes import Cause, causes_of
from ..fulfilment.entitlement.subscription_concerns import CONCERNS
from ..store.ledger import Ledger
from ..store.settings import Settings
from .lookup import Matter, matter_of, roles_given_by

_BETWEEN_PAUSES = 50


class WaitingMember(NamedTuple):
    """One member for whom something waits, and the purchases that it concerns."""

    key: AccountKey
    matters: tuple[Matter, ...]


async def who_waits(
    ledger: Ledger,
    settings: Settings,
    guild_id: int,
    cause: Cause,
    clock: Callable[[], datetime],
) -> list[WaitingMember]:
    """Everybody for whom something waits because of one cause."""
    terms = settings.guild(guild_id).terms()
    found: list[WaitingMember] = []
    async for key in AsyncIter(ledger.stuck(guild_id), steps=_BETWEEN_PAUSES):
        account = ledger.get(key)
        if cause in causes_of(account, terms, clock()):
            found.append(WaitingMember(key, tuple(matters_behind(account, cause, terms))))
    return found


def matters_behind(account: Account, cause: Cause, terms: Terms) -> Iterator[Matter]:
    """The purchases of an account that wait because of one cause, as far as it names them."""
    for order in account.orders.values():
        if cause.order:
            concerned = order.uniqid == cause.order
        elif cause.role_id:
            concerned = order.paid_at is not None and cause.role_id in roles_given_by(
                account, order, terms
            )
        else:
            concerned = _waits(_deliveries(order), cause)
        if concerned:
            yield order
    for subscription in account.subscriptions.values():
        concerned = cause.order in ("", subscription.id) and cause.reason in CONCERNS
        asked = not cause.role_id and not cause.order and _waits([subscription.asking], cause)
        if concerned or asked:
            yield matter_of(account, subscription.id)


def _deliveries(order: Order) -> list[Delivery | None]:
    return [order.asking, order.claim, order.reading, order.message]


def _waits(deliveries: list[Delivery | None], cause: Cause) -> bool:
    return any(
        delivery is not None
        and delivery.state is DeliveryState.NEEDS_STAFF
        and delivery.reason == cause.reason
        for delivery in deliveries
    )

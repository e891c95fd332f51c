"""Lookup for staff: the purchase that a number names, and why a member has each role."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import NamedTuple

from redbot.core.utils import AsyncIter

from ..domain.account import Account, AccountKey, Grant, Order
from ..domain.delivery import DeliveryState
from ..domain.policy import Terms
from ..domain.short_names import read_short_name, short_name
from ..domain.subscription import Subscription
from ..fulfilment.entitlement.claims import claims_of, last_invoice, plan_roles, roles_of
from ..fulfilment.entitlement.subscription_concerns import concerns_of
from ..purchases.status import subscription_of
from ..store.ledger import Ledger
from .errors import NoSuchPurchase

Matter = Order | Subscription

_SNOWFLAKE_DIGITS = 20
# How many names are compared before others have their turn.
_AT_ONCE = 1000
_MEMBER = re.compile(r"<@!?([0-9]{15,20})>|([0-9]{15,20})")


class OrderRef(NamedTuple):
    """One purchase of one member.

    Parameters
    ----------
    name
        The nonce of an order, or the id of a subscription.
    """

    key: AccountKey
    name: str


class Payer(NamedTuple):
    """A purchase that pays for a role, and until when as far as that is known."""

    matter: Matter
    until: datetime | None


class RoleExplanation(NamedTuple):
    """Why a member has a role, or is to have it.

    Parameters
    ----------
    payers
        What pays for it now; nothing for a role that is about to go, or is not the shop's doing.
    has
        Whether the member has it; ``None`` when they are not there.
    """

    role_id: int
    payers: tuple[Payer, ...]
    grant: Grant | None
    has: bool | None


def user_in(text: str) -> int | None:
    """The user whose mention or id that is."""
    member = _MEMBER.fullmatch(text.strip())
    return None if member is None else int(member[1] or member[2])


async def find_case(ledger: Ledger, guild_id: int, text: str) -> OrderRef:
    """The order, or subscription, of a server with that number or short name.

    Raises
    ------
    NoSuchPurchase
    """
    text = text.strip()
    place = ledger.locate(text)
    if place is None:
        found = ledger.locate_subscription(text)
        place = None if found is None else (found[0], found[1].id)
    if place is None:
        place = await _find_short(ledger, guild_id, text)
    if place is None or place[0].guild_id != guild_id:
        raise NoSuchPurchase
    return OrderRef(*place)


async def _find_short(ledger: Ledger, guild_id: int, text: str) -> tuple[AccountKey, str] | None:
    user, _dot, name = text.rpartition(".")
    wanted = read_short_name(name)
    if wanted is None:
        return None
    if user.isascii() and user.isdigit() and len(user) <= _SNOWFLAKE_DIGITS:
        key = AccountKey(guild_id, int(user))
        for order in ledger.get(key).orders.values():
            if order.short_name == wanted:
                return key, order.nonce
    # Typed by people, or moved to another account since.
    async for uniqid in AsyncIter(ledger.uniqids(), steps=_AT_ONCE):
        place = ledger.locate(uniqid) if short_name(uniqid) == wanted else None
        if place is not None and place[0].guild_id == guild_id:
            return place
    return None


def matter_of(account: Account, name: str) -> Matter:
    """The order or subscription of that name.

    Raises
    ------
    NoSuchPurchase
    """
    matter = account.orders.get(name) or account.subscriptions.get(name)
    if matter is None:
        raise NoSuchPurchase
    return matter


def name_of(matter: Matter) -> str:
    """How the ledger calls it."""
    return matter.nonce if isinstance(matter, Order) else matter.id


def number_of(matter: Matter) -> str:
    """The number by which people call it."""
    return (matter.uniqid or "") if isinstance(matter, Order) else matter.id


def parts_of(account: Account, matter: Matter) -> tuple[Order | None, Subscription | None]:
    """The order that brings goods, and the subscription that gives roles, of a purchase."""
    if isinstance(matter, Order):
        return matter, subscription_of(account, matter)
    return last_invoice(account, matter), matter


def roles_given_by(account: Account, matter: Matter, terms: Terms) -> tuple[int, ...]:
    """The roles that a purchase gives while it counts."""
    order, subscription = parts_of(account, matter)
    if subscription is not None:
        return plan_roles(subscription, terms)
    return () if order is None else roles_of(order, terms)


def concerns_about(account: Account, matter: Matter, terms: Terms, now: datetime) -> Iterator[str]:
    """What is odd about the subscription of a purchase, as stable words."""
    _, subscription = parts_of(account, matter)
    if subscription is not None:
        yield from concerns_of(account, subscription, terms, now)


def role_stories(
    account: Account,
    has: Collection[int] | None,
    sold: Collection[int],
    terms: Terms,
    now: datetime,
) -> Iterator[RoleExplanation]:
    """Why a member has each role that the shop sells, gave or owes.

    Parameters
    ----------
    has
        The roles of the member; ``None`` when they are not there.
    sold
        The roles that are for sale.
    """
    payers: dict[int, dict[str, Payer]] = {}
    for claim in claims_of(account, terms, now):
        payer = Payer(matter_of(account, claim.source), claim.until)
        payers.setdefault(claim.role_id, {})[claim.source] = payer
    given = {
        role_id
        for role_id, grant in account.grants.items()
        if grant.delivery.state is not DeliveryState.REVOKED
    }
    for role_id in sorted({*payers, *given, *(set(sold) & set(has or ()))}):
        yield RoleExplanation(
            role_id,
            tuple(payers.get(role_id, {}).values()),
            account.grants.get(role_id),
            None if has is None else role_id in has,
        )

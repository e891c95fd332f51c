"""Actions of staff on a purchase, as changes of an account. Pure."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from ..domain.account import Account, Grant, OfferKind, Order
from ..domain.delivery import Delivery, DeliveryState
from ..domain.policy import Terms
from ..domain.staff_action import StaffAction
from ..domain.status import OrderStatus
from ..fulfilment.entitlement.claims import claims_of
from ..fulfilment.intake.subscription_updates import ask
from ..fulfilment.reconcile.membership import given_anew
from ..purchases.status import periods_of
from ..store.settings_model import ItemEntry, SoldEntry
from .errors import AlreadyRevoked, GivesNothing, NothingHeld, NotRevoked
from .lookup import Matter, Payer, matter_of, parts_of, roles_given_by

_NUMBER_BYTES = 4


class RoleChanges(NamedTuple):
    """What becomes of roles.

    Parameters
    ----------
    goes, comes
        Roles that are taken, and that are given.
    stays
        Roles that stay although this purchase no longer pays for them, with what does.
    """

    goes: tuple[int, ...] = ()
    comes: tuple[int, ...] = ()
    stays: tuple[tuple[int, tuple[Payer, ...]], ...] = ()


# -- redelivering --------------------------------------------------------------------------


def redelivered(
    account: Account, name: str, terms: Terms, has: Collection[int] | None, now: datetime
) -> Account:
    """The account in which what a purchase gives is owed once more.

    Parameters
    ----------
    has
        The roles of the member; ``None`` when they are not there: who comes back gets them.

    Raises
    ------
    NoSuchPurchase, GivesNothing
    """
    matter = matter_of(account, name)
    order, subscription = parts_of(account, matter)
    roles = roles_to_give_anew(account, matter, terms, has, now)
    sends = order is not None and order.entitled
    if not sends and not _gives(account, matter, terms, now):
        raise GivesNothing
    for role_id in roles:
        grant = account.grants.get(role_id)
        if grant is not None:
            account = account.with_grant(role_id, given_anew(grant))
    if order is not None and sends:
        account = account.with_order(sent_anew(order))
    if subscription is not None:
        account = account.with_subscription(ask(account.subscriptions[subscription.id], now))
    return account


def roles_to_give_anew(
    account: Account, matter: Matter, terms: Terms, has: Collection[int] | None, now: datetime
) -> tuple[int, ...]:
    """The roles of a purchase that the member ought to have, and lacks."""
    paid_for = {claim.role_id for claim in claims_of(account, terms, now)}
    return tuple(
        role_id
        for role_id in roles_given_by(account, matter, terms)
        if role_id in paid_for and _is_missing(account.grants.get(role_id), role_id, has)
    )


def sent_anew(order: Order) -> Order:
    """The order whose buyer is owed its message, and what Shoppex delivers with it, once more.

    Keys out of a pool are not kept: they are not sent again, nor are others taken out.
    """
    message = order.message if order.message.waits else Delivery()
    if order.kind is OfferKind.ITEM or order.gift is not None:
        return replace(order, message=message)
    return replace(order, message=message, reading=Delivery(), handed=())


def _is_missing(grant: Grant | None, role_id: int, has: Collection[int] | None) -> bool:
    if grant is None:
        return True
    if grant.delivery.state is DeliveryState.DELIVERED:
        return has is not None and role_id not in has
    return not grant.delivery.waits


def _gives(account: Account, matter: Matter, terms: Terms, now: datetime) -> bool:
    order, subscription = parts_of(account, matter)
    names = {order.nonce} if order is not None else set()
    names |= {subscription.id} if subscription is not None else set()
    return any(claim.source in names for claim in claims_of(account, terms, now))


# -- taking back ---------------------------------------------------------------------------


def revoked(account: Account, name: str, act: StaffAction) -> Account:
    """The account in which a purchase, with its whole subscription, gives nothing any more.

    Raises
    ------
    NoSuchPurchase
    GivesNothing
        When nobody paid for it.
    AlreadyRevoked
    """
    matter = matter_of(account, name)
    if isinstance(matter, Order) and matter.paid_at is None:
        raise GivesNothing
    if matter.revoked is not None:
        raise AlreadyRevoked
    for each in _whole(account, matter):
        account = _with(account, each, each.revoked or act)
    return account


def given_back(account: Account, name: str) -> Account:
    """The account in which a purchase that was taken back counts again.

    Raises
    ------
    NoSuchPurchase, NotRevoked
    """
    matter = matter_of(account, name)
    if matter.revoked is None:
        raise NotRevoked
    for each in _whole(account, matter):
        account = _with(account, each, None)
        for role_id in each.roles:
            grant = account.grants.get(role_id)
            if grant is not None and grant.delivery.state is DeliveryState.REVOKED:
                account = account.with_grant(role_id, Grant())
    return account


def _whole(account: Account, matter: Matter) -> Iterator[Matter]:
    """A purchase; of a subscription everything that was paid for it, too."""
    yield matter
    _, subscription = parts_of(account, matter)
    if subscription is not None:
        parts: tuple[Matter, ...] = (subscription, *periods_of(account, subscription))
        yield from (part for part in parts if part is not matter)


def _with(account: Account, matter: Matter, act: StaffAction | None) -> Account:
    if isinstance(matter, Order):
        return account.with_order(replace(matter, revoked=act))
    return account.with_subscription(replace(matter, revoked=act))


def role_changes(
    before: Account, after: Account, roles: Collection[int], terms: Terms, now: datetime
) -> RoleChanges:
    """What a change of an account does to its roles.

    Parameters
    ----------
    roles
        Those that the purchase gives.
    """
    paid_before = {claim.role_id for claim in claims_of(before, terms, now)}
    payers: dict[int, list[Payer]] = {}
    for claim in claims_of(after, terms, now):
        payer = Payer(matter_of(after, claim.source), claim.until)
        payers.setdefault(claim.role_id, []).append(payer)
    held = {role_id for role_id, grant in before.grants.items() if grant.held}
    return RoleChanges(
        goes=tuple(sorted((paid_before - payers.keys()) & held)),
        comes=tuple(sorted(payers.keys() - paid_before)),
        stays=tuple((r, tuple(payers[r])) for r in roles if r in payers and r in paid_before),
    )


# -- held orders ---------------------------------------------------------------------------


def accepted(account: Account, name: str, act: StaffAction) -> Account:
    """The account in which an order that is held is to be delivered, if it is still paid.

    Raises
    ------
    NoSuchPurchase, NothingHeld
    """
    order = _held_order(account, name)
    asked = replace(order, accepted=act, left=None, asking=Delivery(begun_at=act.at))
    return account.with_order(asked)


def left(account: Account, name: str, act: StaffAction) -> Account:
    """The account in which an order that is held stays so, and waits for nobody.

    Raises
    ------
    NoSuchPurchase, NothingHeld
    """
    return account.with_order(replace(_held_order(account, name), left=act))


def plan_left(account: Account, name: str) -> Account:
    """The account in which a subscription to another plan goes on giving what it gave.

    Raises
    ------
    NoSuchPurchase, NothingHeld
    """
    subscription = matter_of(account, name)
    if isinstance(subscription, Order) or not subscription.moved:
        raise NothingHeld
    return account.with_subscription(
        replace(subscription, fulfilled=True, moved=False, price=None)
    )


def _held_order(account: Account, name: str) -> Order:
    order = matter_of(account, name)
    if not isinstance(order, Order) or order.held is None or order.accepted is not None:
        raise NothingHeld
    return order


# -- giving --------------------------------------------------------------------------------


def gift_of(entry: SoldEntry, days: int | None, act: StaffAction) -> Order:
    """What is sold, as a gift: an order that Shoppex does not know, and that costs nothing.

    Parameters
    ----------
    days
        For how long; ``None`` for ever.
    """
    pool = entry.pool if isinstance(entry, ItemEntry) else None
    return Order(
        nonce=secrets.token_hex(16),
        kind=OfferKind.ITEM if isinstance(entry, ItemEntry) else OfferKind.PRODUCT,
        offer_id=entry.id,
        title=entry.title,
        created_at=act.at,
        roles=entry.roles,
        status=OrderStatus.PAID,
        uniqid=f"gift-{secrets.token_hex(_NUMBER_BYTES)}",
        paid_at=act.at,
        reading=Delivery(DeliveryState.DELIVERED),
        lasts=None if days is None else timedelta(days=days),
        pool=pool,
        claim=None if pool is None else Delivery(),
        gift=act,
    )

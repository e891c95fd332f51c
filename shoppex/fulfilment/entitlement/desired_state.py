"""Desired state of one account, as one pure function. Everything else only closes the gap."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone

from ...domain.account import Account, Grant, OfferKind, Order, Promise
from ...domain.delivery import Delivery, DeliveryState
from ...domain.policy import Terms
from ...domain.subscription import Subscription, standing_of
from .arrival import note_arrival
from .claims import (
    claims_of,
    is_plan_unsold,
    order_gives,
    plan_roles,
    policy_of,
    roles_of,
    subscription_gives,
    with_roles_kept,
)
from .notices import Notice, notices_of

# A buyer whose key is late, or comes without the name of one, gets what there is after this.
_PATIENCE_WITH_GOODS = timedelta(minutes=15)
_EVER = datetime.min.replace(tzinfo=timezone.utc)


@dataclass(frozen=True, slots=True)
class Desired:
    """Desired state of one account, and what has to be done for it now.

    Parameters
    ----------
    roles
        Role id → nonces of the orders, and ids of the subscriptions, that pay for it. Complete,
        whether given or not.
    removals
        Role ids that the cog gave and that nothing pays for any more.
    readings
        Nonces of orders that Shoppex must be asked about now.
    subscriptions
        Ids of subscriptions that Shoppex must be asked about now.
    messages
        Nonces of orders whose buyer is owed a direct message now.
    notices
        What else the buyer is to be told now.
    look_again
        When something that cannot be done yet becomes due; ``None`` when nothing waits.
    """

    roles: Mapping[int, frozenset[str]]
    removals: tuple[int, ...]
    readings: tuple[str, ...]
    subscriptions: tuple[str, ...]
    messages: tuple[str, ...]
    notices: tuple[Notice, ...]
    look_again: datetime | None


class _Agenda:
    """Sorts what is due now from what becomes due later."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._next: datetime | None = None

    @property
    def next(self) -> datetime | None:
        """The first moment that lies ahead."""
        return self._next

    def is_due(self, at: datetime | None) -> bool:
        """Return whether that moment has come; remember it when it has not."""
        if at is None or at <= self._now:
            return True
        self.look_at(at)
        return False

    def look_at(self, at: datetime | None) -> None:
        """Look again then."""
        if at is not None and at > self._now and (self._next is None or at < self._next):
            self._next = at


def desired(account: Account, terms: Terms, now: datetime) -> Desired:
    """The desired state of one account.

    Parameters
    ----------
    terms
        What each offer gives today, and what the server decided.
    """
    agenda = _Agenda(now)
    roles: dict[int, set[str]] = {}
    for claim in claims_of(account, terms, now):
        roles.setdefault(claim.role_id, set()).add(claim.source)
        agenda.look_at(claim.until)
    return Desired(
        roles={role_id: frozenset(sources) for role_id, sources in roles.items()},
        removals=tuple(
            role_id
            for role_id, grant in account.grants.items()
            if _is_to_go(role_id, grant, roles, agenda)
        ),
        readings=tuple(
            order.nonce
            for order in account.orders.values()
            if any(agenda.is_due(reading.next_try) for reading in order.open_readings)
        ),
        subscriptions=tuple(
            subscription.id
            for subscription in account.subscriptions.values()
            if _is_to_be_read(subscription, terms, now, agenda)
        ),
        messages=tuple(
            order.nonce for order in account.orders.values() if _is_to_be_told(order, agenda)
        ),
        notices=tuple(
            notice
            for notice in notices_of(account, terms, now)
            if _is_to_be_sent(notice, account, agenda)
        ),
        look_again=agenda.next,
    )


def _is_to_go(role_id: int, grant: Grant, roles: Mapping[int, object], agenda: _Agenda) -> bool:
    """Whether a role is to be taken now; one that is wanted is looked at when it may be given."""
    if role_id in roles:
        if grant.delivery.goes_on:
            agenda.look_at(grant.delivery.next_try)
        return False
    removal = grant.removal or Delivery()
    return grant.held and removal.goes_on and agenda.is_due(removal.next_try)


def _is_to_be_read(
    subscription: Subscription, terms: Terms, now: datetime, agenda: _Agenda
) -> bool:
    asking = subscription.asking
    if asking is not None:
        return asking.waits and agenda.is_due(asking.next_try)
    check_at = standing_of(subscription, policy_of(subscription, terms), now).check_at
    return check_at is not None and agenda.is_due(check_at)


def _is_to_be_told(order: Order, agenda: _Agenda) -> bool:
    told_from = _told_from(order)
    if not order.entitled or not order.message.goes_on or told_from is None:
        return False
    return agenda.is_due(max(told_from, order.message.next_try or _EVER))


def _is_to_be_sent(notice: Notice, account: Account, agenda: _Agenda) -> bool:
    delivery = account.notices.get(notice.name, Delivery())
    return delivery.goes_on and agenda.is_due(max(notice.at, delivery.next_try or _EVER))


def settle_roles(account: Account, terms: Terms, now: datetime) -> Account:
    """The account with everything closed that is done, and without what was never to be.

    An order, or a plan, whose buyer has all of its roles is closed with them. A role that
    nobody pays for, and that the cog did not give, is not its business any more.
    """
    for order in account.orders.values():
        if order.fulfilled or not order_gives(account, order, terms):
            continue
        roles = roles_of(order, terms)
        if all(_is_given(account, role_id) for role_id in roles):
            closed = replace(with_roles_kept(order, terms), fulfilled=True)
            account = account.with_order(note_arrival(closed))
    for subscription in account.subscriptions.values():
        gives = subscription_gives(account, subscription, terms, now)
        if subscription.fulfilled or not gives:
            continue
        if is_plan_unsold(subscription, terms):
            # Put on sale after all, it gives what it then gives.
            continue
        roles = plan_roles(subscription, terms)
        if all(_is_given(account, role_id) for role_id in roles):
            plan = replace(subscription, roles=roles, fulfilled=True, moved=False, price=None)
            account = account.with_subscription(plan)
    wanted = {claim.role_id for claim in claims_of(account, terms, now)}
    grants = {
        role_id: grant
        for role_id, grant in account.grants.items()
        if role_id in wanted or grant.held or grant.delivery.state is DeliveryState.REVOKED
    }
    return account if grants == account.grants else replace(account, grants=grants)


def _is_given(account: Account, role_id: int) -> bool:
    grant = account.grants.get(role_id)
    given = grant is not None and grant.delivery.state is DeliveryState.DELIVERED
    return given and grant is not None and grant.removal is None


def _told_from(order: Order) -> datetime | None:
    """From when on the buyer may be told; ``None`` while only something else can change that."""
    if order.renewal:
        # That it was renewed is told by a notice; here only what it brings.
        return _EVER if order.goods else None
    if order.claim is not None and order.claim.waits:
        return None
    if order.kind is OfferKind.ITEM or order.reading.state is DeliveryState.DELIVERED:
        return _EVER
    looked = order.reading.attempts > 0 or not order.reading.waits
    if order.outstanding is not None and looked:
        # The buyer has to know that it takes the seller, or themselves, to go on.
        return _EVER
    if order.promise is Promise.NOTHING:
        return _EVER if order.goods or looked else None
    if order.reading.state is DeliveryState.NEEDS_STAFF:
        return None if order.reading.reason == "api_key_refused" else _EVER
    if not order.goods or order.paid_at is None:
        return None
    return order.paid_at + _PATIENCE_WITH_GOODS

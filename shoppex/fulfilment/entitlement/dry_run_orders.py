"""Effect of a test purchase on an account, and its undoing. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from ...domain.account import Account, Grant
from ...domain.delivery import DeliveryState
from ...domain.policy import Terms
from .desired_state import settle_roles
from .mass_revocation import about_to_go


def is_only_tested(account: Account, sources: Iterable[str]) -> bool:
    """Return whether nothing but tests are among the purchases of these names."""
    orders = account.orders
    return all(source in orders and orders[source].test for source in sources)


def is_given_by_test(account: Account, role_id: int) -> bool:
    """Return whether a test order gave a role that the person did not have before."""
    grant = account.grants.get(role_id)
    since = None if grant is None else grant.given_at or grant.delivery.begun_at
    return since is not None and any(
        order.test and role_id in order.roles and order.created_at <= since
        for order in account.orders.values()
    )


def left_of_test(account: Account, nonce: str, terms: Terms, now: datetime) -> tuple[int, ...]:
    """The roles of a test order that are still to be taken."""
    order = account.orders.get(nonce)
    roles = () if order is None else order.roles
    return tuple(role for role in about_to_go(account, terms, now) if role in roles)


def forget_test(account: Account, nonce: str, terms: Terms, now: datetime) -> Account:
    """The account as if there had been no test, once what it gave is taken."""
    order = account.orders.get(nonce)
    if order is None:
        return account
    account = account.without_order(nonce)
    sold = [other.roles for other in account.orders.values()]
    sold += [subscription.roles for subscription in account.subscriptions.values()]
    known = {role_id for roles in sold for role_id in roles}
    grants = {
        role_id: grant
        for role_id, grant in account.grants.items()
        if role_id not in order.roles or role_id in known or not _is_over(grant)
    }
    return settle_roles(replace(account, grants=grants), terms, now)


def _is_over(grant: Grant) -> bool:
    return grant.delivery.state is DeliveryState.REVOKED

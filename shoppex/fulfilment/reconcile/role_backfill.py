"""Effect on earlier buyers when the roles of an offer change. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone

from ...domain.account import Account
from ...domain.policy import OfferTerms, Terms
from ..entitlement.claims import governed_lines, line_ends_of, plan_ref
from ..entitlement.desired_state import desired

_NEVER = datetime.max.replace(tzinfo=timezone.utc)


@dataclass(frozen=True, slots=True)
class RoleChange:
    """An offer that is to give other roles than it did.

    Parameters
    ----------
    ref
        The offer.
    roles
        What it is to give.
    """

    ref: str
    roles: tuple[int, ...]

    def within(self, terms: Terms) -> Terms:
        """The terms after the change."""
        offer = terms.offers.get(self.ref, OfferTerms())
        offers = {**terms.offers, self.ref: replace(offer, roles=self.roles)}
        return replace(terms, offers=offers)


@dataclass(frozen=True, slots=True)
class Effect:
    """Roles that one buyer gains and loses by a change."""

    gains: frozenset[int] = frozenset()
    loses: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Preview:
    """Preview of a change, before it is made.

    Parameters
    ----------
    effects
        By user id; buyers for whom nothing changes are left out.
    """

    change: RoleChange
    effects: Mapping[int, Effect] = field(default_factory=dict)


def effect_of(account: Account, change: RoleChange, terms: Terms, now: datetime) -> Effect:
    """Return what a buyer gains and loses when a change is made for earlier buyers, too.

    Only what the cog gave is ever lost. Who still waits for their roles gets those of today in
    any case, so nothing is to be decided about them.
    """
    after_change = rewrite(account, change, terms, now)
    if after_change == account:
        return Effect()
    before = desired(account, terms, now).roles.keys()
    after = desired(after_change, change.within(terms), now).roles.keys()
    held = {role_id for role_id, grant in account.grants.items() if grant.held}
    return Effect(frozenset(after - before), frozenset((before - after) & held))


def rewrite(account: Account, change: RoleChange, terms: Terms, now: datetime) -> Account:
    """The account with other roles for what was bought of an offer, to be given anew.

    What has ended, or a subscription decides about, is left as it was.
    """
    ends = line_ends_of(account, terms)
    for order in account.orders.values():
        if not order.fulfilled or order.renewal or order.test:
            continue
        governed = governed_lines(account, order)
        lines = tuple(
            replace(line, roles=change.roles)
            if line.ref == change.ref
            and line not in governed
            and now < ends.get((order.nonce, line.ref), _NEVER)
            else line
            for line in order.bought
        )
        if lines != order.bought:
            roles = tuple(dict.fromkeys(role_id for line in lines for role_id in line.roles))
            kept = lines if order.lines else ()
            account = account.with_order(replace(order, lines=kept, roles=roles, fulfilled=False))
    for subscription in account.subscriptions.values():
        closed = subscription.fulfilled and subscription.roles != change.roles
        if closed and plan_ref(subscription, terms) == change.ref:
            renewed = replace(subscription, roles=change.roles, fulfilled=False)
            account = account.with_subscription(renewed)
    return account


def is_done(account: Account, terms: Terms, now: datetime) -> bool:
    """Return whether the engine has nothing to do for an account, or cannot go on by itself."""
    wanted = desired(account, terms, now)
    grants = (account.grants.get(role_id) for role_id in wanted.roles)
    given = all(grant is not None and not grant.delivery.waits for grant in grants)
    return given and not wanted.removals

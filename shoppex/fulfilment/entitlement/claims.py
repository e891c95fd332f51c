"""Entitlements: which purchases give which roles, and until when. Pure.

They are the heart of the desired state.

A refund, a dispute, an ended subscription, a pass that ran out, a ban and staff who revoke all
take roles away here, by no longer giving them, and nowhere else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from ...domain.account import Account, Order
from ...domain.line import Line
from ...domain.offer import product_ref
from ...domain.policy import Policy, Terms
from ...domain.status import OrderStatus
from ...domain.subscription import Subscription, end_of, standing_of
from ...domain.subscription_status import SubscriptionStatus

# As good as for ever, and far from the end of the calendar.
_LONGEST = timedelta(days=36500)


class Claim(NamedTuple):
    """One purchase that gives one role.

    Parameters
    ----------
    source
        The nonce of the order, or the id of the subscription.
    until
        When it ends; ``None`` when nothing is known to end it.
    """

    role_id: int
    source: str
    until: datetime | None = None


def claims_of(account: Account, terms: Terms, now: datetime) -> Iterator[Claim]:
    """Yield every claim on a role that holds now, whether the role was given or not."""
    ends = line_ends_of(account, terms)
    for order in account.orders.values():
        if not order_gives(account, order, terms):
            continue
        governed = governed_lines(account, order)
        for line in order.bought:
            if line in governed or not _counts(order, line, terms):
                continue
            until = ends.get((order.nonce, line.ref))
            if until is None or now < until:
                roles = line_roles(order, line, terms)
                yield from (Claim(role_id, order.nonce, until) for role_id in roles)
    for subscription in account.subscriptions.values():
        if not subscription_gives(account, subscription, terms, now):
            continue
        until = standing_of(subscription, policy_of(subscription, terms), now).until
        yield from (
            Claim(role_id, subscription.id, until)
            for role_id in (*plan_roles(subscription, terms), *_until_moved(account, subscription))
        )


def order_gives(account: Account, order: Order, terms: Terms) -> bool:
    """Return whether an order gives anything, for however long."""
    if order.held is not None or order.paid_at is None or order.renewal:
        return False
    if order.revoked is not None:
        return False
    if account.banned_at is not None and order.paid_at <= account.banned_at:
        return False
    return any(_counts(order, line, terms) for line in order.bought)


def subscription_gives(
    account: Account, subscription: Subscription, terms: Terms, now: datetime
) -> bool:
    """Return whether a subscription gives access now.

    The state that Shoppex gives it, unless money for its last period went back.
    """
    banned_at = account.banned_at
    if banned_at is not None and subscription.known_since <= banned_at:
        return False
    if subscription.revoked is not None:
        return False
    policy = policy_of(subscription, terms)
    invoice = last_invoice(account, subscription)
    worth = invoice is None or subscription.kept or _is_worth(invoice, policy)
    if invoice is None and not subscription.kept and is_end_unknown(subscription, policy):
        # Nobody paid for one that was cancelled before it began.
        return False
    return worth and standing_of(subscription, policy, now).gives


def is_end_unknown(subscription: Subscription, policy: Policy) -> bool:
    """Return whether it is to end, and Shoppex does not say readably when."""
    ends = subscription.status is SubscriptionStatus.CANCELLED or (
        subscription.status is SubscriptionStatus.PAUSED and not policy.paused_keeps
    )
    return ends and end_of(subscription) is None


def last_invoice(account: Account, subscription: Subscription) -> Order | None:
    """The order that paid for the last period, as far as it is known."""
    paid = [
        order
        for order in account.orders.values()
        if subscription.is_named(order.subscription) and order.paid_at is not None
    ]
    return max(paid, key=lambda order: order.created_at, default=None)


def ends_of(account: Account, terms: Terms) -> dict[str, datetime]:
    """Return when each order that gives for a time only ends, by nonce: with its last line."""
    ends = line_ends_of(account, terms)
    found: dict[str, datetime] = {}
    for nonce, ref in ends:
        lines = account.orders[nonce].lines
        if all((nonce, line.ref) in ends for line in lines):
            found[nonce] = max(found.get(nonce, ends[nonce, ref]), ends[nonce, ref])
    return found


def line_ends_of(account: Account, terms: Terms) -> dict[tuple[str, str], datetime]:
    """Return when each line that gives for a time only ends, by order nonce and offer ref.

    What is bought again while it lasts is added behind it: nobody loses days by renewing early.
    """
    chains: defaultdict[str, list[tuple[datetime, str, timedelta]]] = defaultdict(list)
    for order in account.orders.values():
        if order.paid_at is None or (order.lasts is None and not order.lines):
            continue
        if not order_gives(account, order, terms):
            continue
        for line in order.bought:
            if line.lasts is not None and _counts(order, line, terms):
                days = min(line.lasts.days * line.quantity, _LONGEST.days)
                chains[line.ref].append((order.paid_at, order.nonce, timedelta(days=days)))
    ends: dict[tuple[str, str], datetime] = {}
    for ref, chain in chains.items():
        end: datetime | None = None
        for paid_at, nonce, lasts in sorted(chain):
            end = min(max(end or paid_at, paid_at) + lasts, paid_at + _LONGEST)
            ends[nonce, ref] = end
    return ends


def roles_of(order: Order, terms: Terms) -> tuple[int, ...]:
    """Return the roles that an order gives, over all of its lines."""
    if not order.lines:
        return line_roles(order, order.bought[0], terms)
    roles = (role_id for line in order.lines for role_id in line_roles(order, line, terms))
    return tuple(dict.fromkeys(roles))


def line_roles(order: Order, line: Line, terms: Terms) -> tuple[int, ...]:
    """Return the roles that one line of an order gives.

    Until the buyer has it, that is what its offer gives today, so that staff can mend it. An
    offer that is no longer for sale gives what it gave when it was sold.
    """
    roles = None if order.fulfilled else terms.roles(line.ref)
    return line.roles if roles is None else roles


def with_roles_kept(order: Order, terms: Terms) -> Order:
    """The order with what it gives today written down, for the day its offers change."""
    lines = tuple(replace(line, roles=line_roles(order, line, terms)) for line in order.lines)
    return replace(order, roles=roles_of(order, terms), lines=lines)


def plan_roles(subscription: Subscription, terms: Terms) -> tuple[int, ...]:
    """Return a subscription's roles: what its plan gives today, until the buyer has that.

    A plan that is not sold here gives what the one before gave: the buyer goes on paying.
    """
    if subscription.fulfilled:
        return subscription.roles
    roles = terms.roles(plan_ref(subscription, terms))
    return subscription.roles if roles is None else roles


def _until_moved(account: Account, subscription: Subscription) -> Iterator[int]:
    """What the last plan gave, until the buyer has what today's gives: nobody stands without."""
    if not subscription.fulfilled:
        grants = account.grants
        yield from (r for r in subscription.roles if r in grants and grants[r].held)


def plan_ref(subscription: Subscription, terms: Terms) -> str:
    """The offer that a subscription is for, recognised by any of its product's ids."""
    refs = [product_ref(offer_id) for offer_id in subscription.offer_ids]
    sold = (ref for ref in refs if ref in terms.offers)
    return next(sold, refs[0] if refs else "")


def is_plan_unsold(subscription: Subscription, terms: Terms) -> bool:
    """Return whether its plan changed at Shoppex to one that is not for sale here."""
    return subscription.moved and terms.roles(plan_ref(subscription, terms)) is None


def policy_of(subscription: Subscription, terms: Terms) -> Policy:
    """Return the server's policy for a subscription."""
    return terms.policy_of(plan_ref(subscription, terms))


def governed_lines(account: Account, order: Order) -> tuple[Line, ...]:
    """The lines of an order about which a subscription decides in its place.

    Those of its product, or that began it: its plan may be another one today. What was bought
    in the same cart stands for itself.
    """
    governing = [
        subscription
        for subscription in account.subscriptions.values()
        if subscription.governs and subscription.is_named(order.subscription)
    ]
    if not governing:
        return ()
    lines = order.bought
    ids = {offer_id for subscription in governing for offer_id in subscription.offer_ids}
    named = tuple(line for line in lines if not ids.isdisjoint(order.names_of(line)))
    found = named or tuple(line for line in lines if line.recurring)
    return found or (() if order.lines or ids else lines)


def _counts(order: Order, line: Line, terms: Terms) -> bool:
    """Whether a line still counts, by the policy of its own offer."""
    return _is_worth(order, terms.policy_of(line.ref))


def _is_worth(order: Order, policy: Policy) -> bool:
    """Whether an order that was paid still counts."""
    if order.kept or order.status is OrderStatus.PAID:
        return True
    if order.status is OrderStatus.REFUNDED:
        return not policy.refund_revokes
    return order.status is OrderStatus.DISPUTED and not policy.dispute_suspends

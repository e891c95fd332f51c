"""Policies and terms that a server has set for what it sells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Policy:
    """Rules for roles when money comes back, or does not come.

    Parameters
    ----------
    refund_revokes
        Whether a refund takes what the order gave.
    dispute_suspends
        Whether a dispute takes it for as long as it lasts.
    past_due_keeps
        Whether a subscription keeps giving while a payment of it is overdue.
    paused_keeps
        Whether it keeps giving while it is paused.
    """

    refund_revokes: bool = True
    dispute_suspends: bool = True
    past_due_keeps: bool = True
    paused_keeps: bool = False


@dataclass(frozen=True, slots=True)
class OwnPolicy:
    """Policy of one offer; ``None`` where the server's applies."""

    refund_revokes: bool | None = None
    dispute_suspends: bool | None = None
    past_due_keeps: bool | None = None
    paused_keeps: bool | None = None

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) is not None for field in fields(self))

    def over(self, policy: Policy) -> Policy:
        """The policy of the offer in a server with ``policy``."""
        if not self:
            return policy
        own = {field.name: getattr(self, field.name) for field in fields(self)}
        return replace(policy, **{name: value for name, value in own.items() if value is not None})


@dataclass(frozen=True, slots=True)
class OfferTerms:
    """Terms of one offer: its roles, their policy and how long they last.

    Parameters
    ----------
    policy
        Of this offer alone; ``None`` where the server's applies.
    lasts
        How long the roles of a new purchase last; ``None`` for ever.
    """

    roles: tuple[int, ...] = ()
    policy: Policy | None = None
    lasts: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """Terms of every offer of a server, as they are today.

    Parameters
    ----------
    offers
        By offer ref.
    policy
        Where an offer has none of its own.
    remind_before
        How long before a renewal or an end the buyer is reminded, longest first.
    """

    offers: Mapping[str, OfferTerms] = field(default_factory=dict)
    policy: Policy = Policy()
    remind_before: tuple[timedelta, ...] = ()

    def roles(self, ref: str) -> tuple[int, ...] | None:
        """Return the roles that an offer gives; ``None`` when it is not for sale."""
        offer = self.offers.get(ref)
        return None if offer is None else offer.roles

    def policy_of(self, ref: str) -> Policy:
        """Return the policy that applies to an offer, for sale or not."""
        offer = self.offers.get(ref)
        return self.policy if offer is None or offer.policy is None else offer.policy

"""State of one delivery: of a grant, a message or a question to Shoppex."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class DeliveryState(str, Enum):
    """State of one delivery, as people see it."""

    PENDING = "pending"
    DELIVERED = "delivered"
    NEEDS_BUYER = "needs buyer"
    NEEDS_STAFF = "needs staff"
    FAILED = "failed"
    REVOKED = "revoked"


_STUCK = (DeliveryState.NEEDS_BUYER, DeliveryState.NEEDS_STAFF)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One thing that is owed, and what became of it.

    Parameters
    ----------
    reason
        Why it is not delivered, as a stable word (``role_too_high``); the sentence for people
        is made where it is shown.
    attempts
        Failed tries so far.
    begun_at
        When the request that may have gone out was begun; kept so that a crash between the
        request and its mark is recognised afterwards.
    next_try
        Not before this time; ``None`` means at once.
    """

    state: DeliveryState = DeliveryState.PENDING
    reason: str | None = None
    attempts: int = 0
    begun_at: datetime | None = None
    next_try: datetime | None = None

    @property
    def waits(self) -> bool:
        """Whether the cog itself still has to do something."""
        return self.state is DeliveryState.PENDING

    @property
    def stuck(self) -> bool:
        """Whether somebody else has to act first."""
        return self.state in _STUCK

    @property
    def goes_on(self) -> bool:
        """Whether it is retried automatically, also where somebody was told of it meanwhile."""
        return self.waits or (self.stuck and self.next_try is not None)

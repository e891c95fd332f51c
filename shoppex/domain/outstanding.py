"""Open requirements of an order: money, the buyer's answers, or the seller's work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum


class TopUp(str, Enum):
    """Availability of a top-up for an underpaid order (contract, section 15.4)."""

    POSSIBLE = "possible"
    BELOW_MINIMUM = "BELOW_MINIMUM_COLLECTIBLE"
    SESSION_CLOSED = "PROVIDER_SESSION_CLOSED"
    UNSUPPORTED = "PROVIDER_TOP_UP_UNSUPPORTED"
    MERCHANT_REVIEW = "MERCHANT_REVIEW_REQUIRED"
    IMPOSSIBLE = "impossible"
    """Shoppex says no, in no word or in one that we do not know."""


@dataclass(frozen=True, slots=True)
class Underpayment:
    """Too little arrived for an order, so far (contract, section 15.4).

    Parameters
    ----------
    missing, received
        Amounts with their coin or currency, as Shoppex writes them; ``None`` where it says none.
    """

    missing: str | None = None
    received: str | None = None
    top_up: TopUp = TopUp.POSSIBLE


@dataclass(frozen=True, slots=True)
class Outstanding:
    """Requirements that a paid order still waits for (contract, sections 15.2, 15.3).

    Those of Shoppex itself are not among them.

    Parameters
    ----------
    by_seller
        Whether the seller delivers a line later, by hand or from a stock to be filled.
    within
        In what time after the payment the seller promised to; ``None`` when nothing was promised.
    failed
        Whether the delivery of a line failed.
    questions
        The names of the fields that the buyer has to fill in on the order's page.
    """

    by_seller: bool = False
    within: timedelta | None = None
    failed: bool = False
    questions: tuple[str, ...] = ()

    @property
    def anything(self) -> bool:
        """Whether it waits for anything at all."""
        return self.by_seller or self.failed or bool(self.questions)

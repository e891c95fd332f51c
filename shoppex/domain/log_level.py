"""How much of what happens staff want to read."""

from __future__ import annotations

from enum import Enum

from .event import Happened

_ROUTINE = (Happened.DELIVERED, Happened.SUBSCRIBED, Happened.UNSUBSCRIBED)
_TROUBLE = (
    Happened.REFUNDED,
    Happened.PARTLY_REFUNDED,
    Happened.DISPUTED,
    Happened.DISPUTE_WON,
)


class LogLevel(str, Enum):
    """What is written into the log channel; what waits for staff always is."""

    EVERYTHING = "everything"
    MONEY = "money"
    """What was paid and went back, and what was done by hand."""
    PROBLEMS = "problems"
    """Refunds and disputes."""

    def tells(self, kind: Happened) -> bool:
        """Whether something of that kind is written down."""
        if self is LogLevel.PROBLEMS:
            return kind in _TROUBLE
        return self is LogLevel.EVERYTHING or kind not in _ROUTINE

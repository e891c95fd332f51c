"""How much of what happens staff want to read."""

from __future__ import annotations

from enum import Enum

from .event import EventKind

_ROUTINE = (EventKind.DELIVERED, EventKind.SUBSCRIBED, EventKind.UNSUBSCRIBED)
_TROUBLE = (
    EventKind.REFUNDED,
    EventKind.PARTLY_REFUNDED,
    EventKind.DISPUTED,
    EventKind.DISPUTE_WON,
)


class LogLevel(str, Enum):
    """What is written into the log channel; what waits for staff always is."""

    EVERYTHING = "everything"
    MONEY = "money"
    """What was paid and went back, and what was done by hand."""
    PROBLEMS = "problems"
    """Refunds and disputes."""

    def tells(self, kind: EventKind) -> bool:
        """Whether something of that kind is written down."""
        if self is LogLevel.PROBLEMS:
            return kind in _TROUBLE
        return self is LogLevel.EVERYTHING or kind not in _ROUTINE

"""Levels of detail of the log channel."""

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
    """Level of detail of the log channel; what waits for staff is always written there."""

    EVERYTHING = "everything"
    MONEY = "money"
    """What was paid and went back, and what was done by hand."""
    PROBLEMS = "problems"
    """Refunds and disputes."""

    def tells(self, kind: EventKind) -> bool:
        """Return whether an event of that kind is written to the log channel."""
        if self is LogLevel.PROBLEMS:
            return kind in _TROUBLE
        return self is LogLevel.EVERYTHING or kind not in _ROUTINE

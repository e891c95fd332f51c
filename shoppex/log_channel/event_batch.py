"""Batch of events for the log channel: listed, or only counted when too many. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from ..domain.event import EventKind, ShopEvent

_BEGINS = (EventKind.SALE, EventKind.RENEWED)
_FOLLOWS = (EventKind.SUBSCRIBED, EventKind.DELIVERED)


class TimedEvent(NamedTuple):
    """One thing, and when it happened."""

    what: ShopEvent
    at: datetime


class EventHeading(NamedTuple):
    """Under which things are counted together."""

    kind: EventKind
    test: bool


class Tally:
    """How often what happened, and what it came to.

    Parameters
    ----------
    counts
        By heading.
    money
        By heading and currency.
    sold
        How many pieces of each subject were sold, tests aside.
    """

    def __init__(self) -> None:
        self.counts: Counter[EventHeading] = Counter()
        self.money: defaultdict[tuple[EventHeading, str], Decimal] = defaultdict(Decimal)
        self.sold: Counter[str] = Counter()

    @property
    def total(self) -> int:
        """How many things happened."""
        return self.counts.total()

    def add(self, happening: ShopEvent) -> None:
        """Count one more."""
        heading = EventHeading(happening.kind, happening.test)
        self.counts[heading] += 1
        if happening.money is not None:
            self.money[heading, happening.money.currency] += happening.money.amount
        if happening.kind is EventKind.SALE and not happening.test:
            self.sold[happening.subject] += happening.pieces

    def add_all(self, other: Tally) -> None:
        """Count what another has counted."""
        self.counts.update(other.counts)
        self.sold.update(other.sold)
        for place, amount in other.money.items():
            self.money[place] += amount


class EventBatch:
    """Events that one server's staff are still to be told. However many, the counts are true.

    Parameters
    ----------
    most
        So many are listed; of more, the oldest are only counted.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._listed: deque[TimedEvent] = deque()
        self._folded = Tally()

    def add(self, noted: TimedEvent) -> None:
        """Append an event; fold the oldest entry into the counts when full."""
        self._listed.append(noted)
        if len(self._listed) > self._most:
            self._folded.add(self._listed.popleft().what)

    def add_all(self, later: EventBatch) -> None:
        """Append a later batch."""
        self._folded.add_all(later._folded)
        for noted in later._listed:
            self.add(noted)

    def forget(self, user_id: int) -> None:
        """Only count what was listed of a user."""
        listed, self._listed = self._listed, deque()
        for noted in listed:
            what = noted.what
            if user_id in (what.key.user_id, what.by, what.origin):
                self._folded.add(what)
            else:
                self._listed.append(noted)

    def tally(self) -> Tally:
        """All of it, counted."""
        tally = Tally()
        tally.add_all(self._folded)
        for noted in self._listed:
            tally.add(noted.what)
        return tally

    @property
    def folded(self) -> int:
        """How many are only counted."""
        return self._folded.total

    def entries(self) -> list[tuple[TimedEvent, ...]]:
        """What is listed, oldest first; what followed a sale at once stands with it."""
        entries: list[list[TimedEvent]] = []
        begun: dict[tuple[object, str], list[TimedEvent]] = {}
        for noted in self._listed:
            happening = noted.what
            place = (happening.key, happening.order or "")
            if happening.kind in _FOLLOWS and place in begun:
                begun[place].append(noted)
                continue
            entry = [noted]
            entries.append(entry)
            if happening.kind in _BEGINS and happening.order is not None:
                begun[place] = entry
        return [tuple(entry) for entry in entries]

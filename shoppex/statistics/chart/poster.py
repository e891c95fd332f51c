"""Content of the picture of a shop's statistics. Pure.

It knows nothing of shops: every text on it is given, ready for its reader.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import NamedTuple


class Tone(Enum):
    """Whether a change is welcome."""

    GOOD = "good"
    BAD = "bad"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure. The change is coloured by its tone, the note that follows it is not.

    A note that has no room is left out.
    """

    label: str
    value: str
    change: str = ""
    note: str = ""
    tone: Tone = Tone.NEITHER


class Bar(NamedTuple):
    """What came in, and what went out, in one slot of the chart."""

    up: Decimal
    down: Decimal


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars over time.

    Parameters
    ----------
    lines
        The amounts at which a line is drawn, in order, and what is written beside each. All
        bars lie between the first and the last.
    dates
        What is written below which bars, by their places.
    legend
        What goes up and what goes down.
    empty
        What is written when there are no bars.
    """

    heading: str
    bars: Sequence[Bar]
    lines: Sequence[tuple[Decimal, str]]
    dates: Sequence[tuple[int, str]]
    legend: tuple[str, str]
    empty: str = ""


class Rank(NamedTuple):
    """One line of a ranking; ``share`` is the length of its bar, from 0 to 1."""

    name: str
    value: str
    share: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """What is best, best first."""

    heading: str
    ranks: Sequence[Rank]
    empty: str = ""


@dataclass(frozen=True, slots=True)
class Poster:
    """Everything on the picture."""

    title: str
    subtitle: str
    tiles: Sequence[Tile]
    chart: Chart
    ranking: Ranking

"""What a campaign tried and what came of it, as a table for people."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "reliability.md"

_BEGIN, _END = "<!-- written by make fuzz: begin -->", "<!-- written by make fuzz: end -->"
_HEADINGS = ("Campaign", "Inputs tried", "Crashes", "Wrong grants", "Lost")


@dataclass
class Tally:
    """One campaign.

    Parameters
    ----------
    tried
        Inputs, or kills, or broken files.
    crashes
        Answers of 5xx, tracebacks in the log, and a bot that no longer answers.
    granted
        Roles and keys that somebody has without having paid.
    lost
        Payments that did not bring the role and the key, once.
    details
        What it takes to look at each of them.
    """

    campaign: str
    tried: int = 0
    crashes: int = 0
    granted: int = 0
    lost: int = 0
    details: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether nothing bad was seen."""
        return not (self.crashes or self.granted or self.lost)

    def crash(self, detail: str) -> None:
        """Count something that broke."""
        self.crashes += 1
        self.details.append(f"crash: {detail}")

    def grant(self, detail: str) -> None:
        """Count something that was given without a payment."""
        self.granted += 1
        self.details.append(f"wrong grant: {detail}")

    def lose(self, detail: str) -> None:
        """Count a payment that brought nothing, or too much."""
        self.lost += 1
        self.details.append(f"lost: {detail}")

    @property
    def cells(self) -> tuple[str, ...]:
        """What stands in the table."""
        numbers = (self.tried, self.crashes, self.granted, self.lost)
        return (self.campaign, *(f"{number:,}" for number in numbers))


@dataclass(frozen=True)
class Deadline:
    """When a campaign has to end, by the machine's monotonic clock in seconds."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """So many seconds from now."""
        return cls(time.monotonic() + seconds)

    @property
    def over(self) -> bool:
        """Whether it is time to end."""
        return time.monotonic() >= self.at


def table(tallies: Sequence[Tally]) -> str:
    """A Markdown table that can be read as it is, too."""
    lines = [_HEADINGS, *(tally.cells for tally in tallies)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, tuple("-" * width for width in widths))
    rows = (" | ".join(map(str.ljust, line, widths)) for line in lines)
    return "\n".join(f"| {row} |" for row in rows)


def write(text: str) -> None:
    """Put the table into the page, in place of the last one."""
    before, _, rest = PAGE.read_text().partition(_BEGIN)
    _, _, after = rest.partition(_END)
    PAGE.write_text(f"{before}{_BEGIN}\n\n{text}\n\n{_END}{after}")

"""Findings of health checks, as stable words without text. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import NamedTuple


class Verdict(Enum):
    """How it is, the worst first."""

    BAD = "bad"
    """Something does not work until somebody mends it."""
    WARN = "warn"
    """It works, and somebody should look at it."""
    UNKNOWN = "unknown"
    """Nobody could be asked: that is no verdict."""
    GOOD = "good"


class Problem(NamedTuple):
    """One bad thing, as it is remembered.

    Parameters
    ----------
    name, reason
        Of the finding.
    subject
        The one thing that it is about; empty when it is about none.
    """

    name: str
    reason: str
    subject: str = ""

    def to_word(self) -> str:
        """Serialise as ``name:reason:subject``, for storage."""
        return ":".join(self)

    @classmethod
    def from_word(cls, word: str) -> Problem:
        """Read what :meth:`to_word` wrote. A subject may have colons."""
        return cls(*word.split(":", 2))


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found.

    Parameters
    ----------
    name
        Of the check.
    reason
        A stable word.
    subjects
        What it is about, by id or name: roles, products, permissions, events, commands.
    details
        What else there is to say, by name.
    """

    name: str
    verdict: Verdict
    reason: str
    subjects: tuple[str, ...] = ()
    details: Mapping[str, str | int | float] = field(default_factory=dict)

    def ailments(self) -> tuple[Problem, ...]:
        """Each thing that is bad; none unless it is."""
        if self.verdict is not Verdict.BAD:
            return ()
        return tuple(Problem(self.name, self.reason, each) for each in self.subjects or ("",))

    def about(self, ailments: frozenset[Problem]) -> Finding:
        """The same, about these of its ailments only."""
        kept = (a.subject for a in self.ailments() if a in ailments and a.subject)
        return replace(self, subjects=tuple(kept))

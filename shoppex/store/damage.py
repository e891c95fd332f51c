"""Damage of the store: what could not be read, and where it is now."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

SETTINGS = "Shoppex"
"""The name of the Config that holds the settings."""


class Fault(Enum):
    """Kind of damage, as a stable word."""

    UNREADABLE = "unreadable"
    """A file that cannot be read, or is not what the cog writes."""
    MISSING = "missing"
    """Nothing is there, though there were accounts."""
    RECORD = "record"
    """One record among others that can be read."""


@dataclass(frozen=True, slots=True)
class Damage:
    """One thing that could not be read.

    Parameters
    ----------
    place
        The name of the Config, which is also that of its folder: ``ShoppexLedger017``.
    detail
        The kind of error, or the account, for the log. Never what was in the file.
    kept_as
        The name under which the file was set aside; empty when it was not.
    """

    place: str
    fault: Fault
    detail: str = ""
    kept_as: str = ""

"""What a member of staff did by hand, so that it can be told later why something is as it is."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class StaffAction(NamedTuple):
    """One act.

    Parameters
    ----------
    by
        The user who did it.
    """

    by: int
    at: datetime
    reason: str

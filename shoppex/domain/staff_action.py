"""Record of an action of staff, which later tells why something is as it is."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class StaffAction(NamedTuple):
    """One action of a member of staff.

    Parameters
    ----------
    by
        The user who did it.
    """

    by: int
    at: datetime
    reason: str

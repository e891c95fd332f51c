"""How often one member may make the shop work."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

from ..domain.account import AccountKey
from .errors import TooManyOrders

_MOST_MEMBERS = 10_000


class Pace:
    """Counts tries, refused ones too: guessing coupons costs as much as buying.

    Parameters
    ----------
    tries
        So many are free ``within`` that time.
    """

    def __init__(self, tries: int, within: timedelta) -> None:
        self._tries = tries
        self._within = within
        self._times: dict[AccountKey, deque[datetime]] = {}

    def take(self, key: AccountKey, now: datetime) -> None:
        """Count a try.

        Raises
        ------
        TooManyOrders
            When there were too many.
        """
        times = self._times.pop(key, deque())
        while times and now - times[0] >= self._within:
            times.popleft()
        # The one who tried last stands last; the longest idle are forgotten first.
        self._times[key] = times
        while len(self._times) > _MOST_MEMBERS:
            del self._times[next(iter(self._times))]
        if len(times) >= self._tries:
            raise TooManyOrders(times[0] + self._within)
        times.append(now)

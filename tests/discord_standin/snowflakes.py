"""Discord's ids: they count up, and tell when they were made.

https://discord.com/developers/docs/reference#snowflakes
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

_EPOCH_MILLISECONDS = 1_420_070_400_000


class Snowflakes:
    """Makes ids, each larger than the one before.

    Parameters
    ----------
    clock
        Gives aware UTC.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._last = 0

    def __call__(self) -> int:
        """A fresh id."""
        milliseconds = int(self._clock().timestamp() * 1000) - _EPOCH_MILLISECONDS
        self._last = max(self._last + 1, milliseconds << 22)
        return self._last

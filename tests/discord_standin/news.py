"""Waiting for something to become true."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

_PATIENCE = 60.0


class News:
    """Wakes those who wait, each time that something happened.

    Parameters
    ----------
    history
        Tells what happened so far, for the one who waited in vain.
    """

    def __init__(self, history: Callable[[], str]) -> None:
        self._history = history
        self._happened = asyncio.Event()

    def tell(self) -> None:
        """Something happened."""
        self._happened.set()

    async def until(
        self, look: Callable[[], T | None], what: str, *, seconds: float = _PATIENCE
    ) -> T:
        """Wait until ``look`` finds something true, and return that.

        Raises
        ------
        TimeoutError
            When it did not in time; names ``what`` was waited for, and what came instead.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while not (found := look()):
            self._happened.clear()
            try:
                await asyncio.wait_for(self._happened.wait(), deadline - loop.time())
            except asyncio.TimeoutError:
                raise asyncio.TimeoutError(
                    f"after {seconds:.0f} s there is still no {what}. {self._history()}"
                ) from None
        return found

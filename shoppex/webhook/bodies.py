"""Which bodies are being read, and how much of the memory they may take together."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

MOST_BODIES = 64
MOST_BYTES = 16 * 1024 * 1024


@dataclass(eq=False)
class _Place:
    guild_id: int
    size: int
    transport: asyncio.BaseTransport | None


class BodyLimits:
    """Gives each body a place while it arrives; nobody's body is known to be genuine by then.

    Where there is no room for one more, the oldest of the server with the most makes room: a
    genuine body is there within a moment, and who sends slowly keeps out only themself.
    """

    def __init__(self) -> None:
        self._accounts: list[_Place] = []

    @contextmanager
    def place(
        self, guild_id: int, size: int, transport: asyncio.BaseTransport | None
    ) -> Iterator[None]:
        """Hold a place for a body of at most ``size`` bytes."""
        mine = _Place(guild_id, size, transport)
        self._accounts.append(mine)
        while self._is_full():
            self._drop_one()
        try:
            yield
        finally:
            if mine in self._accounts:
                self._accounts.remove(mine)

    def _is_full(self) -> bool:
        places = self._accounts
        return len(places) > MOST_BODIES or sum(each.size for each in places) > MOST_BYTES

    def _drop_one(self) -> None:
        counts = Counter(each.guild_id for each in self._accounts)
        [(busiest, _count)] = counts.most_common(1)
        oldest = next(each for each in self._accounts if each.guild_id == busiest)
        self._accounts.remove(oldest)
        if oldest.transport is not None:
            # uvloop's own class of it is no subclass.
            cast("asyncio.Transport", oldest.transport).abort()

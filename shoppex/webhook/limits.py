"""Limits of request bodies: size, number at once, and memory of those being read."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

MAX_BODY = 1024 * 1024
"""Bytes of a webhook."""

MAX_AT_ONCE = 64
"""Webhooks that are worked on at once; more are told to come again (429)."""

MOST_BODIES = 64
MOST_BYTES = 16 * 1024 * 1024


@dataclass(eq=False)
class _BodySlot:
    guild_id: int
    size: int
    transport: asyncio.BaseTransport | None


class BodyLimits:
    """Limits bodies while they arrive; nobody's body is known to be genuine by then.

    Where there is no room for one more, the oldest of the server with the most makes room: a
    genuine body is there within a moment, and who sends slowly keeps out only themself.
    """

    def __init__(self) -> None:
        self._bodies: list[_BodySlot] = []

    @contextmanager
    def place(
        self, guild_id: int, size: int, transport: asyncio.BaseTransport | None
    ) -> Iterator[None]:
        """Hold a place for a body of at most ``size`` bytes."""
        mine = _BodySlot(guild_id, size, transport)
        self._bodies.append(mine)
        while self._is_full():
            self._drop_one()
        try:
            yield
        finally:
            if mine in self._bodies:
                self._bodies.remove(mine)

    def _is_full(self) -> bool:
        places = self._bodies
        return len(places) > MOST_BODIES or sum(each.size for each in places) > MOST_BYTES

    def _drop_one(self) -> None:
        counts = Counter(each.guild_id for each in self._bodies)
        [(busiest, _count)] = counts.most_common(1)
        oldest = next(each for each in self._bodies if each.guild_id == busiest)
        self._bodies.remove(oldest)
        if oldest.transport is not None:
            # uvloop's own class of it is no subclass.
            cast("asyncio.Transport", oldest.transport).abort()

"""Wait for the next webhook delivery to a server, to see whether any can arrive."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from .signature import SignatureResult, Trust

# Somebody else's noise may come in before what is waited for, so a refused one ends no wait at
# once; but what is signed with another secret will not be followed by one that is not.
_AFTER_A_REFUSAL_SECONDS = 3.0


class DeliveryWait:
    """Deliveries to one server since somebody began to wait."""

    def __init__(self) -> None:
        self._signed: SignatureResult | None = None
        self._refused: SignatureResult | None = None
        self._pause: asyncio.Task[None] | None = None

    def note(self, verdict: SignatureResult) -> None:
        """Note a delivery."""
        if verdict.trust is Trust.FORGED:
            self._refused = verdict
        elif self._signed is None:
            self._signed = verdict
        if self._pause is not None:
            self._pause.cancel()

    async def first(self, seconds: float) -> SignatureResult | None:
        """The first delivery with this server's signature; else one without; else ``None``."""
        if self._signed is None and self._refused is None:
            await self._rest(seconds)
        if self._signed is None and self._refused is not None:
            await self._rest(min(seconds, _AFTER_A_REFUSAL_SECONDS))
        return self._signed or self._refused

    async def _rest(self, seconds: float) -> None:
        """Wait that long, or until something comes in."""
        self._pause = asyncio.create_task(asyncio.sleep(seconds), name="shoppex watch")
        try:
            await asyncio.wait([self._pause])
        finally:
            self._pause.cancel()


class DeliveryWaiter:
    """Passes on what the listener judged to those who wait for it."""

    def __init__(self) -> None:
        self._watches: dict[int, list[DeliveryWait]] = {}

    def note(self, guild_id: int, verdict: SignatureResult) -> None:
        """Note a delivery to a server, whether or not it was believed."""
        for watch in self._watches.get(guild_id, ()):
            watch.note(verdict)

    @contextmanager
    def watch(self, guild_id: int) -> Iterator[DeliveryWait]:
        """Notice what comes in for a server from here on, as long as the context lasts."""
        watch = DeliveryWait()
        watches = self._watches.setdefault(guild_id, [])
        watches.append(watch)
        try:
            yield watch
        finally:
            watches.remove(watch)
            if not watches:
                del self._watches[guild_id]

"""Limits of the listener's connections: how many, and for how long. Design, section 5.

aiohttp waits without end for the first complete header of a connection, and takes as many
connections as the system has files. Both matter to a bot whose port the Internet can reach.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import cast

# Far more than Shoppex and a reverse proxy open, and far less than a process may have files.
MOST_CONNECTIONS = 256
HEADER_SECONDS = 5.0
IDLE_SECONDS = 30.0


class ConnectionLimits:
    """Makes the protocol of each new connection, and ends those that do not get on.

    Where there is no room for one more, the one that has waited longest without a complete
    request makes room; only where all are being answered is the newcomer refused.

    Parameters
    ----------
    make
        Makes the protocol that reads requests.
    """

    def __init__(self, make: Callable[[], asyncio.Protocol]) -> None:
        self._make = make
        self._open: dict[asyncio.BaseTransport, _Connection] = {}

    def __call__(self) -> asyncio.Protocol:
        """The protocol for one more connection."""
        return _Connection(self._make(), self)

    @contextmanager
    def answering(self, transport: asyncio.BaseTransport | None) -> Iterator[None]:
        """Suspend the time limit of a connection while its request is answered."""
        connection = None if transport is None else self._open.get(transport)
        if connection is not None:
            connection.rest()
        try:
            yield
        finally:
            if connection is not None:
                connection.wait(IDLE_SECONDS)

    def admit(self, connection: _Connection, transport: asyncio.Transport) -> bool:
        """Admit one more connection; return whether there is room for it."""
        if len(self._open) >= MOST_CONNECTIONS:
            waiting = (c for c in self._open.values() if c.waits)
            oldest = next(waiting, None)
            if oldest is None:
                return False
            oldest.drop()
        self._open[transport] = connection
        return True

    def note_wait(self, transport: asyncio.Transport) -> None:
        """Note that a connection begins to wait: it is now the one that has waited shortest."""
        if transport in self._open:
            self._open[transport] = self._open.pop(transport)

    def leave(self, transport: asyncio.Transport) -> None:
        """Remove a connection that is over."""
        self._open.pop(transport, None)


class _Connection(asyncio.Protocol):
    """Passes everything on, and watches the clock meanwhile."""

    def __init__(self, inner: asyncio.Protocol, connections: ConnectionLimits) -> None:
        self._inner = inner
        self._connections = connections
        self._transport: asyncio.Transport | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._refused = False

    @property
    def waits(self) -> bool:
        """Whether no request of it is being answered."""
        return self._deadline is not None

    def wait(self, seconds: float) -> None:
        """Give it that long to send a complete header."""
        self.rest()
        if self._transport is not None and not self._transport.is_closing():
            self._connections.note_wait(self._transport)
            self._deadline = asyncio.get_running_loop().call_later(seconds, self.drop)

    def rest(self) -> None:
        """Stop the clock."""
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def drop(self) -> None:
        """End it at once."""
        self.rest()
        if self._transport is not None:
            self._connections.leave(self._transport)
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin, if there is room."""
        # uvloop's own class of it is no subclass.
        stream = cast("asyncio.Transport", transport)
        if not self._connections.admit(self, stream):
            self._refused = True
            stream.abort()
            return
        self._transport = stream
        self._inner.connection_made(transport)
        self.wait(HEADER_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        if self._refused:
            return
        self.rest()
        if self._transport is not None:
            self._connections.leave(self._transport)
        self._inner.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Pass on what came."""
        if not self._refused:
            self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        """Pass on that no more comes."""
        return None if self._refused else self._inner.eof_received()

    def pause_writing(self) -> None:
        """Pass on that the other side reads slowly."""
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        """Pass on that it reads again."""
        self._inner.resume_writing()

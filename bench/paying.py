"""Shoppex's side: sends signed webhooks and measures each answer."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from standin.signing import v2_header

from .sample import GUILD, SECRET, delivery_of, paid_event
from .watching import percentile


@dataclass
class Answers:
    """What Shoppex saw: how many seconds each answer took, and what it was."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    took: float = 0.0

    @property
    def median(self) -> float:
        """Seconds."""
        return statistics.median(self.seconds)

    @property
    def p99(self) -> float:
        """Seconds."""
        return percentile(self.seconds, 99)

    @property
    def per_second(self) -> float:
        """How many were answered in a second."""
        return len(self.seconds) / self.took

    def add(self, more: Answers) -> None:
        """Count the others, too, as sent after these."""
        self.seconds += more.seconds
        self.statuses += more.statuses
        self.took += more.took


async def pay(
    port: int, orders: Iterable[int], at_once: int = 1, guild_id: int = GUILD
) -> Answers:
    """Tell of the payment of each order, over so many connections."""
    # What can be done before the clock runs is done before.
    waiting = [_request(number, port, guild_id) for number in orders]
    waiting.reverse()
    answers = Answers()
    connections = [
        _Connection(*await asyncio.open_connection("127.0.0.1", port)) for _ in range(at_once)
    ]

    async def pay_over(connection: _Connection) -> None:
        while waiting:
            request = waiting.pop()
            begun = time.perf_counter()
            answers.statuses[await connection.send(request)] += 1
            answers.seconds.append(time.perf_counter() - begun)

    begun = time.perf_counter()
    await asyncio.gather(*map(pay_over, connections))
    answers.took = time.perf_counter() - begun
    for connection in connections:
        connection.close()
    return answers


class _Connection:
    """One connection that is kept open, with as little work on this side as possible."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, request: bytes) -> int:
        """Send a request; the status of its answer, when all of that has arrived."""
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines if line)
        await self._reader.readexactly(int(headers["content-length"]))
        return int(first.split()[1])

    def close(self) -> None:
        """Hang up."""
        self._writer.close()


def _request(number: int, port: int, guild_id: int) -> bytes:
    """The bytes of one webhook (contract, section 4.1)."""
    body = paid_event(number, guild_id)
    delivery_id, now = delivery_of(number), int(time.time())
    headers = {
        "Host": f"127.0.0.1:{port}",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "X-Shoppex-Event": "order:paid",
        "X-Shoppex-Delivery": delivery_id,
        "X-Shoppex-Timestamp": str(now),
        "X-Shoppex-Signature-V2": v2_header(SECRET, delivery_id, now, body),
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST /shoppex/{guild_id} HTTP/1.1\r\n{lines}\r\n".encode() + body

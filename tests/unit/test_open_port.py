"""The listener on a port that anybody can reach: 500 slow sockets beside genuine deliveries."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timezone

import pytest

from disk import Disk
from processes import free_port
from shoppex.fulfilment.intake.recorder import Recorder
from shoppex.webhook import connections as connecting
from shoppex.webhook import listener as listening
from shoppex.webhook.listener import Listener
from standin import v2_header

GUILD, OTHER = 80351110224678912, 80351110224678913
SECRET = "whsec_0123456789abcdef"  # noqa: S105 - nobody's
NOW = datetime(2026, 3, 1, tzinfo=timezone.utc)
STAMP = str(int(NOW.timestamp()))
BODY = json.dumps({"event": "order:paid", "data": {"uniqid": "u-1"}}).encode()
SLOW = 500
# What is promised to genuine deliveries beside slow ones.
SECONDS = 1.0


@dataclass
class Port:
    """A listener, and who talks to it."""

    number: int
    sockets: list[asyncio.StreamWriter]

    async def open(self, data: bytes) -> asyncio.StreamReader:
        """A socket that sends this and then nothing."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.number)
        self.sockets.append(writer)
        writer.write(data)
        return reader

    async def answer(self, data: bytes) -> bytes:
        """The status line of the answer to a request; empty when there is none."""
        reader = await self.open(data)
        try:
            return await asyncio.wait_for(reader.readline(), 5)
        except ConnectionError:
            return b""


@pytest.fixture
async def port(disk: Disk) -> AsyncIterator[Port]:
    store = await disk.open()
    await store.settings.update_guild(GUILD, lambda shop: replace(shop, secret=SECRET))
    recorder = Recorder(store.ledger, lambda: NOW, lambda _key: None)
    listener = Listener(store.settings, recorder, lambda: NOW)
    opened = Port(free_port(), [])
    await listener.start("127.0.0.1", opened.number)
    try:
        yield opened
    finally:
        for writer in opened.sockets:
            writer.transport.abort()
        await listener.stop()
        await store.writes.close()


def request(
    body: bytes = BODY, *, secret: str = SECRET, guild: int = GUILD, length: int | None = None
) -> bytes:
    """A delivery as Shoppex sends it, with that secret."""
    headers = {
        "Host": "127.0.0.1",
        "Content-Length": str(len(body) if length is None else length),
        "X-Shoppex-Delivery": "whd_1",
        "X-Shoppex-Timestamp": STAMP,
        "X-Shoppex-Signature-V2": v2_header(secret, "whd_1", STAMP, body),
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST /shoppex/{guild} HTTP/1.1\r\n{lines}\r\n".encode() + body


IDLE = b""
HALF = b"POST /shoppex/1 HTTP/1.1\r\nHost: x\r\nX-Sh"
BODY_TO_COME = request(b"{", length=1000, guild=OTHER)
SAME_SERVER = request(b"{", length=1000)
CLAIMS_MUCH = request(b"{", length=1024 * 1024)


@pytest.mark.parametrize("slow", [IDLE, HALF, BODY_TO_COME, SAME_SERVER, CLAIMS_MUCH])
async def test_slow_sockets_keep_no_genuine_delivery_out(port: Port, slow: bytes) -> None:
    async def besiege() -> None:
        for _ in range(SLOW):
            await port.open(slow)
            await asyncio.sleep(0)

    siege = asyncio.ensure_future(besiege())
    took: list[float] = []
    answers: list[bytes] = []
    while not siege.done() or len(took) < 20:
        begun = time.perf_counter()
        answers.append(await port.answer(request()))
        took.append(time.perf_counter() - begun)
    await siege
    health = await port.answer(b"GET /shoppex/health HTTP/1.1\r\nHost: x\r\n\r\n")
    assert set(answers) == {b"HTTP/1.1 200 OK\r\n"}
    assert max(took) < SECONDS
    assert health == b"HTTP/1.1 200 OK\r\n"


async def test_no_more_connections_are_open_than_may_be(port: Port) -> None:
    readers = [await port.open(IDLE) for _ in range(SLOW)]
    await asyncio.sleep(0)
    assert await port.answer(request()) == b"HTTP/1.1 200 OK\r\n"
    ended = [reader for reader in readers if reader.at_eof() or reader.exception()]
    assert len(readers) - len(ended) <= connecting.MOST_CONNECTIONS


async def test_a_header_that_never_comes_is_not_waited_for(
    port: Port, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connecting, "HEADER_SECONDS", 0.05)
    for data in (IDLE, HALF):
        reader = await port.open(data)
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await asyncio.wait_for(reader.readexactly(1), 5)


async def test_a_second_header_is_not_waited_for_either(
    port: Port, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connecting, "IDLE_SECONDS", 0.05)
    reader = await port.open(request() + HALF)
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await asyncio.wait_for(reader.readuntil(b"never"), 5)


async def test_a_body_that_never_comes_is_not_waited_for(
    port: Port, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "_BODY_SECONDS", 0.05)
    assert b" 408 " in await port.answer(BODY_TO_COME)


async def test_who_is_refused_by_the_header_is_not_read(port: Port) -> None:
    unsigned = b"POST /shoppex/%d HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n" % GUILD
    assert b" 401 " in await port.answer(unsigned)


async def test_an_upload_that_is_broken_off_leaves_no_trace_in_the_log(
    port: Port, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "red.shoppex")
    for data in (
        SAME_SERVER,
        request(b"zz\r\n{", length=0).replace(b"Content-Length: 0", b"Transfer-Encoding: chunked"),
    ):
        await port.open(data)
        port.sockets[-1].transport.abort()
    assert await port.answer(request()) == b"HTTP/1.1 200 OK\r\n"
    assert [r for r in caplog.records if "fault" in r.message or r.exc_info] == []


async def test_refusals_are_told_once_a_minute(
    port: Port, caplog: pytest.LogCaptureFixture
) -> None:
    forged = request(secret="whsec_other")  # noqa: S106 - nobody's
    for _ in range(50):
        assert b" 401 " in await port.answer(forged)
    told = [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]
    assert told == [f"Refused a webhook for guild {GUILD}: V2 signature does not match"]


@pytest.mark.parametrize("target", ["http://a:b/shoppex/1", "http://x://y.example/shoppex/1"])
async def test_a_target_that_is_no_address_is_answered_without_a_traceback(
    port: Port, target: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await port.answer(f"POST {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 40")
    gc.collect()
    await asyncio.sleep(0)
    assert [r.getMessage() for r in caplog.records if r.levelno >= logging.ERROR] == []

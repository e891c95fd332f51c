"""Requests that are no proper HTTP, or no proper delivery, from whoever reaches the port."""

from __future__ import annotations

import asyncio
import json
import random
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from standin.signing import v2_header
from standin.webhooks import new_delivery_id

from .forging import VALUES, garbled
from .shop import PRODUCT, Shop, open_shop
from .tally import Deadline, Tally

_AT_ONCE = 16
_BATCH = 500
_PATIENCE_SECONDS = 1.0
_HEALTH_SECONDS = 5.0
_SIGNED = (
    "X-Shoppex-Signature-V2",
    "X-Shoppex-Signature",
    "X-Shoppex-Timestamp",
    "X-Shoppex-Delivery",
    "X-Shoppex-Event",
)


@dataclass
class _Request:
    """What goes over the socket, part by part."""

    body: bytes
    method: str = "POST"
    target: str = ""
    version: str = "HTTP/1.1"
    headers: list[tuple[str, str]] = field(default_factory=list)
    line_end: bytes = b"\r\n"
    cut: int | None = None
    after: bytes = b""

    def to_bytes(self) -> bytes:
        """All of it."""
        lines = [f"{self.method} {self.target} {self.version}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        head = b"".join(line.encode("utf-8", "surrogatepass") + self.line_end for line in lines)
        return (head + self.line_end + self.body)[: self.cut] + self.after

    def set(self, name: str, value: str) -> None:
        """Put a header in place of those of that name."""
        self.headers = [h for h in self.headers if h[0].lower() != name.lower()]
        self.headers.append((name, value))


async def run(rng: random.Random, seconds: float, most: int) -> Tally:
    """Send odd requests that carry a forged payment, and sell in between."""
    tally = Tally("Protocol tricks")
    with tempfile.TemporaryDirectory() as folder:
        async with open_shop(Path(folder)) as shop:
            await _send(shop, rng, Deadline.after(seconds), most, tally)
    return tally


async def _send(
    shop: Shop, rng: random.Random, deadline: Deadline, most: int, tally: Tally
) -> None:
    victim, order = await shop.order("victim", PRODUCT)
    body = json.dumps(
        {"event": "order:paid", "data": {"uniqid": order.uniqid, "status": "COMPLETED"}}
    ).encode()
    while tally.tried < most and not deadline.over:
        await shop.sell(f"buyer {len(shop.sold)}")
        requests = iter([_odd(shop, rng, body) for _ in range(_BATCH)])

        async def send_all(waiting: object = requests) -> None:
            for request in waiting:  # type: ignore[attr-defined]
                await _exchange(shop.world.port, request, tally)

        await asyncio.gather(*(send_all() for _ in range(_AT_ONCE)))
        tally.tried += _BATCH
        await _check_health(shop, tally)
    await shop.check_sales(tally)
    await shop.check_answers(tally)
    if victim.role_names:
        tally.grant(f"{order.uniqid}: {victim.role_names}")


async def _exchange(port: int, request: bytes, tally: Tally) -> None:
    """Send one request; how it is answered matters only if it is by a fault."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        await asyncio.wait_for(writer.drain(), _PATIENCE_SECONDS)
        answer = await asyncio.wait_for(reader.readline(), _PATIENCE_SECONDS)
        status = answer.split()[1:2]
        # 501 and 505 are what HTTP has for methods and versions that are not there.
        if status and status[0].startswith(b"5") and status[0] not in {b"501", b"505"}:
            tally.crash(f"{answer!r} to {request[:2000]!r}")
    except (OSError, asyncio.TimeoutError):
        pass  # It hung up, or waits for more than there is.
    finally:
        writer.close()


async def _check_health(shop: Shop, tally: Tally) -> None:
    timeout = aiohttp.ClientTimeout(total=_HEALTH_SECONDS)
    url = f"http://127.0.0.1:{shop.world.port}/shoppex/health"
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(url) as answer,
        ):
            if answer.status != 200:
                tally.crash(f"health says {answer.status}")
    except (aiohttp.ClientError, asyncio.TimeoutError) as error:
        tally.crash(f"health does not answer: {error!r}")


def _odd(shop: Shop, rng: random.Random, body: bytes) -> bytes:
    """A well-formed, unsigned or wrongly signed delivery with one to three oddities."""
    now, delivery_id = int(time.time()), new_delivery_id()
    secret = rng.choice((shop.hook.secret + "x", "", "whsec_" + "0" * 32))
    request = _Request(body, target=f"/shoppex/{shop.guild_id}")
    request.headers = [
        ("Host", f"127.0.0.1:{shop.world.port}"),
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(body))),
        ("X-Shoppex-Event", "order:paid"),
        ("X-Shoppex-Delivery", delivery_id),
        ("X-Shoppex-Timestamp", str(now)),
        ("X-Shoppex-Signature-V2", v2_header(secret, delivery_id, now, body)),
    ]
    for _ in range(rng.randint(1, 3)):
        rng.choice(_TRICKS)(rng, request)
    data = request.to_bytes()
    return garbled(rng, data) if rng.random() < 0.1 else data


_Trick = Callable[[random.Random, _Request], None]


def _method(rng: random.Random, request: _Request) -> None:
    request.method = rng.choice(
        (
            "GET",
            "HEAD",
            "PUT",
            "DELETE",
            "OPTIONS",
            "TRACE",
            "CONNECT",
            "post",
            "PRI",
            "P\x00ST",
            "",
        )
    )


def _target(rng: random.Random, request: _Request) -> None:
    path = request.target
    request.target = rng.choice(
        (
            "*", "", "/", "//shoppex/1", f"{path}/", f"/x/..{path}", f"{path}?a=b#c", f"{path}%00",
            f"http://example.com{path}", "/shoppex/0", "/shoppex/-1", "/shoppex/" + "9" * 400,
            "/shoppex/٣", "/shoppex/%F0%9F%92%A9", "/shoppex/health", "/shoppex/" + "a" * 9000,
        )
    )  # fmt: skip


def _version(rng: random.Random, request: _Request) -> None:
    request.version = rng.choice(
        ("HTTP/1.0", "HTTP/0.9", "HTTP/2.0", "HTTP/9.9", "HTTP/1.1 x", "")
    )


def _length(rng: random.Random, request: _Request) -> None:
    size = len(request.body)
    value = rng.choice(
        (
            0,
            1,
            size - 1,
            size + 1,
            -1,
            f"+{size}",
            f"{size}, {size}",
            2**31,
            2**64,
            10**30,
            "x",
            "",
        )
    )
    request.set("Content-Length", str(value))


def _second_length(rng: random.Random, request: _Request) -> None:
    request.headers.append(("Content-Length", str(rng.choice((0, 1, len(request.body) + 5)))))


def _chunked(rng: random.Random, request: _Request) -> None:
    request.set(
        "Transfer-Encoding", rng.choice(("chunked", "identity, chunked", "xchunked", "gzip"))
    )
    if rng.random() < 0.5:
        request.headers = [h for h in request.headers if h[0] != "Content-Length"]
    size = rng.choice((f"{len(request.body):x}", "0", "-1", "F" * 20, "zz", "5;a=" + "b" * 5000))
    request.body = size.encode() + b"\r\n" + request.body + b"\r\n0\r\nX-Trailer: 1\r\n\r\n"


def _encoding(rng: random.Random, request: _Request) -> None:
    request.set("Content-Encoding", rng.choice(("gzip", "deflate", "br", "identity", "")))


def _header(rng: random.Random, request: _Request) -> None:
    request.headers.append(
        rng.choice(
            (
                ("X", "a" * 70_000), ("Bad Name", "x"), ("X-Null", "a\x00b"), ("", "empty"),
                ("X-Fold", "a\r\n b"), ("X-Latin", "\xe9\u20ac"), ("Host", "evil.example"),
                ("Expect", "100-continue"), ("Expect", "200-ok"), ("Upgrade", "websocket"),
                ("Connection", "Upgrade"), ("Connection", "close, keep-alive"), ("Cookie", "=;=,"),
                ("Content-Type", "multipart/form-data; boundary="), ("Range", "bytes=0-"),
            )
        )
    )  # fmt: skip


def _many_headers(rng: random.Random, request: _Request) -> None:
    request.headers += [(f"X-{number}", "y") for number in range(rng.choice((100, 3000)))]


def _signature(rng: random.Random, request: _Request) -> None:
    name = rng.choice(_SIGNED)
    text = str(rng.choice(VALUES)).replace("\r", "").replace("\n", "")[:9000]
    request.set(name, rng.choice((text, "v1,t=1,h=", "v1," * 2000, "v2,t=1,h=" + "0" * 64)))


def _line_end(rng: random.Random, request: _Request) -> None:
    request.line_end = rng.choice((b"\n", b"\r", b"\r\n\x00"))


def _cut(rng: random.Random, request: _Request) -> None:
    request.cut = rng.randrange(1, 600)


def _pipelined(rng: random.Random, request: _Request) -> None:
    request.after = rng.choice(
        (b"", rng.randbytes(50), b"GET /shoppex/health HTTP/1.1\r\n\r\n" * 50)
    )


def _not_http(rng: random.Random, request: _Request) -> None:
    request.cut, request.after = (
        0,
        rng.choice(
            (
                rng.randbytes(600),
                b"\x16\x03\x01\x02\x00\x01",
                b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                b"\n" * 99,
            )
        ),
    )


def _body(rng: random.Random, request: _Request) -> None:
    request.body = rng.choice(
        (
            b"",
            b"null",
            b"[" * 50_000,
            b'{"a":' * 20_000,
            b"1" * 5000,
            b"\xff\xfe{\x00}\x00",
            b"\x00",
        )
    )
    request.set("Content-Length", str(len(request.body)))


_TRICKS: tuple[_Trick, ...] = (
    _method, _target, _version, _length, _second_length, _chunked, _encoding, _header,
    _many_headers, _signature, _line_end, _cut, _pipelined, _not_http, _body,
)  # fmt: skip

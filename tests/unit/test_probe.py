"""Who opens at an address, and why nobody does."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from peers import open_inbox
from shoppex.webhook import probe as probing
from shoppex.webhook.probe import ProbeResult, local_url, send_probe


@asynccontextmanager
async def silence() -> AsyncIterator[str]:
    """An address at which connections are taken and nothing is said."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"


async def test_what_is_posted_arrives_as_it_is() -> None:
    async with open_inbox() as inbox:
        assert await send_probe(
            inbox.url, {"X-Shoppex-Event": "order:paid"}, b"{} "
        ) == ProbeResult(200)
    [(headers, body)] = inbox.received
    assert body == b"{} "
    assert headers["X-Shoppex-Event"] == "order:paid"
    assert headers["User-Agent"] == "Shoppex-Webhook/1.0"
    assert headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("status", [307, 404, 503])
async def test_any_answer_is_an_answer(status: int) -> None:
    async with open_inbox() as inbox:
        inbox.statuses.append(status)
        assert await send_probe(inbox.url, {}, b"{}") == ProbeResult(status)
    assert len(inbox.received) == 1


async def test_silence_is_not_listened_to_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probing, "_SECONDS", 0.1)
    async with silence() as url:
        answer = await asyncio.wait_for(send_probe(url, {}, b"{}"), 5)
    assert answer == ProbeResult(trouble="no_answer")


async def test_why_nobody_opens() -> None:
    async with open_inbox() as inbox:
        secure = inbox.url.replace("http://", "https://")
        assert await send_probe(secure, {}, b"{}") == ProbeResult(trouble="certificate")
    assert await send_probe(inbox.url, {}, b"{}") == ProbeResult(trouble="refused")
    assert await send_probe("http://shop.invalid/", {}, b"{}") == ProbeResult(
        trouble="unknown_name"
    )
    assert await send_probe("http://[", {}, b"{}") == ProbeResult(trouble="unknown_name")


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:80/shoppex/7"),
        ("0.0.0.0", "http://127.0.0.1:80/shoppex/7"),  # noqa: S104 - not bound to
        ("::", "http://[::1]:80/shoppex/7"),
        ("::1", "http://[::1]:80/shoppex/7"),
        ("fd00::7", "http://[fd00::7]:80/shoppex/7"),
        ("localhost", "http://localhost:80/shoppex/7"),
    ],
)
def test_the_listener_seen_from_its_own_machine(host: str, url: str) -> None:
    assert local_url(host, 80, 7) == url

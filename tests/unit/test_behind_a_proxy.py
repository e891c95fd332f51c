"""The listener behind the reverse proxies of the README; skipped where they are not installed."""

from __future__ import annotations

import asyncio
import json
import shutil
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import aiohttp
import pytest

from disk import Disk
from processes import free_port
from shoppex.fulfilment.intake.recorder import Recorder
from shoppex.webhook.listener import Listener
from standin import v2_header

GUILD = 80351110224678912
SECRET = "whsec_0123456789abcdef"  # noqa: S105 - nobody's
NOW = datetime(2026, 3, 1, tzinfo=timezone.utc)
STAMP = str(int(NOW.timestamp()))
BODY = json.dumps({"event": "order:paid", "data": {"uniqid": "u-1"}}).encode()
_SLOW = 100
_SECONDS = 1.0
_NGINX = """
daemon off;
pid {folder}/nginx.pid;
error_log stderr;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder};
    proxy_temp_path {folder};
    fastcgi_temp_path {folder};
    uwsgi_temp_path {folder};
    scgi_temp_path {folder};
    server {{
        listen 127.0.0.1:{port};
        location /shoppex/ {{ proxy_pass http://127.0.0.1:{behind}; client_max_body_size 1m; }}
    }}
}}
"""
_CADDY = """
{{
    admin off
    auto_https off
}}
http://127.0.0.1:{port} {{
    reverse_proxy 127.0.0.1:{behind}
}}
"""
_PROXIES = {
    "nginx": (_NGINX, ("nginx", "-c")),
    "caddy": (_CADDY, ("caddy", "run", "--adapter", "caddyfile", "--config")),
}


@pytest.fixture
async def behind(disk: Disk) -> AsyncIterator[int]:
    """The port of a listener."""
    store = await disk.open()
    await store.settings.update_guild(GUILD, lambda shop: replace(shop, secret=SECRET))
    listener = Listener(
        store.settings, Recorder(store.ledger, lambda: NOW, lambda _key: None), lambda: NOW
    )
    port = free_port()
    await listener.start("127.0.0.1", port)
    try:
        yield port
    finally:
        await listener.stop()
        await store.writes.close()


@pytest.mark.parametrize("name", _PROXIES)
async def test_genuine_deliveries_come_through_beside_slow_ones(
    behind: int, name: str, tmp_path: Path
) -> None:
    text, command = _PROXIES[name]
    if shutil.which(command[0]) is None:
        pytest.skip(f"{name} is not installed")
    port, config = free_port(), tmp_path / "config"
    config.write_text(text.format(folder=tmp_path, port=port, behind=behind))
    process = await asyncio.create_subprocess_exec(
        *command, config, env={"HOME": str(tmp_path), "PATH": "/usr/sbin:/usr/bin:/bin"}
    )
    writers = []
    try:
        url = f"http://127.0.0.1:{port}/shoppex"
        async with aiohttp.ClientSession() as session:
            await asyncio.wait_for(_answering(session, f"{url}/health"), 15)
            for _ in range(_SLOW):
                _reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(
                    f"POST /shoppex/{GUILD} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n"
                    "\r\n{".encode()
                )
                writers.append(writer)
            for _ in range(5):
                begun = time.perf_counter()
                assert await _deliver(session, f"{url}/{GUILD}") == 200
                assert time.perf_counter() - begun < _SECONDS
    finally:
        for writer in writers:
            writer.transport.abort()
        process.terminate()
        await process.wait()


async def _answering(session: aiohttp.ClientSession, url: str) -> None:
    while True:
        try:
            async with session.get(url) as answer:
                assert answer.status == 200
                return
        except aiohttp.ClientConnectionError:  # noqa: PERF203 - it has to start first
            await asyncio.sleep(0.05)


async def _deliver(session: aiohttp.ClientSession, url: str) -> int:
    headers = {
        "X-Shoppex-Delivery": "whd_1",
        "X-Shoppex-Timestamp": STAMP,
        "X-Shoppex-Signature-V2": v2_header(SECRET, "whd_1", STAMP, BODY),
    }
    async with session.post(url, data=BODY, headers=headers) as answer:
        return answer.status

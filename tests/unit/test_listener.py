"""How long the listener waits for a secret that is on its way."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import datetime, timezone

import aiohttp
import pytest

from disk import Disk
from processes import free_port
from shoppex.fulfilment.intake.recorder import Recorder
from shoppex.webhook import listener as listening
from shoppex.webhook.listener import Listener
from standin import v2_header

GUILD = 80351110224678912
OLD, NEW = "whsec_old_0123456789", "whsec_new_0123456789"
NOW = datetime(2026, 3, 1, tzinfo=timezone.utc)


@pytest.mark.parametrize("known_before", [True, False])
@pytest.mark.parametrize(("arrives", "status"), [(True, 200), (False, 401)])
async def test_what_fits_no_secret_waits_for_the_one_on_its_way(
    disk: Disk, monkeypatch: pytest.MonkeyPatch, *, known_before: bool, arrives: bool, status: int
) -> None:
    monkeypatch.setattr(listening, "_NEW_SECRET_SECONDS", 60 if arrives else 0.01)
    store = await disk.open()
    if known_before:
        await store.settings.update_guild(GUILD, lambda shop: replace(shop, secret=OLD))
    recorder = Recorder(store.ledger, lambda: NOW, lambda _key: None)
    listener = Listener(store.settings, recorder, lambda: NOW)
    port = free_port()
    await listener.start("127.0.0.1", port)
    try:
        async with listener.awaiting_secret(GUILD):
            sending = asyncio.create_task(send(port))
            if not arrives:
                assert await sending == (status if known_before else 404)
                return
            await asyncio.wait([sending], timeout=0.05)
            assert not sending.done()
            await store.settings.update_guild(GUILD, lambda shop: replace(shop, secret=NEW))
        assert await sending == status
    finally:
        await listener.stop()
        await store.writes.close()


async def send(port: int) -> int:
    """The answer to something that is signed with the new secret."""
    body = json.dumps({"event": "order:paid", "data": {"uniqid": "u-1"}}).encode()
    stamp = str(int(NOW.timestamp()))
    headers = {
        "X-Shoppex-Delivery": "whd_1",
        "X-Shoppex-Timestamp": stamp,
        "X-Shoppex-Signature-V2": v2_header(NEW, "whd_1", stamp, body),
    }
    url = f"http://127.0.0.1:{port}/shoppex/{GUILD}"
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=body, headers=headers) as answer,
    ):
        return answer.status

"""A disk for the tests that keep something, and servers for those that ask one."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from disk import Disk
from scripted_shop import API_KEY, Shop, Sleeper, quick
from shoppex.api import ShoppexClient, Transport


@pytest.fixture(scope="session")
def opened_before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data path as the first run of the cog leaves it: making it takes a second."""
    path = tmp_path_factory.mktemp("data")
    with pytest.MonkeyPatch.context() as monkeypatch:
        asyncio.run(Disk(path, monkeypatch).open())
    return path


@pytest.fixture
def disk(tmp_path: Path, opened_before: Path, monkeypatch: pytest.MonkeyPatch) -> Disk:
    """A data path on which nothing was kept yet."""
    shutil.copytree(opened_before, tmp_path, dirs_exist_ok=True)
    return Disk(tmp_path, monkeypatch)


@pytest.fixture
def shop() -> Shop:
    """What the server of this test answers, and what it was asked."""
    return Shop()


@pytest.fixture
async def base_url(shop: Shop) -> AsyncIterator[str]:
    """Where that server is."""
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", shop.handle)
    async with TestServer(app) as server:
        yield str(server.make_url("/dev/v1"))


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """A session that is closed after the test."""
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def sleeper() -> Sleeper:
    """How long the transport would have waited."""
    return Sleeper()


@pytest.fixture
def transport(session: aiohttp.ClientSession, base_url: str, sleeper: Sleeper) -> Transport:
    """A transport to that server, without waiting."""
    return Transport(
        session,
        base_url,
        API_KEY,
        quick(),
        user_agent="shoppex-red/1",
        sleep=sleeper,
        random=lambda: 1.0,
    )


@pytest.fixture
def client(transport: Transport) -> ShoppexClient:
    """A client of that server."""
    return ShoppexClient(transport)

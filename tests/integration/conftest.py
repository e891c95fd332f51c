"""A world for each test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from harness import RedInstance, World, open_world


@pytest.fixture(scope="session")
def started_before(tmp_path_factory: pytest.TempPathFactory) -> RedInstance:
    """A Red that has run with the cog once: its first start takes seconds."""
    instance = RedInstance(tmp_path_factory.mktemp("first") / "red")

    async def start_and_stop() -> None:
        async with instance.run():
            pass

    asyncio.run(start_and_stop())
    return instance


@pytest.fixture
async def world(tmp_path: Path, started_before: RedInstance) -> AsyncIterator[World]:
    """A server with a shop that is set up, and nothing for sale yet."""
    async with open_world(tmp_path / "red", like=started_before) as opened:
        await opened.set_up()
        yield opened


@pytest.fixture
async def bare_world(tmp_path: Path, started_before: RedInstance) -> AsyncIterator[World]:
    """A server in which nothing is set up."""
    async with open_world(tmp_path / "red", like=started_before) as opened:
        yield opened


@pytest.fixture
async def swept_world(tmp_path: Path) -> AsyncIterator[World]:
    """The same as `world`; the bot sweeps through the shop every hour, as it really does."""
    async with open_world(tmp_path / "red", reconciler=True) as opened:
        await opened.set_up()
        yield opened


@pytest.fixture
async def watched_world(tmp_path: Path, started_before: RedInstance) -> AsyncIterator[World]:
    """The same as `world`; the doctor looks after the shop by itself, as it really does."""
    async with open_world(tmp_path / "red", like=started_before, monitor=True) as opened:
        await opened.set_up()
        yield opened

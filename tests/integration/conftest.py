"""A world for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from harness import World, open_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A server with a shop that is set up, and nothing for sale yet."""
    async with open_world(tmp_path / "red") as opened:
        await opened.set_up()
        yield opened


@pytest.fixture
async def bare_world(tmp_path: Path) -> AsyncIterator[World]:
    """A server in which nothing is set up."""
    async with open_world(tmp_path / "red") as opened:
        yield opened

"""A stand-in of Shoppex, and a program that talks to it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from peers import Caller, Clock
from standin import StandIn


@pytest.fixture
def clock() -> Clock:
    """A clock that the test moves."""
    return Clock()


@pytest.fixture
async def shop(clock: Clock) -> AsyncIterator[StandIn]:
    """A stand-in that runs."""
    async with StandIn(clock=clock) as running:
        yield running


@pytest.fixture
async def caller(shop: StandIn) -> AsyncIterator[Caller]:
    """A program that has the stand-in's key."""
    async with aiohttp.ClientSession() as session:
        yield Caller(shop, session)

"""A test purchase takes the whole path, without money, and leaves nothing behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import aiohttp
import pytest
import simcord
from aiohttp import web

from harness import World
from harness.world import text_of

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

ROLE_PATH = "/guilds/*/members/*/roles/*"


@asynccontextmanager
async def proxy(world: World, handler: Handler) -> AsyncIterator[None]:
    """What stands at the public address of the bot."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await set_public(world, f"http://127.0.0.1:{runner.addresses[0][1]}")
    try:
        yield
    finally:
        await runner.cleanup()


def answering(status: int) -> Handler:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=status, headers={"Location": "/elsewhere"})

    return answer


def leading_to(world: World, change: Callable[[bytes], bytes] = bytes) -> Handler:
    """A reverse proxy before the listener."""

    async def forward(request: web.Request) -> web.Response:
        url = f"http://127.0.0.1:{world.instance.port}{request.path}"
        connector = aiohttp.TCPConnector(force_close=True)
        async with (
            aiohttp.ClientSession(connector=connector) as session,
            session.post(
                url, data=change(await request.read()), headers=request.headers
            ) as answer,
        ):
            return web.Response(status=answer.status, body=await answer.read())

    return forward


async def never(_request: web.Request) -> web.Response:
    await asyncio.sleep(3600)
    return web.Response()


async def set_public(world: World, url: str) -> None:
    await world.owner.send(world.channel, f"!shoppexset publicurl {url}")


async def begin(
    world: World, product: str | None = None, who: simcord.MemberActor | None = None
) -> simcord.InteractionResult:
    options = {} if product is None else {"product": product}
    return await (who or world.admin).slash(world.channel, "shoppexset testsale", **options)


async def report(world: World, product: str | None = None) -> str:
    """What the admin reads at the end of a test."""
    answer = await begin(world, product)
    await world.env.settle()
    assert answer.ephemeral
    return text_of(answer)


def accounts(world: World) -> dict[Any, Any]:
    """All that the ledger holds."""
    ledger = world.bot.get_cog("Shoppex").ledger
    return {key: ledger.get(key) for number in range(256) for key in ledger.keys_in(number)}


def audit(world: World) -> list[str]:
    return [entry.reason or "" for entry in world.guild.audit_log()]


def asked(world: World) -> str:
    """All that Shoppex was ever asked."""
    return str(world.shop.requests)


@contextmanager
def leaving_nothing(world: World) -> Iterator[None]:
    """The server, the ledger and Shoppex are afterwards as they were."""
    before, roles = accounts(world), world.roles_of(world.admin)
    orders = len(world.shop.orders)
    yield
    assert accounts(world) == before
    assert world.roles_of(world.admin) == roles
    assert len(world.shop.orders) == orders
    assert "test-" not in asked(world)


@pytest.fixture
async def gold(world: World) -> simcord.RoleHandle:
    """A role that is sold with a key."""
    role = world.guild.create_role("Gold")
    world.shop.add_product(title="Game Key", price="19.50", type="SERIALS", serials=["REAL-1"])
    await world.sell_product("Game Key", [role])
    await world.env.settle()
    return role


async def test_a_product_is_tested_through_the_public_address(
    world: World, gold: simcord.RoleHandle
) -> None:
    with leaving_nothing(world):
        async with proxy(world, leading_to(world)):
            text = await report(world, "Game Key")
    assert "everything works" in text
    assert "came in through your public address" in text
    assert f"you were given {gold.mention}" in text
    assert "❌" not in text
    assert "⚠️" not in text
    assert "**Undone:**" in text
    [message] = world.dms(world.admin)
    assert message.content.startswith("🧪 **This was a test purchase.")
    assert "REAL-1" not in text

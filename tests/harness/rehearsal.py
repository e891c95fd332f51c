"""An admin tries out what the server sells, and what that leaves behind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import simcord

from .world import World, text_of


async def begin(
    world: World, product: str | None = None, who: simcord.MemberActor | None = None
) -> simcord.InteractionResult:
    """Somebody asks for a test; what they see so far, and as it changes."""
    options = {} if product is None else {"product": product}
    return await (who or world.admin).slash(world.channel, "shoppexset testsale", **options)


async def report(world: World, product: str | None = None) -> str:
    """What the admin reads when a test has come as far as it can."""
    answer = await begin(world, product)
    assert answer.ephemeral
    return text_of(answer)


def accounts(world: World) -> dict[Any, Any]:
    """All that the ledger knows of somebody."""
    ledger = world.bot.get_cog("Shoppex").ledger
    return {key: ledger.get(key) for number in range(256) for key in ledger.keys_in(number)}


@contextmanager
def leaving_nothing(world: World) -> Iterator[None]:
    """The tester's roles, the ledger and Shoppex are afterwards as they were."""
    before, roles = accounts(world), world.roles_of(world.admin)
    orders = len(world.shop.orders)
    yield
    assert accounts(world) == before
    assert world.roles_of(world.admin) == roles
    assert len(world.shop.orders) == orders
    assert not [r for r in world.shop.requests if "test-" in f"{r}".casefold()]


def role_requests(world: World, method: str) -> list[str]:
    """What the bot asked Discord to do with roles."""
    asked = world.env.http_requests
    return [r.path for r in asked if r.method == method and "/roles/" in r.path]

"""The process dies at any point between a payment and its delivery: one role, one key."""

from __future__ import annotations

import pytest

import standin
from harness import World, store_away

pytestmark = pytest.mark.both_backends

KEY = "AAAA-BBBB-1"

# More writes than one delivery needs; the last cases die when all is done.
_WRITES = range(9)


class Death:
    """From the n-th write on nothing reaches the disk any more."""

    def __init__(self, writes: int) -> None:
        self._left = writes

    def __call__(self) -> bool:
        """Whether the process is dead; each look is a write."""
        self._left -= 1
        return self._left < 0


async def bought(world: World) -> standin.Order:
    role = world.guild.create_role("Player")
    world.shop.add_product(title="Game Key", price="19.50", type="SERIALS", serials=[KEY])
    await world.sell_product("Game Key", [role])
    await world.order("Game Key")
    await world.shop.settle()
    return world.shop.orders[-1]


async def begin_again(world: World) -> None:
    """A new process, Shoppex's retries, and some hours."""
    await world.instance.restart(world.env)
    for _ in range(4):
        await world.env.advance_time(1200)
        await world.shop.retry_pending()
        await world.env.settle()
    await world.env.advance_time(4 * 3600)


def assert_delivered_once(world: World) -> None:
    assert world.roles_of(world.buyer) == {"Player"}
    [message] = world.dms(world.buyer)
    assert message.content == f"```\n{KEY}\n```"


@pytest.mark.parametrize("writes", _WRITES)
async def test_dying_after_any_write_delivers_once(
    world: World, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    """What was asked of Discord meanwhile happened, and could not be written down."""
    order = await bought(world)
    with store_away(monkeypatch, Death(writes)):
        await world.shop.pay(order.uniqid)
        await world.env.settle()

    await begin_again(world)

    assert_delivered_once(world)


@pytest.mark.parametrize("writes", _WRITES)
async def test_dying_with_a_request_begun_and_not_made_delivers_once(
    world: World, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    order = await bought(world)
    world.env.inject_error("PUT", "/guilds/*/members/*/roles/*", status=502, times=1)
    world.env.inject_error("POST", "/channels/*/messages", status=502, times=1)
    with store_away(monkeypatch, Death(writes)):
        await world.shop.pay(order.uniqid)
        await world.env.settle()

    await begin_again(world)

    assert_delivered_once(world)

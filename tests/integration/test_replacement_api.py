"""Staff give another key: Shoppex gives it out, once, and the buyer has it, once."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import simcord

from harness import World
from harness.world import field, text_of

PATH = "/invoices/*/replacements"
SCOPES = {"products.read", "orders.read", "orders.write", "subscriptions.read", "invoices.read"}


async def opened(world: World) -> simcord.InteractionResult:
    shown = await world.buyer.slash(world.channel, "purchases")
    assert shown.response is not None
    await world.buyer.select(shown.response, ["0"])
    return shown


async def ask(world: World) -> simcord.InteractionResult:
    """The buyer says that the key does not work."""
    shown = await opened(world)
    assert shown.response is not None
    form = await world.buyer.click(shown.response, label="Key does not work")
    return await world.buyer.submit_modal(form, {field(form, 0): "It says: used."})


@pytest.fixture
async def room(world: World) -> simcord.ChannelHandle:
    """Where staff read that a buyer asked for another key."""
    room = await world.staff_channel()
    world.shop.switches.delivered_items = "serials"
    world.shop.add_product(
        title="Key", price="5", type="SERIALS", serials=["KEY-1", "KEY-2", "KEY-3", "KEY-4"]
    )
    await world.sell_product("Key")
    await world.order("Key")
    await world.pay_newest()
    await ask(world)
    return room


async def press(world: World, room: simcord.ChannelHandle, label: str = "Approve") -> str:
    """Staff press a button under the newest wish."""
    wishes = [m for m in room.history() if "asks for another key" in str(m.embeds[0].title)]
    return text_of(await world.admin.click(wishes[-1], label=label))


def deciding(world: World) -> Callable[[], Awaitable[None]]:
    """What the button calls; SimCord presses one at a time."""
    cog = world.bot.get_cog("Shoppex")
    # The bot has imported the cog anew.
    made: Any = sys.modules["shoppex.purchases.replacements"]
    shops = sys.modules["shoppex.fulfilment.intake.shop_clients"].ShopClients(
        cog.settings, cog.clients
    )
    replacements = made.Replacements(
        cog.ledger, shops, cog.recorder, world.env.now, lambda _key: None
    )
    [key] = cog.ledger.keys_of(world.buyer.id)
    [nonce] = cog.ledger.get(key).orders
    return lambda: replacements.approve(key, nonce)


def keys(world: World) -> list[str]:
    return [message.content for message in world.dms(world.buyer)]


def given_out(world: World) -> int:
    """How many keys are out of the stock."""
    [item] = world.shop.orders[-1].items
    return len(item.replacements)


def block(key: str) -> str:
    return f"```\n{key}\n```"


async def test_the_new_key_comes_once_and_says_what_it_is(
    world: World, room: simcord.ChannelHandle
) -> None:
    assert "✅ Approved" in await press(world, room)

    assert keys(world) == [block("KEY-1"), block("KEY-2")]
    embed = world.dms(world.buyer)[-1].embeds[0]
    assert embed.title == "Here is your replacement."
    assert "Use only this one." in str(embed.to_dict())
    shown = await opened(world)
    assert shown.response is not None
    goods = text_of(await world.buyer.click(shown.response, label="Show what I bought"))
    assert "KEY-2" in goods
    assert "KEY-1" not in goods


async def test_a_second_wish_needs_a_second_key(world: World, room: simcord.ChannelHandle) -> None:
    await press(world, room)
    await ask(world)
    await press(world, room)
    assert keys(world) == [block("KEY-1"), block("KEY-2"), block("KEY-3")]
    assert given_out(world) == 2


async def test_two_presses_at_once_give_out_one_key(
    world: World, room: simcord.ChannelHandle
) -> None:
    assert room.history()
    approve = deciding(world)
    answers = await asyncio.gather(approve(), approve(), return_exceptions=True)
    await world.env.advance_time(60)
    assert {type(answer).__name__ for answer in answers} == {"NoneType", "AlreadyDecided"}
    assert given_out(world) == 1
    assert keys(world) == [block("KEY-1"), block("KEY-2")]


async def test_an_answer_that_never_came_gives_out_no_second_key(
    world: World, room: simcord.ChannelHandle
) -> None:
    world.shop.drop_next("POST", PATH, after=True)
    assert "✅ Approved" in await press(world, room)
    assert given_out(world) == 1
    assert keys(world) == [block("KEY-1"), block("KEY-2")]


async def test_a_request_that_got_lost_is_made_again_by_hand_only(
    world: World, room: simcord.ChannelHandle
) -> None:
    fault = world.shop.fail_next("POST", PATH, status=502, times=9)
    assert "has not said whether" in await press(world, room)
    assert "has not said whether" in await press(world, room, "Refuse")
    asked = [r for r in world.shop.requests if r.method == "POST" and "replacements" in r.path]
    assert len(asked) == 1
    fault.stop()

    assert "has not said whether" in await press(world, room)
    await world.env.advance_time(60)
    assert "✅ Approved" in await press(world, room)

    asked = [r for r in world.shop.requests if r.method == "POST" and "replacements" in r.path]
    assert len({r.headers["Idempotency-Key"] for r in asked}) == 1
    assert given_out(world) == 1
    assert keys(world) == [block("KEY-1"), block("KEY-2")]


async def test_a_restart_after_the_request_gives_out_no_second_key(
    world: World, room: simcord.ChannelHandle
) -> None:
    order = world.shop.orders[-1]
    hang = world.shop.hang_next("POST", PATH, after=True)
    assert world.hook is not None
    world.shop.remove_webhook(world.hook)
    asking = asyncio.ensure_future(deciding(world)())
    await hang.reached()
    asking.cancel()
    await asyncio.wait([asking])
    assert order.items[0].replacements
    hang.release()
    await world.instance.restart(world.env)
    await world.env.advance_time(60)

    assert "✅ Approved" in await press(world, room)
    assert given_out(world) == 1
    assert keys(world).count(block("KEY-2")) == 1


async def test_a_key_that_may_not_do_it_says_what_to_tick(
    world: World, room: simcord.ChannelHandle
) -> None:
    world.shop.switches.scopes = SCOPES
    assert "Tick `invoices.write`" in await press(world, room)
    [item] = world.shop.orders[-1].items
    item.replace(1)
    assert "✅ Approved" in await press(world, room)
    assert keys(world) == [block("KEY-1"), block("KEY-2")]


async def test_an_empty_stock_is_told_in_the_words_of_shoppex(
    world: World, room: simcord.ChannelHandle
) -> None:
    world.shop.products[-1].serials.clear()
    said = await press(world, room)
    assert "out of stock" in said
    assert "Refill the stock" in said
    assert keys(world) == [block("KEY-1")]
    assert "❌ Refused" in await press(world, room, "Refuse")

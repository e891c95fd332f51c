"""A payment for an order that is not known any more is told to staff, and can be delivered."""

from __future__ import annotations

import pytest
import simcord

import standin
from harness import World
from harness.world import paid_data, text_of

pytestmark = pytest.mark.both_backends


@pytest.fixture
async def room(world: World) -> simcord.ChannelHandle:
    return await world.staff_channel()


async def forgotten(world: World) -> standin.Order:
    """An order of a key with a role, which nobody paid and the bot has lost."""
    gold = world.guild.create_role("Gold")
    world.shop.add_product(title="Key", price="5", type="SERIALS", serials=["K-1", "K-2"])
    await world.sell_product("Key", [gold])
    await world.order("Key")
    order = world.shop.orders[-1]
    ledger = world.bot.get_cog("Shoppex").ledger
    key, nonce = ledger.locate(order.uniqid)
    await ledger.update(key, lambda account: account.without_order(nonce))
    return order


async def tell(world: World, data: dict[str, object]) -> None:
    """Shoppex says that an order is paid."""
    assert world.hook is not None
    await world.shop.deliver(world.hook, "order:paid", data)
    await world.env.advance_time(30)


async def held(world: World, room: simcord.ChannelHandle) -> object:
    await world.env.advance_time(60)
    found = [m for m in room.history() if "needs your decision" in str(m.embeds[0].title)]
    return found[-1] if found else None


async def test_staff_are_told_and_deliver_it(world: World, room: simcord.ChannelHandle) -> None:
    order = await forgotten(world)
    [delivery] = await world.shop.pay(order.uniqid)
    await world.env.advance_time(30)
    assert delivery.attempts[-1].status == 200
    assert world.roles_of(world.buyer) == set()
    message = await held(world, room)
    assert message is not None
    told = str(message.embeds[0].to_dict())  # type: ignore[attr-defined]
    assert "do not know this order any more" in told
    assert world.buyer.mention in told
    assert "5.00" in told

    answer = text_of(await world.admin.click(message, label="Deliver it"))  # type: ignore[arg-type]
    assert "✅" in answer
    await world.env.advance_time(60)
    assert world.roles_of(world.buyer) == {"Gold"}
    assert "```\nK-1\n```" in [m.content for m in world.dms(world.buyer)]


async def test_a_forgotten_payment_for_an_item_is_told_and_delivered(
    world: World, room: simcord.ChannelHandle
) -> None:
    await world.sell_item("Pass", "9.99", "EUR", [world.guild.create_role("Gold")])
    await world.order("Pass")
    order = world.shop.orders[-1]
    ledger = world.bot.get_cog("Shoppex").ledger
    key, nonce = ledger.locate(order.uniqid)
    await ledger.update(key, lambda account: account.without_order(nonce))
    await world.shop.pay(order.uniqid)
    await world.env.advance_time(30)
    message = await held(world, room)
    assert message is not None
    await world.admin.click(message, label="Deliver it")  # type: ignore[arg-type]
    await world.env.advance_time(60)
    assert world.roles_of(world.buyer) == {"Gold"}


@pytest.mark.usefixtures("room")
async def test_it_is_not_delivered_by_itself(world: World) -> None:
    order = await forgotten(world)
    await world.shop.pay(order.uniqid)
    await world.env.advance_time(30)
    await tell(world, paid_data(order))
    await world.env.advance_time(6 * 3600)
    assert world.roles_of(world.buyer) == set()
    await world.shop.refund(order.uniqid)
    await world.env.advance_time(30)
    waiting = text_of(await world.admin.slash(world.channel, "shoppex waiting"))
    assert "Nothing waits for you" in waiting


async def test_while_shoppex_cannot_be_asked_the_sender_comes_again(
    world: World, room: simcord.ChannelHandle
) -> None:
    order = await forgotten(world)
    fault = world.shop.fail_next("GET", "/orders/*", times=99)
    [delivery] = await world.shop.pay(order.uniqid)
    assert delivery.attempts[-1].status == 503
    fault.stop()
    await world.shop.retry_pending()
    await world.env.advance_time(30)
    assert await held(world, room) is not None


async def test_what_shoppex_does_not_confirm_is_not_kept(
    world: World, room: simcord.ChannelHandle
) -> None:
    """Whoever knows the secret can name anybody, and make nothing grow."""
    order = await forgotten(world)
    for number in range(3):
        fields = [
            {**each, "value": str(1000 + number)} if each["name"] == "discord_user_id" else each
            for each in fields_of(order)
        ]
        await tell(world, paid_data(order, custom_fields=fields))
    await tell(world, paid_data(order))
    ledger = world.bot.get_cog("Shoppex").ledger
    assert all(not ledger.keys_of(1000 + number) for number in range(3))
    assert await held(world, room) is None


def fields_of(order: standin.Order) -> list[dict[str, str]]:
    fields = order.custom_fields
    if isinstance(fields, dict):
        return [{"name": name, "value": value} for name, value in fields.items()]
    assert isinstance(fields, list)
    return fields


async def test_a_sweep_finds_what_no_webhook_told_of(swept_world: World) -> None:
    world = swept_world
    order = await forgotten(world)
    room = await world.staff_channel()
    await world.order("Key")
    await world.shop.pay(order.uniqid, silent=True)
    await world.env.advance_time(2 * 3600)
    assert await held(world, room) is not None

"""A subscription that changed to a plan which is not for sale here: staff are told, and decide."""

from __future__ import annotations

import discord
import pytest
import simcord

import standin
from harness import World
from harness.world import as_typed, text_of

DAY = 24 * 3600
AGREE = "Everybody's roles and purchases agree."
CHANGED = "A subscription changed to a plan that is not for sale here"


@pytest.fixture
async def room(world: World) -> simcord.ChannelHandle:
    """The channel in which staff read what happens."""
    return await world.staff_channel()


@pytest.fixture
async def subscription(world: World, room: simcord.ChannelHandle) -> standin.Subscription:
    """A subscription to Gold that changed to Basic, of which this server sells only the first."""
    assert room
    gold = world.guild.create_role("Gold")
    world.shop.add_product(title="Gold", price="10", type="SUBSCRIPTION")
    await world.sell_product("Gold", [gold])
    await world.order("Gold")
    await world.pay_newest()
    await world.env.advance_time(5 * DAY)
    basic = world.shop.add_product(title="Basic", price="1", type="SUBSCRIPTION")
    begun: standin.Subscription = world.shop.subscriptions[-1]
    await world.shop.change_plan(begun, basic)
    for _ in range(26):
        await world.env.advance_time(DAY)
    await world.shop.renew(begun)
    await world.env.advance_time(DAY)
    return begun


def told(room: simcord.ChannelHandle, title: str) -> list[discord.Embed]:
    return [
        embed
        for message in room.history()
        for embed in message.embeds
        if title in str(embed.title)
    ]


async def drift(world: World) -> str:
    return text_of(await world.admin.slash(world.channel, "shoppexset drift"))


async def case_of(world: World, subscription: standin.Subscription) -> simcord.InteractionResult:
    return await world.admin.slash(world.channel, "shoppex order", order=subscription.uniqid)


async def test_the_role_stays_and_staff_are_told_once_with_the_choice(
    world: World, room: simcord.ChannelHandle, subscription: standin.Subscription
) -> None:
    for _ in range(10):
        await world.env.advance_time(DAY)
    await world.instance.restart(world.env)
    await world.env.advance_time(DAY)
    assert world.roles_of(world.buyer) == {"Gold"}
    [embed] = told(room, CHANGED)
    assert "**Gold**" in str(embed.description)
    assert "**Basic** · €1.00" in str(embed.description)
    choices = as_typed(str(embed.fields[0].value))
    assert "`/shoppexset product add`" in choices
    assert f"`/shoppex revoke` `{subscription.uniqid}`" in choices
    assert "leave" in choices


async def test_it_shows_wherever_staff_look(
    world: World, subscription: standin.Subscription
) -> None:
    assert "not for sale here" in await drift(world)
    assert AGREE not in await drift(world)
    doctor = await world.admin.slash(world.channel, "shoppexset doctor")
    await world.env.settle()
    assert "plans that are not for sale here" in text_of(doctor)
    assert "Basic" in text_of(await case_of(world, subscription))
    assert "not for sale here" in text_of(await case_of(world, subscription))
    waiting = await world.admin.slash(world.channel, "shoppex waiting")
    assert f"`{subscription.uniqid}`" in text_of(waiting)
    assert waiting.response is not None
    who = await world.admin.select(waiting.response, ["0"])
    assert world.buyer.mention in text_of(who)


@pytest.mark.usefixtures("subscription")
async def test_the_log_names_the_plan_of_today(room: simcord.ChannelHandle, world: World) -> None:
    assert world
    [embed] = told(room, "The subscription was renewed")
    assert "Basic · €1.00" in str(embed.description)
    assert "Gold" not in str(embed.description)


async def test_put_on_sale_it_gives_what_it_then_gives(
    world: World, room: simcord.ChannelHandle, subscription: standin.Subscription
) -> None:
    assert subscription
    basic = world.guild.create_role("Basic")
    await world.sell_product("Basic", [basic])
    await world.env.advance_time(DAY)
    assert world.roles_of(world.buyer) == {"Basic"}
    assert AGREE in await drift(world)
    assert len(told(room, CHANGED)) == 1


async def test_left_as_it_is_nobody_is_asked_again(
    world: World, room: simcord.ChannelHandle, subscription: standin.Subscription
) -> None:
    shown = await case_of(world, subscription)
    assert shown.response is not None
    asked = await world.admin.click(shown.response, label="Leave it as it is")
    assert asked.response is not None
    await world.admin.click(asked.response, label="Yes, leave it")
    await world.env.advance_time(5 * DAY)
    assert world.roles_of(world.buyer) == {"Gold"}
    assert AGREE in await drift(world)
    assert len(told(room, CHANGED)) == 1
    basic = world.guild.create_role("Basic")
    await world.sell_product("Basic", [basic])
    await world.env.advance_time(DAY)
    assert world.roles_of(world.buyer) == {"Gold"}


async def test_revoked_it_gives_nothing_and_waits_for_nobody(
    world: World, subscription: standin.Subscription
) -> None:
    asked = await world.admin.slash(
        world.channel, "shoppex revoke", order=subscription.uniqid, reason="another plan"
    )
    assert asked.response is not None
    await world.admin.click(asked.response, label="Yes, take it back")
    await world.env.advance_time(DAY)
    assert world.roles_of(world.buyer) == set()
    waiting = await world.admin.slash(world.channel, "shoppex waiting")
    assert "Nothing waits for you" in text_of(waiting)


async def test_a_plan_that_is_named_by_its_other_id_is_the_same(
    world: World, room: simcord.ChannelHandle
) -> None:
    gold = world.guild.create_role("Gold")
    product = world.shop.add_product(title="Gold", price="10", type="SUBSCRIPTION")
    await world.sell_product("Gold", [gold])

    def only_inner(record: dict[str, object]) -> None:
        record.pop("product", None)
        record["product_id"] = product.id

    world.shop.change_records("/subscriptions*", only_inner)
    await world.order("Gold")
    await world.pay_newest()
    await world.env.advance_time(DAY)
    assert world.roles_of(world.buyer) == {"Gold"}
    assert told(room, CHANGED) == []

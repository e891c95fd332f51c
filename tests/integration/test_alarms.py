"""Staff hear what waits for them: once, with the fix, and with a button that tries again."""

from __future__ import annotations

import discord
import pytest
import simcord

from harness import World
from harness.world import text_of

ROLE_PATH = "/guilds/*/members/*/roles/*"


@pytest.fixture
async def staff_room(world: World) -> simcord.ChannelHandle:
    """A channel in which staff are told of what waits, and of no sales."""
    room = await world.staff_channel()
    await world.admin.slash(world.channel, "shoppexset loglevel", level="problems")
    return room


@pytest.fixture
async def gold(world: World) -> simcord.RoleHandle:
    """A role that is for sale, and too high for the bot."""
    role = world.guild.create_role("Gold")
    await world.sell_item("Gold Pass", "9.99", "EUR", [role])
    lift(world, role)
    return role


def lift(world: World, role: simcord.RoleHandle) -> None:
    world.env.backend.reorder_roles(world.guild.id, [{"id": role.id, "position": 50}])


def lower(world: World, role: simcord.RoleHandle) -> None:
    world.env.backend.reorder_roles(world.guild.id, [{"id": role.id, "position": 1}])


async def bought(world: World, buyer: simcord.MemberActor | None = None) -> None:
    await world.order("Gold Pass", buyer=buyer)
    await world.pay_newest()
    await world.env.advance_time(60)


def told(room: simcord.ChannelHandle) -> list[discord.Message]:
    return list(room.history())


@pytest.mark.usefixtures("gold")
async def test_staff_are_told_once_with_the_fix(
    world: World, staff_room: simcord.ChannelHandle, gold: simcord.RoleHandle
) -> None:
    await bought(world)
    [message] = told(staff_room)
    text = str(message.embeds[0].description)
    assert "drag the bot's role above it" in text
    assert f"<@&{gold.id}>" in text

    await world.env.advance_time(24 * 3600)
    cleo = world.guild.add_member(world.env.create_user("cleo"))
    await bought(world, cleo)
    await world.instance.restart(world.env)
    await world.env.advance_time(3600)
    assert len(told(staff_room)) == 1


async def test_what_was_mended_and_breaks_again_is_told_again(
    world: World, staff_room: simcord.ChannelHandle, gold: simcord.RoleHandle
) -> None:
    await bought(world)
    lower(world, gold)
    await world.env.settle()
    assert world.roles_of(world.buyer) == {"Gold"}
    await world.env.advance_time(60)
    lift(world, gold)
    await world.env.settle()
    cleo = world.guild.add_member(world.env.create_user("cleo"))
    await bought(world, cleo)
    assert len(told(staff_room)) == 2


@pytest.mark.usefixtures("gold")
async def test_without_a_channel_the_owner_of_the_server_is_told(world: World) -> None:
    await bought(world)
    [message] = world.dms(world.guild.owner)
    assert "waiting for you" in str(message.embeds[0].title)


async def test_staff_try_again_with_the_button_and_strangers_cannot(
    world: World, staff_room: simcord.ChannelHandle
) -> None:
    role = world.guild.create_role("Gold")
    await world.sell_item("Gold Pass", "9.99", "EUR", [role])
    world.env.inject_error("PUT", ROLE_PATH, status=403, code=50013, times=1)
    await bought(world)
    assert world.roles_of(world.buyer) == set()
    [message] = told(staff_room)
    await world.instance.restart(world.env)
    await world.env.advance_time(60)

    world.env.inject_error("PUT", ROLE_PATH, status=403, code=50013, times=1)
    cleo = world.guild.add_member(world.env.create_user("cleo"))
    await bought(world, cleo)
    refused = await cleo.click(message, label="Try again now")
    assert "for the server's staff" in text_of(refused)
    await world.env.settle()
    assert world.roles_of(cleo) == set()
    pressed = await world.admin.click(message, label="Try again now")
    assert "trying again now" in text_of(pressed)
    await world.env.settle()
    assert world.roles_of(cleo) == {"Gold"}


@pytest.mark.usefixtures("staff_room")
async def test_the_command_tries_again(world: World) -> None:
    role = world.guild.create_role("Gold")
    await world.sell_item("Gold Pass", "9.99", "EUR", [role])
    world.env.inject_error("PUT", ROLE_PATH, status=403, code=50013, times=1)
    await bought(world)
    answer = await world.admin.slash(world.channel, "shoppexset retry")
    assert "1 waiting" in text_of(answer)
    await world.env.settle()
    assert world.roles_of(world.buyer) == {"Gold"}
    await world.env.advance_time(60)
    answer = await world.admin.slash(world.channel, "shoppexset retry")
    assert "Nothing is waiting" in text_of(answer)


async def test_a_refused_role_is_asked_for_once_however_many_buy_it(world: World) -> None:
    role = world.guild.create_role("Gold")
    await world.sell_item("Gold Pass", "9.99", "EUR", [role])
    world.env.inject_error("PUT", ROLE_PATH, status=403, code=50013, times=None)
    buyers = [world.guild.add_member(world.env.create_user(f"b{n}")) for n in range(6)]
    for buyer in buyers:
        await world.order("Gold Pass", buyer=buyer)
        await world.pay_newest()
    await world.env.advance_time(72 * 3600)
    asked = [r for r in world.env.http_requests if r.method == "PUT" and "/roles/" in r.path]
    assert len(asked) == 1


async def test_the_bot_cannot_be_told_to_write_where_it_may_not(world: World) -> None:
    room = world.guild.create_text_channel(
        "read only",
        overwrites={world.guild.default_role: discord.PermissionOverwrite(send_messages=False)},
    )
    answer = await world.admin.slash(world.channel, "shoppexset logchannel", channel=room)
    assert "I may not write" in text_of(answer)
    shown = await world.admin.slash(world.channel, "shoppexset show")
    assert "direct message to the server's owner" in text_of(shown)

"""What turns bad is told to staff before a buyer finds out: once, until it is mended."""

from __future__ import annotations

from dataclasses import replace

import discord
import pytest
import simcord

from harness import World
from harness.world import EVENTS

MINUTE, HOUR = 60, 3600
# By then each shop had its turn.
ROUND = 13 * HOUR


@pytest.fixture
async def world(watched_world: World) -> World:
    """A shop with one product and a place where staff are told, to which nothing is lacking."""
    world = watched_world
    world.shop.add_product(title="Gold Pass", price="9.99")
    await world.sell_product("Gold Pass", [world.guild.create_role("Gold")])
    url = f"http://127.0.0.1:{world.instance.port}"
    await world.owner.send(world.channel, f"!shoppexset publicurl {url}")
    await world.staff_channel()
    await world.admin.slash(world.channel, "shoppexset loglevel", level="problems")
    await world.env.advance_time(MINUTE)
    assert told(world) == []
    return world


def gold(world: World) -> simcord.RoleHandle:
    return world.guild.roles["Gold"]


def place(world: World, position: int) -> None:
    world.env.backend.reorder_roles(world.guild.id, [{"id": gold(world).id, "position": position}])


def told(world: World) -> list[discord.Embed]:
    """What staff were told, the first first."""
    messages = sorted(world.guild.channels["staff"].history(), key=lambda message: message.id)
    return [message.embeds[0] for message in messages]


def names(embed: discord.Embed) -> list[str]:
    return [str(field.name) for field in embed.fields]


async def test_a_role_moved_above_the_bots_is_told_at_once_and_once(world: World) -> None:
    place(world, 50)
    await world.env.advance_time(MINUTE)
    [embed] = told(world)
    assert embed.title == "Your shop needs you"
    assert names(embed) == ["❌ Roles that you sell"]
    assert gold(world).mention in str(embed.fields[0].value)
    assert "drag the bot's role above" in str(embed.fields[0].value)

    place(world, 49)
    await world.env.advance_time(ROUND)
    await world.instance.restart(world.env)
    await world.env.advance_time(ROUND)
    assert len(told(world)) == 1


async def test_what_is_mended_is_said_and_told_again_if_it_comes_back(world: World) -> None:
    place(world, 50)
    await world.env.advance_time(MINUTE)
    place(world, 1)
    await world.env.advance_time(MINUTE)
    [_, better] = told(world)
    assert better.title == "Your shop is better"
    assert names(better) == ["✅ No longer a problem"]
    assert gold(world).mention in str(better.fields[0].value)
    place(world, 50)
    await world.env.advance_time(MINUTE)
    assert [embed.title for embed in told(world)][2:] == ["Your shop needs you"]


async def test_another_role_is_told_of_by_itself(world: World) -> None:
    silver = world.guild.create_role("Silver")
    await world.sell_item("Silver Pass", "1", "EUR", [silver])
    place(world, 50)
    await world.env.advance_time(MINUTE)
    world.env.backend.delete_role(world.guild.id, silver.id)
    await world.env.advance_time(MINUTE)
    [first, second] = told(world)
    assert silver.mention not in str(first.fields[0].value)
    assert "no longer exist" in str(second.fields[0].value)
    assert gold(world).mention not in str(second.fields[0].value)


async def test_a_role_that_is_not_sold_is_nobodys_business(world: World) -> None:
    other = world.guild.create_role("Other")
    world.env.backend.reorder_roles(world.guild.id, [{"id": other.id, "position": 50}])
    world.env.backend.delete_role(world.guild.id, other.id)
    await world.env.advance_time(MINUTE)
    assert told(world) == []


async def test_the_bot_loses_manage_roles_with_one_of_its_roles(world: World) -> None:
    me = world.bot.get_guild(world.guild.id).me
    for role in me.roles:
        rights = discord.Permissions(role.permissions.value)
        rights.update(administrator=False, manage_roles=False)
        world.env.backend.edit_role(world.guild.id, role.id, {"permissions": rights.value})
    await world.env.advance_time(MINUTE)
    [embed] = told(world)
    assert names(embed) == ["❌ Manage Roles"]


async def test_paid_orders_that_wait_for_the_same_are_told_of_once(world: World) -> None:
    await world.order("Gold Pass")
    place(world, 50)
    await world.pay_newest()
    await world.env.advance_time(10 * MINUTE)
    [embed] = told(world)
    assert embed.title == "Paid orders are waiting for you"


async def test_the_round_finds_what_changed_at_shoppex(world: World) -> None:
    product, hook = world.shop.products[0], world.hook
    assert hook is not None
    world.shop._state.products.remove(product)
    world.shop.remove_webhook(hook)
    before = len(world.shop.requests)
    await world.env.advance_time(ROUND)
    assert {name for embed in told(world) for name in names(embed)} == {
        "❌ Products at Shoppex",
        "❌ Webhook at Shoppex",
    }
    asked = [request.path for request in world.shop.requests[before:]]
    assert not any(path.endswith("/test") for path in asked)
    count = len(told(world))
    world.shop._state.products.append(product)
    world.shop.add_webhook(hook.url, hook.secret, EVENTS)
    await world.env.advance_time(ROUND)
    mended = told(world)[count:]
    assert {name for embed in mended for name in names(embed)} == {"✅ No longer a problem"}
    texts = " ".join(str(embed.fields[0].value) for embed in mended)
    assert "**Gold Pass**" in texts
    assert "Webhook at Shoppex" in texts


async def test_a_secret_of_which_nobody_is_sure_is_told_of_once(world: World) -> None:
    world.shop.drop_next("POST", "/webhooks/*/rotate-secret", after=True)
    asked = await world.admin.slash(world.channel, "shoppexset rotate")
    assert asked.response is not None
    await world.admin.click(asked.response, label="Replace the secret")
    await world.env.advance_time(ROUND)
    [embed] = told(world)
    assert embed.title == "What waits for you"


async def test_who_chose_to_ask_shoppex_is_told_of_no_webhook(world: World) -> None:
    settings = world.bot.get_cog("Shoppex").settings
    await settings.update_guild(world.guild.id, lambda s: replace(s, polling_only=True))
    assert world.hook is not None
    world.shop.remove_webhook(world.hook)
    await world.env.advance_time(ROUND)
    assert told(world) == []


async def test_a_key_that_is_replaced_is_told_and_shoppex_being_away_is_not(
    world: World,
) -> None:
    fault = world.shop.fail_next("*", "*", status=503, times=100_000)
    await world.env.advance_time(ROUND)
    assert told(world) == []
    fault.stop()
    world.shop.regenerate_key()
    await world.env.advance_time(ROUND)
    [embed] = told(world)
    assert names(embed) == ["❌ API key"]

    world.shop.fail_next("*", "*", status=503, times=100_000)
    await world.env.advance_time(ROUND)
    assert len(told(world)) == 1


async def test_what_could_not_be_told_is_told_later(world: World) -> None:
    world.env.inject_error("POST", "/channels/*/messages", status=403, code=50001, times=1)
    place(world, 50)
    await world.env.advance_time(MINUTE)
    assert told(world) == []
    await world.env.advance_time(11 * MINUTE)
    assert len(told(world)) == 1


async def test_what_changed_while_the_bot_was_away_is_told_at_the_start(world: World) -> None:
    await world.bot.get_cog("Shoppex").monitor.close()
    place(world, 50)
    await world.env.advance_time(MINUTE)
    assert told(world) == []
    await world.instance.restart(world.env)
    await world.env.advance_time(5 * MINUTE)
    assert len(told(world)) == 1


async def test_a_server_without_a_shop_or_with_the_cog_switched_off_is_left_alone(
    world: World,
) -> None:
    await world.owner.send(world.channel, "!command disablecog Shoppex")
    place(world, 50)
    await world.env.advance_time(ROUND)
    assert told(world) == []

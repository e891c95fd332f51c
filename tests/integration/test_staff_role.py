"""Whom `/shoppex` serves: admins, and who has the role that an admin chose."""

from __future__ import annotations

import pytest
import simcord

from harness import World
from harness.world import text_of


@pytest.fixture
def helpers(world: World) -> simcord.RoleHandle:
    """A role without any permission."""
    return world.guild.create_role("Helpers")


@pytest.fixture
def helper(world: World, helpers: simcord.RoleHandle) -> simcord.MemberActor:
    """Somebody with that role."""
    return world.guild.add_member(world.env.create_user("hal"), roles=[helpers])


async def choose(world: World, role: simcord.RoleHandle | None) -> str:
    options = {} if role is None else {"role": role}
    return text_of(await world.admin.slash(world.channel, "shoppexset staffrole", **options))


async def claimed(world: World, who: simcord.MemberActor) -> str:
    return text_of(await who.slash(world.channel, "shoppex claim", order="x", choice="done"))


async def test_the_role_alone_is_enough(
    world: World, helpers: simcord.RoleHandle, helper: simcord.MemberActor
) -> None:
    assert "for the shop's staff" in await claimed(world, helper)
    assert "Integrations" in await choose(world, helpers)
    assert "No order of that number" in await claimed(world, helper)
    await helper.send(world.channel, "!shoppex claim x done")
    assert "No order of that number" in world.channel.history()[-1].content
    assert "for the shop's staff" in await claimed(world, world.buyer)

    await choose(world, None)
    assert "for the shop's staff" in await claimed(world, helper)
    assert "No order of that number" in await claimed(world, world.admin)


async def test_the_role_outlives_a_restart(
    world: World, helpers: simcord.RoleHandle, helper: simcord.MemberActor
) -> None:
    await choose(world, helpers)
    await world.instance.restart(world.env)
    assert "No order of that number" in await claimed(world, helper)


async def test_staff_cannot_change_how_the_shop_is_set_up(
    world: World, helpers: simcord.RoleHandle, helper: simcord.MemberActor
) -> None:
    await choose(world, helpers)
    with pytest.raises(simcord.SetupError):  # Discord does not even show it
        await helper.slash(world.channel, "shoppexset staffrole")
    await helper.send(world.channel, "!shoppexset staffrole")
    assert "No order of that number" in await claimed(world, helper)


async def test_what_discord_lets_through_by_mistake_is_refused_all_the_same(
    world: World, helper: simcord.MemberActor
) -> None:
    """An admin switched `/shoppexset` on for everybody under Integrations."""
    [command] = [c for c in await world.bot.tree.fetch_commands() if c.name == "shoppexset"]
    world.guild.set_command_permissions(command, {world.guild.default_role: True})
    refused = await helper.slash(world.channel, "shoppexset show")
    assert "Manage Server" in text_of(refused)


async def test_everybody_is_no_staff(world: World) -> None:
    assert "cannot be the role" in await choose(world, world.guild.default_role)
    assert "for the shop's staff" in await claimed(world, world.buyer)

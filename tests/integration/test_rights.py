"""Who may hand out what by way of the shop: nobody more than by hand."""

from __future__ import annotations

import discord
import pytest
import simcord

from harness import World
from harness.world import text_of


def somebody(world: World, above: simcord.RoleHandle, **permissions: bool) -> simcord.MemberActor:
    """A member whose only role stands above another, with these permissions."""
    bosses = world.guild.create_role("Bosses", permissions=discord.Permissions(**permissions))
    world.env.backend.reorder_roles(
        world.guild.id, [{"id": above.id, "position": 1}, {"id": bosses.id, "position": 2}]
    )
    return world.guild.add_member(world.env.create_user("mallory"), roles=[bosses])


async def sells(world: World, who: simcord.MemberActor, role: simcord.RoleHandle) -> str:
    options = {"title": "Pass", "price": "0.01", "currency": "EUR", "roles": role.mention}
    return text_of(await who.slash(world.channel, "shoppexset item add", **options))


def sold(world: World) -> bool:
    return bool(world.bot.get_cog("Shoppex").settings.guild(world.guild.id).items)


async def test_without_manage_roles_nobody_sells_a_role(world: World) -> None:
    gold = world.guild.create_role("Gold")
    mallory = somebody(world, gold, manage_guild=True)
    assert "lack Manage Roles" in await sells(world, mallory, gold)
    assert not sold(world)


async def test_without_manage_roles_nobody_grants_or_tests_a_role(world: World) -> None:
    gold = world.guild.create_role("Gold")
    await world.sell_item("Gold Pass", "9.99", "EUR", [gold])
    mallory = somebody(world, gold, manage_guild=True)
    options = {"member": mallory, "offer": "Gold Pass", "reason": "x"}
    asked = await mallory.slash(world.channel, "shoppex grant", **options)
    assert "lack Manage Roles" in text_of(asked)
    tested = await mallory.slash(world.channel, "shoppexset testsale", product="Gold Pass")
    assert "lack Manage Roles" in text_of(tested)
    await world.env.settle()
    assert world.roles_of(mallory) == {"Bosses"}


@pytest.mark.parametrize("powerful", [True, False])
async def test_power_is_sold_by_who_has_it_alone(world: World, *, powerful: bool) -> None:
    mod = world.guild.create_role("Mod", permissions=discord.Permissions(ban_members=True))
    boss = somebody(world, mod, manage_guild=True, manage_roles=True, ban_members=powerful)
    expected = "do you really want" if powerful else "that you do not have yourself"
    assert expected in (await sells(world, boss, mod)).casefold()


async def test_an_administrator_has_every_permission(world: World) -> None:
    mod = world.guild.create_role("Mod", permissions=discord.Permissions(ban_members=True))
    boss = somebody(world, mod, administrator=True)
    assert "Do you really want" in await sells(world, boss, mod)

"""A sold role that gains power over the server is not handed out until somebody confirms it."""

from __future__ import annotations

import discord
import simcord

from harness import World
from harness.world import text_of


def give(world: World, role: simcord.RoleHandle, **permissions: bool) -> None:
    """An admin changes what a role may do."""
    bits = discord.Permissions(**permissions).value
    world.env.backend.edit_role(world.guild.id, role.id, {"permissions": bits})


async def test_a_role_that_gains_power_is_not_given(world: World) -> None:
    role = world.guild.create_role("Harmless")
    await world.sell_item("Pass", "9.99", "EUR", [role])
    await world.order("Pass")
    give(world, role, administrator=True)
    await world.env.settle()
    await world.pay_newest()

    assert world.roles_of(world.buyer) == set()
    waiting = text_of(await world.admin.slash(world.channel, "shoppex waiting"))
    assert "gives more power over the server than when it was put on sale" in waiting
    found = text_of(await world.admin.slash(world.channel, "shoppexset doctor"))
    assert "more power over the server" in found

    give(world, role)
    await world.env.settle()
    await world.env.advance_time(60)
    assert world.roles_of(world.buyer) == {"Harmless"}


async def test_who_has_that_power_can_confirm_it(world: World) -> None:
    role = world.guild.create_role("Helper")
    await world.sell_item("Pass", "9.99", "EUR", [role])
    await world.order("Pass")
    give(world, role, manage_messages=True)
    await world.env.settle()
    await world.pay_newest()
    assert world.roles_of(world.buyer) == set()

    give(world, world.admins, manage_guild=True, manage_roles=True, manage_messages=True)
    asked = await world.admin.slash(
        world.channel, "shoppexset item roles", item="Pass", roles=role.mention
    )
    message = asked.response or asked.followups[-1]
    room = await world.staff_channel()
    await world.admin.click(message, label="Yes")
    told = str([m.embeds[0].to_dict() for m in room.history()])
    assert f"{world.admin.mention} put roles on sale" in told
    assert "Manage Messages" in told
    await world.env.advance_time(60)
    assert world.roles_of(world.buyer) == {"Helper"}

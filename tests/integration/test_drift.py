"""Staff see whose roles and purchases disagree, and nothing is changed by looking."""

from __future__ import annotations

import pytest
import simcord

from harness import World
from harness.world import text_of


@pytest.fixture
async def gold(world: World) -> simcord.RoleHandle:
    """A role, for sale as the item Gold Pass."""
    role = world.guild.create_role("Gold")
    await world.sell_item("Gold Pass", "9.99", "EUR", [role])
    return role


async def drift(world: World) -> str:
    return text_of(await world.admin.slash(world.channel, "shoppexset drift"))


async def bought(world: World) -> str:
    await world.env.advance_time(60)
    await world.order("Gold Pass")
    return (await world.pay_newest()).uniqid


@pytest.mark.usefixtures("gold")
async def test_all_is_well(world: World) -> None:
    await bought(world)
    assert "agree" in await drift(world)


async def test_who_has_it_without_a_purchase_and_who_lost_it_by_hand(
    world: World, gold: simcord.RoleHandle
) -> None:
    await bought(world)
    cleo = world.guild.add_member(world.env.create_user("cleo"), roles=[gold])
    world.env.backend.remove_member_role(world.guild.id, world.buyer.id, gold.id)
    await world.env.settle()
    before = len(world.env.http_requests)

    told = await drift(world)

    assert f"{world.buyer.mention}, {gold.mention}: paid for it and lacks it" in told
    assert f"{cleo.mention}, {gold.mention}: has it without a purchase" in told
    assert len(told.splitlines()) == 3
    changes = [r for r in world.env.http_requests[before:] if "/roles/" in r.path]
    assert changes == []
    assert world.roles_of(world.buyer) == set()
    assert world.roles_of(cleo) == {"Gold"}


async def test_what_cannot_be_taken_is_named_with_its_cause(
    world: World, gold: simcord.RoleHandle
) -> None:
    uniqid = await bought(world)
    world.env.backend.reorder_roles(world.guild.id, [{"id": gold.id, "position": 50}])
    await world.env.settle()
    await world.shop.refund(uniqid)
    await world.env.settle()
    told = await drift(world)
    assert "what paid for it has ended" in told
    assert "drag the bot's role above it" in told


@pytest.mark.usefixtures("gold")
async def test_a_ban_is_seen(world: World) -> None:
    await bought(world)
    world.env.backend.apply_ban(world.guild.id, world.buyer.id, None)
    world.env.backend.remove_ban(world.guild.id, world.buyer.id)
    back = world.guild.add_member(world.buyer.user)
    await world.env.settle()
    told = await drift(world)
    assert back.mention in told
    assert "before a ban" in told


async def test_many_are_shown_on_pages(world: World, gold: simcord.RoleHandle) -> None:
    for number in range(60):
        world.guild.add_member(world.env.create_user(f"m{number}"), roles=[gold])
    await world.env.settle()
    answer = await world.admin.slash(world.channel, "shoppexset drift")
    assert answer.ephemeral
    assert answer.response is not None
    assert answer.response.components
    assert "without a purchase" in text_of(answer)


@pytest.mark.usefixtures("gold")
async def test_it_is_for_staff_alone(world: World) -> None:
    await world.buyer.send(world.channel, "!shoppexset drift")
    assert not any("agree" in text for text in world.public())
    await world.admin.send(world.channel, "!shoppexset drift")
    assert any("agree" in text for text in world.public())

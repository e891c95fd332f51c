"""Roles for a time end to the second, through restarts, and are added up when bought again."""

from __future__ import annotations

from datetime import timedelta

import pytest
import simcord

from harness import World
from harness.world import text_of

DAY = 24 * 3600


@pytest.fixture
async def gold(world: World) -> simcord.RoleHandle:
    """A role, for sale for 30 days as the item Gold Pass."""
    role = world.guild.create_role("Gold")
    answer = await world.sell_item("Gold Pass", "9.99", "EUR", [role], days=30)
    assert "for 30 days" in answer
    return role


async def buy(world: World) -> str:
    await world.order("Gold Pass")
    return (await world.pay_newest()).uniqid


def has_gold(world: World) -> bool:
    return world.roles_of(world.buyer) == {"Gold"}


async def lasts_to_the_second(world: World, uniqid: str, days: int) -> None:
    """The role is there for so many days from that payment, and not a second longer."""
    paid_at = world.shop.order(uniqid).paid_at
    assert paid_at is not None
    end = paid_at + timedelta(days=days)
    await world.env.advance_time((end - world.env.now()).total_seconds() - 1)
    assert has_gold(world)
    await world.env.advance_time(1)
    assert world.roles_of(world.buyer) == set()


@pytest.mark.usefixtures("gold")
async def test_it_ends_to_the_second_and_the_buyer_is_told(world: World) -> None:
    order = await buy(world)
    await lasts_to_the_second(world, order, 30)
    told = [str(message.embeds[0].title) for message in world.dms(world.buyer)]
    assert told == [
        "Your purchase is paid. Thank you!",
        "Your access ends soon.",
        "Your access has ended.",
    ]
    await world.env.advance_time(60 * DAY)
    assert len(world.dms(world.buyer)) == 3


@pytest.mark.both_backends
@pytest.mark.usefixtures("gold")
async def test_a_restart_changes_nothing_about_the_end(world: World) -> None:
    order = await buy(world)
    await world.env.advance_time(10 * DAY)
    await world.instance.restart(world.env)
    await world.env.advance_time(10 * DAY)
    await world.instance.restart(world.env)
    await lasts_to_the_second(world, order, 30)


@pytest.mark.both_backends
@pytest.mark.usefixtures("gold")
async def test_what_ended_while_the_bot_was_away_ends_at_its_start(world: World) -> None:
    await buy(world)
    await world.owner.send(world.channel, "!unload shoppex")
    await world.env.advance_time(31 * DAY)
    assert has_gold(world)
    await world.owner.send(world.channel, "!load shoppex")
    await world.env.settle()
    assert world.roles_of(world.buyer) == set()


@pytest.mark.both_backends
@pytest.mark.usefixtures("gold")
async def test_bought_again_while_it_lasts_the_days_are_added(world: World) -> None:
    first = await buy(world)
    await world.env.advance_time(20 * DAY)
    await buy(world)
    await lasts_to_the_second(world, first, 60)


@pytest.mark.usefixtures("gold")
async def test_bought_again_after_the_end_it_begins_anew(world: World) -> None:
    await buy(world)
    await world.env.advance_time(45 * DAY)
    second = await buy(world)
    assert has_gold(world)
    await lasts_to_the_second(world, second, 30)


@pytest.mark.usefixtures("gold")
async def test_a_refund_of_one_of_two_leaves_the_days_of_the_other(world: World) -> None:
    first = await buy(world)
    await world.env.advance_time(10 * DAY)
    second = await buy(world)
    await world.env.advance_time(DAY)
    await world.shop.refund(second)
    await world.env.settle()
    await lasts_to_the_second(world, first, 30)


@pytest.mark.usefixtures("gold")
async def test_other_days_are_for_later_buyers(world: World) -> None:
    first = await buy(world)
    answer = await world.admin.slash(
        world.channel, "shoppexset item days", item="Gold Pass", days=5
    )
    assert "Earlier buyers keep what they bought" in text_of(answer)
    cleo = world.guild.add_member(world.env.create_user("cleo"))
    await world.order("Gold Pass", buyer=cleo)
    await world.pay_newest()
    await world.env.advance_time(5 * DAY)
    assert world.roles_of(cleo) == set()
    await lasts_to_the_second(world, first, 30)


@pytest.mark.usefixtures("gold")
async def test_for_ever_again(world: World) -> None:
    await world.admin.slash(world.channel, "shoppexset item days", item="Gold Pass", days=0)
    await buy(world)
    await world.env.advance_time(60 * DAY)
    assert has_gold(world)


async def test_a_product_for_a_time_and_its_days_typed(world: World) -> None:
    role = world.guild.create_role("Gold")
    world.shop.add_product(title="Gold Pass", price="5")
    for typed in ("30d", "0d", "4000d"):
        command = f'!shoppexset product add "Gold Pass" {typed} {role.mention}'
        await world.admin.send(world.channel, command)
        answer = world.channel.last_message
        assert answer is not None
        assert ("for 30 days" in answer.content) is (typed == "30d")
    listed = text_of(await world.admin.slash(world.channel, "shoppexset product list"))
    assert "for 30 days" in listed
    await buy(world)
    await world.env.advance_time(29 * DAY)
    assert has_gold(world)
    await world.env.advance_time(DAY)
    assert world.roles_of(world.buyer) == set()
    await world.admin.send(world.channel, f'!shoppexset product add "Gold Pass" {role.id}')
    listed = text_of(await world.admin.slash(world.channel, "shoppexset product list"))
    assert role.mention in listed
    assert "for 30 days" not in listed

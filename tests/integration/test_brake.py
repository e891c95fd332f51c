"""When much ends at once no role is taken until staff decide; nobody else can."""

from __future__ import annotations

import discord
import pytest
import simcord

from harness import World
from harness.world import text_of

MINUTE, HOUR = 60, 3600
CROWD = 12


@pytest.fixture
async def staff_room(swept_world: World) -> simcord.ChannelHandle:
    """A channel in which staff are told."""
    return await swept_world.staff_channel()


def alarms_in(room: simcord.ChannelHandle) -> list[discord.Message]:
    """What staff are told to see to, without the news of sales and refunds."""
    return [m for m in room.history() if "for you" in str(m.embeds[0].title)]


@pytest.fixture
async def crowd(
    swept_world: World, staff_room: simcord.ChannelHandle
) -> list[simcord.MemberActor]:
    """Twelve who have bought the role Gold, in a server whose staff are told."""
    assert list(staff_room.history()) == []
    world = swept_world
    gold = world.guild.create_role("Gold")
    await world.sell_item("Gold Pass", "9.99", "EUR", [gold])
    buyers = [world.guild.add_member(world.env.create_user(f"b{n}")) for n in range(CROWD)]
    for buyer in buyers:
        await world.order("Gold Pass", buyer=buyer)
        await world.pay_newest()
        await world.env.advance_time(MINUTE)
    return buyers


async def refund(world: World, count: int, *, silent: bool) -> None:
    for order in world.shop.orders[:count]:
        await world.shop.refund(order.uniqid, silent=silent)
        await world.env.settle()


def with_gold(world: World, buyers: list[simcord.MemberActor]) -> int:
    return sum("Gold" in world.roles_of(buyer) for buyer in buyers)


async def ask(world: World, actor: simcord.MemberActor | None = None) -> simcord.InteractionResult:
    return await (actor or world.admin).slash(world.channel, "shoppexset brake")


async def press(
    world: World, shown: simcord.InteractionResult, *labels: str
) -> simcord.InteractionResult:
    """The admin presses one button after another under what `/shoppexset brake` showed."""
    answer = shown
    for label in labels:
        assert shown.response is not None
        answer = await world.admin.click(shown.response, label=label)
    await world.env.settle()
    return answer


def content_of(shown: simcord.InteractionResult) -> str:
    assert shown.response is not None
    return shown.response.content


async def test_a_mass_refund_takes_no_single_role_and_staff_are_told(
    swept_world: World, staff_room: simcord.ChannelHandle, crowd: list[simcord.MemberActor]
) -> None:
    world = swept_world
    await refund(world, CROWD, silent=True)
    await world.env.advance_time(2 * HOUR)
    assert with_gold(world, crowd) == CROWD
    [message] = alarms_in(staff_room)
    assert "much of what was sold has ended" in str(message.embeds[0].description)

    shown = text_of(await ask(world))
    assert f"{CROWD} roles of {CROWD} members" in shown
    assert all(f"<@{buyer.id}>" in shown for buyer in crowd)

    await world.instance.restart(world.env)
    await world.env.advance_time(2 * HOUR)
    assert with_gold(world, crowd) == CROWD
    assert len(alarms_in(staff_room)) == 1


async def test_staff_confirm_and_the_roles_go(
    swept_world: World, crowd: list[simcord.MemberActor]
) -> None:
    world = swept_world
    await refund(world, CROWD - 1, silent=True)
    await world.env.advance_time(HOUR + MINUTE)
    shown = await ask(world)
    await press(world, shown, "Confirm", "Back")
    assert with_gold(world, crowd) == CROWD
    await press(world, shown, "Confirm", "Yes, take the roles")
    assert "being taken now" in content_of(shown)
    await world.env.advance_time(MINUTE)
    assert with_gold(world, crowd) == 1
    assert "Nothing is stopped" in text_of(await ask(world))


@pytest.mark.both_backends
async def test_staff_dismiss_and_the_purchases_go_on_giving(
    swept_world: World, crowd: list[simcord.MemberActor]
) -> None:
    world = swept_world
    await refund(world, CROWD, silent=True)
    await world.env.advance_time(HOUR + MINUTE)
    shown = await ask(world)
    await press(world, shown, "Dismiss", "Yes, let them keep the roles")
    assert "go on giving" in content_of(shown)
    await world.env.advance_time(3 * HOUR)
    await world.instance.restart(world.env)
    await world.env.advance_time(HOUR)
    assert with_gold(world, crowd) == CROWD
    assert "Nothing is stopped" in text_of(await ask(world))


async def test_refunds_that_come_one_by_one_stop_at_the_eleventh(
    swept_world: World, crowd: list[simcord.MemberActor]
) -> None:
    world = swept_world
    await refund(world, 10, silent=False)
    await world.env.advance_time(10)
    assert with_gold(world, crowd) == CROWD - 10
    assert "Nothing is stopped" in text_of(await ask(world))
    await world.shop.refund(world.shop.orders[10].uniqid)
    await world.env.advance_time(10)
    assert with_gold(world, crowd) == CROWD - 10
    assert "1 roles of 1 members" in text_of(await ask(world))


async def test_what_is_spread_over_hours_is_no_alarm(
    swept_world: World, crowd: list[simcord.MemberActor]
) -> None:
    world = swept_world
    for order in world.shop.orders[:]:
        await world.shop.refund(order.uniqid)
        await world.env.advance_time(HOUR / 6)
    assert with_gold(world, crowd) == 0


@pytest.mark.usefixtures("staff_room")
async def test_strangers_can_neither_ask_nor_press(
    swept_world: World, crowd: list[simcord.MemberActor]
) -> None:
    world = swept_world
    await refund(world, CROWD, silent=True)
    await world.env.advance_time(HOUR + MINUTE)
    await crowd[0].send(world.channel, "!shoppexset brake")
    assert not any("No role is taken" in text for text in world.public())

    await world.admin.send(world.channel, "!shoppexset brake")
    message = world.channel.last_message
    assert message is not None
    refused = await crowd[0].click(message, label="Confirm")
    assert "belongs to somebody else" in text_of(refused)
    await world.admin.click(message, label="Confirm")
    refused = await crowd[0].click(message, label="Yes, take the roles")
    assert "belongs to somebody else" in text_of(refused)

    world.env.backend.remove_member_role(world.guild.id, world.admin.id, world.admins.id)
    refused = await world.admin.click(message, label="Yes, take the roles")
    assert "who set up the shop" in text_of(refused)
    await world.env.advance_time(MINUTE)
    assert with_gold(world, crowd) == CROWD


async def test_without_a_reason_there_is_nothing_to_decide(world: World) -> None:
    shown = await ask(world)
    assert "Nothing is stopped" in text_of(shown)
    assert shown.response is not None
    assert shown.response.components == []


async def test_a_key_of_another_shop_before_the_first_sale_is_no_matter(world: World) -> None:
    await world.sell_item("Gold Pass", "9.99", "EUR")
    await world.order("Gold Pass")
    assert "another shop" not in await world.give_api_key(world.shop.other_key)
    assert "Nothing is stopped" in text_of(await ask(world))

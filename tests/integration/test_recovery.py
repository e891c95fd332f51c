"""The bot ends, or something stands in its way: in the end each buyer has what they paid for."""

from __future__ import annotations

from datetime import timedelta

import pytest
import simcord

import standin
from harness import World, store_away
from harness.world import paid_data, text_of

pytestmark = pytest.mark.both_backends

KEY = "AAAA-BBBB-1"
ROLE_PATH = "/guilds/*/members/*/roles/*"
MESSAGE_PATH = "/channels/*/messages"


@pytest.fixture
async def gold(world: World) -> simcord.RoleHandle:
    """A role, for sale as the item Gold Pass."""
    role = world.guild.create_role("Gold")
    await world.sell_item("Gold Pass", "9.99", "EUR", [role])
    return role


async def ordered(world: World, title: str) -> standin.Order:
    await world.order(title)
    await world.shop.settle()
    return world.shop.orders[-1]


async def restart(world: World) -> None:
    await world.instance.restart(world.env)


def role_requests(world: World) -> int:
    return sum("/roles/" in r.path and r.method == "PUT" for r in world.env.http_requests)


def message_requests(world: World) -> int:
    channel = world.env.backend.dm_channels.get(world.buyer.id)
    path = f"/channels/{channel}/messages"
    return sum(r.path == path and r.method == "POST" for r in world.env.http_requests)


def assert_delivered_once(world: World) -> None:
    assert world.roles_of(world.buyer) == {"Gold"}
    assert len(world.dms(world.buyer)) == 1
    assert role_requests(world) == 1
    assert message_requests(world) == 1


async def waits_for_staff(world: World) -> str:
    """What `/shoppexset show` says staff have to see to."""
    shown = text_of(await world.admin.slash(world.channel, "shoppexset show"))
    return shown.partition("Waits for you: ")[2]


# -- restarts ------------------------------------------------------------------------------


@pytest.mark.usefixtures("gold")
async def test_an_order_opened_before_a_restart_is_delivered_after_it(world: World) -> None:
    await ordered(world, "Gold Pass")

    await restart(world)
    assert world.roles_of(world.buyer) == set()
    await world.pay_newest()

    assert_delivered_once(world)


@pytest.mark.usefixtures("gold")
async def test_a_delivered_order_is_left_alone_by_restarts(world: World) -> None:
    await ordered(world, "Gold Pass")
    await world.pay_newest()

    for _ in range(2):
        await restart(world)
        await world.env.advance_time(3600)

    assert_delivered_once(world)


@pytest.mark.usefixtures("gold")
@pytest.mark.parametrize("status", [500, 502, 429])
async def test_a_role_that_discord_failed_to_give_arrives_after_a_restart(
    world: World, status: int
) -> None:
    order = await ordered(world, "Gold Pass")
    world.env.inject_error("PUT", ROLE_PATH, status=status, code=0, times=1)

    await world.shop.pay(order.uniqid)
    await world.env.settle(timeout=2)
    assert world.roles_of(world.buyer) == set()
    assert len(world.dms(world.buyer)) == 1

    await restart(world)
    await world.env.advance_time(60)

    assert world.roles_of(world.buyer) == {"Gold"}
    assert role_requests(world) == 2
    await world.env.advance_time(7200)
    assert role_requests(world) == 2
    assert len(world.dms(world.buyer)) == 1


@pytest.mark.usefixtures("gold")
async def test_a_role_that_discord_failed_to_give_arrives_without_a_restart(
    world: World,
) -> None:
    order = await ordered(world, "Gold Pass")
    world.env.inject_error("PUT", ROLE_PATH, status=500, code=0, times=5)

    await world.shop.pay(order.uniqid)
    await world.env.advance_time(1)
    assert world.roles_of(world.buyer) == set()

    await world.env.advance_time(600)
    assert world.roles_of(world.buyer) == {"Gold"}
    assert role_requests(world) == 6


@pytest.mark.usefixtures("gold")
async def test_three_days_of_a_failing_discord_lose_nothing(world: World) -> None:
    order = await ordered(world, "Gold Pass")
    begun = world.env.now()
    # At most one try an hour once the waits have grown.
    world.env.inject_error("PUT", ROLE_PATH, status=503, code=0, times=150)
    await world.shop.pay(order.uniqid)
    while not world.roles_of(world.buyer):
        await world.env.advance_time(6 * 3600)
        assert world.env.now() - begun < timedelta(days=8)
    assert world.env.now() - begun > timedelta(hours=72)
    assert role_requests(world) == 151


@pytest.mark.usefixtures("gold")
async def test_a_role_given_right_before_the_end_is_not_given_twice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await ordered(world, "Gold Pass")
    with store_away(monkeypatch, lambda: role_requests(world) > 0):
        await world.shop.pay(order.uniqid)
        await world.env.settle()
        assert world.roles_of(world.buyer) == {"Gold"}

    await restart(world)
    await world.env.advance_time(7200)

    assert_delivered_once(world)
    assert await waits_for_staff(world) == "nothing"


@pytest.mark.usefixtures("gold")
async def test_a_message_sent_right_before_the_end_is_not_sent_twice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await ordered(world, "Gold Pass")
    with store_away(monkeypatch, lambda: message_requests(world) > 0):
        await world.shop.pay(order.uniqid)
        await world.env.settle()
        assert len(world.dms(world.buyer)) == 1

    await restart(world)
    await world.env.advance_time(7200)

    assert_delivered_once(world)


@pytest.mark.usefixtures("gold")
async def test_a_full_disk_heals_without_a_restart(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await ordered(world, "Gold Pass")
    with store_away(monkeypatch, lambda: role_requests(world) > 0 or message_requests(world) > 0):
        await world.shop.pay(order.uniqid)
        await world.env.settle()

    await world.env.advance_time(7200)

    assert_delivered_once(world)


async def test_a_key_that_was_late_arrives_after_a_restart(world: World) -> None:
    world.shop.switches.deliver_late = True
    world.shop.add_product(title="Game Key", price="19.50", type="SERIALS", serials=[KEY])
    await world.sell_product("Game Key")
    order = await ordered(world, "Game Key")
    await world.shop.pay(order.uniqid)
    await world.env.advance_time(60)
    assert world.dms(world.buyer) == []

    world.shop.release_goods(order.uniqid)
    await restart(world)
    await world.env.advance_time(3600)

    [message] = world.dms(world.buyer)
    assert message.content == f"```\n{KEY}\n```"


@pytest.mark.usefixtures("gold")
async def test_an_open_order_survives_a_reload_of_the_cog(world: World) -> None:
    await ordered(world, "Gold Pass")

    await world.owner.send(world.channel, "!reload shoppex")
    await world.pay_newest()

    assert_delivered_once(world)


@pytest.mark.usefixtures("gold")
async def test_a_payment_while_the_cog_is_unloaded_arrives_with_shoppexs_retry(
    world: World,
) -> None:
    order = await ordered(world, "Gold Pass")
    await world.owner.send(world.channel, "!unload shoppex")

    [delivery] = await world.shop.pay(order.uniqid)
    assert delivery.attempts[-1].status is None
    await world.owner.send(world.channel, "!load shoppex")
    await world.shop.retry_pending()
    await world.env.settle()

    assert delivery.ok
    assert_delivered_once(world)


# -- what staff must see to ----------------------------------------------------------------


async def test_a_role_above_the_bots_waits_and_arrives_when_it_is_moved(
    world: World, gold: simcord.RoleHandle
) -> None:
    order = await ordered(world, "Gold Pass")
    low = world.env.backend.get_role(world.guild.id, gold.id).position
    world.env.backend.reorder_roles(world.guild.id, [{"id": gold.id, "position": 50}])
    await world.env.settle()

    await world.shop.pay(order.uniqid)
    await world.env.settle()

    assert world.roles_of(world.buyer) == set()
    assert role_requests(world) == 0
    assert len(world.dms(world.buyer)) == 1
    assert "drag the bot's role above it" in await waits_for_staff(world)

    world.env.backend.reorder_roles(world.guild.id, [{"id": gold.id, "position": low}])
    await world.env.settle()

    assert_delivered_once(world)
    assert await waits_for_staff(world) == "nothing"


@pytest.mark.usefixtures("gold")
async def test_without_manage_roles_nothing_is_asked_until_it_is_given(world: World) -> None:
    order = await ordered(world, "Gold Pass")
    me = world.guild.me
    assert me is not None
    role = world.env.backend.get_role(world.guild.id, me.top_role.id)
    before = role.permissions
    manage_roles = 1 << 28
    administrator = 1 << 3
    without = before & ~manage_roles & ~administrator
    world.env.backend.edit_role(world.guild.id, role.id, {"permissions": without})
    await world.env.settle()

    await world.shop.pay(order.uniqid)
    await world.env.settle()

    assert role_requests(world) == 0
    assert "the bot lacks Manage Roles" in await waits_for_staff(world)

    world.env.backend.edit_role(world.guild.id, role.id, {"permissions": before})
    await world.env.settle()

    assert_delivered_once(world)
    assert await waits_for_staff(world) == "nothing"


# -- what the buyer must see to ------------------------------------------------------------


async def test_closed_direct_messages_delay_the_key_but_not_the_role(world: World) -> None:
    role = world.guild.create_role("Player")
    world.shop.add_product(title="Game Key", price="19.50", type="SERIALS", serials=[KEY])
    await world.sell_product("Game Key", [role])
    order = await ordered(world, "Game Key")
    world.env.inject_error("POST", MESSAGE_PATH, status=403, code=50007, times=1)

    await world.shop.pay(order.uniqid)
    await world.env.settle()
    await world.env.advance_time(7200)

    assert world.roles_of(world.buyer) == {"Player"}
    assert world.dms(world.buyer) == []

    await world.buyer.slash(world.channel, "buy")
    await world.env.settle()

    [message] = world.dms(world.buyer)
    assert message.content == f"```\n{KEY}\n```"
    assert not any(KEY in text for text in world.public())


@pytest.mark.usefixtures("gold")
@pytest.mark.parametrize("restarted", [False, True])
async def test_a_member_who_left_gets_the_role_on_coming_back(
    world: World, *, restarted: bool
) -> None:
    order = await ordered(world, "Gold Pass")
    world.guild.remove_member(world.buyer)
    await world.env.settle()

    await world.shop.pay(order.uniqid)
    await world.env.settle()
    assert role_requests(world) == 0
    if restarted:
        await restart(world)

    back = world.guild.add_member(world.buyer.user)
    await world.env.settle()

    assert world.roles_of(back) == {"Gold"}
    assert role_requests(world) == 1


# -- two servers ---------------------------------------------------------------------------


@pytest.mark.usefixtures("gold")
async def test_two_servers_side_by_side_never_grant_for_each_other(world: World) -> None:
    other = World(world.env, world.shop, world.instance)
    await other.set_up()
    silver = other.guild.create_role("Silver")
    await other.sell_item("Silver Pass", "5.00", "EUR", [silver])
    there = other.guild.add_member(world.buyer.user)

    here_order = await ordered(world, "Gold Pass")
    await other.order("Silver Pass", buyer=there)
    await world.shop.settle()
    there_order = world.shop.orders[-1]

    wrong_doors = [
        await world.tell(paid_data(there_order)),
        await other.tell(paid_data(here_order)),
    ]
    assert [a.body for a in wrong_doors] == ['{"status": "another server\'s order"}'] * 2
    assert world.roles_of(world.buyer) == world.roles_of(there) == set()
    assert world.dms(world.buyer) == []

    # Shoppex tells every endpoint of its shop of each order.
    await world.shop.pay(here_order.uniqid)
    await world.env.settle()
    assert world.roles_of(world.buyer) == {"Gold"}
    assert world.roles_of(there) == set()

    await world.shop.pay(there_order.uniqid)
    await world.env.settle()
    assert world.roles_of(world.buyer) == {"Gold"}
    assert world.roles_of(there) == {"Silver"}
    assert len(world.dms(world.buyer)) == 2

"""Who leaves and comes back has what they paid for, if it still lasts, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
import simcord

from harness import World, store_away
from harness.world import text_of

DAY = 24 * 3600


@pytest.fixture
async def gold(world: World) -> simcord.RoleHandle:
    """A role, for sale as the item Gold Pass."""
    role = world.guild.create_role("Gold")
    await world.sell_item("Gold Pass", "9.99", "EUR", [role])
    return role


async def bought(world: World, buyer: simcord.MemberActor | None = None) -> str:
    """The buyer buys Gold Pass and has its role; the order's id."""
    await world.env.advance_time(60)
    await world.order("Gold Pass", buyer=buyer)
    order = await world.pay_newest()
    assert world.roles_of(buyer or world.buyer) == {"Gold"}
    await world.env.advance_time(60)
    return order.uniqid


async def leave(world: World) -> None:
    world.guild.remove_member(world.buyer)
    await world.env.settle()


async def come_back(world: World) -> simcord.MemberActor:
    back = world.guild.add_member(world.buyer.user)
    await world.env.settle()
    return back


async def restart_while(world: World, *, returned: bool) -> None:
    """The bot ends, the buyer leaves, maybe comes back, and the bot begins again."""
    guild = world.env.backend.get_guild(world.guild.id)
    del guild.members[world.buyer.id]
    await world.env.advance_time(60)
    if returned:
        world.env.backend.add_member(world.guild.id, world.buyer.id)
    await world.instance.restart(world.env)


@pytest.mark.usefixtures("gold")
async def test_what_is_paid_comes_back_with_the_member(world: World) -> None:
    await bought(world)
    await leave(world)
    await world.env.advance_time(DAY)

    back = await come_back(world)

    assert world.roles_of(back) == {"Gold"}
    assert len(world.dms(back)) == 1


@pytest.mark.usefixtures("gold")
async def test_coming_back_twice(world: World) -> None:
    await bought(world)
    for _ in range(2):
        await leave(world)
        back = await come_back(world)
        assert world.roles_of(back) == {"Gold"}


@pytest.mark.usefixtures("gold")
async def test_what_was_refunded_while_away_stays_gone(world: World) -> None:
    uniqid = await bought(world)
    await leave(world)
    await world.shop.refund(uniqid)
    await world.env.settle()

    back = await come_back(world)
    await world.env.advance_time(DAY)

    assert world.roles_of(back) == set()


@pytest.mark.usefixtures("gold")
async def test_with_the_switch_off_only_what_was_never_given_is(world: World) -> None:
    answer = await world.admin.slash(world.channel, "shoppexset rejoin", enabled=False)
    assert "buy it again" in text_of(answer)
    await bought(world)
    silver = world.guild.create_role("Silver")
    await world.sell_item("Silver Pass", "5", "EUR", [silver])
    await world.order("Silver Pass")
    await leave(world)
    await world.pay_newest()

    back = await come_back(world)

    assert world.roles_of(back) == {"Silver"}


@pytest.mark.usefixtures("gold")
async def test_with_the_switch_off_who_buys_again_gets_it_again(world: World) -> None:
    await world.admin.slash(world.channel, "shoppexset rejoin", enabled=False)
    await bought(world)
    await leave(world)
    back = await come_back(world)
    assert world.roles_of(back) == set()

    await world.env.advance_time(60)
    await world.order("Gold Pass", buyer=back)
    await world.pay_newest()

    assert world.roles_of(back) == {"Gold"}


@pytest.mark.usefixtures("gold")
async def test_switching_it_on_gives_back_what_was_not(world: World) -> None:
    await world.admin.slash(world.channel, "shoppexset rejoin", enabled=False)
    await bought(world)
    await leave(world)
    back = await come_back(world)

    await world.admin.slash(world.channel, "shoppexset rejoin", enabled=True)
    await world.env.settle()

    assert world.roles_of(back) == {"Gold"}


@pytest.mark.usefixtures("gold")
@pytest.mark.parametrize("restarted", [False, True])
async def test_who_is_banned_gets_nothing_back_but_can_buy_again(
    world: World, *, restarted: bool
) -> None:
    await bought(world)
    world.env.backend.apply_ban(world.guild.id, world.buyer.id, None)
    await world.env.settle()
    if restarted:
        await world.instance.restart(world.env)
    await world.env.advance_time(DAY)
    world.env.backend.remove_ban(world.guild.id, world.buyer.id)
    await world.env.settle()

    back = await come_back(world)
    assert world.roles_of(back) == set()

    await world.order("Gold Pass", buyer=back)
    await world.pay_newest()
    assert world.roles_of(back) == {"Gold"}


@pytest.mark.both_backends
@pytest.mark.usefixtures("gold")
async def test_a_ban_while_the_bot_was_away_counts_when_it_is_lifted(world: World) -> None:
    await bought(world)
    guild = world.env.backend.get_guild(world.guild.id)
    del guild.members[world.buyer.id]
    guild.bans[world.buyer.id] = None
    await world.instance.restart(world.env)
    await world.env.advance_time(60)

    world.env.backend.remove_ban(world.guild.id, world.buyer.id)
    await world.env.settle()
    back = await come_back(world)

    assert world.roles_of(back) == set()


@pytest.mark.both_backends
@pytest.mark.usefixtures("gold")
async def test_a_ban_is_kept_although_the_disk_was_full(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bought(world)
    with store_away(monkeypatch):
        world.env.backend.apply_ban(world.guild.id, world.buyer.id, None)
        await world.env.settle()
    await world.env.advance_time(120)
    world.env.backend.remove_ban(world.guild.id, world.buyer.id)

    assert world.roles_of(await come_back(world)) == set()


@pytest.mark.usefixtures("gold")
async def test_who_has_to_pass_screening_gets_it_after_that(world: World) -> None:
    await bought(world)
    await leave(world)
    backend = world.env.backend
    backend.add_member(world.guild.id, world.buyer.id)
    member = backend.get_guild(world.guild.id).members[world.buyer.id]
    member.pending = True
    await world.instance.restart(world.env)
    await world.env.advance_time(DAY)
    assert world.roles_of(world.buyer) == set()

    await world.instance.restart(world.env)
    member.pending = False
    backend.announce_member_update(world.guild.id, world.buyer.id)
    await world.env.settle()

    assert world.roles_of(world.buyer) == {"Gold"}


@pytest.mark.both_backends
@pytest.mark.usefixtures("gold")
async def test_who_left_and_came_back_while_the_bot_was_away(world: World) -> None:
    await bought(world)
    await restart_while(world, returned=True)
    assert world.roles_of(world.buyer) == {"Gold"}


@pytest.mark.usefixtures("gold")
async def test_who_left_while_the_bot_was_away_and_comes_back_later(world: World) -> None:
    await bought(world)
    await restart_while(world, returned=False)
    await world.env.advance_time(DAY)
    assert world.roles_of(await come_back(world)) == {"Gold"}


@pytest.mark.usefixtures("gold")
async def test_who_passed_screening_while_the_bot_was_away(world: World) -> None:
    await bought(world)
    await leave(world)
    world.env.backend.add_member(world.guild.id, world.buyer.id)
    member = world.env.backend.get_guild(world.guild.id).members[world.buyer.id]
    member.pending = True
    await world.instance.restart(world.env)
    assert world.roles_of(world.buyer) == set()
    member.pending = False

    await world.instance.restart(world.env)

    assert world.roles_of(world.buyer) == {"Gold"}


async def test_a_role_that_staff_took_from_a_member_who_stayed_is_not_given_back(
    world: World, gold: simcord.RoleHandle
) -> None:
    await bought(world)
    world.env.backend.remove_member_role(world.guild.id, world.buyer.id, gold.id)
    await world.env.settle()

    await world.instance.restart(world.env)
    await world.env.advance_time(DAY)

    assert world.roles_of(world.buyer) == set()


async def test_a_role_that_another_bot_gave_back_goes_when_it_ends(
    world: World, gold: simcord.RoleHandle
) -> None:
    uniqid = await bought(world)
    await leave(world)
    world.env.backend.add_member(world.guild.id, world.buyer.id, roles=[gold.id], announce=True)
    await world.env.settle()
    assert world.roles_of(world.buyer) == {"Gold"}

    await world.shop.refund(uniqid)
    await world.env.settle()

    assert world.roles_of(world.buyer) == set()


async def test_what_ended_while_away_stays_gone(world: World) -> None:
    role = world.guild.create_role("Gold")
    await world.sell_item("Gold Pass", "9.99", "EUR", [role], days=30)
    await bought(world)
    await leave(world)
    await world.env.advance_time(timedelta(days=31).total_seconds())
    assert world.roles_of(await come_back(world)) == set()

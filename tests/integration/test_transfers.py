"""`/shoppex move`: purchases go to another account, roles follow, and Shoppex's news find both."""

from __future__ import annotations

import logging

import pytest
import simcord

import standin
from harness import World, store_away
from harness.world import paid_data, text_of

MINUTE = 60


@pytest.fixture
async def gold(world: World) -> simcord.RoleHandle:
    """A role, for sale as the item Gold Pass."""
    role = world.guild.create_role("Gold")
    await world.sell_item("Gold Pass", "9.99", "EUR", [role])
    return role


@pytest.fixture
def cleo(world: World) -> simcord.MemberActor:
    """The buyer's other account."""
    return world.guild.add_member(world.env.create_user("cleo"))


async def bought(world: World, title: str = "Gold Pass") -> standin.Order:
    await world.order(title)
    return await world.pay_newest()


async def asked(
    world: World,
    source: simcord.MemberActor | simcord.UserHandle,
    target: simcord.MemberActor,
) -> simcord.InteractionResult:
    options = {"from": source, "to": target}
    return await world.admin.slash(world.channel, "shoppex move", **options)


async def sure(world: World, answer: simcord.InteractionResult) -> str:
    assert answer.response is not None
    await world.admin.click(answer.response, label="Yes, move it")
    await world.env.settle()
    return text_of(answer)


async def moved(world: World, target: simcord.MemberActor) -> str:
    return await sure(world, await asked(world, world.buyer, target))


async def owned(world: World, who: simcord.MemberActor) -> str:
    return text_of(await world.admin.slash(world.channel, "shoppex member", member=who))


@pytest.mark.both_backends
async def test_purchases_and_roles_go_to_the_other_account(
    world: World,
    gold: simcord.RoleHandle,
    cleo: simcord.MemberActor,
    caplog: pytest.LogCaptureFixture,
) -> None:
    order = await bought(world)
    answer = await asked(world, world.buyer, cleo)
    text = text_of(answer)
    assert "1 order\n0 subscriptions\n" in text
    assert f"ben loses: {gold.mention}" in text
    assert f"cleo gets: {gold.mention}" in text
    assert world.roles_of(cleo) == set()

    with caplog.at_level(logging.INFO, "red.shoppex.shoppex.log_channel"):
        assert "is now that of" in await sure(world, answer)
    assert f"moved by {world.admin.id} in guild {world.guild.id}" in caplog.text
    assert world.roles_of(world.buyer) == set()
    assert world.roles_of(cleo) == {"Gold"}
    assert order.uniqid in await owned(world, cleo)
    assert "bought nothing here" in await owned(world, world.buyer)
    mine = text_of(await cleo.slash(world.channel, "purchases"))
    assert "Gold Pass" in mine
    # Nothing was said twice.
    assert len(world.dms(world.buyer)) == 1
    assert world.dms(cleo) == []


@pytest.mark.usefixtures("gold")
async def test_later_news_of_shoppex_find_the_new_owner(
    world: World, cleo: simcord.MemberActor
) -> None:
    order = await bought(world)
    await moved(world, cleo)
    await world.shop.refund(order.uniqid)
    await world.env.advance_time(2 * MINUTE)
    assert world.roles_of(cleo) == set()
    assert "refunded" in await owned(world, cleo)


@pytest.mark.usefixtures("gold")
async def test_an_order_is_paid_after_it_was_moved(
    world: World, cleo: simcord.MemberActor
) -> None:
    """The tag that comes back names the account that ordered."""
    await world.order("Gold Pass")
    await moved(world, cleo)
    order = world.shop.orders[-1]
    assert str(world.buyer.id) in str(order.custom_fields)
    await world.shop.pay(order.uniqid)
    await world.env.settle()
    assert world.roles_of(cleo) == {"Gold"}
    assert world.roles_of(world.buyer) == set()


@pytest.mark.usefixtures("gold")
async def test_an_order_whose_answer_never_came_is_found_by_its_tag(
    world: World, cleo: simcord.MemberActor
) -> None:
    fault = world.shop.fail_next("POST", "/payments", status=504, times=10, after=True)
    await world.order("Gold Pass")
    order = world.shop.orders[-1]
    fault.stop()
    await moved(world, cleo)
    await world.shop.pay(order.uniqid, silent=True)
    await world.tell(paid_data(order))
    await world.env.advance_time(2 * MINUTE)
    assert world.roles_of(cleo) == {"Gold"}


async def test_a_subscription_renews_with_the_new_owner(
    world: World, cleo: simcord.MemberActor
) -> None:
    vip = world.guild.create_role("VIP")
    world.shop.add_product(
        title="Club", price="5", type="SUBSCRIPTION", serials=["K-1", "K-2", "K-3"]
    )
    await world.sell_product("Club", [vip])
    await bought(world, "Club")
    await world.env.advance_time(2 * MINUTE)
    assert world.roles_of(world.buyer) == {"VIP"}
    assert len(await owned(world, cleo)) > 0
    await moved(world, cleo)
    assert world.roles_of(cleo) == {"VIP"}
    assert world.roles_of(world.buyer) == set()

    before = len(world.dms(world.buyer))
    await world.env.advance_time(29 * 24 * 3600)
    await world.shop.renew(world.shop.subscriptions[0])
    await world.env.advance_time(5 * MINUTE)
    assert world.roles_of(cleo) == {"VIP"}
    assert any("K-2" in message.content for message in world.dms(cleo))
    assert len(world.dms(world.buyer)) == before


async def test_a_role_that_was_the_members_own_stays(
    world: World, gold: simcord.RoleHandle, cleo: simcord.MemberActor
) -> None:
    world.env.backend.add_member_role(world.guild.id, world.buyer.id, gold.id)
    await bought(world)
    answer = await asked(world, world.buyer, cleo)
    assert "ben loses: no role" in text_of(answer)
    await sure(world, answer)
    assert world.roles_of(world.buyer) == {"Gold"}
    assert world.roles_of(cleo) == {"Gold"}


@pytest.mark.usefixtures("gold")
async def test_who_left_can_be_moved_and_both_may_have_bought(
    world: World, cleo: simcord.MemberActor
) -> None:
    silver = world.guild.create_role("Silver")
    await world.sell_item("Silver Pass", "1", "EUR", [silver])
    await bought(world)
    await world.order("Silver Pass", buyer=cleo)
    await world.pay_newest()
    world.guild.remove_member(world.buyer)
    await world.env.settle()
    await sure(world, await asked(world, world.buyer.user, cleo))
    assert world.roles_of(cleo) == {"Gold", "Silver"}
    text = await owned(world, cleo)
    assert "Gold Pass" in text
    assert "Silver Pass" in text
    # Who comes back has nothing any more.
    world.guild.add_member(world.buyer.user)
    await world.env.advance_time(MINUTE)
    assert world.roles_of(world.buyer) == set()


@pytest.mark.usefixtures("gold")
async def test_what_waited_for_closed_messages_goes_to_the_new_owner(
    world: World, cleo: simcord.MemberActor
) -> None:
    world.env.inject_error("POST", "/channels/*/messages", status=403, code=50007, times=1)
    await bought(world)
    assert world.dms(world.buyer) == []
    await moved(world, cleo)
    assert len(world.dms(cleo)) == 1


@pytest.mark.usefixtures("gold")
async def test_a_move_back_undoes_it(world: World, cleo: simcord.MemberActor) -> None:
    await bought(world)
    await moved(world, cleo)
    await sure(world, await asked(world, cleo, world.buyer))
    assert world.roles_of(world.buyer) == {"Gold"}
    assert world.roles_of(cleo) == set()


@pytest.mark.usefixtures("gold")
async def test_what_cannot_be_moved_says_why(world: World, cleo: simcord.MemberActor) -> None:
    robot = world.guild.add_member(world.env.create_user("robot", bot=True))
    assert "bought nothing here" in text_of(await asked(world, world.buyer, cleo))
    await bought(world)
    assert "twice the same" in text_of(await asked(world, world.buyer, world.buyer))
    assert "A bot cannot" in text_of(await asked(world, world.buyer, robot))


@pytest.mark.usefixtures("gold")
async def test_a_ban_is_not_undone_by_moving(world: World, cleo: simcord.MemberActor) -> None:
    await bought(world)
    world.env.backend.apply_ban(world.guild.id, world.buyer.id, None)
    await world.env.settle()
    assert "was banned" in text_of(await asked(world, world.buyer.user, cleo))


@pytest.mark.both_backends
# More writes than a move and the roles that follow need.
@pytest.mark.usefixtures("gold")
@pytest.mark.parametrize("writes", range(8))
async def test_dying_after_any_write_leaves_one_owner(
    world: World, cleo: simcord.MemberActor, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    order = await bought(world)
    answer = await asked(world, world.buyer, cleo)
    assert answer.response is not None
    left = [writes]

    def dead() -> bool:
        left[0] -= 1
        return left[0] < 0

    with store_away(monkeypatch, dead):
        await world.admin.click(answer.response, label="Yes, move it")
        await world.env.settle()
    await world.instance.restart(world.env)
    await world.env.advance_time(10 * MINUTE)

    first, second = await owned(world, world.buyer), await owned(world, cleo)
    assert (order.uniqid in first) != (order.uniqid in second)
    assert (order.uniqid in first) == (writes == 0)
    owner, other = (world.buyer, cleo) if writes == 0 else (cleo, world.buyer)
    assert world.roles_of(owner) == {"Gold"}
    assert world.roles_of(other) == set()


@pytest.mark.both_backends
@pytest.mark.usefixtures("gold")
async def test_what_cannot_be_saved_is_finished_without_a_restart(
    world: World,
    cleo: simcord.MemberActor,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "red.shoppex.shoppex.log_channel")
    order = await bought(world)
    answer = await asked(world, world.buyer, cleo)
    assert answer.response is not None
    left = [1]

    def full() -> bool:
        left[0] -= 1
        return left[0] < 0

    with store_away(monkeypatch, full):
        await world.admin.click(answer.response, label="Yes, move it")
        assert "The move is begun" in text_of(answer)
    assert caplog.text.count(f"moved by {world.admin.id} in guild {world.guild.id}") == 1
    await world.env.advance_time(10 * MINUTE)
    assert order.uniqid in await owned(world, cleo)
    assert "bought nothing here" in await owned(world, world.buyer)
    assert world.roles_of(cleo) == {"Gold"}
    assert world.roles_of(world.buyer) == set()


@pytest.mark.usefixtures("gold")
async def test_only_staff_move(world: World, cleo: simcord.MemberActor) -> None:
    await bought(world)
    refused = await world.buyer.slash(
        world.channel, "shoppex move", **{"from": world.buyer, "to": cleo}
    )
    assert "for the shop's staff" in text_of(refused)
    answer = await asked(world, world.buyer, cleo)
    world.env.backend.remove_member_role(world.guild.id, world.admin.id, world.admins.id)
    assert answer.response is not None
    refused = await world.admin.click(answer.response, label="Yes, move it")
    assert "for the server's staff" in text_of(refused)
    assert world.roles_of(world.buyer) == {"Gold"}

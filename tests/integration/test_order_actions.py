"""Redelivering, taking back, giving back and giving: asked first, done once, written down."""

from __future__ import annotations

import logging
import re

import discord
import pytest
import simcord

import standin
from harness import World
from harness.world import text_of

DAY = 24 * 3600
KEY = "AAAA-BBBB-1"


@pytest.fixture
async def gold(world: World) -> simcord.RoleHandle:
    """A role, for sale as the item Gold Pass."""
    role = world.guild.create_role("Gold")
    await world.sell_item("Gold Pass", "9.99", "EUR", [role])
    return role


@pytest.fixture
async def key_order(world: World) -> standin.Order:
    """A paid order of a product that gives a role and a key."""
    role = world.guild.create_role("Player")
    world.shop.add_product(title="Game Key", price="19.50", type="SERIALS", serials=[KEY])
    await world.sell_product("Game Key", [role])
    await world.order("Game Key")
    return await world.pay_newest()


async def bought(world: World, title: str = "Gold Pass") -> str:
    await world.order(title)
    return (await world.pay_newest()).uniqid


async def asked(world: World, command: str, **options: object) -> simcord.InteractionResult:
    answer = await world.admin.slash(world.channel, f"shoppex {command}", **options)
    assert answer.ephemeral
    return answer


async def sure(world: World, answer: simcord.InteractionResult, label: str) -> str:
    """Staff confirm; what they read then."""
    assert answer.response is not None
    await world.admin.click(answer.response, label=label)
    await world.env.settle()
    return text_of(answer)


async def act(world: World, command: str, **options: object) -> str:
    labels = {
        "redeliver": "Yes, redeliver",
        "revoke": "Yes, take it back",
        "restore": "Yes, give it back",
        "grant": "Yes, give it",
    }
    return await sure(world, await asked(world, command, **options), labels[command])


async def granted(world: World, **options: object) -> str:
    """A gift to the buyer; its number."""
    options = {"member": world.buyer, "offer": "Gold Pass", "reason": "Sorry", **options}
    found = re.search(r"gift-[0-9a-f]{8}", await act(world, "grant", **options))
    assert found is not None
    return found[0]


def take_by_hand(world: World, role: simcord.RoleHandle) -> None:
    world.env.backend.remove_member_role(world.guild.id, world.buyer.id, role.id)


# -- redeliver -----------------------------------------------------------------------------


async def test_what_staff_took_by_hand_is_given_again(
    world: World, gold: simcord.RoleHandle
) -> None:
    number = await bought(world)
    take_by_hand(world, gold)
    answer = await asked(world, "redeliver", order=number)
    assert f"given again: {gold.mention}" in text_of(answer)
    assert world.roles_of(world.buyer) == set()
    assert "delivered again" in await sure(world, answer, "Yes, redeliver")
    assert world.roles_of(world.buyer) == {"Gold"}
    # It is still the shop's own, and goes with what pays for it.
    await act(world, "revoke", order=number)
    assert world.roles_of(world.buyer) == set()


async def test_nothing_happens_before_it_is_confirmed(
    world: World, gold: simcord.RoleHandle
) -> None:
    number = await bought(world)
    take_by_hand(world, gold)
    answer = await asked(world, "redeliver", order=number)
    assert "Nothing was changed" in await sure(world, answer, "Cancel")
    assert world.roles_of(world.buyer) == set()
    assert len(world.dms(world.buyer)) == 1


async def test_a_key_is_read_from_shoppex_and_sent_again(
    world: World, key_order: standin.Order
) -> None:
    [first] = world.dms(world.buyer)
    await act(world, "redeliver", order=key_order.uniqid)
    await world.env.advance_time(60)
    _, again = world.dms(world.buyer)
    assert again.content == first.content == f"```\n{KEY}\n```"
    assert again.embeds[0].title == "Here is what you bought."
    assert world.roles_of(world.buyer) == {"Player"}


async def test_pressed_twice_it_is_sent_once(world: World, key_order: standin.Order) -> None:
    answer = await asked(world, "redeliver", order=key_order.uniqid)
    await sure(world, answer, "Yes, redeliver")
    assert answer.response is not None
    with pytest.raises(simcord.SetupError):
        await world.admin.click(answer.response, label="Yes, redeliver")
    await world.env.advance_time(3600)
    assert len(world.dms(world.buyer)) == 2


async def test_with_closed_messages_it_waits_for_the_buyer(
    world: World, key_order: standin.Order
) -> None:
    world.env.inject_error("POST", "/channels/*/messages", status=403, code=50007, times=1)
    await act(world, "redeliver", order=key_order.uniqid)
    await world.env.advance_time(60)
    text = text_of(await asked(world, "order", order=key_order.uniqid))
    assert "waits for the member: the member takes no direct messages" in text
    await world.buyer.send_dm("hello")
    await world.env.advance_time(60)
    assert len(world.dms(world.buyer)) == 2


async def test_a_pool_gives_no_second_key(world: World) -> None:
    await pooled(world, "K-1", "K-2")
    number = await bought(world, "Pooled")
    answer = await asked(world, "redeliver", order=number)
    assert "takes no other one out" in text_of(answer)
    await sure(world, answer, "Yes, redeliver")
    await world.env.advance_time(3600)
    first, again = world.dms(world.buyer)
    assert "K-1" in first.content
    assert again.content == ""
    assert claims(world) == 1


@pytest.mark.usefixtures("gold")
async def test_what_gives_nothing_cannot_be_redelivered(world: World) -> None:
    await world.order("Gold Pass")
    unpaid = world.shop.orders[-1].uniqid
    assert "gives nothing now" in text_of(await asked(world, "redeliver", order=unpaid))
    number = await bought(world)
    await world.shop.refund(number)
    await world.env.advance_time(120)
    assert "gives nothing now" in text_of(await asked(world, "redeliver", order=number))


# -- revoke and restore --------------------------------------------------------------------


async def test_revoking_takes_the_role_and_can_be_undone(
    world: World, gold: simcord.RoleHandle
) -> None:
    number = await bought(world)
    answer = await asked(world, "revoke", order=number, reason="Shared the account")
    text = text_of(answer)
    assert f"Roles that go: {gold.mention}" in text
    assert "No money goes back" in text
    assert "at Shoppex" in text
    assert world.roles_of(world.buyer) == {"Gold"}
    assert "taken back" in await sure(world, answer, "Yes, take it back")
    assert world.roles_of(world.buyer) == set()

    text = text_of(await asked(world, "order", order=number))
    assert "taken back by the staff" in text
    assert "Shared the account" in text
    assert world.admin.mention in text
    assert "taken back before" in text_of(await asked(world, "revoke", order=number))
    mine = text_of(await world.buyer.slash(world.channel, "purchases"))
    assert "taken back by the staff" in mine
    assert "Shared" not in mine

    await act(world, "restore", order=number)
    assert world.roles_of(world.buyer) == {"Gold"}
    assert "not taken back" in text_of(await asked(world, "restore", order=number))


async def test_what_another_purchase_pays_for_stays(
    world: World, gold: simcord.RoleHandle
) -> None:
    await world.sell_item("Other Pass", "1", "EUR", [gold])
    number = await bought(world)
    await bought(world, "Other Pass")
    answer = await asked(world, "revoke", order=number)
    assert f"Roles that stay: {gold.mention}: paid by **Other Pass** for ever" in text_of(answer)
    await sure(world, answer, "Yes, take it back")
    assert world.roles_of(world.buyer) == {"Gold"}


@pytest.mark.both_backends
@pytest.mark.usefixtures("gold")
async def test_a_crash_after_revoking_takes_the_role_all_the_same(world: World) -> None:
    number = await bought(world)
    world.env.inject_error("DELETE", "/guilds/*/members/*/roles/*", status=502, times=1)
    answer = await asked(world, "revoke", order=number)
    assert answer.response is not None
    await world.admin.click(answer.response, label="Yes, take it back")
    await world.instance.restart(world.env)
    await world.env.advance_time(120)
    assert world.roles_of(world.buyer) == set()


async def test_by_buttons_with_the_reason_in_a_form(
    world: World, gold: simcord.RoleHandle
) -> None:
    number = await bought(world)
    answer = await asked(world, "order", order=number)
    assert answer.response is not None
    form = await world.admin.click(answer.response, label="Revoke")
    assert form.modal is not None
    field = form.modal["components"][0]["component"]["custom_id"]
    await world.admin.submit_modal(form, {field: "Chargeback elsewhere"})
    assert "Chargeback elsewhere" in text_of(answer)
    await world.admin.click(answer.response, label="Yes, take it back")
    await world.env.settle()
    assert world.roles_of(world.buyer) == set()

    answer = await asked(world, "order", order=number)
    assert answer.response is not None
    await world.admin.click(answer.response, label="Give back")
    assert f"Roles that come: {gold.mention}" in text_of(answer)
    await world.admin.click(answer.response, label="Yes, give it back")
    await world.env.settle()
    assert world.roles_of(world.buyer) == {"Gold"}


async def test_a_subscription_is_revoked_as_a_whole(world: World) -> None:
    vip = world.guild.create_role("VIP")
    world.shop.add_product(title="Membership", price="5", type="SUBSCRIPTION")
    await world.sell_product("Membership", [vip])
    number = await bought(world, "Membership")
    await world.env.advance_time(120)
    assert world.roles_of(world.buyer) == {"VIP"}
    answer = await asked(world, "revoke", order=number)
    assert "goes on being charged" in text_of(answer)
    await sure(world, answer, "Yes, take it back")
    assert world.roles_of(world.buyer) == set()

    subscription = world.shop.subscriptions[0]
    await world.shop.renew(subscription)
    await world.env.advance_time(120)
    assert world.roles_of(world.buyer) == set()

    await act(world, "restore", order=subscription.uniqid)
    assert world.roles_of(world.buyer) == {"VIP"}


# -- grant ---------------------------------------------------------------------------------


async def test_a_gift_gives_the_role_and_says_that_it_is_one(
    world: World, gold: simcord.RoleHandle, caplog: pytest.LogCaptureFixture
) -> None:
    asked_before = len(world.shop.requests)
    answer = await asked(
        world, "grant", member=world.buyer, offer="Gold Pass", reason="Found a bug"
    )
    text = text_of(answer)
    assert f"Roles that come: {gold.mention}" in text
    assert "for ever" in text
    assert "are not part of a gift" in text
    assert world.roles_of(world.buyer) == set()
    with caplog.at_level(logging.INFO, "red.shoppex.shoppex.log_channel"):
        text = await sure(world, answer, "Yes, give it")
    number = re.search(r"gift-[0-9a-f]{8}", text)
    assert number is not None
    assert f"given by {world.admin.id} in guild {world.guild.id}" in caplog.text
    assert world.roles_of(world.buyer) == {"Gold"}
    [message] = world.dms(world.buyer)
    assert "gift" in str(message.embeds[0].title)
    assert "Found a bug" not in str(message.embeds[0].to_dict())

    mine = await world.buyer.slash(world.channel, "purchases")
    assert "Gold Pass" in text_of(mine)
    assert mine.response is not None
    one = await world.buyer.select(mine.response, ["0"])
    assert "a gift from this server" in text_of(one)
    assert "Found a bug" not in text_of(one)
    assert one.response is not None
    assert "Receipt" not in str(one.response.components)

    await world.instance.restart(world.env)
    await world.env.advance_time(2 * DAY)
    assert not any("gift-" in request.path for request in world.shop.requests[asked_before:])
    assert world.roles_of(world.buyer) == {"Gold"}


@pytest.mark.usefixtures("gold")
async def test_a_gift_for_some_days_ends(world: World) -> None:
    number = await granted(world, days=3)
    text = text_of(await asked(world, "order", order=number))
    assert "nothing, it is a gift" in text
    assert "Until: <t:" in text
    await world.env.advance_time(3 * DAY + 60)
    assert world.roles_of(world.buyer) == set()


async def test_a_gift_can_be_taken_back_and_redelivered(
    world: World, gold: simcord.RoleHandle
) -> None:
    number = await granted(world)
    take_by_hand(world, gold)
    await act(world, "redeliver", order=number)
    assert world.roles_of(world.buyer) == {"Gold"}
    answer = await asked(world, "revoke", order=number)
    assert "no money to give back" in text_of(answer)
    await sure(world, answer, "Yes, take it back")
    assert world.roles_of(world.buyer) == set()
    assert not any("gift-" in request.path for request in world.shop.requests)


async def pooled(world: World, *keys: str) -> None:
    """An item that gives a key out of a pool."""
    world.shop.add_product(title="Keys", price="1", type="SERIALS", serials=list(keys))
    await world.sell_item("Pooled", "1", "EUR")
    await world.admin.slash(world.channel, "shoppexset item pool", item="Pooled", product="Keys")


def claims(world: World) -> int:
    return sum("claim" in request.path for request in world.shop.requests)


async def test_a_gift_of_an_item_with_a_pool_takes_one_key(world: World) -> None:
    await pooled(world, "K-1", "K-2")
    answer = await asked(world, "grant", member=world.buyer, offer="Pooled", reason="Sorry")
    assert "One key is taken out of the item's pool" in text_of(answer)
    await sure(world, answer, "Yes, give it")
    await world.env.advance_time(60)
    [message] = world.dms(world.buyer)
    assert message.content == "```\nK-1\n```"
    assert claims(world) == 1


@pytest.mark.usefixtures("key_order")
async def test_a_gift_of_a_product_asks_shoppex_for_nothing(
    world: World,
) -> None:
    cleo = world.guild.add_member(world.env.create_user("cleo"))
    await granted(world, offer="Game Key", member=cleo)
    await world.env.advance_time(3600)
    assert world.roles_of(cleo) == {"Player"}
    [message] = world.dms(cleo)
    assert message.content == ""
    await cleo.slash(world.channel, "license")
    assert not any("gift-" in request.path for request in world.shop.requests)


@pytest.mark.usefixtures("gold")
async def test_what_cannot_be_given_says_why(world: World) -> None:
    await world.sell_item("Nothing", "1", "EUR")
    for offer, words in (("Nothing", "nothing to give"), ("Unknown", "Nothing of that name")):
        answer = await asked(world, "grant", member=world.buyer, offer=offer, reason="x")
        assert words in text_of(answer)
    robot = world.guild.add_member(world.env.create_user("robot", bot=True))
    answer = await asked(world, "grant", member=robot, offer="Gold Pass", reason="x")
    assert "A bot cannot have purchases" in text_of(answer)


@pytest.mark.usefixtures("gold")
async def test_a_gift_by_prefix(world: World) -> None:
    await world.admin.send(
        world.channel, f'!shoppex grant {world.buyer.mention} "Gold Pass" 30d Because of the bug'
    )
    message = world.channel.history()[-1]
    answer = await world.admin.click(message, label="Continue privately")
    assert "for 30 days" in text_of(answer)
    assert "Because of the bug" in text_of(answer)
    await sure(world, answer, "Yes, give it")
    assert world.roles_of(world.buyer) == {"Gold"}


@pytest.mark.usefixtures("gold")
async def test_gifts_are_no_sales_of_the_shops(world: World) -> None:
    """With gifts only, another shop's key stops nothing: nothing was sold in the first."""
    await granted(world)
    assert "another shop" not in await world.give_api_key(world.shop.other_key)


async def test_offers_are_completed_for_staff_only(world: World, gold: simcord.RoleHandle) -> None:
    name = "shoppex grant"
    [choice] = await world.admin.autocomplete(world.channel, name, "offer", "go")
    assert choice["name"] == "Gold Pass"
    assert await world.buyer.autocomplete(world.channel, name, "offer", "go") == []
    assert world.roles_of(world.buyer) <= {gold.name}


async def test_the_role_for_staff_is_enough_for_all_of_it(
    world: World, gold: simcord.RoleHandle
) -> None:
    helpers = world.guild.create_role(
        "Helpers", permissions=discord.Permissions(manage_roles=True)
    )
    world.env.backend.reorder_roles(world.guild.id, [{"id": helpers.id, "position": 3}])
    await world.admin.slash(world.channel, "shoppexset staffrole", role=helpers)
    hal = world.guild.add_member(world.env.create_user("hal"), roles=[helpers])
    answer = await hal.slash(
        world.channel, "shoppex grant", member=world.buyer, offer="Gold Pass", reason="x"
    )
    assert answer.response is not None
    world.env.backend.remove_member_role(world.guild.id, hal.id, helpers.id)
    refused = await hal.click(answer.response, label="Yes, give it")
    assert "for the server's staff" in text_of(refused)
    world.env.backend.add_member_role(world.guild.id, hal.id, helpers.id)
    await hal.click(answer.response, label="Yes, give it")
    await world.env.settle()
    assert world.roles_of(world.buyer) == {"Gold"}
    assert world.roles_of(world.buyer) <= {gold.name}


# -- no power by the back door -------------------------------------------------------------


@pytest.fixture
async def helper(world: World, gold: simcord.RoleHandle) -> simcord.MemberActor:
    """Somebody of the staff whose highest role is below the one that is sold."""
    helpers = world.guild.create_role("Helpers")
    await world.admin.slash(world.channel, "shoppexset staffrole", role=helpers)
    world.env.backend.reorder_roles(
        world.guild.id, [{"id": helpers.id, "position": 1}, {"id": gold.id, "position": 2}]
    )
    return world.guild.add_member(world.env.create_user("hal"), roles=[helpers])


async def test_nobody_gives_as_a_gift_what_they_could_not_hand_out(
    world: World, gold: simcord.RoleHandle, helper: simcord.MemberActor
) -> None:
    answer = await helper.slash(
        world.channel, "shoppex grant", member=helper, offer="Gold Pass", reason="I like gold"
    )
    assert f"{gold.mention} is not below your own highest role" in text_of(answer)
    assert world.bot.get_cog("Shoppex").ledger.keys_of(helper.id) == []


async def test_nobody_moves_or_gives_back_what_they_could_not_hand_out(
    world: World, gold: simcord.RoleHandle, helper: simcord.MemberActor
) -> None:
    number = await bought(world)
    for command, options in (
        ("move", {"from": world.buyer, "to": helper}),
        ("restore", {"order": number}),
    ):
        if command == "restore":
            await act(world, "revoke", order=number, reason="refunded by hand")
        answer = await helper.slash(world.channel, f"shoppex {command}", **options)
        assert f"{gold.mention} is not below your own highest role" in text_of(answer), command
    assert world.roles_of(helper) == {"Helpers"}

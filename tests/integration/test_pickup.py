"""A buyer whose direct messages are closed fetches the key, and nobody else does."""

from __future__ import annotations

import pytest
import simcord

from harness import World
from harness.world import text_of

MESSAGE_PATH = "/channels/{}/messages"
KEY = "AAAA-BBBB-1"


@pytest.fixture
async def notices(world: World) -> simcord.ChannelHandle:
    """The channel in which buyers are told."""
    channel = world.guild.create_text_channel("pickup")
    answer = await world.admin.slash(world.channel, "shoppexset pickup", channel=channel)
    assert channel.mention in text_of(answer)
    return channel


async def close_messages(world: World, times: int | None = None, code: int = 50007) -> None:
    """The buyer takes no direct messages, or has blocked the bot: Discord says the same."""
    await world.bot.get_user(world.buyer.id).create_dm()
    path = MESSAGE_PATH.format(world.env.backend.dm_channels[world.buyer.id])
    world.env.inject_error("POST", path, status=403, code=code, times=times or 100)


async def bought(world: World) -> simcord.InteractionResult:
    """A key that was ordered; the message with the link."""
    world.shop.add_product(title="Game Key", price="5", type="SERIALS", serials=[KEY])
    await world.sell_product("Game Key")
    return await world.order("Game Key")


async def test_the_message_of_the_purchase_opens_the_key(world: World) -> None:
    invoice = await bought(world)
    await close_messages(world)
    await world.pay_newest()
    assert "direct messages are closed" in text_of(invoice)
    assert KEY not in text_of(invoice)
    assert invoice.response is not None
    opened = await world.buyer.click(invoice.response, label="Show what I bought")
    assert opened.ephemeral
    assert KEY in text_of(opened)
    await world.env.advance_time(1000)
    assert "Show what I bought" in str(invoice.response.components)


async def test_what_was_opened_is_not_sent_again(world: World) -> None:
    invoice = await bought(world)
    await close_messages(world, times=1)
    await world.pay_newest()
    assert invoice.response is not None
    await world.buyer.click(invoice.response, label="Show what I bought")
    await world.buyer.slash(world.channel, "buy")
    await world.instance.restart(world.env)
    await world.env.advance_time(7200)
    assert world.dms(world.buyer) == []


async def test_what_was_not_opened_still_comes_by_message(world: World) -> None:
    await bought(world)
    await close_messages(world, times=1)
    await world.pay_newest()
    await world.buyer.slash(world.channel, "buy")
    assert [m.content for m in world.dms(world.buyer)] == [f"```\n{KEY}\n```"]


@pytest.mark.parametrize("code", [50007, 50278])
async def test_it_comes_when_the_buyer_writes_to_the_bot(world: World, code: int) -> None:
    await bought(world)
    await close_messages(world, times=1, code=code)
    await world.env.advance_time(900)
    await world.pay_newest()
    await world.env.advance_time(3600)
    assert world.dms(world.buyer) == []
    await world.buyer.send_dm("Where is my key?")
    await world.env.settle()
    assert f"```\n{KEY}\n```" in [m.content for m in world.dms(world.buyer)]


async def test_who_is_on_the_block_list_opens_nothing(
    world: World, notices: simcord.ChannelHandle
) -> None:
    await bought(world)
    await close_messages(world)
    await world.env.advance_time(900)
    await world.pay_newest()
    await world.owner.send(world.channel, f"!blocklist add {world.buyer.id}")
    [notice] = notices.history()
    refused = await world.buyer.click(notice, label="Show what I bought")
    assert "block list" in text_of(refused)
    assert KEY not in text_of(refused)
    assert len(notices.history()) == 1


async def test_an_account_that_is_gone_is_called_nowhere(
    world: World, notices: simcord.ChannelHandle
) -> None:
    await bought(world)
    await close_messages(world, code=10013)
    await world.env.advance_time(900)
    await world.pay_newest()
    await world.env.advance_time(3600)
    assert notices.history() == []


async def test_when_the_token_has_ended_a_notice_without_content_is_posted_once(
    world: World, notices: simcord.ChannelHandle
) -> None:
    await bought(world)
    await close_messages(world)
    await world.env.advance_time(900)
    order = await world.pay_newest()
    await world.buyer.slash(world.channel, "buy")
    [notice] = notices.history()
    assert world.buyer.mention in notice.content
    seen = notice.content + str([c.to_dict() for c in notice.components])
    assert isinstance(order.custom_fields, dict)
    nonce = order.custom_fields["nonce"]
    for secret in (KEY, order.uniqid, "Game Key", nonce):
        assert secret not in seen


@pytest.mark.both_backends
async def test_a_restart_ends_the_token_too(world: World, notices: simcord.ChannelHandle) -> None:
    await bought(world)
    await close_messages(world)
    await world.instance.restart(world.env)
    await world.pay_newest()
    assert len(notices.history()) == 1


@pytest.mark.both_backends
async def test_the_notice_opens_for_its_owner_alone_also_after_a_restart(
    world: World, notices: simcord.ChannelHandle
) -> None:
    await bought(world)
    await close_messages(world)
    await world.env.advance_time(900)
    await world.pay_newest()
    await world.instance.restart(world.env)
    [notice] = notices.history()
    other = world.guild.add_member(world.env.create_user("cleo"))
    refused = await other.click(notice, label="Show what I bought")
    assert "belongs to somebody else" in text_of(refused)
    assert KEY not in text_of(refused)
    opened = await world.buyer.click(notice, label="Show what I bought")
    assert opened.ephemeral
    assert KEY in text_of(opened)
    assert notices.history() == []


async def test_without_a_channel_nothing_is_posted_until_there_is_one(world: World) -> None:
    await bought(world)
    await close_messages(world)
    await world.env.advance_time(900)
    await world.pay_newest()
    channel = world.guild.create_text_channel("pickup")
    await world.admin.slash(world.channel, "shoppexset pickup", channel=channel)
    await world.env.settle()
    assert len(channel.history()) == 1


async def test_a_notice_that_cannot_be_posted_is_told_to_staff(
    world: World, notices: simcord.ChannelHandle
) -> None:
    await bought(world)
    await close_messages(world)
    await world.env.advance_time(900)
    path = MESSAGE_PATH.format(notices.id)
    world.env.inject_error("POST", path, status=403, code=50013, times=1)
    await world.pay_newest()
    shown = await world.admin.slash(world.channel, "shoppexset show")
    assert "a notice cannot be posted" in text_of(shown)
    await world.admin.slash(world.channel, "shoppexset retry")
    await world.env.settle()
    assert len(notices.history()) == 1


async def test_a_buyer_who_left_is_not_called(
    world: World, notices: simcord.ChannelHandle
) -> None:
    await bought(world)
    await close_messages(world)
    await world.env.advance_time(900)
    world.guild.remove_member(world.buyer)
    await world.pay_newest()
    assert notices.history() == []
    world.guild.add_member(world.buyer.user)
    await world.env.settle()
    assert len(notices.history()) == 1


async def test_who_left_and_came_back_finds_it_in_the_list(world: World) -> None:
    await bought(world)
    await close_messages(world, code=50278)
    world.guild.remove_member(world.buyer)
    await world.pay_newest()
    world.guild.add_member(world.buyer.user)
    await world.env.settle()
    shown = await world.buyer.slash(world.channel, "purchases")
    assert shown.response is not None
    await world.buyer.select(shown.response, ["0"])
    opened = await world.buyer.click(shown.response, label="Show what I bought")
    assert KEY in text_of(opened)


async def test_the_list_of_purchases_always_has_it(world: World) -> None:
    await bought(world)
    await close_messages(world)
    await world.env.advance_time(900)
    await world.pay_newest()
    shown = await world.buyer.slash(world.channel, "purchases")
    assert "waits for you" in text_of(shown)
    assert shown.response is not None
    await world.buyer.select(shown.response, ["0"])
    opened = await world.buyer.click(shown.response, label="Show what I bought")
    assert KEY in text_of(opened)
    await world.buyer.click(shown.response, label="All purchases")
    assert "delivered" in text_of(shown)


async def test_waiting_goods_are_shown_although_shoppex_is_away(world: World) -> None:
    invoice = await bought(world)
    await close_messages(world)
    await world.pay_newest()
    world.shop.fail_next("GET", "*", status=503, times=50)
    assert invoice.response is not None
    opened = await world.buyer.click(invoice.response, label="Show what I bought")
    assert KEY in text_of(opened)

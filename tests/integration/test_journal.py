"""The log channel: what happens is told there once, gathered, by level, and with buttons."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace

import discord
import pytest
import simcord

import standin
from harness import World
from harness.world import paid_data, text_of
from shoppex.domain.short_names import short_name

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600
KEY = "SECRET-KEY-1"
EMAIL = "ben@example.com"
CROWD, AT_ONCE = 100, 20


@pytest.fixture
async def room(world: World) -> simcord.ChannelHandle:
    """The log channel; a Gold Pass is for sale."""
    channel = await world.staff_channel()
    role = world.guild.create_role("Gold")
    await world.sell_item("Gold Pass", "9.90", "EUR", [role])
    return channel


async def bought(world: World, buyer: simcord.MemberActor | None = None) -> standin.Order:
    """A Gold Pass is bought, paid and delivered."""
    await world.order("Gold Pass", buyer=buyer)
    return await world.pay_newest()


async def level(world: World, name: str) -> str:
    answer = await world.admin.slash(world.channel, "shoppexset loglevel", level=name)
    return text_of(answer)


async def read(world: World, room: simcord.ChannelHandle) -> list[discord.Embed]:
    """Everything in the log channel, when all of it is told."""
    await world.env.advance_time(MINUTE)
    return [embed for message in room.history() for embed in message.embeds]


def words(embeds: list[discord.Embed]) -> str:
    return "\n".join(f"{embed.title}\n{embed.description}" for embed in embeds)


# -- one by one ----------------------------------------------------------------------------


async def test_a_sale_and_its_delivery_are_one_embed(
    world: World, room: simcord.ChannelHandle
) -> None:
    order = await bought(world)
    [embed] = await read(world, room)
    assert str(embed.title).endswith("New sale")
    text = str(embed.description)
    assert "Gold Pass · €9.90" in text
    assert f"{world.buyer.mention} · `{short_name(order.uniqid)}`" in text
    assert "Everything was delivered" in text
    await world.instance.restart(world.env)
    assert len(await read(world, room)) == 1


async def test_a_delivery_that_comes_later_is_told_then(
    world: World, room: simcord.ChannelHandle
) -> None:
    world.env.inject_error("PUT", "/guilds/*/members/*/roles/*", status=403, code=50013)
    await bought(world)
    told = words(await read(world, room))
    assert "New sale" in told
    assert "delivered" not in told.replace("is delivered by itself", "")
    await world.admin.slash(world.channel, "shoppexset retry")
    await world.env.settle()
    last = (await read(world, room))[-1]
    assert str(last.title).endswith("Everything was delivered")


async def test_refund_and_dispute_are_told(world: World, room: simcord.ChannelHandle) -> None:
    first = await bought(world)
    second = await bought(world, world.guild.add_member(world.env.create_user("cleo")))
    await read(world, room)
    await world.shop.refund(first.uniqid)
    await world.shop.dispute(second.uniqid)
    await world.env.settle()
    refunded, disputed = (await read(world, room))[-2:]
    assert "Refunded" in str(refunded.title)
    assert "€9.90" in str(refunded.description)
    assert "disputed" in str(disputed.title)
    assert short_name(second.uniqid) in str(disputed.description)


async def test_a_subscription_begins_is_renewed_and_ends(
    world: World, room: simcord.ChannelHandle
) -> None:
    world.shop.add_product(title="Club", price="5", type="SUBSCRIPTION")
    await world.sell_product("Club", [world.guild.create_role("Club")])
    await world.order("Club")
    await world.pay_newest()
    assert "The subscription has begun" in words(await read(world, room))
    await world.env.advance_time(30 * DAY)
    await world.shop.renew(world.shop.subscriptions[-1])
    await world.env.settle()
    assert "was renewed" in words(await read(world, room))
    await world.shop.cancel_subscription(world.shop.subscriptions[-1])
    await world.env.settle()
    assert "has ended" not in words(await read(world, room))
    for _day in range(32):
        await world.env.advance_time(DAY)
    told = words(await read(world, room))
    for news in ("New sale", "has begun", "was renewed", "has ended"):
        assert told.count(news) == 1


async def test_no_key_no_address_and_no_link_is_told(
    world: World, room: simcord.ChannelHandle
) -> None:
    world.shop.add_product(title="*Key* @everyone", price="5", type="SERIALS", serials=[KEY])
    await world.sell_product("*Key* @everyone")
    await world.order("*Key* @everyone", email=EMAIL)
    order = await world.pay_newest()
    embeds = await read(world, room)
    assert "Everything was delivered" in words(embeds)
    seen = str([embed.to_dict() for embed in embeds])
    assert short_name(order.uniqid) in seen
    assert order.uniqid not in seen
    for secret in (KEY, EMAIL, "http", "@everyone", " *Key*"):
        assert secret not in seen


async def test_what_is_not_new_is_no_sale(world: World, room: simcord.ChannelHandle) -> None:
    order = await bought(world)
    await read(world, room)
    silver = world.guild.create_role("Silver")
    await world.admin.slash(
        world.channel, "shoppexset item roles", item="Gold Pass", roles=silver.mention
    )
    await world.tell(paid_data(order))
    await world.env.advance_time(100 * DAY)
    await world.bot.handle_data_deletion_request(requester="user", user_id=world.buyer.id)
    assert words(await read(world, room)).count("New sale") == 1


# -- many at once --------------------------------------------------------------------------


async def test_a_few_share_a_message_and_each_has_its_buttons(
    world: World, room: simcord.ChannelHandle
) -> None:
    cleo = world.guild.add_member(world.env.create_user("cleo"))
    await bought(world)
    await bought(world, cleo)
    await read(world, room)
    [message] = room.history()
    assert [str(embed.title)[:3] for embed in message.embeds] == ["1 ·", "2 ·"]
    shown = await world.admin.click(message, label="Order 2")
    assert shown.ephemeral
    assert cleo.mention in text_of(shown)


async def burst(world: World, count: int) -> list[simcord.MemberActor]:
    """So many orders are paid at the same time, by people of whom each has bought several."""
    crowd = [world.guild.add_member(world.env.create_user(f"b{n}")) for n in range(CROWD)]
    for member in crowd:
        # Opening a conversation has a pace of its own, which is not what this is about.
        await world.bot.get_user(member.id).create_dm()
    await world.order("Gold Pass")
    ledger = world.bot.get_cog("Shoppex").ledger
    [key] = ledger.keys_of(world.buyer.id)
    [order] = ledger.get(key).orders.values()
    paid = []
    for n in range(count):
        copy = replace(order, nonce=f"{n:032x}", uniqid=f"burst-{n}")
        buyer = crowd[n % CROWD]
        await ledger.update(key._replace(user_id=buyer.id), lambda a, o=copy: a.with_order(o))
        paid.append(paid_data(world.shop.orders[-1], uniqid=copy.uniqid, custom_fields={}))
    assert world.hook is not None
    for start in range(0, count, AT_ONCE):
        await asyncio.gather(
            *(
                world.shop.deliver(world.hook, "order:paid", data)
                for data in paid[start : start + AT_ONCE]
            )
        )
    return crowd


async def test_a_burst_of_500_sales_is_a_handful_of_messages(
    world: World, room: simcord.ChannelHandle
) -> None:
    crowd = await burst(world, 500)
    for _ in range(MINUTE):
        await world.env.advance_time(1)
    messages = list(room.history())
    assert len(messages) <= 5
    assert all(world.roles_of(buyer) == {"Gold"} for buyer in crowd)
    text = words([embed for message in messages for embed in message.embeds])
    assert sum(map(int, re.findall(r"Sales: (\d+)", text))) == 500
    assert sum(map(int, re.findall(r"Deliveries: (\d+)", text))) == 500
    sums = re.findall(r"Sales: \d+\*\* · €([\d,.]+)", text)
    assert sum(float(each.replace(",", "")) for each in sums) == pytest.approx(4950)
    assert "Sold most: " in text
    assert "× Gold Pass" in text
    assert "more, counted above" in text


# -- when it cannot be told ----------------------------------------------------------------


async def test_what_discord_refuses_is_told_later(
    world: World, room: simcord.ChannelHandle
) -> None:
    path = f"/channels/{room.id}/messages"
    world.env.inject_error("POST", path, status=500, times=None)
    order = await bought(world)
    await world.env.advance_time(HOUR)
    assert list(room.history()) == []
    asked = [r for r in world.env.http_requests if r.path == path]
    # discord.py repeats each try five times by itself.
    assert 2 <= len(asked) <= 5 * 15
    world.env.backend.faults.clear()
    await world.env.advance_time(HOUR)
    [embed] = await read(world, room)
    assert short_name(order.uniqid) in str(embed.description)


async def test_a_lost_channel_is_told_to_the_owner_once_and_its_news_in_the_next(
    world: World, room: simcord.ChannelHandle
) -> None:
    world.env.backend.delete_channel(room.id)
    for name in ("cleo", "dan"):
        await bought(world, world.guild.add_member(world.env.create_user(name)))
        await world.env.advance_time(HOUR)
    await world.instance.restart(world.env)
    await bought(world)
    await world.env.advance_time(HOUR)
    [message] = world.dms(world.guild.owner)
    assert "cannot write into the log channel" in str(message.embeds[0].title)
    assert "logchannel" in str(message.embeds[0].description)
    shown = await world.admin.slash(world.channel, "shoppexset show")
    assert "the log channel is gone" in text_of(shown)

    other = world.guild.create_text_channel("staff-2")
    await world.admin.slash(world.channel, "shoppexset logchannel", channel=other)
    [embed] = await read(world, other)
    assert world.buyer.mention in str(embed.description)
    assert len(world.dms(world.guild.owner)) == 1
    shown = await world.admin.slash(world.channel, "shoppexset show")
    assert "the log channel is gone" not in text_of(shown)


async def test_what_was_not_told_yet_is_told_before_the_bot_goes(
    world: World, room: simcord.ChannelHandle
) -> None:
    await bought(world)
    assert list(room.history()) == []
    await world.owner.send(world.channel, "!reload shoppex")
    await world.env.settle()
    assert "New sale" in words([e for m in room.history() for e in m.embeds])


async def test_who_was_forgotten_is_named_no_more(
    world: World, room: simcord.ChannelHandle
) -> None:
    await bought(world)
    await world.bot.handle_data_deletion_request(requester="user", user_id=world.buyer.id)
    [news] = await read(world, room)
    assert "Sales: 1" in str(news.description)
    assert str(world.buyer.id) not in words([news])


async def test_without_a_channel_nobody_is_told_of_sales(world: World) -> None:
    await world.sell_item("Gold Pass", "9.90", "EUR", [world.guild.create_role("Gold")])
    order = await bought(world)
    await world.shop.refund(order.uniqid)
    await world.env.advance_time(HOUR)
    assert world.dms(world.guild.owner) == []


# -- levels --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "titles"),
    [
        ("everything", ["New sale", "Refunded"]),
        ("money", ["New sale", "Refunded"]),
        ("problems", ["Refunded"]),
    ],
)
async def test_staff_choose_how_much_they_read(
    world: World, room: simcord.ChannelHandle, name: str, titles: list[str]
) -> None:
    answer = await level(world, name)
    assert f"{name}: " in answer
    assert f"<#{room.id}>" in answer
    shown = await world.admin.slash(world.channel, "shoppexset show")
    assert f"<#{room.id}>: {name}" in text_of(shown)
    await world.instance.restart(world.env)
    order = await bought(world)
    await read(world, room)
    await world.shop.refund(order.uniqid)
    await world.env.settle()
    embeds = await read(world, room)
    assert [str(embed.title).split(maxsplit=1)[1] for embed in embeds] == titles
    assert ("was delivered" in words(embeds)) == (name == "everything")


async def test_the_level_is_kept_until_there_is_a_channel(world: World) -> None:
    assert "nothing is written yet" in await level(world, "problems")
    channel = world.guild.create_text_channel("staff")
    answer = await world.admin.slash(world.channel, "shoppexset logchannel", channel=channel)
    assert "problems: " in text_of(answer)
    assert "loglevel" in text_of(answer)


async def test_the_level_is_for_admins(world: World, room: simcord.ChannelHandle) -> None:
    with pytest.raises(simcord.SetupError):  # Discord does not even show it
        await world.buyer.slash(world.channel, "shoppexset loglevel", level="problems")
    await world.buyer.send(world.channel, "!shoppexset loglevel problems")
    await world.admin.send(world.channel, "!shoppexset loglevel nonsense")
    shown = await world.admin.slash(world.channel, "shoppexset show")
    assert f"<#{room.id}>: everything" in text_of(shown)


# -- buttons -------------------------------------------------------------------------------


async def test_staff_look_up_order_and_member_after_a_restart(
    world: World, room: simcord.ChannelHandle
) -> None:
    await bought(world)
    await read(world, room)
    await world.instance.restart(world.env)
    [message] = room.history()
    for label in ("Order", "Member"):
        shown = await world.admin.click(message, label=label)
        assert shown.ephemeral
        assert world.buyer.mention in text_of(shown)
        assert "Gold Pass" in text_of(shown)


@pytest.mark.parametrize("label", ["Order", "Member"])
async def test_a_stranger_learns_nothing_from_a_button(
    world: World, room: simcord.ChannelHandle, label: str
) -> None:
    await bought(world)
    await read(world, room)
    [message] = room.history()
    stranger = world.guild.add_member(world.env.create_user("mallory"))
    for actor in (stranger, world.buyer):
        refused = await actor.click(message, label=label)
        assert refused.ephemeral
        assert text_of(refused) == "This button is for the server's staff."


async def test_an_order_that_was_forgotten_is_said_to_be(
    world: World, room: simcord.ChannelHandle
) -> None:
    await bought(world)
    await read(world, room)
    [message] = room.history()
    await world.bot.handle_data_deletion_request(requester="owner", user_id=world.buyer.id)
    shown = await world.admin.click(message, label="Order")
    assert "No purchase of that number is known" in text_of(shown)

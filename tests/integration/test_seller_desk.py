"""The seller's desk as a whole: what one part does, seen from the others."""

from __future__ import annotations

import re
from typing import Any

import discord
import pytest
import simcord

from harness import World
from harness.rehearsal import accounts, begin
from harness.world import text_of

MINUTE, DAY = 60, 24 * 3600
KEY = "AAAA-BBBB-1"
ROLE_PATH = "/guilds/*/members/*/roles/*"


@pytest.fixture
async def room(world: World) -> simcord.ChannelHandle:
    """The log channel; a Gold Pass is for sale."""
    channel = await world.staff_channel()
    await world.sell_item("Gold Pass", "9.90", "EUR", [world.guild.create_role("Gold")])
    return channel


@pytest.fixture
def cleo(world: World) -> simcord.MemberActor:
    """Another account of the buyer's."""
    return world.guild.add_member(world.env.create_user("cleo"))


async def bought(world: World, title: str = "Gold Pass", **options: Any) -> str:
    await world.order(title, **options)
    return (await world.pay_newest()).uniqid


async def asked(world: World, command: str, **options: Any) -> str:
    return text_of(await world.admin.slash(world.channel, f"shoppex {command}", **options))


async def done(world: World, command: str, label: str, **options: Any) -> str:
    """Staff do something and confirm it; what they read then."""
    answer = await world.admin.slash(world.channel, f"shoppex {command}", **options)
    assert answer.response is not None
    await world.admin.click(answer.response, label=label)
    await world.env.settle()
    return text_of(answer)


async def granted(world: World, who: simcord.MemberActor, offer: str = "Gold Pass") -> str:
    options = {"member": who, "offer": offer, "reason": "Sorry"}
    found = re.search(r"gift-[0-9a-f]{8}", await done(world, "grant", "Yes, give it", **options))
    assert found is not None
    return found[0]


async def moved(world: World, cleo: simcord.MemberActor) -> None:
    await done(world, "move", "Yes, move it", **{"from": world.buyer, "to": cleo})


async def told(world: World, room: simcord.ChannelHandle) -> list[str]:
    """The titles in the log channel, when all of it is told."""
    await world.env.advance_time(MINUTE)
    embeds = [embed for message in room.history() for embed in message.embeds]
    return [re.sub(r"^\d+ · ", "", str(embed.title)).split(maxsplit=1)[1] for embed in embeds]


async def log(world: World, room: simcord.ChannelHandle) -> str:
    """All that is written there."""
    await world.env.advance_time(MINUTE)
    return "\n".join(
        f"{embed.title}\n{embed.description}" for m in room.history() for embed in m.embeds
    )


async def sales(world: World, period: str = "30d") -> str:
    answer = await world.admin.slash(world.channel, "shoppex stats", period=period)
    assert answer.response is not None
    return str(answer.response.embeds[0].fields[0].value)


# -- gifts ---------------------------------------------------------------------------------


async def test_a_gift_is_no_sale_in_the_log_and_counted_apart(
    world: World, room: simcord.ChannelHandle
) -> None:
    await granted(world, world.buyer)
    assert await told(world, room) == ["Given by staff", "Everything was delivered"]
    said = await sales(world)
    assert said.startswith("0 ")
    assert "Besides, gifts: 1" in said


async def test_shoppex_is_never_asked_about_a_gift(swept_world: World) -> None:
    """Neither for keys and licences, nor by the sweeps, nor by the doctor."""
    world = swept_world
    world.shop.add_product(title="Tool", price="5", licensing_enabled=True, license_period=30)
    await world.sell_product("Tool", [world.guild.create_role("Gold")])
    number = await granted(world, world.buyer, "Tool")
    await world.env.advance_time(2 * DAY)
    assert "no licence" in text_of(await world.buyer.slash(world.channel, "license"))
    assert "No licence" in await asked(world, "license", search=number)
    shown = await world.buyer.slash(world.channel, "purchases")
    assert "Tool" in text_of(shown)
    await world.admin.slash(world.channel, "shoppexset doctor")
    await world.shop.settle()
    await world.env.advance_time(MINUTE)
    assert world.shop.requests
    assert [(r.path, r.query) for r in world.shop.requests if number in str(r)] == []


# -- what staff took back ------------------------------------------------------------------


async def test_what_was_taken_back_is_so_everywhere(
    world: World, room: simcord.ChannelHandle
) -> None:
    number = await bought(world)
    await told(world, room)
    await done(world, "revoke", "Yes, take it back", order=number)
    assert "taken back by the staff" in text_of(
        await world.buyer.slash(world.channel, "purchases")
    )
    assert "agree" in text_of(await world.admin.slash(world.channel, "shoppexset drift"))
    # The money has not gone back, so it stays sold.
    assert (await sales(world)).startswith("1 ")

    silver = world.guild.create_role("Silver")
    changed = await world.admin.slash(
        world.channel, "shoppexset item roles", item="Gold Pass", roles=silver.mention
    )
    assert "earlier buyers" not in text_of(changed)
    await world.env.settle()
    assert world.roles_of(world.buyer) == set()

    await done(world, "restore", "Yes, give it back", order=number)
    assert await told(world, room) == ["New sale", "Taken back by staff", "Given back by staff"]


# -- what was moved ------------------------------------------------------------------------


async def test_what_was_moved_is_sold_once_and_the_log_names_both(
    world: World, room: simcord.ChannelHandle, cleo: simcord.MemberActor
) -> None:
    await bought(world)
    await told(world, room)
    await moved(world, cleo)
    assert await told(world, room) == ["New sale", "Moved to another member by staff"]
    assert f"{world.buyer.mention} → {cleo.mention}" in await log(world, room)
    for period in ("30d", "all"):
        said = await sales(world, period)
        assert said.startswith("1")
        assert "Buyers: 1" in said


async def test_the_new_owner_has_keys_receipt_and_licence(
    world: World, cleo: simcord.MemberActor
) -> None:
    world.shop.add_product(title="Game Key", price="19.50", type="SERIALS", serials=[KEY])
    world.shop.add_product(title="Tool", price="5", licensing_enabled=True, license_period=30)
    for title in ("Tool", "Game Key"):
        await world.sell_product(title)
        await bought(world, title)
    await moved(world, cleo)
    await world.env.advance_time(5 * MINUTE)
    for who, owns in ((cleo, True), (world.buyer, False)):
        shown = await who.slash(world.channel, "purchases")
        assert ("Game Key" in text_of(shown)) == owns
        assert (
            "You have no licence" in text_of(await who.slash(world.channel, "license"))
        ) != owns
    shown = await cleo.slash(world.channel, "purchases")
    assert shown.response is not None
    opened = await cleo.select(shown.response, ["0"])
    assert "Game Key" in text_of(opened)
    for label, words in (("Show what I bought", KEY), ("Receipt", "€19.50")):
        assert opened.response is not None
        assert words in text_of(await cleo.click(opened.response, label=label))


# -- tests ---------------------------------------------------------------------------------


async def test_a_test_under_way_is_one_everywhere_and_nothing_afterwards(
    world: World, room: simcord.ChannelHandle
) -> None:
    world.env.inject_error("PUT", ROLE_PATH, status=500, times=None)
    await begin(world, "Gold Pass")
    [order] = [o for a in accounts(world).values() for o in a.orders.values()]
    assert "🧪 A test purchase" in await asked(world, "order", order=order.uniqid)
    assert "(test)" in await asked(world, "member", member=world.admin)
    assert "Nothing waits" in await asked(world, "waiting")
    said = await sales(world)
    assert said.startswith("0 ")
    assert "gifts" not in said

    await world.env.advance_time(2 * MINUTE)
    assert await told(world, room) == ["New sale (test)"]
    [message] = room.history()
    assert [b.to_dict()["label"] for b in buttons(message)] == ["Member"]
    assert (await sales(world)).startswith("0 ")


def buttons(message: discord.Message) -> list[Any]:
    return [button for row in message.components for button in getattr(row, "children", ())]


# -- the buttons in the log channel --------------------------------------------------------


async def test_the_staff_role_presses_every_button_of_the_log_channel(
    world: World, room: simcord.ChannelHandle
) -> None:
    helpers = world.guild.create_role("Helpers")
    await world.admin.slash(world.channel, "shoppexset staffrole", role=helpers)
    hal = world.guild.add_member(world.env.create_user("hal"), roles=[helpers])
    gold = next(r for r in world.bot.get_guild(world.guild.id).roles if r.name == "Gold")
    world.env.backend.reorder_roles(world.guild.id, [{"id": gold.id, "position": 50}])
    await bought(world)
    await log(world, room)
    pressed = []
    for message in room.history():
        for button in buttons(message):
            refused = await world.buyer.click(message, label=button.label)
            assert text_of(refused) == "This button is for the server's staff."
            served = await hal.click(message, label=button.label)
            assert served.ephemeral
            assert "for the server's staff" not in text_of(served)
            pressed.append(button.label)
    assert sorted(pressed) == ["Member", "Order", "Try again now"]

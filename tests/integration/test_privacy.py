"""What is kept of a user, who reads it, and how it goes."""

from __future__ import annotations

import json
import logging

import pytest
import simcord

from harness import World
from harness.world import field, text_of

pytestmark = pytest.mark.both_backends

KEY = "SECRET-KEY-1"
EMAIL = "ben@example.com"


@pytest.fixture
async def room(world: World) -> simcord.ChannelHandle:
    """The log channel."""
    return await world.staff_channel()


@pytest.fixture
async def bought(world: World) -> str:
    """A paid key with a role, and an unpaid item; the number of the paid order."""
    gold = world.guild.create_role("Gold")
    world.shop.add_product(title="Key", price="5", type="SERIALS", serials=[KEY])
    await world.sell_product("Key", [gold])
    await world.sell_item("Unpaid", "1", "EUR")
    await world.order("Key", remember=True, email=EMAIL)
    order = await world.pay_newest()
    await world.order("Unpaid")
    return str(order.uniqid)


async def forget(world: World, requester: str) -> None:
    """Red's request for deletion."""
    result = await world.bot.handle_data_deletion_request(
        requester=requester, user_id=world.buyer.id
    )
    assert result.failed_cogs == []


async def exported(world: World) -> dict[str, str]:
    """What the user is given of their data."""
    cog = world.bot.get_cog("Shoppex")
    files = await cog.red_get_data_for_user(user_id=world.buyer.id)
    return {name: file.getvalue().decode() for name, file in files.items()}


def told(room: simcord.ChannelHandle) -> str:
    """What stands in the log channel."""
    return str([e.to_dict() for m in room.history() for e in m.embeds])


@pytest.mark.parametrize("requester", ["user", "user_strict", "something_new"])
async def test_a_user_is_forgotten_but_for_what_was_paid(
    world: World, bought: str, room: simcord.ChannelHandle, requester: str
) -> None:
    await forget(world, requester)
    files = await exported(world)
    assert EMAIL not in str(files)
    assert "Unpaid" not in str(files)
    assert bought in files["shoppex.txt"]
    assert world.roles_of(world.buyer) == {"Gold"}
    assert room.history() == []


@pytest.mark.parametrize("requester", ["owner", "discord_deleted_user"])
async def test_all_is_forgotten_and_staff_know_which_orders(
    world: World, bought: str, room: simcord.ChannelHandle, requester: str
) -> None:
    await forget(world, requester)
    assert await exported(world) == {}
    text = told(room)
    assert bought in text
    member = world.buyer.member
    assert member is not None
    assert next(r.mention for r in member.roles if r.name == "Gold") in text
    assert str(world.buyer.id) not in text
    assert KEY not in text
    assert EMAIL not in text
    # The role is not taken behind anybody's back.
    await world.instance.restart(world.env)
    assert world.roles_of(world.buyer) == {"Gold"}


async def test_a_key_that_waits_is_forgotten_too_and_staff_know(
    world: World, room: simcord.ChannelHandle
) -> None:
    world.shop.add_product(title="Key", price="5", type="SERIALS", serials=[KEY])
    await world.sell_product("Key")
    await world.order("Key")
    await world.bot.get_user(world.buyer.id).create_dm()
    path = f"/channels/{world.env.backend.dm_channels[world.buyer.id]}/messages"
    world.env.inject_error("POST", path, status=403, code=50007, times=5)
    order = await world.pay_newest()
    await forget(world, "user")
    assert room.history() == []
    shown = await world.buyer.slash(world.channel, "purchases")
    assert "waits for you" in text_of(shown)
    await forget(world, "owner")
    assert order.uniqid in told(room)
    assert KEY not in told(room)
    await world.instance.restart(world.env)
    await world.buyer.send_dm("hello")
    assert KEY not in str([m.content for m in world.dms(world.buyer)])


async def test_the_export_without_any_data_is_empty(world: World) -> None:
    assert await exported(world) == {}


async def test_who_never_paid_is_forgotten_wholly(
    world: World, room: simcord.ChannelHandle
) -> None:
    await world.sell_item("Unpaid", "1", "EUR")
    await world.order("Unpaid", remember=True)
    await forget(world, "user")
    assert await exported(world) == {}
    assert room.history() == []


async def test_the_export_is_readable_and_holds_no_key(world: World, bought: str) -> None:
    files = await exported(world)
    assert EMAIL in files["shoppex.txt"]
    assert f"Order {bought}" in files["shoppex.txt"]
    assert "€5.00" in files["shoppex.txt"]
    [record] = json.loads(files["shoppex.json"])
    assert record["user"] == str(world.buyer.id)
    assert bought in [order["uniqid"] for order in record["orders"]]
    assert KEY not in str(files)
    fields = world.shop.orders[0].custom_fields
    assert isinstance(fields, dict)
    assert fields["nonce"] not in str(files)


async def test_the_cool_down_of_a_licence_is_not_escaped_by_being_forgotten(
    world: World,
) -> None:
    world.shop.add_product(title="Tool", price="5", licensing_enabled=True)
    await world.sell_product("Tool")
    await world.order("Tool")
    await world.pay_newest()
    [licence] = world.shop.licenses
    for answer in ("freed", "a lot in a short time"):
        licence.hardware_id = "MACHINE"
        shown = await world.buyer.slash(world.channel, "license")
        assert shown.response is not None
        asked = await world.buyer.click(shown.response, label="Free it from its machine")
        assert asked.response is not None
        await world.buyer.click(asked.response, label="Yes, do it")
        assert answer in text_of(asked)
        await forget(world, "user")


async def test_no_key_and_no_address_is_ever_logged_or_told(
    world: World, room: simcord.ChannelHandle, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="red.shoppex")
    product = world.shop.add_product(
        title="Key", price="5", type="SERIALS", serials=[KEY, "SECRET-KEY-2"]
    )
    await world.sell_product("Key")
    await world.order("Key", email=EMAIL, remember=True)
    await world.bot.get_user(world.buyer.id).create_dm()
    path = f"/channels/{world.env.backend.dm_channels[world.buyer.id]}/messages"
    world.env.inject_error("POST", path, status=403, code=50007, times=2)
    world.shop.fail_next("GET", "/orders/*", status=500, body=f"{KEY} {EMAIL}", times=2)
    await world.pay_newest()
    await world.env.advance_time(300)

    shown = await world.buyer.slash(world.channel, "purchases")
    assert shown.response is not None
    await world.buyer.select(shown.response, ["0"])
    await world.buyer.click(shown.response, label="Show what I bought")
    form = await world.buyer.click(shown.response, label="Something is wrong")
    await world.buyer.submit_modal(form, {field(form, 0): f"{KEY} by {EMAIL}"})
    world.shop.fail_next("*", "*", status=422, body=f"{KEY} {EMAIL}")
    await world.admin.slash(world.channel, "shoppex license", search=KEY)
    offered = [
        *await world.buyer.autocomplete(world.channel, "buy", "product", ""),
        *await world.admin.autocomplete(world.channel, "shoppexset product add", "product", ""),
    ]

    assert room.history() != []
    assert caplog.records != []
    for seen in (caplog.text, told(room), str(offered), " ".join(world.public())):
        assert "SECRET-KEY" not in seen
        assert EMAIL not in seen
    assert product.serials == ["SECRET-KEY-2"]

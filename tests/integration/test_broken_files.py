"""One file or record cannot be read: it is set aside, the owner hears of it, the rest serves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from redbot.core import Config

from harness import World
from harness.storage import BACKEND
from harness.world import paid_data, text_of
from shoppex.store.schema import partition_of

pytestmark = pytest.mark.both_backends

IDENTIFIER = 7409251834620117
only_files = pytest.mark.skipif(BACKEND != "json", reason="only this backend has files")


def file_of(world: World, place: str) -> Path:
    return world.instance.path / "cogs" / place / "settings.json"


def place_of(world: World) -> str:
    """Where the buyer's account lies."""
    return f"ShoppexLedger{partition_of(world.buyer.id):03}"


def empty_place(world: World) -> str:
    """Where nobody's account lies."""
    return f"ShoppexLedger{(partition_of(world.buyer.id) + 1) % 256:03}"


def config_of(place: str, *, custom: bool) -> Any:
    config = Config.get_conf(None, IDENTIFIER, cog_name=place)
    if custom:
        config.init_custom("ACCOUNT", 2)
    return config


async def neighbour(world: World) -> Any:
    """Somebody whose account lies in another file."""
    while True:
        member = world.guild.add_member(world.env.create_user(f"n{world.env.now().timestamp()}"))
        if partition_of(member.id) != partition_of(world.buyer.id):
            return member


async def sell(world: World) -> None:
    await world.sell_item("Gold Pass", "9.99", "EUR", [world.guild.create_role("Gold")])
    await world.order("Gold Pass")
    await world.pay_newest()
    assert world.roles_of(world.buyer) == {"Gold"}


async def restart(world: World) -> None:
    """A process that ended well, and a new one."""
    await world.bot.get_cog("Shoppex").cog_unload()
    await start(world)


async def start(world: World) -> None:
    world.instance.owner_id = world.owner.id
    await world.instance.restart(world.env)


def cut(file: Path) -> bytes:
    half = file.read_bytes()[: file.stat().st_size // 2]
    file.write_bytes(half)
    return half


async def assert_others_are_served(world: World) -> None:
    other = await neighbour(world)
    await world.order("Gold Pass", buyer=other)
    await world.pay_newest()
    assert world.roles_of(other) == {"Gold"}


def damages(world: World) -> str:
    cog = world.bot.get_cog("Shoppex")
    return "\n".join(
        f"{d.place} {d.fault.value}" for d in (*cog.settings.damages, *cog.ledger.damages)
    )


def told(world: World) -> str:
    return "\n".join(message.content for message in world.dms(world.owner))


@only_files
@pytest.mark.parametrize("content", [None, b"[]", b"\xff\xfe{", b'{"7409251834620117": 3}'])
async def test_an_unreadable_partition_is_set_aside_and_told(
    world: World, content: bytes | None, caplog: pytest.LogCaptureFixture
) -> None:
    await sell(world)
    order = world.shop.orders[-1]
    file = file_of(world, place_of(world))
    if content is None:
        content = cut(file)
    file.write_bytes(content)

    await restart(world)

    [aside] = file.parent.glob("settings.json.unreadable-*")
    assert aside.read_bytes() == content
    assert place_of(world) in caplog.text
    assert aside.name in told(world)
    assert world.roles_of(world.buyer) == {"Gold"}
    await assert_others_are_served(world)
    # Nothing is answered with 2xx that could not be written down.
    answer = await world.tell(paid_data(order, status="REFUNDED"), "order:updated")
    assert answer.status == 503
    # It stays so until somebody decides.
    await restart(world)
    assert damages(world) == f"{place_of(world)} missing"
    assert world.roles_of(world.buyer) == {"Gold"}


@only_files
@pytest.mark.parametrize("content", [b"", None])
async def test_an_empty_or_missing_partition_that_had_accounts_is_told(
    world: World, content: bytes | None
) -> None:
    await sell(world)
    file = file_of(world, place_of(world))
    await world.bot.get_cog("Shoppex").cog_unload()
    file.unlink()
    if content is not None:
        file.write_bytes(content)

    await start(world)

    assert f"`{place_of(world)}` is missing or empty" in told(world)
    order = world.shop.orders[-1]
    assert (await world.tell(paid_data(order))).status == 503
    await assert_others_are_served(world)


async def test_a_partition_that_the_database_lost_is_told(world: World) -> None:
    await sell(world)
    await world.bot.get_cog("Shoppex").cog_unload()
    await config_of(place_of(world), custom=True).custom("ACCOUNT").clear()

    await start(world)

    assert f"`{place_of(world)}` is missing or empty" in told(world)
    await assert_others_are_served(world)


@only_files
async def test_a_partition_that_held_nobody_may_be_lost(world: World) -> None:
    await sell(world)
    cog = world.bot.get_cog("Shoppex")
    await cog.cog_unload()
    number = next(n for n in range(256) if n not in cog.settings.held)
    place = f"ShoppexLedger{number:03}"
    file_of(world, place).unlink()

    await world.instance.restart(world.env)

    assert damages(world) == ""


@only_files
async def test_a_cut_partition_that_held_nobody_stops_nobody(world: World) -> None:
    await sell(world)
    cut(file_of(world, empty_place(world)))
    await restart(world)
    await assert_others_are_served(world)


@pytest.mark.parametrize("spoil", ["not JSON", "status", "kind", "promise", "replacement"])
async def test_an_unreadable_record_is_left_alone(world: World, spoil: str) -> None:
    await sell(world)
    guild, user = str(world.guild.id), str(world.buyer.id)
    group = config_of(place_of(world), custom=True).custom("ACCOUNT", guild)
    text = await group.get_raw(user)
    record = json.loads(text)
    for order in record["orders"].values():
        order[spoil] = "zzzz"
    spoilt = text[:-5] if spoil == "not JSON" else json.dumps(record)
    await group.set_raw(user, value=spoilt)

    await restart(world)

    assert f"(server/member {guild}/{user})" in told(world)
    mine = await world.buyer.slash(world.channel, "purchases")
    assert "cannot be read at the moment" in text_of(mine)
    seen = await world.admin.slash(world.channel, "shoppex member", member=world.buyer)
    assert "cannot be read at the moment" in text_of(seen)
    assert world.roles_of(world.buyer) == {"Gold"}
    order = world.shop.orders[-1]
    assert (await world.tell(paid_data(order, status="REFUNDED"))).status == 503
    await assert_others_are_served(world)
    group = config_of(place_of(world), custom=True).custom("ACCOUNT", guild)
    assert await group.get_raw(user) == spoilt


# What a later version may write into an order.
LATER_IN_ORDER: dict[str, dict[str, Any]] = {
    "order": {"later": 1},
    "line": {"lines": [{"kind": "item", "offer": "x", "later": 1}]},
    "delivery": {"message": {"attempts": 1, "later": 1}},
    "payment": {"payment": {"total": ["9.99", "EUR"], "later": "1"}},
    "outstanding": {"outstanding": {"failed": True, "later": 1}},
}


@pytest.mark.parametrize(
    "place", ["listener", "retention", "shop", "policy", "grant", *LATER_IN_ORDER]
)
async def test_what_a_later_version_knows_is_not_thrown_away(world: World, place: str) -> None:
    await sell(world)
    guild, user = str(world.guild.id), str(world.buyer.id)
    if place == "grant" or place in LATER_IN_ORDER:
        group = config_of(place_of(world), custom=True).custom("ACCOUNT", guild)
        record = json.loads(await group.get_raw(user))
        if place == "grant":
            record["grants"] = {
                role: {"grant": grant, "later": 1} for role, grant in record["grants"].items()
            }
        else:
            next(iter(record["orders"].values())).update(LATER_IN_ORDER[place])
        await group.set_raw(user, value=json.dumps(record))
    elif place in ("shop", "policy"):
        path = ("shop", "later") if place == "shop" else ("shop", "policy", "later")
        await (
            config_of("Shoppex", custom=False)
            .guild_from_id(world.guild.id)
            .set_raw(*path, value=1)
        )
    else:
        await config_of("Shoppex", custom=False).set_raw(place, "later", value=1)

    await world.owner.send(world.channel, "!reload shoppex")

    answer = world.channel.last_message
    assert answer is not None
    assert "A newer version of Shoppex has written" in answer.content
    assert "`!cog update shoppex`" in answer.content


@only_files
async def test_without_settings_nobody_gains_or_loses_anything(world: World) -> None:
    await sell(world)
    await world.bot.get_cog("Shoppex").cog_unload()
    content = cut(file_of(world, "Shoppex"))

    await start(world)

    [aside] = file_of(world, "Shoppex").parent.glob("settings.json.unreadable-*")
    assert aside.read_bytes() == content
    assert "Without the settings no shop sells" in told(world)
    assert world.roles_of(world.buyer) == {"Gold"}
    await restart(world)
    assert damages(world) == "Shoppex missing"


# -- bringing it back ----------------------------------------------------------------------


async def owner_says(world: World, command: str) -> str:
    """The owner types a command that asks once more, and says yes; the last answer."""
    office = world.guild.create_text_channel(f"office-{world.env.now().timestamp():.0f}")
    world.make_owner(world.owner)
    await world.owner.send(office, f"!shoppexset owner {command}")
    asked = office.last_message
    assert asked is not None
    if not asked.components:
        return asked.content
    await world.owner.click(asked, label="Yes")
    await world.env.settle()
    assert office.last_message is not None
    return office.last_message.content


@only_files
async def test_a_backup_brings_an_account_back_with_what_happened_since(world: World) -> None:
    await sell(world)
    await world.env.advance_time(900)
    file = file_of(world, place_of(world))
    assert (file.parent / "settings.json.backup").exists()
    await world.bot.get_cog("Shoppex").cog_unload()
    cut(file)
    await start(world)
    # Refunded while nobody could write it down.
    order = world.shop.orders[-1]
    assert (await world.tell(paid_data(order, status="REFUNDED"), "order:updated")).status == 503

    assert "Backups restored: 1" in await owner_says(world, "restore")

    assert damages(world) == ""
    assert world.roles_of(world.buyer) == {"Gold"}
    assert (await world.tell(paid_data(order, status="REFUNDED"), "order:updated")).status == 200
    await restart(world)
    assert damages(world) == ""
    assert world.bot.get_cog("Shoppex").ledger.count(world.guild.id) == 1


@only_files
async def test_settings_come_back_from_their_backup(world: World) -> None:
    await sell(world)
    await world.env.advance_time(900)
    await world.bot.get_cog("Shoppex").cog_unload()
    cut(file_of(world, "Shoppex"))
    await start(world)

    assert "The settings are restored" in await owner_says(world, "restore")
    await restart(world)

    assert damages(world) == ""
    await assert_others_are_served(world)


async def test_a_lost_ledger_is_rebuilt_from_shoppex(world: World) -> None:
    world.shop.add_product(title="Game Key", price="19.50", type="SERIALS", serials=["AAAA-1"])
    await world.sell_product("Game Key", [world.guild.create_role("Player")])
    plan = world.shop.add_product(title="Club", price="5.00", type="SUBSCRIPTION")
    assert plan is not None
    await world.sell_product("Club", [world.guild.create_role("Member")])
    await sell(world)
    for title in ("Game Key", "Club"):
        await world.order(title)
        await world.pay_newest()
    roles = {"Gold", "Player", "Member"}
    assert world.roles_of(world.buyer) == roles
    before = len(world.dms(world.buyer))
    await world.bot.get_cog("Shoppex").cog_unload()
    for number in range(256):
        await config_of(f"ShoppexLedger{number:03}", custom=True).custom("ACCOUNT").clear()
    await start(world)
    assert world.bot.get_cog("Shoppex").ledger.count(world.guild.id) == 0

    assert "Orders added from Shoppex: 3." in await owner_says(world, "rebuild")
    await world.env.advance_time(7200)

    assert world.roles_of(world.buyer) == roles
    assert len(world.dms(world.buyer)) == before
    assert damages(world) == ""
    order = world.shop.orders[0]
    assert "added" in await owner_says(world, "rebuild")
    assert (await world.tell(paid_data(order))).status == 200
    # What was rebuilt ends like everything else.
    await world.shop.refund(world.shop.orders[-2].uniqid)
    await world.env.settle()
    assert world.roles_of(world.buyer) == roles - {"Player"}


async def test_a_payment_that_came_after_the_loss_is_delivered(world: World) -> None:
    await world.sell_item("Gold Pass", "9.99", "EUR", [world.guild.create_role("Gold")])
    await world.order("Gold Pass")
    await world.bot.get_cog("Shoppex").cog_unload()
    await config_of(place_of(world), custom=True).custom("ACCOUNT").clear()
    await start(world)
    await world.env.advance_time(60)
    [delivery] = await world.shop.pay(world.shop.orders[-1].uniqid)
    assert delivery.attempts[-1].status == 503

    assert "Orders added from Shoppex: 1." in await owner_says(world, "rebuild")
    await world.env.settle()

    assert world.roles_of(world.buyer) == {"Gold"}
    assert len(world.dms(world.buyer)) == 1


async def test_a_rebuild_takes_only_what_is_tagged_for_this_server(world: World) -> None:
    await world.sell_item("Gold Pass", "9.99", "EUR", [world.guild.create_role("Gold")])
    for changed in ({"discord_guild_id": "7"}, {"nonce": "typed by hand"}, {"nonce": ""}):
        await world.order("Gold Pass")
        await world.shop.settle()
        order = world.shop.orders[-1]
        fields: Any = order.custom_fields
        for field in fields:
            field["value"] = changed.get(field["name"], field["value"])
        await world.shop.pay(order.uniqid)
        await world.env.settle()
        await config_of(place_of(world), custom=True).custom("ACCOUNT").clear()
        await start(world)
        await world.env.settle()
        assert "Orders added from Shoppex: 0." in await owner_says(world, "rebuild")
    assert world.roles_of(world.buyer) == set()


@only_files
async def test_a_key_sold_after_the_backup_is_not_sent_again(world: World) -> None:
    world.shop.add_product(title="Game Key", price="19.50", type="SERIALS", serials=["AAAA-1"])
    await world.sell_product("Game Key", [world.guild.create_role("Player")])
    await world.order("Game Key")
    await world.env.advance_time(900)
    assert file_of(world, place_of(world)).with_name("settings.json.backup").exists()
    await world.pay_newest()
    assert len(world.dms(world.buyer)) == 1
    await world.bot.get_cog("Shoppex").cog_unload()
    cut(file_of(world, place_of(world)))
    await world.env.advance_time(60)
    await start(world)

    await owner_says(world, "restore")
    await world.env.advance_time(7200)

    assert world.roles_of(world.buyer) == {"Player"}
    assert len(world.dms(world.buyer)) == 1


async def test_a_rebuild_of_what_is_whole_delivers_what_was_missed(world: World) -> None:
    world.shop.add_product(title="Game Key", price="19.50", type="SERIALS", serials=["AAAA-1"])
    await world.sell_product("Game Key")
    await world.order("Game Key")
    await world.bot.get_cog("Shoppex").cog_unload()
    await world.shop.pay(world.shop.orders[-1].uniqid)
    await world.env.advance_time(60)
    await start(world)

    await owner_says(world, "rebuild")
    await world.env.settle()

    [message] = world.dms(world.buyer)
    assert "AAAA-1" in message.content


async def test_one_servers_unreadable_settings_close_only_that_server(world: World) -> None:
    await sell(world)
    other = World(world.env, world.shop, world.instance)
    await other.set_up()
    await other.sell_item("Silver Pass", "5.00", "EUR", [other.guild.create_role("Silver")])
    await world.bot.get_cog("Shoppex").cog_unload()
    shop = config_of("Shoppex", custom=False).guild_from_id(world.guild.id)
    await shop.set_raw("shop", "log_level", value="zzzz")

    await start(world)

    assert f"The settings of the server {world.guild.id} cannot be read" in told(world)
    assert world.roles_of(world.buyer) == {"Gold"}
    await other.order("Silver Pass")
    await other.pay_newest()
    assert other.roles_of(other.buyer) == {"Silver"}
    shop = config_of("Shoppex", custom=False).guild_from_id(world.guild.id)
    assert await shop.get_raw("shop", "log_level") == "zzzz"

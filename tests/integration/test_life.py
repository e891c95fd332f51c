"""Starting, stopping, and Red's own requests."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import aiohttp
import pytest
from redbot.core import Config, _drivers

from harness import RedInstance, World, bot_of
from harness.world import link_of, text_of

pytestmark = pytest.mark.both_backends


async def health(port: int) -> int | None:
    """The status that the listener answers with; ``None`` when nobody listens."""
    connector = aiohttp.TCPConnector(force_close=True)
    async with aiohttp.ClientSession(connector=connector) as session:
        try:
            async with session.get(f"http://127.0.0.1:{port}/shoppex/health") as answer:
                return answer.status
        except aiohttp.ClientConnectorError:
            return None


async def test_a_port_in_use_is_told_to_the_owner_and_the_rest_works(tmp_path: Path) -> None:
    instance = RedInstance(tmp_path / "red")
    with socket.create_server(("127.0.0.1", instance.port)):
        async with instance.run() as env:
            guild = env.create_guild()
            owner = guild.add_member(env.create_user("olga"))
            bot_of(env).owner_ids.add(owner.id)
            channel = guild.create_text_channel("bot")
            await owner.send(channel, "!reload shoppex")
            dms = env.backend.dm_channels[owner.id]
            texts = [message.content for message in env.backend.messages[dms].values()]
            assert len(texts) == 1
            assert f"port {instance.port}" in texts[0]
            assert "!shoppexset listener" in texts[0]
            answer = await owner.slash(channel, "buy")
            assert "Nothing is for sale" in text_of(answer)


async def test_unloading_closes_the_port_and_loading_opens_it(world: World) -> None:
    port = world.instance.port
    assert await health(port) == 200
    await world.owner.send(world.channel, "!unload shoppex")
    assert await health(port) is None
    await world.owner.send(world.channel, "!load shoppex")
    assert await health(port) == 200


async def test_unloading_leaves_nothing_running(world: World) -> None:
    await world.sell_item("Gold Pass", "9.99", "EUR")
    await world.order("Gold Pass")
    await world.owner.send(world.channel, "!unload shoppex")
    names = {task.get_name() for task in asyncio.all_tasks()}
    assert not [name for name in names if name.startswith("shoppex")]


def buttons_of_the_cog(world: World) -> list[str]:
    """Everything in the bot's memory that waits for somebody to press it."""
    store = world.bot._connection._view_store
    views = [*(item.view for items in store._views.values() for item in items.values())]
    found = {type(view).__name__ for view in (*views, *store._modals.values())}
    return sorted(found | {pattern.pattern for pattern in store._dynamic_items})


async def test_unloading_the_sellers_desk_leaves_nothing_either(world: World) -> None:
    """With a test, a doctor and a burst under way, and every kind of page open."""
    await world.owner.send(world.channel, "!unload shoppex")
    bare = buttons_of_the_cog(world)
    await world.owner.send(world.channel, "!load shoppex")
    before = buttons_of_the_cog(world)
    assert {*before} > {*bare}

    room = await world.staff_channel()
    gold, power = world.guild.create_role("Gold"), world.guild.create_role("Power")
    world.env.backend.edit_role(world.guild.id, power.id, {"permissions": str(1 << 5)})
    await world.sell_item("Gold Pass", "9.99", "EUR", [gold])
    await world.order("Gold Pass")
    order = await world.pay_newest()
    await world.env.advance_time(60)
    shown = [
        await world.admin.slash(world.channel, f"shoppexset {name}")
        for name in ("setup", "rotate", "secret", "apikey")
    ]
    for name, options in (
        ("order", {"order": order.uniqid}),
        ("member", {"member": world.buyer}),
        ("waiting", {}),
        ("stats", {}),
        ("revoke", {"order": order.uniqid}),
        ("grant", {"member": world.buyer, "offer": "Gold Pass", "reason": "x"}),
    ):
        shown.append(await world.admin.slash(world.channel, f"shoppex {name}", **options))
    assert shown[3].response is not None
    await world.admin.click(shown[3].response, label="Enter the API key")
    roles = {"item": "Gold Pass", "roles": f"{gold.mention} {power.mention}"}
    asked = await world.admin.slash(world.channel, "shoppexset item roles", **roles)
    assert len(buttons_of_the_cog(world)) > len(before) + 5

    world.env.inject_error("PUT", "/guilds/*/members/*/roles/*", status=500, times=None)
    await world.admin.slash(world.channel, "shoppexset testsale")
    await world.order("Gold Pass", buyer=world.admin)
    await world.pay_newest()
    await world.admin.slash(world.channel, "shoppexset doctor")
    port = world.instance.port
    await world.owner.send(world.channel, "!unload shoppex")
    await world.env.settle()

    names = {task.get_name() for task in asyncio.all_tasks()}
    assert not [name for name in names if name.startswith("shoppex")]
    assert buttons_of_the_cog(world) == bare
    assert await health(port) is None
    assert "Nothing was changed" in text_of(asked)
    [news] = [m for m in room.history() if "New sale" in str([e.title for e in m.embeds])][:1]

    world.env.backend.faults.clear()
    await world.owner.send(world.channel, "!load shoppex")
    await world.env.advance_time(120)
    assert buttons_of_the_cog(world) == before
    assert world.roles_of(world.admin) == {"Admins", "Gold"}
    pressed = await world.admin.click(news, label="Member")
    assert world.buyer.mention in text_of(pressed)


async def test_a_reload_forgets_nothing(world: World) -> None:
    gold = world.guild.create_role("Gold")
    await world.sell_item("Gold Pass", "9.99", "EUR", [gold])
    first = await world.order("Gold Pass")
    await world.owner.send(world.channel, "!reload shoppex")
    again = await world.order("Gold Pass")
    assert link_of(again) == link_of(first)
    await world.pay_newest()
    assert world.roles_of(world.buyer) == {"Gold"}


async def test_help_shows_author_and_version(world: World) -> None:
    await world.owner.send(world.channel, "!help Shoppex")
    message = world.channel.last_message
    assert message is not None
    assert "Version: 0.1.0" in str([embed.to_dict() for embed in message.embeds])


@pytest.mark.parametrize("requester", ["user", "user_strict", "something new"])
async def test_a_user_is_forgotten_but_for_what_was_paid(world: World, requester: str) -> None:
    gold = world.guild.create_role("Gold")
    await world.sell_item("Paid", "1", "EUR", [gold])
    await world.sell_item("Unpaid", "1", "EUR")
    await world.order("Paid", remember=True)
    await world.pay_newest()
    unpaid = await world.order("Unpaid")
    result = await world.bot.handle_data_deletion_request(
        requester=requester, user_id=world.buyer.id
    )
    assert result.failed_cogs == []
    assert "ben@example.com" not in await kept()
    again = await world.order("Unpaid")
    assert link_of(again) != link_of(unpaid)
    assert world.shop.orders[0].uniqid in await kept()


@pytest.mark.parametrize("requester", ["discord_deleted_user", "owner"])
async def test_a_user_is_forgotten_wholly(world: World, requester: str) -> None:
    await world.sell_item("Paid", "1", "EUR")
    await world.order("Paid", remember=True)
    await world.pay_newest()
    assert str(world.buyer.id) in await kept()
    await world.bot.handle_data_deletion_request(requester=requester, user_id=world.buyer.id)
    for trace in ("ben@example.com", str(world.buyer.id), world.shop.orders[0].uniqid):
        assert trace not in await kept()


async def kept() -> str:
    """Everything that Red keeps for the ledger."""
    kept = ""
    async for name, identifier in _drivers.get_driver_class().aiter_cogs():
        if name.startswith("ShoppexLedger"):
            config = Config.get_conf(None, int(identifier), cog_name=name)
            kept += str(await config.custom("ACCOUNT").all())
    return kept


async def test_unloading_is_quick_whatever_hangs_and_loses_nothing(world: World) -> None:
    gold = world.guild.create_role("Gold")
    await world.sell_item("Gold Pass", "9.99", "EUR", [gold])
    await world.order("Gold Pass")
    world.env.inject_error("PUT", "/guilds/*/members/*/roles/*", status=500, times=2)
    await world.pay_newest()
    cleo = world.guild.add_member(world.env.create_user("cleo"))
    await world.order("Gold Pass", buyer=cleo)
    # A payment is being told, and its sender never finishes.
    _, stuck = await asyncio.open_connection("127.0.0.1", world.instance.port)
    head = f"POST /shoppex/{world.guild.id} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n"
    stuck.write(head.encode())
    await stuck.drain()

    loop = asyncio.get_running_loop()
    begun = loop.time()
    await world.owner.send(world.channel, "!unload shoppex")
    assert loop.time() - begun < 6
    stuck.close()

    await world.owner.send(world.channel, "!load shoppex")
    await world.env.advance_time(60)
    assert world.roles_of(world.buyer) == {"Gold"}

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

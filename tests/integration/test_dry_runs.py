"""A test purchase takes the whole path, without money, and says what works and what does not."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest
import simcord
from aiohttp import web

from harness import World, store_away
from harness.rehearsal import begin, leaving_nothing, report, role_requests
from harness.world import text_of
from processes import free_port

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

ROLE_PATH = "/guilds/*/members/*/roles/*"
REAL_KEY = "AAAA-BBBB-1"


@asynccontextmanager
async def proxy(world: World, handler: Handler) -> AsyncIterator[None]:
    """What stands at the public address of the bot."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await set_public(world, f"http://127.0.0.1:{runner.addresses[0][1]}")
    try:
        yield
    finally:
        await runner.cleanup()


def answering(status: int) -> Handler:
    """Somebody else."""

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=status, headers={"Location": "/elsewhere"})

    return answer


def leading_to(world: World, change: Callable[[bytes], bytes] = bytes) -> Handler:
    """A reverse proxy before the listener."""

    async def forward(request: web.Request) -> web.Response:
        url = f"http://127.0.0.1:{world.instance.port}{request.path}"
        body = change(await request.read())
        headers = {k: v for k, v in request.headers.items() if k != "Content-Length"}
        connector = aiohttp.TCPConnector(force_close=True)
        async with (
            aiohttp.ClientSession(connector=connector) as session,
            session.post(url, data=body, headers=headers) as answer,
        ):
            return web.Response(status=answer.status, body=await answer.read())

    return forward


async def hanging_up(request: web.Request) -> web.Response:
    """Somebody who says nothing."""
    assert request.transport is not None
    request.transport.close()
    return web.Response()


async def set_public(world: World, url: str = "") -> None:
    await world.owner.send(world.channel, f"!shoppexset publicurl {url}")


async def let_in(world: World, member: simcord.MemberActor) -> None:
    """The server's admins show somebody a command that is hidden from members."""
    command = next(c for c in await world.bot.tree.fetch_commands() if c.name == "shoppexset")
    world.guild.set_command_permissions(command, {member: True})


def audit(world: World) -> list[str]:
    """Why roles were given and taken, as the server's audit log says."""
    return [entry.reason for entry in world.guild.audit_log() if entry.reason]


@pytest.fixture
async def world(world: World) -> World:
    """A server whose bot has no public address, if a test does not give it one."""
    await set_public(world)
    return world


@pytest.fixture
async def gold(world: World) -> simcord.RoleHandle:
    """A role that is sold with a key."""
    role = world.guild.create_role("Gold")
    world.shop.add_product(title="Game Key", price="19.50", type="SERIALS", serials=[REAL_KEY])
    await world.sell_product("Game Key", [role])
    return role


# -- what works ----------------------------------------------------------------------------


async def test_a_role_and_a_key_are_tested_through_the_public_address(
    world: World, gold: simcord.RoleHandle
) -> None:
    with leaving_nothing(world):
        async with proxy(world, leading_to(world)):
            text = await report(world, "Game Key")
    assert "everything works" in text
    assert "came in through your public address" in text
    assert f"you were given {gold.mention}" in text
    assert "marked as a test" in text
    assert "what the test gave is taken away again" in text
    assert text.count(" s\n") == text.count("✅") == 4
    assert "€19.50" in text
    assert len(role_requests(world, "PUT")) == len(role_requests(world, "DELETE")) == 1
    [given, taken] = [reason for reason in audit(world) if reason.startswith("Shoppex")]
    reasons = sorted((given, taken))
    assert re.fullmatch(r"Shoppex test [0-9A-F]{4}-[0-9A-F]{4}", reasons[0])
    assert reasons[1] == "Shoppex test: it is undone"


async def test_the_message_of_a_test_says_so_at_its_top_and_is_undone(
    world: World, gold: simcord.RoleHandle
) -> None:
    world.env.inject_error("PATCH", "/channels/*/messages/*", status=403, code=50001)
    await report(world, "Game Key")
    [message] = world.dms(world.admin)
    first, *_, key, _ = message.content.splitlines()
    assert "This is a test purchase" in first
    assert key.startswith("TEST-KEY-")
    [embed] = message.embeds
    assert str(embed.title).startswith("Test:")
    assert "Price, not charged" in [field.name for field in embed.fields]
    assert gold.name in str(embed.to_dict())

    await report(world, "Game Key")
    _, message = world.dms(world.admin)
    assert "It is undone" in message.content
    assert "TEST-KEY" not in message.content


@pytest.mark.usefixtures("gold")
async def test_without_a_public_address_the_listener_is_tested(world: World) -> None:
    with leaving_nothing(world):
        text = await report(world, "Game Key")
    assert "with a reservation" in text
    assert "no public address is set" in text
    assert "came in through the listener on this machine" in text
    assert text.count("✅") == 4


async def test_without_a_secret_there_is_no_webhook_to_test(bare_world: World) -> None:
    world = bare_world
    await world.give_api_key(world.shop.api_key)
    gold = world.guild.create_role("Gold")
    await world.sell_item("Gold Pass", "9.99", "EUR", [gold])
    with leaving_nothing(world):
        text = await report(world)
    assert "everything works" in text
    assert "there is none to test, because no webhook secret is set" in text
    assert f"you were given {gold.mention}" in text


async def test_an_item_with_a_pool_takes_no_key_out_of_it(world: World) -> None:
    gold = world.guild.create_role("Gold")
    pool = world.shop.add_product(title="Pool", price="1", type="SERIALS", serials=[REAL_KEY])
    await world.sell_item("Gold Pass", "9.99", "EUR", [gold], days=1)
    await world.admin.slash(
        world.channel, "shoppexset item pool", item="Gold Pass", product=pool.uniqid
    )
    world.env.inject_error("PATCH", "/channels/*/messages/*", status=403, code=50001)
    with leaving_nothing(world):
        assert "❌" not in await report(world, "Gold Pass")
        await world.env.advance_time(3 * 24 * 3600)
    assert pool.serials == [REAL_KEY]
    assert not any(r.path.endswith("/claim") for r in world.shop.requests)
    [message] = world.dms(world.admin)
    assert "TEST-KEY-" in message.content


@pytest.mark.parametrize("kind", ["SUBSCRIPTION", "FILE", "SERVICE"])
async def test_products_of_other_kinds_are_tested_too(world: World, kind: str) -> None:
    member = world.guild.create_role("Member")
    world.shop.add_product(title="Thing", price="5", type=kind)
    await world.sell_product("Thing", [member])
    with leaving_nothing(world):
        text = await report(world, "Thing")
        await world.env.advance_time(3600)
    assert "❌" not in text
    assert f"you were given {member.mention}" in text
    assert world.shop.subscriptions == []
    [message] = world.dms(world.admin)
    assert "Not here yet" not in str(message.embeds[0].to_dict())


async def test_a_product_that_buyers_do_not_see_yet_can_be_tested(world: World) -> None:
    gold = world.guild.create_role("Gold")
    world.shop.add_product(title="Beta", price="1", unlisted=True)
    await world.sell_product("Beta", [gold])
    assert f"you were given {gold.mention}" in await report(world, "Beta")


async def test_a_test_can_be_typed_too(world: World, gold: simcord.RoleHandle) -> None:
    with leaving_nothing(world):
        await world.admin.send(world.channel, "!shoppexset testsale Game Key")
    message = world.channel.last_message
    assert message is not None
    assert f"you were given {gold.mention}" in str(message.embeds[0].description)
    assert not any("TEST-KEY" in text for text in world.public())


# -- what the tester has already -------------------------------------------------------------


async def test_a_role_that_the_tester_had_stays_and_the_report_says_so(
    world: World, gold: simcord.RoleHandle
) -> None:
    world.env.backend.add_member_role(world.guild.id, world.admin.id, gold.id)
    with leaving_nothing(world):
        text = await report(world, "Game Key")
        await world.env.advance_time(3600)
    assert f"➖ **Role:** you have {gold.mention} already" in text
    assert "❌" not in text
    assert role_requests(world, "PUT") == role_requests(world, "DELETE") == []
    assert "Gold" in world.roles_of(world.admin)


async def test_a_role_that_the_tester_bought_stays(world: World, gold: simcord.RoleHandle) -> None:
    await world.order("Game Key", buyer=world.admin)
    await world.pay_newest()
    with leaving_nothing(world):
        assert f"you have {gold.mention} already" in await report(world, "Game Key")
    assert role_requests(world, "DELETE") == []


# -- what does not work ----------------------------------------------------------------------


async def test_a_role_that_is_too_high(world: World, gold: simcord.RoleHandle) -> None:
    world.env.backend.reorder_roles(world.guild.id, [{"id": gold.id, "position": 50}])
    room = await world.staff_channel()
    with leaving_nothing(world):
        text = await report(world, "Game Key")
        await world.env.advance_time(60)
    assert "something does not work" in text
    assert f"you were not given {gold.mention}: the role is not below the bot's" in text
    assert "marked as a test" in text
    # Staff read of the test as such, and nothing waits for them.
    assert all("(test)" in (m.embeds[0].title or "") for m in room.history())


@pytest.mark.usefixtures("gold")
async def test_closed_direct_messages(world: World) -> None:
    world.env.inject_error("POST", "/channels/*/messages", status=403, code=50007)
    notices = world.guild.create_text_channel("pickup")
    await world.admin.slash(world.channel, "shoppexset pickup", channel=notices)
    with leaving_nothing(world):
        text = await report(world, "Game Key")
        await world.env.advance_time(3600)
    assert "⚠️ **Message:** you take no direct messages" in text
    assert "❌" not in text
    assert list(notices.history()) == []


async def test_a_listener_that_is_stopped(world: World, gold: simcord.RoleHandle) -> None:
    await world.bot.get_cog("Shoppex").webhooks.stop()
    with leaving_nothing(world):
        text = await report(world, "Game Key")
    assert "❌ **Listener:** it is not running" in text
    assert f"you were given {gold.mention}" in text


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (200, "it is not this bot"),
        (308, "leads elsewhere (308)"),
        (401, "refused with 401"),
        (403, "answers 403. Something before the listener refuses"),
        (404, "answers 404: it leads to something that does not know this bot"),
        (502, "answers 502: the reverse proxy or tunnel does not reach"),
    ],
)
async def test_somebody_else_at_the_public_address(
    world: World, gold: simcord.RoleHandle, status: int, words: str
) -> None:
    with leaving_nothing(world):
        async with proxy(world, answering(status)):
            text = await report(world, "Game Key")
    assert "something does not work" in text
    assert words in text
    assert "came in through the listener on this machine" in text
    assert f"you were given {gold.mention}" in text


@pytest.mark.usefixtures("gold")
async def test_a_proxy_that_changes_what_is_signed(world: World) -> None:
    with leaving_nothing(world):
        async with proxy(world, leading_to(world, lambda body: body + b"\n")):
            text = await report(world, "Game Key")
    assert "what lies between changes the message" in text


@pytest.mark.parametrize("address", ["refused", "dropped"])
@pytest.mark.usefixtures("gold")
async def test_an_address_that_may_work_from_outside_only(world: World, address: str) -> None:
    with leaving_nothing(world):
        async with proxy(world, hanging_up):
            if address == "refused":
                await set_public(world, f"http://127.0.0.1:{free_port()}")
            text = await report(world, "Game Key")
    assert "with a reservation" in text
    assert "⚠️ **Webhook:** from here nobody answers" in text
    assert "❌" not in text


@pytest.mark.usefixtures("gold")
async def test_an_address_without_a_certificate(world: World) -> None:
    with leaving_nothing(world):
        async with proxy(world, hanging_up):
            url = world.bot.get_cog("Shoppex").settings.listener.public_url
            await set_public(world, url.replace("http://", "https://"))
            text = await report(world, "Game Key")
    assert "❌ **Webhook:** your public address has no certificate" in text


@pytest.mark.usefixtures("gold")
async def test_a_public_address_that_is_misspelt(world: World) -> None:
    await set_public(world, "https://shop.invalid")
    with leaving_nothing(world):
        text = await report(world, "Game Key")
    assert "❌ **Webhook:** the name in your public address does not exist" in text


@pytest.mark.usefixtures("gold")
async def test_when_nothing_can_be_kept_nothing_is_begun(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with leaving_nothing(world), store_away(monkeypatch):
        assert "cannot save anything" in await report(world, "Game Key")
    assert role_requests(world, "PUT") == []


async def test_what_lasts_too_long_is_told_and_undone(
    world: World, gold: simcord.RoleHandle
) -> None:
    world.env.inject_error("PUT", ROLE_PATH, status=500, times=None)
    with leaving_nothing(world):
        answer = await begin(world, "Game Key")
        assert "running" in text_of(answer)
        assert "marked as a test" in text_of(answer)
        await world.env.advance_time(90)
    assert f"you were not given {gold.mention}: Discord does not answer well" in text_of(answer)
    assert "60.0 s" in text_of(answer)


# -- who may test what ------------------------------------------------------------------------


@pytest.mark.usefixtures("gold")
async def test_a_stranger_cannot_test_and_is_offered_nothing(world: World) -> None:
    said = len(world.public())
    with leaving_nothing(world):
        await world.buyer.send(world.channel, "!shoppexset testsale Game Key")
        with pytest.raises(simcord.SetupError, match="not visible to this user"):
            await begin(world, "Game Key", who=world.buyer)
    assert len(world.public()) == said + 1
    assert world.dms(world.buyer) == []
    assert role_requests(world, "PUT") == []
    await let_in(world, world.buyer)
    path = ("shoppexset testsale", "product", "game")
    assert await world.buyer.autocomplete(world.channel, *path) == []
    [offered] = await world.admin.autocomplete(world.channel, *path)
    assert offered["name"] == "Game Key"


async def test_nobody_gets_by_a_test_what_they_could_not_hand_out(
    world: World, gold: simcord.RoleHandle
) -> None:
    member = world.admin.member
    assert member is not None
    world.env.backend.reorder_roles(
        world.guild.id, [{"id": gold.id, "position": member.top_role.position + 1}]
    )
    with leaving_nothing(world):
        text = await report(world, "Game Key")
    assert f"You would have {gold.mention} for a moment" in text
    assert role_requests(world, "PUT") == []


@pytest.mark.usefixtures("gold")
async def test_one_test_at_a_time(world: World) -> None:
    world.env.inject_error("PUT", ROLE_PATH, status=500, times=None)
    with leaving_nothing(world):
        first = await begin(world, "Game Key")
        world.make_owner(world.buyer)
        await let_in(world, world.buyer)
        second = await begin(world, "Game Key", who=world.buyer)
        assert "A test is running in this server" in text_of(second)
        await world.env.advance_time(90)
    assert "something does not work" in text_of(first)


async def test_what_is_tested_where_nothing_is_named(world: World) -> None:
    assert "Nothing is for sale here yet" in await report(world)
    await world.sell_item("Alpha", "1", "EUR")
    assert "Tested: **Alpha**" in await report(world)
    await world.sell_item("Beta", "1", "EUR")
    assert "Name one of these: Alpha, Beta" in await report(world)
    await world.sell_item("Gold Pass", "1", "EUR", [world.guild.create_role("Gold")])
    assert "Tested: **Gold Pass**" in await report(world)
    assert "nothing of that name" in await report(world, "Gamma")


# -- what a test is not ------------------------------------------------------------------------


@pytest.mark.usefixtures("gold")
async def test_a_test_is_no_purchase_of_the_testers(world: World) -> None:
    world.env.inject_error("PUT", ROLE_PATH, status=500, times=None)
    await begin(world, "Game Key")
    shown = await world.admin.slash(world.channel, "purchases")
    assert "You have bought nothing" in text_of(shown)
    await world.order("Game Key", buyer=world.admin)
    assert len(world.shop.orders) == 1
    assert "test-" not in str(world.shop.requests)
    await world.env.advance_time(90)
    assert world.roles_of(world.admin) == {"Admins"}

"""The doctor's page: each check made to fail, and to recover."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import discord
import pytest
import simcord
from aiohttp import web
from aiohttp.test_utils import TestServer

import standin
from harness import World
from harness.red import SLASH
from harness.world import EVENTS, as_typed, text_of
from processes import free_port

GOOD = "✅ In order"
SETTLED = 30


@pytest.fixture
async def gold(world: World) -> simcord.RoleHandle:
    """A role that is sold in a shop to which nothing is lacking."""
    role = world.guild.create_role("Gold")
    product = world.shop.add_product(title="Gold Pass", price="9.99")
    await world.sell_product(product.title, [role])
    await reachable_at(world, f"http://127.0.0.1:{world.instance.port}")
    return role


async def reachable_at(world: World, url: str) -> None:
    """The owner says how the world reaches the bot."""
    await world.owner.send(world.channel, f"!shoppexset publicurl {url}")


async def examined(world: World) -> discord.Embed:
    """What the doctor finds."""
    answer = await world.admin.slash(world.channel, "shoppexset doctor")
    await until_done(world)
    assert answer.ephemeral
    [message] = [m for m in (answer.response, *answer.followups) if m is not None]
    return message.embeds[0]


async def until_done(world: World) -> None:
    """The test event has arrived, or is waited for no longer."""
    await world.shop.settle()
    await world.env.advance_time(SETTLED)


async def findings(world: World) -> dict[str, str]:
    """What the doctor finds, by the mark and the title of each."""
    embed = await examined(world)
    assert len(embed) <= 6000
    return {str(field.name): as_typed(str(field.value)) for field in embed.fields}


async def problems(world: World) -> dict[str, str]:
    return {name: text for name, text in (await findings(world)).items() if name != GOOD}


def hook_of(world: World) -> standin.WebhookEndpoint:
    assert world.hook is not None
    return world.hook


def place(world: World, role: simcord.RoleHandle, position: int) -> None:
    world.env.backend.reorder_roles(world.guild.id, [{"id": role.id, "position": position}])


@pytest.mark.usefixtures("gold")
async def test_a_shop_to_which_nothing_is_lacking(world: World) -> None:
    embed = await examined(world)
    [field] = embed.fields
    assert field.name == GOOD
    assert "Everything is in order" in str(embed.description)
    for title in (
        f"API key ({world.shop.profile.name})",
        "Clock",
        f"Listener (port {world.instance.port})",
        "Webhook at Shoppex",
        "Reachable from outside",
        "Members are seen",
        "Manage Roles",
        "Roles that you sell",
        "Slash commands",
        "Products at Shoppex",
        "Shoppex's own role bot",
        "Storage (",
        "Deliveries under way (due: 0)",
        "Waits for you",
    ):
        assert title in str(field.value)


@pytest.mark.usefixtures("gold")
async def test_typed_as_a_command_it_answers_too(world: World) -> None:
    await world.admin.send(world.channel, "!shoppexset doctor")
    await until_done(world)
    message = world.channel.last_message
    assert message is not None
    assert "Everything is in order" in str(message.embeds[0].description)


async def test_a_server_in_which_nothing_is_set_up(bare_world: World) -> None:
    world = bare_world
    found = await findings(world)
    assert "`/shoppexset apikey`" in found["❌ API key"]
    assert "`/shoppexset publicurl`" in found["⚠️ Webhook at Shoppex"]
    assert "Nothing is for sale" in found["⚠️ Products at Shoppex"]
    assert world.shop.requests == []
    await world.set_up()
    await reachable_at(world, f"http://127.0.0.1:{world.instance.port}")
    await world.sell_item("Gold Pass", "9.99", "EUR", [world.guild.create_role("Gold")])
    assert await problems(world) == {}


@pytest.mark.usefixtures("gold")
async def test_its_button_is_for_who_asked(world: World) -> None:
    await world.admin.send(world.channel, "!shoppexset doctor")
    await until_done(world)
    page = world.channel.last_message
    assert page is not None
    pressed = await world.owner.click(page, label="Check again")
    assert "belongs to somebody else" in text_of(pressed)


async def test_the_button_looks_again(world: World, gold: simcord.RoleHandle) -> None:
    place(world, gold, 50)
    answer = await world.admin.slash(world.channel, "shoppexset doctor")
    await until_done(world)
    [page] = [m for m in (answer.response, *answer.followups) if m is not None]
    assert "❌ Roles that you sell" in [field.name for field in page.embeds[0].fields]
    place(world, gold, 1)
    await world.admin.click(page, label="Check again")
    await until_done(world)
    [page] = [m for m in (answer.response, *answer.followups) if m is not None]
    assert [field.name for field in page.embeds[0].fields] == [GOOD]
    await world.admin.click(page, label="Check again")
    await until_done(world)
    assert sum(request.path.endswith("/test") for request in world.shop.requests) == 3


# -- the key, and the clock ----------------------------------------------------------------


@pytest.mark.usefixtures("gold")
async def test_a_key_that_shoppex_does_not_know(world: World) -> None:
    world.shop.regenerate_key()
    found = await problems(world)
    assert "`/shoppexset apikey`" in found["❌ API key"]
    assert "❔ Webhook at Shoppex" in found
    await world.give_api_key(world.shop.api_key)
    assert await problems(world) == {}


@pytest.mark.usefixtures("gold")
async def test_a_shop_that_is_suspended(world: World) -> None:
    world.shop.switches.suspended = True
    assert "“This shop is suspended”" in (await problems(world))["❌ API key"]
    world.shop.switches.suspended = False
    assert await problems(world) == {}


@pytest.mark.usefixtures("gold")
async def test_permissions_that_the_key_lacks(world: World) -> None:
    world.shop.switches.scopes = {"products.read", "orders.read", "invoices.read"}
    found = await problems(world)
    assert "`orders.write`, `subscriptions.read`" in found["❌ API key"]
    assert "`licenses.read`" in found["⚠️ API key"]
    assert "`webhooks.read`" in found["❔ Webhook at Shoppex"]
    world.shop.switches.scopes = {"*"}
    assert await problems(world) == {}


@pytest.mark.usefixtures("gold")
async def test_a_key_that_may_send_no_test_event(world: World) -> None:
    world.shop.switches.scopes = {*standin_scopes()} - {"webhooks.write"}
    found = await problems(world)
    assert found["❔ Reachable from outside"].count("`webhooks.write`") == 1
    assert list(found) == ["⚠️ API key", "❔ Reachable from outside"]
    world.shop.switches.scopes = {"*"}
    assert await problems(world) == {}


def standin_scopes() -> set[str]:
    names = ("products", "orders", "invoices", "licenses", "webhooks", "subscriptions")
    return {f"{name}.{verb}" for name in names for verb in ("read", "write")}


@pytest.mark.parametrize(
    ("seconds", "mark", "word"),
    [(90, "⚠️", "behind"), (600, "❌", "behind"), (-90, "⚠️", "ahead"), (-600, "❌", "ahead")],
)
@pytest.mark.usefixtures("gold")
async def test_clocks_that_disagree(world: World, seconds: int, mark: str, word: str) -> None:
    world.shop.switches.clock_ahead = timedelta(seconds=seconds)
    [(name, text)] = (await problems(world)).items()
    assert name == f"{mark} Clock"
    told = re.search(r"(\d+) s (behind|ahead)", text)
    assert told is not None
    assert abs(int(told[1]) - abs(seconds)) <= 2
    assert told[2] == word
    world.shop.switches.clock_ahead = timedelta(seconds=30)
    assert await problems(world) == {}


@pytest.mark.usefixtures("gold")
async def test_shoppex_being_away_is_no_verdict(world: World) -> None:
    fault = world.shop.fail_next("*", "*", status=503, times=1000)
    found = await problems(world)
    assert found
    assert {name[0] for name in found} == {"❔"}
    assert "could not be asked" in found["❔ API key"]
    fault.stop()
    assert await problems(world) == {}


# -- the way from Shoppex to the bot -------------------------------------------------------


@pytest.mark.usefixtures("gold")
async def test_without_a_public_address_the_bot_asks_by_itself(world: World) -> None:
    await world.owner.send(world.channel, "!shoppexset publicurl")
    found = await problems(world)
    assert list(found) == ["⚠️ Webhook at Shoppex"]
    assert not any(request.path.endswith("/test") for request in world.shop.requests)
    await reachable_at(world, f"http://127.0.0.1:{world.instance.port}")
    assert await problems(world) == {}


@pytest.mark.parametrize("address", ["", "https://shop.example"])
@pytest.mark.usefixtures("gold")
async def test_who_chose_to_ask_shoppex_lacks_no_webhook(world: World, address: str) -> None:
    await world.owner.send(world.channel, f"!shoppexset publicurl {address}")
    world.shop.remove_webhook(hook_of(world))
    asked = await world.admin.slash(world.channel, "shoppexset setup")
    assert asked.response is not None
    await go_to(world, asked.response, "How payments are heard of")
    await world.admin.click(asked.response, label="I ask Shoppex")
    found = await findings(world)
    assert list(found) == [GOOD]
    assert "Webhook at Shoppex (not needed" in found[GOOD]
    await world.bot.get_cog("Shoppex").webhooks.stop()
    assert list(await problems(world)) == ["⚠️ Listener"]


async def go_to(world: World, message: Any, step: str) -> None:
    """To a step of the setup."""
    [menu] = [
        part
        for row in message.components
        for part in row["components"]
        if part.get("placeholder") == "Go to a step"
    ]
    [value] = [option["value"] for option in menu["options"] if option["label"] == step]
    await world.admin.select(message, [value], custom_id=menu["custom_id"])


async def set_up_webhook(world: World) -> None:
    """The bot makes the webhook at Shoppex, or mends it."""
    asked = await world.admin.slash(world.channel, "shoppexset setup")
    assert asked.response is not None
    await go_to(world, asked.response, "Webhook")
    await world.admin.click(asked.response, label="Set it up for me")


@pytest.mark.usefixtures("gold")
async def test_a_webhook_that_leads_to_the_former_address(world: World) -> None:
    await set_up_webhook(world)
    assert await problems(world) == {}
    await reachable_at(world, f"http://localhost:{world.instance.port}")
    found = await problems(world)
    assert list(found) == ["❌ Webhook at Shoppex"]
    assert "address of the bot has changed" in found["❌ Webhook at Shoppex"]
    await set_up_webhook(world)
    assert await problems(world) == {}


@pytest.mark.usefixtures("gold")
async def test_of_two_webhooks_the_bots_own_is_tried(world: World) -> None:
    world.shop.remove_webhook(hook_of(world))
    other = world.shop.add_webhook("https://elsewhere.example", events=EVENTS)
    await set_up_webhook(world)
    other.url = world.webhook_url
    assert world.shop.webhooks[0] == other
    assert list(await problems(world)) == ["⚠️ Webhook at Shoppex"]
    world.shop.remove_webhook(other)
    assert await problems(world) == {}


@pytest.mark.usefixtures("gold")
async def test_a_secret_of_which_nobody_is_sure(world: World) -> None:
    world.shop.drop_next("POST", "/webhooks/*/rotate-secret", after=True)
    await rotate(world)
    found = await problems(world)
    assert "may sign with a secret" in found["❌ Webhook at Shoppex"]
    assert "`/shoppexset rotate`" in found["❌ Webhook at Shoppex"]
    await rotate(world)
    assert await problems(world) == {}


@pytest.mark.usefixtures("gold")
async def test_an_event_signed_with_the_former_secret_has_arrived(world: World) -> None:
    secret = hook_of(world).secret
    await rotate(world)
    hook_of(world).secret = secret
    assert await problems(world) == {}


async def rotate(world: World) -> None:
    """The admin has the secret replaced."""
    asked = await world.admin.slash(world.channel, "shoppexset rotate")
    assert asked.response is not None
    await world.admin.click(asked.response, label="Replace the secret")


@pytest.mark.usefixtures("gold")
async def test_no_webhook_at_shoppex(world: World) -> None:
    world.shop.remove_webhook(hook_of(world))
    found = await problems(world)
    assert list(found) == ["❌ Webhook at Shoppex"]
    assert "`/shoppexset secret`" in found["❌ Webhook at Shoppex"]
    world.shop.add_webhook(world.webhook_url, hook_of(world).secret, EVENTS)
    assert await problems(world) == {}


@pytest.mark.parametrize("mended_by", ["rotate", "secret"])
async def test_no_secret(bare_world: World, mended_by: str) -> None:
    world = bare_world
    await world.give_api_key(world.shop.api_key)
    await world.sell_item("Pass", "1", "EUR", [world.guild.create_role("Gold")])
    await reachable_at(world, f"http://127.0.0.1:{world.instance.port}")
    hook = world.shop.add_webhook(world.webhook_url, events=EVENTS)
    text = (await problems(world))["❌ Webhook at Shoppex"]
    assert "does not know its secret" in text
    if mended_by == "rotate":
        assert "`/shoppexset rotate`" in text
        await rotate(world)
    else:
        await world.give_secret(hook.secret)
    assert await problems(world) == {}


@pytest.mark.usefixtures("gold")
async def test_events_that_the_webhook_lacks(world: World) -> None:
    hook_of(world).events = tuple(e for e in EVENTS if e != "subscription:upcoming")
    found = await problems(world)
    assert "`subscription:upcoming`." in found["⚠️ Webhook at Shoppex"]
    hook_of(world).events = ("order:cancelled",)
    assert "`order:paid`" in (await problems(world))["❌ Webhook at Shoppex"]
    hook_of(world).events = EVENTS
    assert await problems(world) == {}


@pytest.mark.usefixtures("gold")
async def test_two_webhooks_that_lead_here(world: World) -> None:
    second = world.shop.add_webhook(world.webhook_url, events=EVENTS)
    assert "More than one" in (await problems(world))["⚠️ Webhook at Shoppex"]
    world.shop.remove_webhook(second)
    assert await problems(world) == {}


@pytest.mark.usefixtures("gold")
async def test_another_secret_at_shoppex(world: World) -> None:
    secret = world.shop.rotate_secret(hook_of(world))
    found = await problems(world)
    assert list(found) == ["❌ Reachable from outside"]
    assert "another secret" in found["❌ Reachable from outside"]
    await world.give_secret(secret)
    assert await problems(world) == {}


@pytest.mark.usefixtures("gold")
async def test_a_shop_with_the_old_signature_only(world: World) -> None:
    world.shop.switches.sign_v2 = False
    text = (await problems(world))["❌ Reachable from outside"]
    assert "`/shoppexset legacysignature`" in text
    await world.admin.slash(world.channel, "shoppexset legacysignature", allowed=True)
    assert await problems(world) == {}


@pytest.mark.usefixtures("gold")
async def test_an_event_with_a_wrong_time(world: World) -> None:
    world.shop.fail_next("POST", "/webhooks/*/test", status=200, body={"data": {}})
    answer = await world.admin.slash(world.channel, "shoppexset doctor")
    late = int(world.env.now().timestamp()) - 600
    await world.shop.deliver(hook_of(world), "order:updated", {"uniqid": "x"}, timestamp=late)
    await until_done(world)
    assert "arrived with a wrong time" in text_of(answer)
    assert await problems(world) == {}


@pytest.mark.usefixtures("gold")
async def test_an_address_behind_which_nobody_is(world: World) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    hook_of(world).url = f"{nowhere}/shoppex/{world.guild.id}"
    await reachable_at(world, nowhere)
    assert "cannot connect" in (await problems(world))["❌ Reachable from outside"]
    await reachable_at(world, f"http://127.0.0.1:{world.instance.port}")
    hook_of(world).url = world.webhook_url
    assert await problems(world) == {}


@asynccontextmanager
async def answering(status: int) -> AsyncIterator[str]:
    """A web server that is not the bot, and its address."""

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=status, headers={"Location": "https://shop.example"})

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", answer)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (200, "Something else than this bot answers"),
        (301, "only points to another one"),
        (401, "Something in front of the bot"),
        (404, "does not pass `/shoppex/…` on"),
        (502, "does not reach the bot"),
    ],
)
@pytest.mark.usefixtures("gold")
async def test_somebody_else_answers_at_the_address(world: World, status: int, words: str) -> None:
    async with answering(status) as elsewhere:
        hook_of(world).url = f"{elsewhere}/shoppex/{world.guild.id}"
        await reachable_at(world, elsewhere)
        text = (await problems(world))["❌ Reachable from outside"]
    assert words in text
    assert str(status) in text
    hook_of(world).url = world.webhook_url
    await reachable_at(world, f"http://127.0.0.1:{world.instance.port}")
    assert await problems(world) == {}


@pytest.mark.usefixtures("gold")
async def test_a_test_event_that_is_never_sent(world: World) -> None:
    world.shop.fail_next("POST", "/webhooks/*/test", status=200, body={"data": {}})
    assert "did not arrive" in (await problems(world))["❌ Reachable from outside"]
    assert await problems(world) == {}


@pytest.mark.usefixtures("gold")
async def test_an_event_from_yesterday_is_not_taken_for_the_test(world: World) -> None:
    await world.order("Gold Pass")
    await world.shop.pay(world.shop.orders[-1].uniqid)
    await problems(world)
    await world.env.advance_time(24 * 3600)
    world.shop.fail_next("POST", "/webhooks/*/test", status=200, body={"data": {}})
    assert "did not arrive" in (await problems(world))["❌ Reachable from outside"]
    assert await problems(world) == {}


@pytest.mark.usefixtures("gold")
async def test_the_test_event_leads_to_nothing(world: World) -> None:
    before = world.public()
    assert await problems(world) == {}
    assert world.shop.deliveries[-1].event == "order:updated"
    assert world.shop.deliveries[-1].attempts[-1].status == 200
    assert world.public() == before
    assert world.dms(world.guild.owner) == []


async def test_a_listener_that_does_not_run(world: World, gold: simcord.RoleHandle) -> None:
    del gold
    with socket.socket() as occupied:
        await world.bot.get_cog("Shoppex").webhooks.stop()
        occupied.bind(("127.0.0.1", world.instance.port))
        occupied.listen()
        await world.instance.restart(world.env)
        world.make_owner(world.owner)
        found = await problems(world)
        assert list(found) == ["❌ Listener"]
        assert str(world.instance.port) in found["❌ Listener"]
        await world.owner.send(world.channel, "!shoppexset publicurl")
        assert "⚠️ Listener" in await problems(world)
    await reachable_at(world, f"http://127.0.0.1:{world.instance.port}")
    await world.owner.send(world.channel, f"!shoppexset listener 127.0.0.1 {world.instance.port}")
    assert await problems(world) == {}


# -- this server ---------------------------------------------------------------------------


@pytest.mark.usefixtures("gold")
async def test_a_bot_that_does_not_see_members(world: World) -> None:
    world.bot._connection._intents.members = False
    assert "Server Members Intent" in (await problems(world))["❌ Members are seen"]
    world.bot._connection._intents.members = True
    assert await problems(world) == {}


async def test_roles_that_are_too_high(world: World, gold: simcord.RoleHandle) -> None:
    place(world, gold, 50)
    text = (await problems(world))["❌ Roles that you sell"]
    assert gold.mention in text
    assert "drag the bot's role above" in text
    place(world, gold, 1)
    assert await problems(world) == {}


async def test_a_role_that_is_deleted(world: World, gold: simcord.RoleHandle) -> None:
    world.env.backend.delete_role(world.guild.id, gold.id)
    text = (await problems(world))["❌ Roles that you sell"]
    assert "no longer exist" in text
    assert gold.mention in text
    silver = world.guild.create_role("Silver")
    await world.admin.slash(
        world.channel, "shoppexset product roles", product="Gold Pass", roles=silver.mention
    )
    assert await problems(world) == {}


async def test_without_manage_roles_the_order_of_roles_is_told_too(
    world: World, gold: simcord.RoleHandle
) -> None:
    place(world, gold, 50)
    forbid(world, forbidden=True)
    found = await problems(world)
    assert "lacks Manage Roles" in found["❌ Manage Roles"]
    assert gold.mention in found["❌ Roles that you sell"]
    place(world, gold, 1)
    assert list(await problems(world)) == ["❌ Manage Roles"]
    forbid(world, forbidden=False)
    assert await problems(world) == {}


def forbid(world: World, *, forbidden: bool) -> None:
    """The bot's own roles lose Manage Roles, or get it back."""
    for role in world.bot.get_guild(world.guild.id).me.roles:
        rights = discord.Permissions(role.permissions.value)
        rights.update(administrator=False, manage_roles=not forbidden)
        world.env.backend.edit_role(world.guild.id, role.id, {"permissions": rights.value})


@pytest.mark.usefixtures("gold")
async def test_slash_commands_that_red_holds_back(world: World) -> None:
    await world.bot.disable_app_command("buy")
    text = (await problems(world))["❌ Slash commands"]
    assert "`/buy`" in text
    assert "`/purchases`" not in text
    assert "`!slash enablecog shoppex`" in text
    await world.bot.enable_app_command("buy")
    assert await problems(world) == {}


@pytest.mark.usefixtures("gold")
async def test_slash_commands_that_discord_does_not_know(world: World) -> None:
    world.env.backend.register_commands(None, [])
    text = (await typed(world))["❌ Slash commands"]
    assert all(f"`/{name}`" in text for name in SLASH)
    await world.bot.tree.sync()
    assert await problems(world) == {}


async def typed(world: World) -> dict[str, str]:
    """The same, typed: without slash commands."""
    await world.admin.send(world.channel, "!shoppexset doctor")
    await until_done(world)
    message = world.channel.last_message
    assert message is not None
    return {str(f.name): str(f.value) for f in message.embeds[0].fields if f.name != GOOD}


@pytest.mark.usefixtures("gold")
async def test_slash_commands_of_an_older_version(world: World) -> None:
    group = world.bot.tree.get_command("shoppexset")
    doctor = group.remove_command("doctor")
    await world.bot.tree.sync()
    group.add_command(doctor or world.bot.get_command("shoppexset doctor").app_command)
    text = (await typed(world))["⚠️ Slash commands"]
    assert "`/shoppexset doctor`" in text
    assert "`!slash sync`" in text
    await world.bot.tree.sync()
    assert await problems(world) == {}


# -- the catalogue -------------------------------------------------------------------------


def product_of(world: World) -> standin.Product:
    return world.shop.products[0]


@pytest.mark.usefixtures("gold")
async def test_a_product_that_is_gone(world: World) -> None:
    product = product_of(world)
    world.shop._state.products.remove(product)
    text = (await problems(world))["❌ Products at Shoppex"]
    assert "**Gold Pass**" in text
    world.shop._state.products.append(product)
    assert await problems(world) == {}


@pytest.mark.usefixtures("gold")
async def test_a_list_that_is_cut_short_hides_no_product(world: World) -> None:
    fault = world.shop.empty_pages("/products")
    assert await problems(world) == {}
    fault.stop()


@pytest.mark.parametrize("flag", ["unlisted", "private", "on_hold"])
@pytest.mark.usefixtures("gold")
async def test_a_product_that_is_hidden(world: World, flag: str) -> None:
    setattr(product_of(world), flag, True)
    assert "**Gold Pass**" in (await problems(world))["⚠️ Products at Shoppex"]
    setattr(product_of(world), flag, False)
    assert await problems(world) == {}


async def test_an_item_whose_pool_is_gone(world: World, gold: simcord.RoleHandle) -> None:
    keys = world.shop.add_product(title="Keys", price="1", type="SERIALS", serials=["A"])
    await world.sell_item("Bundle", "2", "EUR", [gold])
    await world.admin.slash(world.channel, "shoppexset item pool", item="Bundle", product="Keys")
    assert await problems(world) == {}
    world.shop._state.products.remove(keys)
    text = (await problems(world))["❌ Products at Shoppex"]
    assert "**Bundle**" in text
    assert "`/shoppexset item pool`" in text
    world.shop.add_product(title="More keys", price="1", type="SERIALS", serials=["B"])
    await world.admin.slash(
        world.channel, "shoppexset item pool", item="Bundle", product="More keys"
    )
    assert await problems(world) == {}


async def test_shoppex_s_own_bot_gives_the_same_role(
    world: World, gold: simcord.RoleHandle
) -> None:
    product_of(world).discord_role = (str(world.guild.id), str(gold.id))
    text = (await problems(world))["❌ Shoppex's own role bot"]
    assert "**Gold Pass**" in text
    assert "Switch Assign Role off" in text
    product_of(world).discord_role = ("1", str(gold.id))
    assert "**Gold Pass**" in (await problems(world))["⚠️ Shoppex's own role bot"]
    world.shop.switches.discord_fields = False
    assert await problems(world) == {}


# -- the bot itself ------------------------------------------------------------------------


@pytest.mark.usefixtures("gold")
async def test_files_that_have_grown_large(world: World) -> None:
    if world.instance.storage.backend != "json":
        assert "Storage (Postgres" in (await findings(world))[GOOD]
        return
    file = world.instance.path / "cogs" / "ShoppexLedger007" / "settings.json"
    before = file.read_text()
    file.write_text(before + " " * 1_500_000)
    text = (await problems(world))["⚠️ Storage"]
    assert re.search(r"1\.\d MB", text)
    assert "PostgreSQL" in text
    file.write_text(before)
    assert await problems(world) == {}


async def test_what_waits_for_staff(world: World, gold: simcord.RoleHandle) -> None:
    place(world, gold, 50)
    await world.order("Gold Pass")
    await world.pay_newest()
    found = await problems(world)
    assert ": 1." in found["❌ Waits for you"]
    place(world, gold, 1)
    await world.env.settle()
    assert world.roles_of(world.buyer) == {"Gold"}
    assert await problems(world) == {}


@pytest.mark.usefixtures("gold")
async def test_deliveries_that_do_not_come_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    give = world.bot.http.add_role
    answered = False

    async def late(*args: Any, **options: Any) -> Any:
        while not answered:
            await asyncio.sleep(60)
        return await give(*args, **options)

    monkeypatch.setattr(world.bot.http, "add_role", late)
    await world.order("Gold Pass")
    await world.pay_newest()
    await world.env.advance_time(10 * 60)
    assert "the longest for 10 min" in (await problems(world))["⚠️ Deliveries under way"]
    await world.env.advance_time(60 * 60)
    assert "`!reload shoppex`" in (await problems(world))["❌ Deliveries under way"]
    answered = True
    await world.env.advance_time(60)
    assert world.roles_of(world.buyer) == {"Gold"}
    assert await problems(world) == {}

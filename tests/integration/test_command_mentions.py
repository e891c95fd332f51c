"""Commands are named in texts as the reader can use them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest

from harness import World


@pytest.fixture(autouse=True)
def mentions(world: World) -> Iterator[Any]:
    assert world.bot
    mentions = sys.modules["shoppex.i18n"].mentions
    yield mentions
    mentions.forget()


async def test_a_synced_command_can_be_clicked(world: World, mentions: Any) -> None:
    await mentions.learn(world.bot)
    ids = (await world.bot.list_enabled_app_commands())["slash"]
    shown = await world.buyer.slash(world.channel, "purchases")
    assert shown.response is not None
    assert f"</buy:{ids['buy']}>" in str(shown.response.embeds[0].description)


async def test_an_argument_stays_beside_the_mention(world: World, mentions: Any) -> None:
    await mentions.learn(world.bot)
    ids = (await world.bot.list_enabled_app_commands())["slash"]
    named = mentions.put_into("`/shoppex revoke {id}` takes it, see `/shoppexset` and `/orders`.")
    assert named == (
        f"</shoppex revoke:{ids['shoppex']}> `{{id}}` takes it, see `/shoppexset` and `/orders`."
    )


async def test_where_slash_commands_are_off_the_prefix_is_named(
    world: World, mentions: Any
) -> None:
    for name in ("buy", "purchases", "license", "shoppex", "shoppexset"):
        await world.bot.disable_app_command(name)
    await mentions.learn(world.bot)
    prefixes = mentions.put_into("`/buy` and `/shoppexset`")
    assert prefixes == "`!buy` and `!shoppexset`"
    assert mentions.put_into("`/shoppex/health`") == "`/shoppex/health`"


async def test_syncing_is_noticed(world: World, mentions: Any) -> None:
    world.make_owner(world.owner)
    await world.owner.send(world.channel, "!slash list")
    await world.env.settle()
    assert mentions.put_into("`/buy`").startswith("</buy:")


async def test_until_red_was_asked_a_command_is_named_as_it_is_typed(mentions: Any) -> None:
    mentions.forget()
    assert mentions.put_into("`/buy` it") == "`/buy` it"

"""`redbot-setup convert` carries everything over, from one of Red's backends to the other."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from harness import RedInstance, World, open_world
from harness.storage import JsonStorage, PostgresStorage, Storage

pytestmark = pytest.mark.both_backends

KEY = "AAAA-BBBB-1"
CROWD = 300


@pytest.fixture
async def fresh_world(tmp_path: Path) -> AsyncIterator[World]:
    """A shop whose data is all its own Red's work: the notes that the conversion goes by too."""
    async with open_world(tmp_path / "red") as opened:
        await opened.set_up()
        yield opened


async def test_a_shop_moves_to_the_other_backend_and_back(fresh_world: World) -> None:
    world = fresh_world
    role = world.guild.create_role("Gold")
    await world.sell_item("Gold Pass", "9.99", "EUR", [role])
    world.shop.add_product(title="Game Key", price="19.50", type="SERIALS", serials=[KEY])
    await world.sell_product("Game Key", [world.guild.create_role("Player")])
    await world.order("Game Key", remember=True)
    await world.pay_newest()
    await add_crowd(world)

    here = world.instance.storage
    other = PostgresStorage if isinstance(here, JsonStorage) else JsonStorage
    there = other(world.instance.path)
    for number, target in enumerate((there, here)):
        late = world.guild.add_member(world.env.create_user(f"late-{number}"))
        await world.order("Gold Pass", buyer=late)
        before = everything_kept(world)

        await convert(world.instance, target)
        await world.instance.restart(world.env)

        assert everything_kept(world) == before
        await world.pay_newest()
        assert world.roles_of(late) == {"Gold"}
        assert len(world.dms(late)) == 1
    there.discard()

    assert world.roles_of(world.buyer) == {"Player"}
    assert [message.content for message in world.dms(world.buyer)] == [f"```\n{KEY}\n```"]


async def add_crowd(world: World) -> None:
    """Give the ledger many more accounts like the buyer's."""
    ledger = world.bot.get_cog("Shoppex").ledger
    [account] = [ledger.get(key) for key in keys_of(ledger)]
    [order] = account.orders.values()
    for number in range(CROWD):
        key = account.key._replace(user_id=account.key.user_id + 1 + number)
        nonce = f"{number:032x}"
        theirs = replace(
            order, nonce=nonce, uniqid=f"{order.uniqid}-{number}", title="Schlüssel 🗝"
        )
        await ledger.update(
            key,
            lambda _, key=key, theirs=theirs: replace(
                account, key=key, orders={theirs.nonce: theirs}
            ),
        )


def keys_of(ledger: Any) -> list[Any]:
    """Every account: the package that Red has loaded says how many partitions there are."""
    schema = sys.modules["shoppex.store.schema"]
    return [key for number in range(schema.PARTITIONS) for key in ledger.keys_in(number)]


def everything_kept(world: World) -> dict[str, Any]:
    """All that the cog remembers, in values that outlive its process."""
    cog = world.bot.get_cog("Shoppex")
    accounts = {key: asdict(cog.ledger.get(key)) for key in keys_of(cog.ledger)}
    assert len(accounts) > CROWD
    guilds = {
        guild_id: asdict(cog.settings.guild(guild_id)) for guild_id in cog.settings.guild_ids()
    }
    assert list(guilds) == [world.guild.id]
    return {"accounts": accounts, "guilds": guilds, "listener": asdict(cog.settings.listener)}


async def convert(instance: RedInstance, target: Storage) -> None:
    """What an owner does between two runs of the bot."""
    home = instance.path.with_name("home")
    instances = home / "Red-DiscordBot" / "config.json"
    instances.parent.mkdir(parents=True, exist_ok=True)
    paths = {
        "DATA_PATH": str(instance.path),
        "COG_PATH_APPEND": "cogs",
        "CORE_PATH_APPEND": "core",
    }
    instances.write_text(json.dumps({"cellar": {**paths, **instance.storage.config()}}))
    folders = dict.fromkeys(("XDG_CONFIG_HOME", "XDG_CONFIG_DIRS", "XDG_DATA_HOME"), str(home))

    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "redbot.setup", "convert", "cellar", target.backend],
        input=target.answers,
        env={**os.environ, **folders},
        # Without a terminal it reads the password where it reads the rest.
        start_new_session=True,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    says = json.loads(instances.read_text())["cellar"]
    assert says["STORAGE_TYPE"] == target.config()["STORAGE_TYPE"]
    instance.storage = target

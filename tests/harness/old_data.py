"""What version 26ac9e4 left behind, put where it was: see `tests/data_26ac9e4`."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import discord
import simcord
from redbot.core import Config

import standin
import standin.orders
from processes import forget_process

from .red import ROOT, RedInstance
from .world import Clock, World

FOLDER = Path(__file__).parents[1] / "data_26ac9e4"
_IDENTIFIER = 7_409_251_834_620_117
_PARTITIONS = 256
_LONG_AGO = "2026-01-01T00:00:00+00:00"


def kept(name: str) -> Any:
    """One of the files."""
    return json.loads((FOLDER / f"{name}.json").read_text())


# -- Red's data ------------------------------------------------------------------------------


async def put_in_place() -> None:
    """Write settings and ledger as they were, through Red's Config, on either backend."""
    settings = kept("settings")
    config: Any = Config.get_conf(None, _IDENTIFIER, cog_name="Shoppex")
    config.register_global(listener={}, retention={})
    config.register_guild(shop={})
    for name, value in settings["GLOBAL"].items():
        await config.set_raw(name, value=value)
    for guild_id, group in settings["GUILD"].items():
        await config.guild_from_id(int(guild_id)).shop.set(group["shop"])
    ledger = kept("ledger")
    for number in range(_PARTITIONS):
        part: Any = Config.get_conf(None, _IDENTIFIER, cog_name=f"ShoppexLedger{number:03}")
        part.init_custom("ACCOUNT", 2)
        await part.custom("ACCOUNT").set(
            {**ledger.get(str(number), {}), "0": {"0": {"schema": 2}}}
        )


# -- Discord ---------------------------------------------------------------------------------


class OldWorld(World):
    """The server of that time: the same people, roles, channels and buttons, by the same ids."""

    def __init__(self, env: simcord.Env, shop: standin.StandIn, instance: RedInstance) -> None:
        self.env = env
        self.shop = shop
        self.instance = instance
        backend = env.backend
        found = kept("discord")
        backend.clock.advance(found["seconds"])
        guild_id, name, owner_id = found["guild"]
        with _ids(backend, owner_id):
            owner = env.create_user("the owner")
        self.guild = env.create_guild(name, id=guild_id, owner=owner)
        roles = {}
        for title, (role_id, _, power) in found["roles"].items():
            with _ids(backend, role_id):
                permissions = discord.Permissions(power)
                roles[title] = self.guild.create_role(title, permissions=permissions)
        # Each new role pushes up those before it.
        for role_id, position, _ in found["roles"].values():
            backend.get_role(guild_id, role_id).position = position
        self.rooms = {}
        for title, channel_id in found["channels"].items():
            with _ids(backend, channel_id):
                self.rooms[title] = self.guild.create_text_channel(title)
        self.channel = self.rooms["shop"]
        self.people: dict[str, simcord.MemberActor] = {}
        self.users: dict[str, simcord.UserHandle] = {}
        for title, (user_id, had) in found["members"].items():
            with _ids(backend, user_id):
                user = self.users[title] = env.create_user(title)
            if had is not None:
                has = [roles[each] for each in had]
                self.people[title] = self.guild.add_member(user, roles=has)
                backend.get_member(guild_id, user_id).joined_at = _LONG_AGO
        for user_id in found["bans"]:
            backend.guilds[guild_id].bans[user_id] = None
        for title, channel_id in found["dms"].items():
            with _ids(backend, channel_id):
                backend.get_dm_channel(self.users[title].id)
        for message in found["messages"]:
            with _ids(backend, message["id"]):
                backend.create_message(
                    message["channel"],
                    backend.bot_user.id,
                    message["content"],
                    embeds=message["embeds"],
                    components=message["components"],
                )
        self.admin, self.owner = self.people["admin"], self.people["owner"]
        self.buyer = self.people["paid"]
        self.make_owner(self.owner)
        [self.hook] = shop.webhooks
        self.hook.url = self.webhook_url

    def closes_messages(self, name: str) -> None:
        """They take no direct messages, as they took none then."""
        path = f"/channels/{self.env.backend.dm_channels[self.users[name].id]}/messages"
        self.env.inject_error("POST", path, status=403, code=50007, times=10_000)

    def bought(self, name: str, number: int = -1) -> standin.Order:
        """What they ordered, the newest first."""
        email = f"{name}@example.com"
        order: standin.Order = [o for o in self.shop.orders if o.email == email][number]
        return order


@contextmanager
def _ids(backend: Any, *ids: int) -> Iterator[None]:
    """What is made meanwhile gets these ids."""
    for each in ids:
        backend.reserve_id(each)
    backend.snowflake = iter(ids).__next__
    try:
        yield
    finally:
        del backend.snowflake


@asynccontextmanager
async def open_old_world(
    path: Path, *, cog_path: Path | None = ROOT, like: RedInstance, reconciler: bool = False
) -> AsyncIterator[OldWorld]:
    """Everything as it was when that version was stopped, and today's cog on it.

    Parameters
    ----------
    like
        An instance in which the data is in place.
    reconciler
        See `RedInstance.run`.
    """
    worlds: list[OldWorld] = []
    clock = Clock()
    async with standin.StandIn(clock=clock) as shop:
        fill(shop)
        instance = RedInstance(path, cog_path, like=like)
        os.environ["SHOPPEX_API_URL"] = shop.api_url

        def found(env: simcord.Env) -> None:
            clock.env = env
            worlds.append(OldWorld(env, shop, instance))

        try:
            async with instance.run(
                slash=cog_path is not None, reconciler=reconciler, found=found
            ):
                yield worlds[0]
            instance.discard()
        finally:
            del os.environ["SHOPPEX_API_URL"]
            # Downloader may have loaded that version, and another test reads what is loaded.
            forget_process()


# -- the shop --------------------------------------------------------------------------------


def fill(shop: standin.StandIn) -> None:
    """Give the stand-in of Shoppex what it had."""
    found = kept("shop")
    shop._keys.own, shop._keys.other = found["keys"]
    # What goes back is shown as it was then.
    shop.switches.refunded_field = "refunded_amount"
    graph = _Graph()
    for name in ("products", "coupons", "customers", "orders", "subscriptions", "licenses"):
        setattr(shop._state, name, graph.read(found[name]))
    for hook in graph.read(found["webhooks"]):
        shop._endpoints._endpoints.append(hook)


class _Graph:
    """Reads what the graph of `data_26ac9e4/make.py` wrote."""

    def __init__(self) -> None:
        self._seen: dict[int, Any] = {}
        self._read: dict[str, Callable[[Any], Any]] = {
            "$decimal": Decimal,
            "$time": datetime.fromisoformat,
            "$tuple": lambda values: tuple(map(self.read, values)),
            "$set": frozenset,
            "$named": self._read_named,
            "$again": self._seen.__getitem__,
            "$object": self._read_object,
        }

    def read(self, value: Any) -> Any:
        """The value that was written."""
        if isinstance(value, list):
            return [self.read(each) for each in value]
        if not isinstance(value, dict):
            return value
        for name, read in self._read.items():
            if name in value:
                return read(value[name])
        return {key: self.read(each) for key, each in value.items()}

    def _read_named(self, value: list[Any]) -> Any:
        name, *values = value
        return getattr(standin.orders, name)(*map(self.read, values))

    def _read_object(self, value: list[Any]) -> Any:
        name, number, fields = value
        kind = getattr(standin, name)
        # Records know each other, so this one has to be there before its fields.
        made = self._seen[number] = kind.__new__(kind)
        read = {key: self.read(each) for key, each in fields.items()}
        for each in dataclasses.fields(kind):
            if each.name not in read and each.default is not dataclasses.MISSING:
                read[each.name] = each.default
            elif each.name not in read and each.default_factory is not dataclasses.MISSING:
                read[each.name] = each.default_factory()
        for key, content in read.items():
            object.__setattr__(made, key, content)
        return made

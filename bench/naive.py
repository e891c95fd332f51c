"""The naive way: one Config group for all orders, the role given inside the webhook handler.

Written as a decent Red developer would: each order is a document of its own under Shoppex's id,
read and written by itself, one write for an event; the listener has the cog's own settings, the
signature the cog's own check, and Discord answers at once.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

import discord
from aiohttp import web
from discord.http import Route
from redbot.core import Config

from shoppex.webhook.limits import MAX_BODY
from shoppex.webhook.signature import Trust, verify

from .places import Place
from .processes import attend
from .sample import (
    PRICE,
    PRODUCT,
    ROLE,
    SECRET,
    TITLE,
    checkout_of,
    created_at,
    delivery_of,
    key_of,
    uniqid_of,
)

_ORDER = "ORDER"
_NOBODY: dict[str, Any] = {
    "guild": 0,
    "user": 0,
    "product": "",
    "title": "",
    "role": 0,
    "price": "",
    "currency": "",
    "url": "",
    "status": "pending",
    "created": 0.0,
    "paid": None,
    "seen": [],
}


async def fill(place: Place, finished: int, waiting: int) -> None:
    """Keep so many finished orders, and after them so many that are not paid yet."""
    async with place.opened():
        orders = {uniqid_of(n): _order(n, paid=n < finished) for n in range(finished + waiting)}
        await _open().custom(_ORDER).set(orders)


async def serve(pipe: Connection, port: int, place: Place) -> None:
    """Take webhooks until told to stop."""
    async with place.opened():
        shop = NaiveShop()
        app = web.Application(client_max_size=MAX_BODY + 1)
        app.add_routes([web.post("/shoppex/{guild_id}", shop.receive)])
        runner = web.AppRunner(app, access_log=None, auto_decompress=False, shutdown_timeout=5)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        await attend(pipe)
        await runner.cleanup()


class NaiveShop:
    """What the cog would be without a ledger and an engine."""

    def __init__(self) -> None:
        self._config = _open()

    async def receive(self, request: web.Request) -> web.Response:
        """Verify, look whether the event is new, give the role, write it down, answer."""
        body = await request.read()
        verdict = verify(request.headers, body, (SECRET,), time.time())
        if verdict.trust is not Trust.GENUINE:
            return web.json_response({"error": verdict.reason}, status=401)
        event = json.loads(body)
        group: Any = self._config.custom(_ORDER, event["data"]["uniqid"])
        async with group.get_lock():
            order = await group.all()
            if not order["user"]:
                return web.json_response({"status": "unknown order"})
            if verdict.delivery_id in order["seen"]:
                return web.json_response({"status": "already known"})
            if event["event"] == "order:paid" and order["status"] != "paid":
                await _give_role(order["guild"], order["user"], order["role"])
                order["status"], order["paid"] = "paid", time.time()
            order["seen"].append(verdict.delivery_id)
            await group.set(order)
        return web.json_response({"status": "recorded"})


async def give(
    api_url: str, token: str, wishes: Sequence[tuple[int, int, int]]
) -> Sequence[float]:
    """Give roles as handlers of webhooks that all arrive at once would.

    Parameters
    ----------
    wishes
        Guild, user and role.

    Returns
    -------
    Sequence[float]
        How many seconds each of the handlers was at it.
    """
    Route.BASE = api_url
    async with discord.Client(intents=discord.Intents.none()) as client:
        await client.login(token)

        async def handle(guild_id: int, user_id: int, role_id: int) -> float:
            begun = time.perf_counter()
            # It gives up when Discord has refused five times; that buyer is left without.
            with suppress(discord.HTTPException):
                await client.http.add_role(guild_id, user_id, role_id)
            return time.perf_counter() - begun

        return await asyncio.gather(*(handle(*wish) for wish in wishes))


async def _give_role(_guild_id: int, _user_id: int, _role_id: int) -> None:
    """Discord, on its very best day."""
    await asyncio.sleep(0)


def _open() -> Config:
    config: Config = Config.get_conf(
        None, 4_128_756_039, force_registration=True, cog_name="NaiveShop"
    )
    config.init_custom(_ORDER, 1)
    config.register_custom(_ORDER, **_NOBODY)
    return config


def _order(number: int, *, paid: bool) -> dict[str, Any]:
    guild_id, user_id = key_of(number)
    created = created_at(number).timestamp()
    order = _NOBODY | {
        "guild": guild_id,
        "user": user_id,
        "product": PRODUCT,
        "title": TITLE,
        "role": ROLE,
        "price": str(PRICE.amount),
        "currency": PRICE.currency,
        "url": checkout_of(number),
        "created": created,
    }
    if paid:
        order |= {"status": "paid", "paid": created + 60, "seen": [delivery_of(number)]}
    return order

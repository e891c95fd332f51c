"""The cog's store on Red's JSON backend, opened by one process after another."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from redbot.core import data_manager
from redbot.core._drivers import json as json_driver

from processes import forget_process
from shoppex.store.ledger import Ledger, Observer
from shoppex.store.schema import open_settings
from shoppex.store.settings import Settings
from shoppex.store.writer import Writer


@dataclass(frozen=True, slots=True)
class Store:
    """What one process has open."""

    ledger: Ledger
    settings: Settings
    writes: Writer


class Disk:
    """A data path of Red's, which can also be full."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.written: list[Path] = []
        self.full = False
        self._room: int | None = None
        self._save = json_driver._save_json
        monkeypatch.setattr(json_driver, "_save_json", self._save_unless_full)
        paths = {"DATA_PATH": str(path), "COG_PATH_APPEND": "cogs", "CORE_PATH_APPEND": "core"}
        storage = {"STORAGE_TYPE": "JSON", "STORAGE_DETAILS": {}}
        monkeypatch.setattr(data_manager, "basic_config", {**paths, **storage})

    async def open(self, observe: Observer | None = None) -> Store:
        """The store as a new process sees it; ``observe`` is shown what changes."""
        forget_process()
        writes = Writer()
        store = Store(Ledger(writes, observe), Settings(open_settings(), writes), writes)
        await store.ledger.load()
        await store.settings.load()
        self.written.clear()
        return store

    def fill_up_after(self, writes: int | None) -> None:
        """Have room for so many writes from now on; ``None``: for any number."""
        self._room = writes

    def _save_unless_full(self, path: Path, data: dict[str, object]) -> None:
        if self.full or self._room == 0:
            raise OSError(28, "No space left on device")
        if self._room is not None:
            self._room -= 1
        self._save(path, data)
        self.written.append(path)

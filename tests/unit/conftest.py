"""A disk for the tests that keep something."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from disk import Disk


@pytest.fixture(scope="session")
def opened_before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data path as the first run of the cog leaves it: making it takes a second."""
    path = tmp_path_factory.mktemp("data")
    with pytest.MonkeyPatch.context() as monkeypatch:
        asyncio.run(Disk(path, monkeypatch).open())
    return path


@pytest.fixture
def disk(tmp_path: Path, opened_before: Path, monkeypatch: pytest.MonkeyPatch) -> Disk:
    """A data path on which nothing was kept yet."""
    shutil.copytree(opened_before, tmp_path, dirs_exist_ok=True)
    return Disk(tmp_path, monkeypatch)

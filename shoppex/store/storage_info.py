"""Backend and size of the store, as Red keeps it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from redbot.core import data_manager

_FILES = "Shoppex*/settings.json"


@dataclass(frozen=True, slots=True)
class Storage:
    """Backend and size of the bot's store, for all its servers together.

    Parameters
    ----------
    backend
        Red's own word: ``JSON`` or ``Postgres``.
    size
        Of all files together, in bytes; 0 where there are none.
    largest
        Of the largest file, in bytes: it is rewritten whole at each change.
    """

    backend: str
    size: int = 0
    largest: int = 0


async def look_at_storage() -> Storage:
    """Measure it, in a thread.

    Raises
    ------
    OSError
        When the files cannot be looked at.
    """
    backend = data_manager.storage_type()
    sizes = await asyncio.to_thread(_sizes, data_manager.cog_data_path())
    return Storage(backend, sum(sizes), max(sizes, default=0))


def _sizes(folder: Path) -> list[int]:
    return [path.stat().st_size for path in folder.glob(_FILES)]

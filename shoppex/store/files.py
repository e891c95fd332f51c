"""Files of Red's JSON backend: unreadable ones are set aside before Red opens them.

Red reads a file while a Config is opened, and raises what its decoder raises. On other
backends there are no files, and nothing here does anything.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from redbot.core import data_manager

from .damage import Damage, Fault

log = logging.getLogger("red.shoppex.shoppex.store.files")

_FILE = "settings.json"
_ASIDE = f"{_FILE}.unreadable-"
BACKUP = f"{_FILE}.backup"


def has_files() -> bool:
    """Return whether Red keeps its data in files."""
    return data_manager.storage_type() == "JSON"


def file_of(place: str) -> Path:
    """The file of a Config with that name."""
    return data_manager.cog_data_path(raw_name=place) / _FILE


def left_traces(place: str) -> bool:
    """Return whether a backup, or a file that was set aside, shows that data was kept here."""
    if not has_files():
        return False
    folder = file_of(place).parent
    return (folder / BACKUP).exists() or any(folder.glob(f"{_ASIDE}*"))


def set_aside_unreadable(place: str, now: datetime) -> Damage | None:
    """Rename a file that Red could not read, so that a new one can take its place.

    An empty file is removed: nothing is in it. Red's driver leaves one behind when the disk is
    full at the first load.

    Returns
    -------
    Damage | None
        ``None`` when the file is fit, empty or not there.

    Raises
    ------
    OSError
        When it can be neither read nor renamed.
    """
    if not has_files():
        return None
    file = file_of(place)
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return None
    if not content.strip(b"\0 \r\n\t"):
        log.warning("%s is empty and was removed", file)
        file.unlink()
        return None
    detail = _why_unreadable(content)
    if detail is None:
        return None
    aside = file.with_name(f"{_ASIDE}{now:%Y%m%dT%H%M%SZ}")
    file.rename(aside)
    log.error("%s cannot be read (%s). It is kept as %s", file, detail, aside.name)
    return Damage(place, Fault.UNREADABLE, detail, aside.name)


def back_up(places: Iterable[str]) -> None:
    """Copy each file that changed since its last backup beside it. Blocks; for a thread.

    A backup is never replaced by a file that could not be read, and always by a whole one.
    """
    if not has_files():
        return
    for place in places:
        file = file_of(place)
        try:
            _back_up(file, file.with_name(BACKUP))
        except OSError as error:
            log.warning("%s could not be backed up: %s", file, error.strerror)


def _back_up(file: Path, backup: Path) -> None:
    try:
        stat = file.stat()
    except FileNotFoundError:
        return
    if backup.exists() and backup.stat().st_mtime_ns == stat.st_mtime_ns:
        return
    content = file.read_bytes()
    if _why_unreadable(content) is not None:
        return
    unfinished = backup.with_name(f"{BACKUP}.tmp")
    with unfinished.open("wb") as copy:
        copy.write(content)
        copy.flush()
        os.fsync(copy.fileno())
    unfinished.chmod(stat.st_mode)
    # By the same time it is known later that nothing changed since.
    os.utime(unfinished, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    unfinished.replace(backup)


def read_backup(place: str) -> dict[str, Any] | None:
    """Return a backup's content, by identifier; ``None`` when there is none that can be read."""
    if not has_files():
        return None
    try:
        content = file_of(place).with_name(BACKUP).read_bytes()
    except OSError:
        return None
    if _why_unreadable(content) is not None:
        return None
    found: dict[str, Any] = json.loads(content)
    return found


def keep_copy(place: str, now: datetime) -> None:
    """Copy a file before a record in it that cannot be read is replaced."""
    if has_files():
        file = file_of(place)
        copy = file.with_name(f"{_ASIDE}{now:%Y%m%dT%H%M%SZ}")
        copy.write_bytes(file.read_bytes())


def noticed_at(place: str) -> datetime | None:
    """Return when the first file was set aside here, by its name."""
    if not has_files():
        return None
    stamps = sorted(path.name for path in file_of(place).parent.glob(f"{_ASIDE}*"))
    if not stamps:
        return None
    return datetime.strptime(f"{stamps[0].removeprefix(_ASIDE)}+0000", "%Y%m%dT%H%M%SZ%z")


def remove_backup(place: str) -> None:
    """Remove a backup, because somebody in it is to be forgotten."""
    if has_files():
        file_of(place).with_name(BACKUP).unlink(missing_ok=True)


def _why_unreadable(content: bytes) -> str | None:
    """What is wrong, without anything of what is in it."""
    try:
        data = json.loads(content.decode("utf-8"))
    except UnicodeDecodeError:
        return "not UTF-8"
    except (ValueError, RecursionError) as error:
        place = f" at character {error.pos}" if isinstance(error, json.JSONDecodeError) else ""
        return f"not JSON{place}"
    return None if _is_nested(data, 2) else "not what Red writes"


def _is_nested(data: object, depth: int) -> bool:
    """Whether there are mappings, so many deep."""
    if not isinstance(data, dict):
        return False
    return depth == 0 or all(_is_nested(each, depth - 1) for each in data.values())

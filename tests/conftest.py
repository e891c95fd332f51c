"""Where the tests keep their files."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

_MEMORY = Path("/dev/shm")  # noqa: S108 - only unpredictable names below it are used
_ROOM_BYTES = 2**30


def pytest_configure() -> None:
    """Use memory where there is enough of it: each Red writes, and waits for, many small files."""
    if "TMPDIR" in os.environ or not os.access(_MEMORY, os.W_OK):
        return
    if shutil.disk_usage(_MEMORY).free >= _ROOM_BYTES:
        os.environ["TMPDIR"] = tempfile.tempdir = str(_MEMORY)

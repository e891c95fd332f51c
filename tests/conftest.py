"""Where the tests keep their files, and how many examples hypothesis draws for each rule."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from hypothesis import Phase, settings

_MEMORY = Path("/dev/shm")  # noqa: S108 - only unpredictable names below it are used
_ROOM_BYTES = 2**30

# How long an example takes says how busy the machine is, and nothing about the rule. Finding
# out which lines made it fail takes longer than a test may.
settings.register_profile(
    "full",
    max_examples=100,
    deadline=None,
    phases=[phase for phase in Phase if phase is not Phase.explain],
)
# While somebody waits for it.
settings.register_profile("few", settings.get_profile("full"), max_examples=15)
_UNASKED = "full" if os.environ.get("CI") else "few"
settings.load_profile(os.environ.get("SHOPPEX_TEST_EXAMPLES") or _UNASKED)

# What they run under, SimCord, needs Python 3.11.
collect_ignore = [] if sys.version_info >= (3, 11) else ["integration"]


def pytest_configure() -> None:
    """Use memory where there is enough of it: each Red writes, and waits for, many small files."""
    if "TMPDIR" in os.environ or not os.access(_MEMORY, os.W_OK):
        return
    if shutil.disk_usage(_MEMORY).free >= _ROOM_BYTES:
        os.environ["TMPDIR"] = tempfile.tempdir = str(_MEMORY)

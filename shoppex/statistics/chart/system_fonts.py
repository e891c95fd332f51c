"""The font files of the machine, in the order in which they are tried."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice
from pathlib import Path

_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/run/current-system/sw/share/X11/fonts",
    "~/.local/share/fonts",
    "~/.fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
    "~/Library/Fonts",
    "${WINDIR}/Fonts",
    "${LOCALAPPDATA}/Microsoft/Windows/Fonts",
)
_ENDINGS = {".ttf", ".otf", ".ttc", ".otc"}
# Pictures instead of letters, and boxes that stand for every letter there is.
_NO_LETTERS = ("emoji", "lastresort")
_ODD = (
    "bold",
    "italic",
    "oblique",
    "mono",
    "serif",
    "condensed",
    "thin",
    "light",
    "black",
    "math",
)
_MOST = 4000


@cache
def font_files() -> tuple[str, ...]:
    """Upright fonts without serifs first. Looked for once: who installs a font reloads the cog."""
    return tuple(map(str, sorted(islice(_found(), _MOST), key=_oddness)))


def _found() -> Iterator[Path]:
    for folder in _FOLDERS:
        for parent, _folders, names in os.walk(os.path.expandvars(os.path.expanduser(folder))):  # noqa: PTH111 - Path.expanduser raises where there is no home
            for name in names:
                path = Path(parent, name)
                if path.suffix.lower() in _ENDINGS and not _holds(path, _NO_LETTERS):
                    yield path


def _oddness(path: Path) -> tuple[int, str]:
    return sum(_holds(path, [word]) for word in _ODD), path.name


def _holds(path: Path, words: Iterable[str]) -> bool:
    name = path.stem.lower().replace("sansserif", "").replace(" ", "")
    return any(word in name for word in words)

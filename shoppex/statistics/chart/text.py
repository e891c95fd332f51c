"""Font selection and text measurement: which letters can be drawn, and how wide they are.

The fonts that lie beside this file know Latin, Greek and Cyrillic letters. A text with others is
drawn in a font of the machine that has all of its letters, where there is one.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont, features
from PIL.ImageFont import FreeTypeFont, Layout

from .system_fonts import font_files

Colour = tuple[int, int, int]

_FONTS = Path(__file__).parent / "fonts"
_REGULAR, _BOLD = str(_FONTS / "shop-regular.ttf"), str(_FONTS / "shop-bold.ttf")
_ELLIPSIS = "…"
# Nobody reads more in one line.
_LONGEST = 200
_WORN = 0.5
_PROBE = 24
# No font has a letter for this: what it draws here is drawn for every letter that it lacks.
_NOWHERE = "\uffff"
# Accents that belong to no single letter, and what chooses between emoji and text.
_DECORATION = (range(0x0300, 0x0370), range(0xFE00, 0xFE10))
# Scripts whose letters change their shape or place by what stands beside them.
_SHAPED = (range(0x0590, 0x10A0), range(0x1700, 0x1D00))


class Style(NamedTuple):
    """How text looks; the size is in pixels."""

    size: int
    bold: bool = False


class Line(NamedTuple):
    """A line of text, ready to be drawn."""

    text: str
    font: FreeTypeFont
    width: float


class _Prepared(NamedTuple):
    """A text without what its font lacks.

    Parameters
    ----------
    missing
        How many letters were left out.
    whole
        Whether not even a sign was.
    """

    text: str
    file: str
    shaped: bool
    missing: int
    whole: bool


def readable(text: str) -> str:
    """The text in letters that can be drawn; what cannot be is left out.

    Letters in disguise (𝐆𝐨𝐥𝐝) become plain ones. Empty when so much would be missing that the
    rest misleads.
    """
    prepared = _prepare(text[:_LONGEST])
    kept = sum(map(_is_letter, prepared.text))
    enough = kept and prepared.missing < kept * _WORN
    return " ".join(prepared.text.split()) if enough else ""


def drawable(text: str) -> bool:
    """Whether nothing of a text would be missing."""
    return _prepare(text[:_LONGEST]).whole


def line(text: str, style: Style, room: float | None = None) -> Line:
    """A text as it is drawn, cut with an ellipsis where it is wider than ``room``."""
    prepared = _prepare(text[:_LONGEST])
    file = _BOLD if style.bold and prepared.file == _REGULAR else prepared.file
    font = _font(file, style.size, prepared.shaped)
    shown, width = prepared.text, font.getlength(prepared.text)
    if room is not None and width > room:
        while shown and width > room:
            shown = shown[:-1].rstrip()
            width = font.getlength(shown + _ELLIPSIS)
        shown += _ELLIPSIS
    return Line(shown, font, width)


def write(draw: ImageDraw.ImageDraw, x: float, baseline: int, shown: Line, colour: Colour) -> None:
    """Draw a line that begins at ``x``."""
    draw.text((round(x), baseline), shown.text, colour, shown.font, "ls")


@lru_cache(maxsize=512)
def _prepare(text: str) -> _Prepared:
    composed = unicodedata.normalize("NFC", text)
    undisguised = (c if _has(_REGULAR, c) else unicodedata.normalize("NFKC", c) for c in composed)
    plain = unicodedata.normalize("NFC", "".join(undisguised))
    letters = frozenset(filter(_is_letter, plain))
    file, shaped = _REGULAR, False
    if not all(_has(_REGULAR, c) for c in letters):
        must_shape = any(ord(c) in scripts for c in letters for scripts in _SHAPED)
        found = None
        if not must_shape or features.check("raqm"):
            found = _file_with(letters | {_ELLIPSIS})
        if found is not None:
            file, shaped = found, must_shape
    kept = "".join(
        " " if c.isspace() else c if _has(file, c) or (shaped and _is_hint(c)) else ""
        for c in plain
    )
    lacks = [c for c in plain if not (c.isspace() or _is_hint(c) or _has(file, c))]
    return _Prepared(kept, file, shaped, sum(map(_is_letter, lacks)), not lacks)


def _is_letter(character: str) -> bool:
    """Whether a text misleads without it; digits and vowel signs count, emoji do not."""
    mark = unicodedata.category(character) in ("Mn", "Mc")
    return character.isalnum() or (mark and not _is_hint(character))


def _is_hint(character: str) -> bool:
    """Whether it only says how its neighbours are to be written."""
    decorates = any(ord(character) in marks for marks in _DECORATION)
    return decorates or unicodedata.category(character) == "Cf"


@lru_cache(maxsize=8192)
def _has(file: str, character: str) -> bool:
    return _draws(_font(file, _PROBE), character)


@lru_cache(maxsize=512)
def _file_with(characters: frozenset[str]) -> str | None:
    """The first font of the machine that has all of them."""
    return next((file for file in font_files() if _covers(file, characters)), None)


def _covers(file: str, characters: frozenset[str]) -> bool:
    try:
        font = ImageFont.truetype(file, _PROBE, layout_engine=Layout.BASIC)
        return all(_draws(font, character) for character in characters)
    except OSError:
        return False  # Broken, or made of pixels in other sizes.


def _draws(font: FreeTypeFont, character: str) -> bool:
    """Whether a font has a letter. Pillow does not tell, so look at what it draws."""
    if unicodedata.category(character).startswith("C"):
        return False
    return _stamp(font, character) != _stamp(font, _NOWHERE)


def _stamp(font: FreeTypeFont, character: str) -> bytes:
    image = Image.new("L", (3 * _PROBE, 3 * _PROBE))
    ImageDraw.Draw(image).text((_PROBE, 2 * _PROBE), character, 255, font, "ls")
    return image.tobytes()


@lru_cache(maxsize=32)
def _font(file: str, size: int, shaped: bool = False) -> FreeTypeFont:  # noqa: FBT001, FBT002
    # Where nothing has to be shaped, letters stand alike on every machine.
    engine = Layout.RAQM if shaped else Layout.BASIC
    return ImageFont.truetype(file, size, layout_engine=engine)

"""Draws text with a pen: shapes of letters become pixels. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from math import ceil, cos, floor, radians, sin
from typing import NamedTuple

from .canvas import LEVELS, Canvas, Mask, Ramp
from .font_data import ALIKE, BELOW, GLYPHS, MARKS, RAISED

_CAPITAL = 7.0
# Between two letters, in the unit of the shapes.
_APART = 1.85
_DOT = 1.22
# A step of an arc, in pixels: shorter ones look no rounder.
_STEP = 3.0
_WORN = 0.5

Point = tuple[float, float]


class Style(NamedTuple):
    """How text looks.

    Parameters
    ----------
    height
        Of a capital, in pixels.
    weight
        How broad the pen is, in sevenths of that.
    """

    height: int
    weight: float = 0.95


class _Shape(NamedTuple):
    """A drawn letter, and where its left end on the baseline lies in it."""

    mask: Mask
    left: int
    baseline: int


def readable(text: str) -> str:
    """The text in letters that can be drawn; what cannot be is left out.

    Letters in disguise (𝐆𝐨𝐥𝐝) become plain ones. Empty when so much would be missing that the
    rest misleads.
    """
    lettered = _plain(text)
    shown = [c if _can_draw(c) else " " if c.isspace() else "" for c in lettered]
    missing = sum(c.isalnum() and not s for c, s in zip(lettered, shown, strict=True))
    kept = sum(c.isalnum() for c in shown if c)
    return " ".join("".join(shown).split()) if kept and missing < kept * _WORN else ""


def drawable(text: str) -> bool:
    """Whether nothing of a text would be missing."""
    return all(_can_draw(c) or c.isspace() for c in _plain(text))


def width_of(text: str, style: Style) -> int:
    """How many pixels a text takes."""
    unit = style.height / _CAPITAL
    widths = [GLYPHS[_parts(c)[0]].width + _APART for c in _ready(text)]
    return ceil((sum(widths) - _APART + style.weight) * unit) if widths else 0


def fit(text: str, style: Style, width: int) -> str:
    """As much of a text as goes into ``width`` pixels, with an ellipsis where it was cut."""
    text = _ready(text)
    if width_of(text, style) <= width:
        return text
    while text and width_of(text + "…", style) > width:
        text = text[:-1].rstrip()
    return text + "…"


def write(
    canvas: Canvas, x: int, baseline: int, text: str, style: Style, ramp: Ramp, align: float = 0
) -> None:
    """Write a line of text.

    Parameters
    ----------
    x
        Where it begins with ``align`` 0, has its middle with 0.5, or ends with 1.
    """
    text = _ready(text)
    unit = style.height / _CAPITAL
    pen = x - width_of(text, style) * align + style.weight / 2 * unit
    for character in text:
        shape = _shape(character, style, round(pen % 1 * 4) % 4)
        at = floor(pen + 1 / 8)
        canvas.stamp(at - shape.left, baseline - shape.baseline, shape.mask, ramp)
        pen += (GLYPHS[_parts(character)[0]].width + _APART) * unit


def _ready(text: str) -> str:
    drawn = (c if _can_draw(c) else " " for c in _plain(text) if _can_draw(c) or c.isspace())
    return "".join(drawn)


def _plain(text: str) -> str:
    """The text without letters in disguise."""
    whole = unicodedata.normalize("NFC", text).translate(ALIKE)
    parts = (c if c in GLYPHS else unicodedata.normalize("NFKC", c) for c in whole)
    return "".join(parts).translate(ALIKE)


@lru_cache(maxsize=1024)
def _parts(character: str) -> tuple[str, str]:
    """A letter and its marks; an empty one when it cannot be drawn."""
    if character in GLYPHS:
        return character, ""
    parts = unicodedata.normalize("NFD", character)
    base, marks = parts[:1], parts[1:]
    if base not in GLYPHS or not all(mark in MARKS for mark in marks):
        return "", ""
    raised = any(mark not in BELOW for mark in marks)
    return ("ı" if base == "i" and raised else base), marks


def _can_draw(character: str) -> bool:
    return bool(_parts(character)[0])


@lru_cache(maxsize=1024)
def _shape(character: str, style: Style, quarter: int) -> _Shape:
    """A letter, begun a number of quarters of a pixel to the right of one."""
    base, marks = _parts(character)
    unit = style.height / _CAPITAL
    strokes = [*_strokes(GLYPHS[base].strokes, unit)]
    middle = GLYPHS[base].width / 2 * unit
    for mark in marks:
        up = RAISED * unit if base.isupper() and mark not in BELOW else 0
        strokes += (
            [(x + middle, y + up) for x, y in stroke] for stroke in _strokes(MARKS[mark], unit)
        )
    if not strokes:
        return _Shape((), 0, 0)
    radius = style.weight * unit / 2
    points = [point for stroke in strokes for point in stroke]
    reach = ceil(radius * _DOT) + 1
    left = reach - floor(min(x for x, _ in points))
    top = ceil(max(y for _, y in points)) + reach
    width = ceil(max(x for x, _ in points)) + left + reach + 1
    height = top - floor(min(y for _, y in points)) + reach
    cover = [bytearray(width) for _ in range(height)]
    for stroke in strokes:
        placed = [(x + left + quarter / 4, top - y) for x, y in stroke]
        broad = radius * _DOT if len(placed) == 1 else radius
        for start, end in zip(placed, placed[1:] or placed, strict=False):
            _draw_line(cover, start, end, broad)
    return _Shape(tuple(bytes(row) for row in cover), left, top)


def _draw_line(cover: list[bytearray], start: Point, end: Point, radius: float) -> None:
    """Cover what a round pen covers on its way."""
    (x0, y0), (x1, y1) = start, end
    dx, dy = x1 - x0, y1 - y0
    length = dx * dx + dy * dy
    inner, outer = max(0.0, radius - 0.5), radius + 0.5
    inner_squared, outer_squared = inner * inner, outer * outer
    columns = range(max(0, floor(min(x0, x1) - outer)), ceil(max(x0, x1) + outer))
    for y in range(max(0, floor(min(y0, y1) - outer)), ceil(max(y0, y1) + outer)):
        row = cover[y]
        py = y + 0.5 - y0
        for x in columns:
            if row[x] == LEVELS:
                continue
            px = x + 0.5 - x0
            along = (px * dx + py * dy) / length if length else 0.0
            along = 0.0 if along < 0 else min(along, 1.0)
            ox, oy = px - along * dx, py - along * dy
            squared = ox * ox + oy * oy
            if squared >= outer_squared:
                continue
            share = 1.0 if squared <= inner_squared else outer - squared**0.5
            row[x] = max(row[x], int(share * LEVELS + 0.5))


def _strokes(text: str, unit: float) -> Iterator[list[Point]]:
    """The points of each stroke, in pixels."""
    for stroke in filter(None, text.split(";")):
        points: list[Point] = []
        for step in stroke.split():
            numbers = [float(number) for number in step.lstrip("o").split(",")]
            if step.startswith("o"):
                points += _arc(numbers, unit)
            else:
                points.append((numbers[0] * unit, numbers[1] * unit))
        yield points


def _arc(numbers: list[float], unit: float) -> Iterator[Point]:
    x, y, across, up, begin, end = numbers
    sweep = radians(end - begin)
    count = max(4, ceil(abs(sweep) * max(across, up) * unit / _STEP))
    for number in range(count + 1):
        angle = radians(begin) + sweep * number / count
        yield (x + across * cos(angle)) * unit, (y + up * sin(angle)) * unit

"""Draws the picture of a shop's statistics: figures, a chart and what sells best.

It takes some tens of milliseconds, so it is done in a thread.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from math import ceil

from PIL import Image, ImageDraw

from .poster import Chart, Poster, Ranking, Tile, Tone
from .text import Colour, Line, Style, line, write

WIDTH, HEIGHT = 1200, 675

# Around it Discord is of the same colour in its dark theme.
_PAGE: Colour = (43, 45, 49)
_CARD: Colour = (30, 31, 34)
_LINE: Colour = (52, 54, 60)
_AXIS: Colour = (92, 96, 105)
_INK: Colour = (242, 243, 245)
_QUIET: Colour = (173, 179, 189)
_UP: Colour = (108, 122, 255)
_DOWN: Colour = (240, 91, 98)
_TONES = {Tone.GOOD: (67, 201, 125), Tone.BAD: _DOWN, Tone.NEITHER: _QUIET}

_MARGIN, _GAP, _PAD, _CORNER = 36, 20, 26, 16
_TILES_TOP, _TILES_BOTTOM = 102, 258
_BODY_TOP, _BODY_BOTTOM = 278, HEIGHT - _MARGIN
_PLOT_TOP, _PLOT_BOTTOM = _BODY_TOP + 78, _BODY_BOTTOM - 56
_CHART_WIDTH = 700

_TITLE = Style(38, bold=True)
_SUBTITLE = Style(24)
_LABEL = Style(24)
_VALUES = tuple(Style(size, bold=True) for size in (48, 42, 36, 30, 24))
_NOTE = Style(22)
_HEADING = Style(25, bold=True)
_NAME = Style(22)
_SMALL = Style(20)
_SMALL_CAPITAL = 14

_BROADEST_BAR = 44
_BAR_SHARE = 0.7
_BAR_CORNER = 7
# What is more than nothing is seen, however little.
_LEAST = 4
# Round corners are drawn so much larger first, for Pillow does not smooth them.
_FINER = 4
_ALL, _UPPER, _LOWER = (True,) * 4, (True, True, False, False), (False, False, True, True)


def draw(poster: Poster) -> bytes:
    """The picture as a PNG file."""
    sheet = _Sheet()
    _draw_head(sheet, poster)
    _draw_tiles(sheet, poster.tiles)
    right = _MARGIN + _CHART_WIDTH
    sheet.shape(_MARGIN, _BODY_TOP, right, _BODY_BOTTOM, _CARD, _CORNER)
    _draw_chart(sheet, poster.chart, right)
    sheet.shape(right + _GAP, _BODY_TOP, WIDTH - _MARGIN, _BODY_BOTTOM, _CARD, _CORNER)
    _draw_ranking(sheet, poster.ranking, right + _GAP + _PAD)
    return sheet.to_png()


class _Sheet:
    """What is drawn on."""

    def __init__(self) -> None:
        self._image = Image.new("RGB", (WIDTH, HEIGHT), _PAGE)
        self._pen = ImageDraw.Draw(self._image)

    def shape(
        self,
        left: int,
        top: int,
        right: int,
        bottom: int,
        colour: Colour,
        radius: int = 0,
        corners: tuple[bool, bool, bool, bool] = _ALL,
    ) -> None:
        """A rectangle without its right and bottom edge, round at these corners."""
        if right <= left or bottom <= top:
            return
        size = ((right - left) * _FINER, (bottom - top) * _FINER)
        mask = Image.new("L", size)
        box = (0, 0, size[0] - 1, size[1] - 1)
        ImageDraw.Draw(mask).rounded_rectangle(box, radius * _FINER, 255, corners=corners)
        self._image.paste(colour, (left, top, right, bottom), mask.reduce(_FINER))

    def write(self, x: float, baseline: int, shown: Line, colour: Colour) -> None:
        """A line of text that begins at ``x``."""
        write(self._pen, x, baseline, shown, colour)

    def say(self, text: str, left: int, right: int) -> None:
        """Say in the middle of the body why there is nothing in it."""
        said = line(text, _LABEL, right - left)
        middle = (_PLOT_TOP + _PLOT_BOTTOM) // 2 + 10
        self.write((left + right - said.width) / 2, middle, said, _QUIET)

    def to_png(self) -> bytes:
        """The picture as a file."""
        file = io.BytesIO()
        self._image.save(file, "PNG")
        return file.getvalue()


def _draw_head(sheet: _Sheet, poster: Poster) -> None:
    baseline = 72
    subtitle = line(poster.subtitle, _SUBTITLE, WIDTH * 2 // 3)
    left = WIDTH - _MARGIN - subtitle.width
    sheet.write(left, baseline, subtitle, _QUIET)
    title = line(poster.title, _TITLE, left - _MARGIN - 2 * _GAP)
    sheet.write(_MARGIN, baseline, title, _INK)


def _draw_tiles(sheet: _Sheet, tiles: Sequence[Tile]) -> None:
    width = (WIDTH - 2 * _MARGIN - _GAP * (len(tiles) - 1)) // len(tiles)
    room = width - 2 * _PAD
    # All of the same size, or the shorter figure would look like the larger one.
    style = next(
        (s for s in _VALUES if all(line(tile.value, s).width <= room for tile in tiles)),
        _VALUES[-1],
    )
    for number, tile in enumerate(tiles):
        left = _MARGIN + number * (width + _GAP)
        sheet.shape(left, _TILES_TOP, left + width, _TILES_BOTTOM, _CARD, _CORNER)
        x = left + _PAD
        sheet.write(x, _TILES_TOP + 41, line(tile.label, _LABEL, room), _QUIET)
        sheet.write(x, _TILES_TOP + 98, line(tile.value, style, room), _INK)
        change, note = line(tile.change, _NOTE, room), line(tile.note, _NOTE)
        sheet.write(x, _TILES_TOP + 135, change, _TONES[tile.tone])
        used = change.width + 10 if tile.change else 0
        # A figure that was cut would be another one.
        if used + note.width <= room:
            sheet.write(x + used, _TILES_TOP + 135, note, _QUIET)


def _draw_chart(sheet: _Sheet, chart: Chart, right: int) -> None:
    left, right = _MARGIN + _PAD, right - _PAD
    heading_at = _BODY_TOP + 44
    legend = _draw_legend(sheet, chart, right, heading_at) if chart.bars else right
    heading = line(chart.heading, _HEADING, legend - left - _GAP)
    sheet.write(left, heading_at, heading, _INK)
    if not chart.bars:
        sheet.say(chart.empty, left, right)
        return
    lowest, highest = chart.lines[0][0], chart.lines[-1][0]

    def height_of(amount: Decimal) -> int:
        share = float((amount - lowest) / (highest - lowest))
        return round(_PLOT_BOTTOM - share * (_PLOT_BOTTOM - _PLOT_TOP))

    labels = [line(label, _SMALL, _CHART_WIDTH // 4) for _, label in chart.lines]
    plot = left + ceil(max(label.width for label in labels)) + 16
    for (amount, _), label in zip(chart.lines, labels, strict=True):
        y = height_of(amount)
        sheet.shape(plot, y - 1, right, y + 1, _LINE if amount else _AXIS)
        sheet.write(plot - 16 - label.width, y + _SMALL_CAPITAL // 2, label, _QUIET)
    zero = height_of(Decimal(0))
    spans = [
        (
            min(height_of(bar.up), zero - _LEAST) if bar.up else zero,
            max(height_of(-bar.down), zero + _LEAST) if bar.down else zero,
        )
        for bar in chart.bars
    ]
    _draw_bars(sheet, spans, plot, right, zero)
    _draw_dates(sheet, chart, plot, right)


def _draw_bars(
    sheet: _Sheet, spans: Sequence[tuple[int, int]], left: int, right: int, zero: int
) -> None:
    """Bars from ``zero`` to the upper and to the lower end of each span."""
    pitch = (right - left) / len(spans)
    broad = max(2, min(_BROADEST_BAR, round(pitch * _BAR_SHARE)))
    for number, (top, bottom) in enumerate(spans):
        x = round(left + (number + 0.5) * pitch - broad / 2)
        for high, low, colour, corners in (
            (top, zero - 1, _UP, _UPPER),
            (zero + 1, bottom, _DOWN, _LOWER),
        ):
            radius = max(0, min(_BAR_CORNER, broad // 2, low - high))
            sheet.shape(x, high, x + broad, low, colour, radius, corners)


def _draw_dates(sheet: _Sheet, chart: Chart, left: int, right: int) -> None:
    """As many of the dates as do not touch each other, equally far apart."""
    pitch = (right - left) / len(chart.bars)
    dates = [(number, line(label, _SMALL, right - left)) for number, label in chart.dates]
    broadest = max((label.width for _, label in dates), default=0)
    apart = pitch * min((b - a for (a, _), (b, _) in pairwise(dates)), default=1)
    for number, label in dates[:: ceil((broadest + _GAP) / apart)]:
        x = left + (number + 0.5) * pitch - label.width / 2
        x = min(max(x, _MARGIN + _PAD), right - label.width)
        sheet.write(x, _PLOT_BOTTOM + 34, label, _QUIET)


def _draw_legend(sheet: _Sheet, chart: Chart, right: int, baseline: int) -> int:
    """The legend, ending at ``right``; where it begins."""
    shown = [(chart.legend[0], _UP)]
    if any(bar.down for bar in chart.bars):
        shown.append((chart.legend[1], _DOWN))
    for label, colour in reversed(shown):
        name = line(label, _SMALL, _CHART_WIDTH // 4)
        right -= ceil(name.width)
        sheet.write(right, baseline, name, _QUIET)
        right -= 24
        sheet.shape(right, baseline - 14, right + 14, baseline, colour, 5)
        right -= 22
    return right


def _draw_ranking(sheet: _Sheet, ranking: Ranking, left: int) -> None:
    right = WIDTH - _MARGIN - _PAD
    sheet.write(left, _BODY_TOP + 44, line(ranking.heading, _HEADING, right - left), _INK)
    if not ranking.ranks:
        sheet.say(ranking.empty, left, right)
    for number, rank in enumerate(ranking.ranks):
        baseline = _BODY_TOP + 92 + number * 55
        value = line(rank.value, _NAME)
        sheet.write(right - value.width, baseline, value, _INK)
        sheet.write(left, baseline, line(f"{number + 1}", _NAME), _QUIET)
        begin = left + 27
        name = line(rank.name, _NAME, right - value.width - begin - _GAP)
        sheet.write(begin, baseline, name, _QUIET)
        top, broad = baseline + 11, 10
        sheet.shape(left, top, right, top + broad, _LINE, 5)
        length = round((right - left) * min(1.0, max(0.0, rank.share)))
        if length:
            sheet.shape(left, top, left + max(length, broad), top + broad, _UP, 5)

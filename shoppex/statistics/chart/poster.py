"""The picture of a shop's statistics: figures, a chart and what sells best. Pure.

It knows nothing of shops: every text on it is given, ready for its reader.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from itertools import pairwise
from math import ceil
from typing import NamedTuple

from .canvas import Canvas
from .png import Colour
from .text import Style, fit, width_of, write

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
_GOOD: Colour = (67, 201, 125)

_MARGIN, _GAP, _PAD, _CORNER = 36, 20, 26, 16
_TILES_TOP, _TILES_BOTTOM = 102, 258
_BODY_TOP, _BODY_BOTTOM = 278, HEIGHT - _MARGIN
_CHART_WIDTH = 700

_TITLE = Style(27, 1.25)
_SUBTITLE = Style(17, 1.0)
_LABEL = Style(17, 0.95)
_VALUE = (Style(36, 1.25), Style(30, 1.2), Style(25, 1.15), Style(20, 1.1))
_NOTE = Style(16, 1.0)
_HEADING = Style(18, 1.1)
_NAME = Style(16, 1.0)
_SMALL = Style(14, 1.0)

_BROADEST_BAR = 44
_BAR_SHARE = 0.7
_BAR_CORNER = 7
# What is more than nothing is seen, however little.
_LEAST = 4


class Tone(Enum):
    """Whether a change is welcome."""

    GOOD = "good"
    BAD = "bad"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure. The change is coloured by its tone, the note that follows it is not.

    A note that has no room is left out.
    """

    label: str
    value: str
    change: str = ""
    note: str = ""
    tone: Tone = Tone.NEITHER


class Bar(NamedTuple):
    """What came in, and what went out, in one slot of the chart."""

    up: Decimal
    down: Decimal


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars over time.

    Parameters
    ----------
    lines
        The amounts at which a line is drawn, in order, and what is written beside each. All
        bars lie between the first and the last.
    dates
        What is written below which bars, by their places.
    legend
        What goes up and what goes down.
    empty
        What is written when there are no bars.
    """

    heading: str
    bars: Sequence[Bar]
    lines: Sequence[tuple[Decimal, str]]
    dates: Sequence[tuple[int, str]]
    legend: tuple[str, str]
    empty: str = ""


class Rank(NamedTuple):
    """One line of a ranking; ``share`` is the length of its bar, from 0 to 1."""

    name: str
    value: str
    share: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """What is best, best first."""

    heading: str
    ranks: Sequence[Rank]
    empty: str = ""


@dataclass(frozen=True, slots=True)
class Poster:
    """Everything on the picture."""

    title: str
    subtitle: str
    tiles: Sequence[Tile]
    chart: Chart
    ranking: Ranking


def draw(poster: Poster) -> bytes:
    """The picture as a PNG file."""
    canvas = Canvas(WIDTH, HEIGHT, _PAGE)
    _draw_head(canvas, poster)
    _draw_tiles(canvas, poster.tiles)
    right = _MARGIN + _CHART_WIDTH
    _card(canvas, _MARGIN, _BODY_TOP, right, _BODY_BOTTOM)
    _draw_chart(canvas, poster.chart, right)
    _card(canvas, right + _GAP, _BODY_TOP, WIDTH - _MARGIN, _BODY_BOTTOM)
    _draw_ranking(canvas, poster.ranking, right + _GAP + _PAD)
    return canvas.to_png()


def _card(canvas: Canvas, left: int, top: int, right: int, bottom: int) -> None:
    canvas.rectangle(left, top, right, bottom, canvas.ramp(_PAGE, _CARD), [_CORNER] * 4)


def _draw_head(canvas: Canvas, poster: Poster) -> None:
    baseline = 72
    subtitle = fit(poster.subtitle, _SUBTITLE, WIDTH * 2 // 3)
    left = WIDTH - _MARGIN - width_of(subtitle, _SUBTITLE)
    quiet, ink = canvas.ramp(_PAGE, _QUIET), canvas.ramp(_PAGE, _INK)
    write(canvas, left, baseline, subtitle, _SUBTITLE, quiet)
    title = fit(poster.title, _TITLE, left - _MARGIN - 2 * _GAP)
    write(canvas, _MARGIN, baseline, title, _TITLE, ink)


def _draw_tiles(canvas: Canvas, tiles: Sequence[Tile]) -> None:
    width = (WIDTH - 2 * _MARGIN - _GAP * (len(tiles) - 1)) // len(tiles)
    ink, quiet = canvas.ramp(_CARD, _INK), canvas.ramp(_CARD, _QUIET)
    room = width - 2 * _PAD
    # All of the same size, or the shorter figure would look like the larger one.
    style = next(
        (s for s in _VALUE if all(width_of(tile.value, s) <= room for tile in tiles)), _VALUE[-1]
    )
    tones = {Tone.GOOD: _GOOD, Tone.BAD: _DOWN, Tone.NEITHER: _QUIET}
    for number, tile in enumerate(tiles):
        left = _MARGIN + number * (width + _GAP)
        _card(canvas, left, _TILES_TOP, left + width, _TILES_BOTTOM)
        x = left + _PAD
        write(canvas, x, _TILES_TOP + 41, fit(tile.label, _LABEL, room), _LABEL, quiet)
        write(canvas, x, _TILES_TOP + 101, fit(tile.value, style, room), style, ink)
        change = fit(tile.change, _NOTE, room)
        ramp = canvas.ramp(_CARD, tones[tile.tone])
        write(canvas, x, _TILES_TOP + 135, change, _NOTE, ramp)
        used = width_of(change, _NOTE) + 10 if change else 0
        # A figure that was cut would be another one.
        if used + width_of(tile.note, _NOTE) <= room:
            write(canvas, x + used, _TILES_TOP + 135, tile.note, _NOTE, quiet)


def _draw_chart(canvas: Canvas, chart: Chart, right: int) -> None:
    left, right = _MARGIN + _PAD, right - _PAD
    heading_at = _BODY_TOP + 44
    legend = _draw_legend(canvas, chart, right, heading_at) if chart.bars else right
    heading = fit(chart.heading, _HEADING, legend - left - _GAP)
    write(canvas, left, heading_at, heading, _HEADING, canvas.ramp(_CARD, _INK))
    top, bottom = _BODY_TOP + 78, _BODY_BOTTOM - 56
    quiet = canvas.ramp(_CARD, _QUIET)
    if not chart.bars:
        middle = (top + bottom) // 2 + 10
        empty = fit(chart.empty, _LABEL, right - left)
        write(canvas, (left + right) // 2, middle, empty, _LABEL, quiet, 0.5)
        return
    lowest, highest = chart.lines[0][0], chart.lines[-1][0]

    def height_of(amount: Decimal) -> int:
        return round(bottom - float((amount - lowest) / (highest - lowest)) * (bottom - top))

    plot = left + max(width_of(label, _SMALL) for _, label in chart.lines) + 16
    for amount, label in chart.lines:
        y = height_of(amount)
        colour = _LINE if amount else _AXIS
        canvas.rectangle(plot, y - 1, right, y + 1, canvas.ramp(_CARD, colour))
        write(canvas, plot - 16, y + _SMALL.height // 2, label, _SMALL, quiet, 1)
    zero = height_of(Decimal(0))
    spans = [
        (
            min(height_of(bar.up), zero - _LEAST) if bar.up else zero,
            max(height_of(-bar.down), zero + _LEAST) if bar.down else zero,
        )
        for bar in chart.bars
    ]
    _draw_bars(canvas, spans, plot, right, zero)
    _draw_dates(canvas, chart, plot, right, bottom + 34)


def _draw_bars(
    canvas: Canvas, spans: Sequence[tuple[int, int]], left: int, right: int, zero: int
) -> None:
    """Bars from ``zero`` to the upper and to the lower end of each span."""
    pitch = (right - left) / len(spans)
    broad = max(2, min(_BROADEST_BAR, round(pitch * _BAR_SHARE)))
    up, down = canvas.ramp(_CARD, _UP), canvas.ramp(_CARD, _DOWN)
    for number, (top, bottom) in enumerate(spans):
        x = round(left + (number + 0.5) * pitch - broad / 2)
        for high, low, ramp, upwards in (
            (top, zero - 1, up, True),
            (zero + 1, bottom, down, False),
        ):
            radius = max(0, min(_BAR_CORNER, broad // 2, low - high))
            radii = (radius, radius) if upwards else (0, 0, radius, radius)
            canvas.rectangle(x, high, x + broad, low, ramp, radii)


def _draw_dates(canvas: Canvas, chart: Chart, left: int, right: int, baseline: int) -> None:
    """As many of the dates as do not touch each other, equally far apart."""
    pitch = (right - left) / len(chart.bars)
    broadest = max((width_of(label, _SMALL) for _, label in chart.dates), default=0)
    places = [number for number, _ in chart.dates]
    apart = pitch * min((b - a for a, b in pairwise(places)), default=1)
    for number, label in chart.dates[:: ceil((broadest + _GAP) / apart)]:
        width = width_of(label, _SMALL)
        x = round(left + (number + 0.5) * pitch - width / 2)
        x = min(max(x, _MARGIN + _PAD), right - width)
        write(canvas, x, baseline, label, _SMALL, canvas.ramp(_CARD, _QUIET))


def _draw_legend(canvas: Canvas, chart: Chart, right: int, baseline: int) -> int:
    """The legend, ending at ``right``; where it begins."""
    shown = [(chart.legend[0], _UP)]
    if any(bar.down for bar in chart.bars):
        shown.append((chart.legend[1], _DOWN))
    for label, colour in reversed(shown):
        right -= width_of(label, _SMALL)
        write(canvas, right, baseline, label, _SMALL, canvas.ramp(_CARD, _QUIET))
        right -= 24
        corners = [5] * 4
        ramp = canvas.ramp(_CARD, colour)
        canvas.rectangle(right, baseline - 14, right + 14, baseline, ramp, corners)
        right -= 22
    return right


def _draw_ranking(canvas: Canvas, ranking: Ranking, left: int) -> None:
    right = WIDTH - _MARGIN - _PAD
    ink, quiet = canvas.ramp(_CARD, _INK), canvas.ramp(_CARD, _QUIET)
    heading = fit(ranking.heading, _HEADING, right - left)
    write(canvas, left, _BODY_TOP + 44, heading, _HEADING, ink)
    if not ranking.ranks:
        middle = (_BODY_TOP + 78 + _BODY_BOTTOM - 56) // 2 + 10
        empty = fit(ranking.empty, _LABEL, right - left)
        write(canvas, (left + right) // 2, middle, empty, _LABEL, quiet, 0.5)
    for number, rank in enumerate(ranking.ranks):
        baseline = _BODY_TOP + 92 + number * 55
        value_at = right - width_of(rank.value, _NAME)
        write(canvas, value_at, baseline, rank.value, _NAME, ink)
        name = fit(rank.name, _NAME, value_at - left - _GAP)
        write(canvas, left, baseline, name, _NAME, quiet)
        top, broad = baseline + 11, 10
        track = canvas.ramp(_CARD, _LINE)
        canvas.rectangle(left, top, right, top + broad, track, [5] * 4)
        length = round((right - left) * min(1.0, max(0.0, rank.share)))
        if length:
            end = left + max(length, broad)
            canvas.rectangle(left, top, end, top + broad, canvas.ramp(_LINE, _UP), [5] * 4)

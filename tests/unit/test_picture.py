"""Pictures are whole PNG files on which every text fits and every amount is seen."""

from __future__ import annotations

import struct
import zlib
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoppex.statistics.chart.canvas import LEVELS, Canvas
from shoppex.statistics.chart.font_data import GLYPHS
from shoppex.statistics.chart.png import MOST_COLOURS, encode
from shoppex.statistics.chart.poster import (
    HEIGHT,
    WIDTH,
    Bar,
    Chart,
    Poster,
    Rank,
    Ranking,
    Tile,
    Tone,
    draw,
)
from shoppex.statistics.chart.text import Style, drawable, fit, readable, width_of, write
from shoppex.statistics.chart.ticks import ticks

BLACK, WHITE = (0, 0, 0), (255, 255, 255)
REVENUE, REFUNDS = (108, 122, 255), (240, 91, 98)
STYLE = Style(20)


class Picture:
    """A PNG file with a palette, read by its specification (PNG, third edition)."""

    def __init__(self, data: bytes) -> None:
        assert data.startswith(b"\x89PNG\r\n\x1a\n")
        chunks: dict[bytes, bytes] = {}
        at = 8
        while at < len(data):
            (length,) = struct.unpack_from(">I", data, at)
            name, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
            (checksum,) = struct.unpack_from(">I", data, at + 8 + length)
            assert checksum == zlib.crc32(name + body)
            chunks[name] = body
            at += 12 + length
        assert list(chunks) == [b"IHDR", b"PLTE", b"IDAT", b"IEND"]
        self.width, self.height, *rest = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
        assert rest == [8, 3, 0, 0, 0]
        palette = chunks[b"PLTE"]
        assert len(palette) % 3 == 0
        self.palette = [tuple(palette[i : i + 3]) for i in range(0, len(palette), 3)]
        pixels = zlib.decompress(chunks[b"IDAT"])
        assert len(pixels) == self.height * (self.width + 1)
        self.rows = [
            pixels[y * (self.width + 1) + 1 : (y + 1) * (self.width + 1)]
            for y in range(self.height)
        ]
        assert all(pixels[y * (self.width + 1)] == 0 for y in range(self.height))

    def count(self, colour: tuple[int, int, int]) -> int:
        if colour not in self.palette:
            return 0
        number = self.palette.index(colour)
        return sum(row.count(number) for row in self.rows)

    def columns(self, colour: tuple[int, int, int]) -> set[int]:
        number = self.palette.index(colour)
        return {x for row in self.rows for x, pixel in enumerate(row) if pixel == number}


def poster(bars: list[Bar], text: str = "Gold", dates: int = 1) -> Poster:
    lines = ticks(
        -max((b.down for b in bars), default=Decimal(0)),
        max((b.up for b in bars), default=Decimal(0)),
    )
    return Poster(
        text,
        text,
        [Tile(text, text, text, text, tone) for tone in (*Tone, Tone.GOOD)],
        Chart(
            text,
            bars,
            [(line, f"{line:f}") for line in lines],
            [(number, text) for number in range(0, len(bars), dates)],
            (text, text),
            text,
        ),
        Ranking(text, [Rank(text, text, share / 4) for share in range(5)], text),
    )


def test_pixels_come_out_as_they_went_in() -> None:
    picture = Picture(encode([b"\0\1\2", b"\2\1\0"], [BLACK, WHITE, (1, 2, 3)]))
    assert (picture.width, picture.height) == (3, 2)
    assert picture.rows == [b"\0\1\2", b"\2\1\0"]
    assert picture.palette == [BLACK, WHITE, (1, 2, 3)]


@pytest.mark.parametrize(
    ("rows", "colours"), [([], 1), ([b""], 1), ([b"\0"], 0), ([b"\0"], MOST_COLOURS + 1)]
)
def test_what_is_no_picture(rows: list[bytes], colours: int) -> None:
    with pytest.raises(ValueError, match="pixels"):
        encode(rows, [BLACK] * colours)


def test_a_rectangle_is_round_at_its_corners_only() -> None:
    canvas = Canvas(20, 20, BLACK)
    canvas.rectangle(2, 2, 18, 18, canvas.ramp(BLACK, WHITE), [5] * 4)
    picture = Picture(canvas.to_png())
    corners = [picture.rows[y][x] for y in (2, 17) for x in (2, 17)]
    assert {picture.palette[pixel] for pixel in corners} == {BLACK}
    white = picture.palette.index(WHITE)
    assert all(picture.rows[10][x] == white for x in range(2, 18))
    assert all(picture.rows[y][10] == white for y in range(2, 18))
    mirrored = [bytes(reversed(row)) for row in picture.rows]
    assert mirrored == picture.rows == picture.rows[::-1]


def test_what_lies_outside_is_cut_off() -> None:
    canvas = Canvas(10, 10, BLACK)
    ramp = canvas.ramp(BLACK, WHITE)
    canvas.rectangle(-5, -5, 50, 2, ramp, [4] * 4)
    canvas.rectangle(30, 3, 40, 9, ramp)
    write(canvas, -10, 12, "Wide text", STYLE, ramp)
    assert Picture(canvas.to_png()).rows[0].count(ramp[LEVELS]) > 0


@pytest.mark.parametrize("character", sorted(set(GLYPHS) - {" "}))
def test_every_letter_leaves_a_mark_within_its_width(character: str) -> None:
    canvas = Canvas(60, 60, BLACK)
    write(canvas, 10, 40, character, STYLE, canvas.ramp(BLACK, WHITE))
    picture = Picture(canvas.to_png())
    columns = picture.columns(WHITE)
    assert min(columns) >= 10 - 4
    assert max(columns) <= 10 + width_of(character, STYLE) + 4


def test_letters_are_told_apart() -> None:
    drawn = {}
    for character in GLYPHS:
        canvas = Canvas(60, 60, BLACK)
        write(canvas, 10, 40, character, STYLE, canvas.ramp(BLACK, WHITE))
        drawn[character] = canvas.to_png()
    assert len(set(drawn.values())) == len(drawn)


def test_marks_are_drawn_on_letters() -> None:
    for plain, marked in zip("OuaAcns", "Öúåàçňš", strict=False):
        pictures = []
        for character in (plain, marked):
            canvas = Canvas(60, 60, BLACK)
            write(canvas, 10, 40, character, STYLE, canvas.ramp(BLACK, WHITE))
            pictures.append(Picture(canvas.to_png()).count(WHITE))
        assert pictures[1] > pictures[0]
        assert drawable(marked)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Gold Pass", "Gold Pass"),
        ("🏆 Gold  Pass 🏆", "Gold Pass"),
        ("𝐆𝐨𝐥𝐝 Ｐａｓｓ", "Gold Pass"),
        ("Größe “L”", 'Größe "L"'),
        ("Gro\u0308ße", "Größe"),
        ("金会员", ""),
        ("VIP 金会员", ""),
        ("🏆", ""),
        ("½ price", "1/2 price"),
    ],
)
def test_what_cannot_be_drawn_is_left_out(text: str, shown: str) -> None:
    assert readable(text) == shown


@given(st.text(max_size=60), st.integers(0, 400))
def test_text_is_cut_to_its_room(text: str, room: int) -> None:
    cut = fit(text, STYLE, room)
    assert width_of(cut, STYLE) <= room or cut == "…"
    assert fit(cut, STYLE, max(room, width_of("…", STYLE))) == cut


@given(st.text(max_size=60))
def test_what_is_readable_can_be_drawn(text: str) -> None:
    shown = readable(text)
    assert drawable(shown)
    assert readable(shown) == shown


amounts = st.decimals(min_value=0, max_value=10**11, places=2)


@given(amounts, amounts)
def test_the_lines_of_a_chart_hold_everything_between_them(down: Decimal, up: Decimal) -> None:
    lines = ticks(-down, up)
    assert lines[0] <= -down
    assert lines[-1] >= up
    assert 0 in lines
    assert 2 <= len(lines) <= 7
    assert len({after - before for before, after in pairwise(lines)}) == 1


@pytest.mark.parametrize(
    ("up", "lines"),
    [
        ("0", ["0", "1"]),
        ("9.99", ["0", "2", "4", "6", "8", "10"]),
        ("120", ["0", "25", "50", "75", "100", "125"]),
        ("1200000", ["0", "250000", "500000", "750000", "1000000", "1250000"]),
    ],
)
def test_the_lines_of_a_chart_are_round_numbers(up: str, lines: list[str]) -> None:
    assert ticks(Decimal(0), Decimal(up)) == [Decimal(line) for line in lines]


bars = st.lists(st.builds(Bar, amounts, amounts), max_size=12)


@given(bars, st.text(max_size=30))
def test_anything_becomes_a_picture(drawn: list[Bar], text: str) -> None:
    picture = Picture(draw(poster(drawn, text)))
    assert (picture.width, picture.height) == (WIDTH, HEIGHT)
    assert len(picture.palette) <= MOST_COLOURS


def test_whatever_is_more_than_nothing_is_seen() -> None:
    large, cent = Decimal(10**6), Decimal("0.01")
    nothing, zero = Bar(Decimal(0), Decimal(0)), Decimal(0)
    only = Picture(draw(poster([Bar(large, zero), nothing])))
    with_cent = Picture(draw(poster([Bar(large, zero), Bar(cent, zero)])))
    assert with_cent.count(REVENUE) > only.count(REVENUE)
    assert only.count(REFUNDS) > 0  # A bad change is of that colour too.
    with_refund = Picture(draw(poster([Bar(large, cent), nothing])))
    assert with_refund.count(REFUNDS) > only.count(REFUNDS)


@pytest.mark.parametrize("count", [1, 24, 30, 92, 366])
def test_every_bar_has_a_place_of_its_own(count: int) -> None:
    picture = Picture(draw(poster([Bar(Decimal(5), Decimal(0))] * count, "", 10)))
    # Below the heading, above the dates, and to the left of the products.
    columns = {
        x
        for row in picture.rows[400:520]
        for x, pixel in enumerate(row[:736])
        if picture.palette[pixel] == REVENUE
    }
    begins = [x for x in columns if x - 1 not in columns]
    assert len(begins) == count if count <= 92 else begins
    assert max(columns) < 736


def test_the_file_is_small() -> None:
    assert len(draw(poster([Bar(Decimal(i), Decimal(i % 7)) for i in range(92)]))) < 60_000

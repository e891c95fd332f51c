"""Pictures are PNG files on which every text fits and every amount is seen."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from babel import Locale
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from shoppex.statistics.chart import drawing
from shoppex.statistics.chart.drawing import HEIGHT, WIDTH, draw
from shoppex.statistics.chart.poster import Bar, Chart, Poster, Rank, Ranking, Tile, Tone
from shoppex.statistics.chart.system_fonts import font_files
from shoppex.statistics.chart.text import Style, drawable, line, readable, write
from shoppex.statistics.chart.ticks import ticks

PAGE, CARD, QUIET = (43, 45, 49), (30, 31, 34), (173, 179, 189)
REVENUE, REFUNDS = (108, 122, 255), (240, 91, 98)
STYLE = Style(24)
FONTS = Path(drawing.__file__).parent / "fonts"
# No font has all of these scripts.
NO_FONT = "𒀀ꚠ𗀀한"


def opened(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    assert picture.format == "PNG"
    assert picture.size == (WIDTH, HEIGHT) == (1200, 675)
    return picture.convert("RGB")


def colours(picture: Image.Image) -> dict[object, int]:
    found = picture.getcolors(WIDTH * HEIGHT)
    assert found is not None
    return {colour: count for count, colour in found}


def count(picture: Image.Image, colour: tuple[int, int, int]) -> int:
    return colours(picture).get(colour, 0)


def written(text: str, style: Style = STYLE) -> bytes:
    """The pixels of a text, but for the empty ones around it."""
    image = Image.new("RGB", (600, 60))
    write(ImageDraw.Draw(image), 20, 40, line(text, style), (255, 255, 255))
    return image.crop(image.getbbox() or (0, 0, 1, 1)).tobytes()


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
            [(amount, f"{amount:f}") for amount in lines],
            [(number, text) for number in range(0, len(bars), dates)],
            (text, text),
            text,
        ),
        Ranking(text, [Rank(text, text, share / 4) for share in range(5)], text),
    )


# -- letters -------------------------------------------------------------------------------


@pytest.mark.parametrize("style", [STYLE, Style(24, bold=True)])
def test_letters_are_told_apart(style: Style) -> None:
    letters = "AaBbZzÄöüßñçšŽğİőŁ0123456789€£¥₴₫₪▲▼★…–БгдЖйЩыЭюяіїєґΓδΘλΞπΣςΨω"
    assert len({written(letter, style) for letter in letters} | {b"\0" * 3}) == len(letters) + 1


@pytest.mark.parametrize("text", ["Золотой пропуск", "Χρυσή κάρτα", "Zażółć gęślą jaźń"])
def test_titles_are_drawn_in_their_own_letters(text: str) -> None:
    assert readable(text) == text
    assert drawable(text)
    empty, titled = (draw(poster([], shown)) for shown in ("", text))
    assert count(opened(titled), QUIET) > count(opened(empty), QUIET)


def test_the_fonts_of_the_cog_know_every_currency() -> None:
    signs = {c for sign in Locale("en").currency_symbols.values() for c in sign}
    assert {sign for sign in signs if not drawable(sign)} == set()


def test_the_fonts_are_small_and_come_with_their_licence() -> None:
    assert sum(path.stat().st_size for path in FONTS.glob("*.ttf")) < 300_000
    assert "SIL OPEN FONT LICENSE" in (FONTS / "OFL.txt").read_text()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Gold Pass", "Gold Pass"),
        ("🏆 Gold  Pass 🏆", "Gold Pass"),
        ("👨‍👩‍👧 1️⃣ VIP 🇩🇪", "1 VIP"),
        ("𝐆𝐨𝐥𝐝 Ｐａｓｓ", "Gold Pass"),
        ("G̷o̶l̸d", "Gold"),
        ("Größe “L”", "Größe “L”"),
        ("Gro\u0308ße", "Größe"),
        ("Gold\nPass\0\ud800", "Gold Pass"),
        (NO_FONT, ""),
        (f"VIP {NO_FONT}", ""),
        ("🏆", ""),
        ("", ""),
    ],
)
def test_what_cannot_be_drawn_is_left_out(text: str, shown: str) -> None:
    assert readable(text) == shown


@pytest.mark.parametrize("text", ["金会员", "골드 패스", "מנוי זהב 12", "بطاقة ذهبية", "ไทย"])
def test_other_scripts_are_drawn_where_the_machine_can(text: str) -> None:
    shown = readable(text)
    assert shown in ("", text)
    assert drawable(text) == bool(shown)
    if shown:
        assert len({written(letter) for letter in shown if letter.isalpha()}) > 1


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home with fonts of its own."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("WINDIR", raising=False)
    font_files.cache_clear()
    yield tmp_path
    font_files.cache_clear()


def test_fonts_are_looked_for_in_the_usual_places(home: Path) -> None:
    folder = home / ".fonts" / "deep"
    folder.mkdir(parents=True)
    for name in ("Some Sans Bold.TTF", "some.otf", "NotoColorEmoji.ttf", "readme.txt"):
        shutil.copy(FONTS / "shop-regular.ttf", folder / name)
    found = [Path(path).name for path in font_files() if path.startswith(str(home))]
    assert found == ["some.otf", "Some Sans Bold.TTF"]


def test_broken_font_files_are_passed_over(home: Path) -> None:
    (home / ".fonts").mkdir()
    (home / ".fonts" / "aaa.ttf").write_bytes(b"no font")
    assert readable("𗀀ꚠ한𒀀") == ""


@given(st.text(max_size=60), st.integers(20, 400))
@settings(deadline=None)
def test_text_is_cut_to_its_room(text: str, room: int) -> None:
    cut = line(text, STYLE, room)
    assert cut.width <= room or cut.text == "…"
    assert cut.text.endswith("…") or cut.text == line(text, STYLE).text


@given(st.text(max_size=60))
@settings(deadline=None)
def test_what_is_readable_can_be_drawn(text: str) -> None:
    assert drawable(readable(text))


# -- amounts -------------------------------------------------------------------------------

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
    assert ticks(Decimal(0), Decimal(up)) == [Decimal(amount) for amount in lines]


# -- the picture ---------------------------------------------------------------------------

bars = st.lists(st.builds(Bar, amounts, amounts), max_size=12)


@given(bars, st.text(max_size=30))
@settings(deadline=None, max_examples=30)
def test_anything_becomes_a_picture(drawn: list[Bar], text: str) -> None:
    opened(draw(poster(drawn, text)))


def test_whatever_is_more_than_nothing_is_seen() -> None:
    large, cent = Decimal(10**6), Decimal("0.01")
    nothing, zero = Bar(Decimal(0), Decimal(0)), Decimal(0)
    only = opened(draw(poster([Bar(large, zero), nothing])))
    with_cent = opened(draw(poster([Bar(large, zero), Bar(cent, zero)])))
    assert count(with_cent, REVENUE) > count(only, REVENUE)
    assert count(only, REFUNDS) > 0  # A bad change is of that colour too.
    with_refund = opened(draw(poster([Bar(large, cent), nothing])))
    assert count(with_refund, REFUNDS) > count(only, REFUNDS)


@pytest.mark.parametrize("slots", [1, 24, 30, 92, 366])
def test_every_bar_has_a_place_of_its_own(slots: int) -> None:
    picture = opened(draw(poster([Bar(Decimal(5), Decimal(0))] * slots, "", 10)))
    # Below the heading, above the dates, and to the left of the products.
    row = [picture.getpixel((x, 460)) for x in range(736)]
    columns = [x for x, colour in enumerate(row) if colour == REVENUE]
    begins = [x for x in columns if row[x - 1] != REVENUE]
    assert len(begins) == slots if slots <= 92 else begins
    assert max(columns) < 736


def test_long_texts_stay_in_their_columns() -> None:
    long = "A product with a title as long as the seller's day, and then some more of it " * 3
    made = poster([Bar(Decimal(5), Decimal(1))] * 5, long)
    ranking = Ranking(long, [Rank(long, "€1", 1)], long)
    tiles = [Tile(long, "€1", long, long, Tone.GOOD)] * 4
    picture = opened(draw(Poster(long, "2026", tiles, made.chart, ranking)))
    between = [
        (0, 0, 36, HEIGHT),  # the margins
        (1164, 0, WIDTH, HEIGHT),
        (303, 102, 323, 258),  # between the tiles
        (590, 102, 610, 258),
        (877, 102, 897, 258),
        (736, 278, 756, 639),  # between the chart and the products
    ]
    for box in between:
        assert set(colours(picture.crop(box))) == {PAGE}
    # Between the title of a product and what it brought.
    value = round(1138 - line("€1", Style(22)).width)
    assert set(colours(picture.crop((value - 19, 350, value - 1, 380)))) == {CARD}
    assert line(long, STYLE, 200).text.endswith("…")


def test_the_file_is_small() -> None:
    assert len(draw(poster([Bar(Decimal(i), Decimal(i % 7)) for i in range(92)]))) < 120_000

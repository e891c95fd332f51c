"""Pieces of goods, and how what several places tell of the same order becomes one list. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple


class Named(NamedTuple):
    """A piece that is shown with a name.

    Parameters
    ----------
    text
        What the buyer reads.
    value
        The same without the name.
    is_link
        Whether the name is the label of an address.
    """

    text: str
    value: str
    is_link: bool = False


# Most pieces are shown as they are: there may be thousands.
Piece = str | Named


class Found(NamedTuple):
    """What was found in one place.

    Parameters
    ----------
    goods
        All of it.
    keys
        The keys among them, each by itself.
    """

    goods: Sequence[Piece] = ()
    keys: Sequence[str] = ()


def text_of(piece: Piece) -> str:
    """What the buyer reads."""
    return piece if isinstance(piece, str) else piece.text


def value_of(piece: Piece) -> str:
    """A piece without its name."""
    return piece if isinstance(piece, str) else piece.value


def together(places: Iterable[Found]) -> Found:
    """What several entries of a list hold: each of their keys, and each text once."""
    filled = [place for place in places if place.goods]
    if len(filled) == 1:
        return filled[0]
    goods: list[Piece] = []
    keys: list[str] = []
    seen: set[str] = set()
    for place in filled:
        own = set(place.keys)
        for piece in place.goods:
            # Two accounts may have the same password, and two keys be equal.
            counts = value_of(piece) in own or (isinstance(piece, Named) and not piece.is_link)
            if not counts:
                text = text_of(piece)
                if text in seen:
                    continue
                seen.add(text)
            goods.append(piece)
        keys += place.keys
    return Found(goods, keys)


def united(places: Iterable[Found]) -> Found:
    """What several places name together; the same in two of them is one."""
    filled = [place for place in places if place.goods]
    if len(filled) == 1:
        return filled[0]
    return Found(
        union(place.goods for place in filled), union_of_texts(place.keys for place in filled)
    )


def union_of_texts(sources: Iterable[Iterable[str]]) -> list[str]:
    """The union of texts without names."""
    return [text_of(piece) for piece in union(sources)]


def union(sources: Iterable[Iterable[Piece]]) -> list[Piece]:
    """What several sources name together: each line as often as the one that has most of it.

    A text that repeats keys of another source, joined by lines, takes their place. Of an address
    with a label and without, the label stays; of a text under an unknown name and by itself,
    the text.
    """
    filled = [pieces for source in sources if (pieces := list(source))]
    if len(filled) == 1:
        # Each entry of a list of serials is such a one.
        return filled[0]
    merged = _Union()
    for source in filled:
        merged.add(source)
    return merged.pieces()


class _Union:
    """Pieces so far, and where each line of them is."""

    def __init__(self) -> None:
        self._found: list[Piece | None] = []
        self._most: Counter[str] = Counter()
        self._places: dict[str, list[int]] = {}
        self._named: dict[str, int] = {}

    def pieces(self) -> list[Piece]:
        return [piece for piece in self._found if piece is not None]

    def add(self, source: Iterable[Piece]) -> None:
        here: Counter[str] = Counter()
        begun = len(self._found)
        for piece in source:
            if isinstance(piece, Named) and not piece.is_link and self._has(piece, begun):
                continue
            lines = lines_of(piece)
            again = [line for line in lines if not self._is_more(line, here)]
            if len(again) < len(lines):
                self._take(piece, lines, again, begun)
            elif isinstance(piece, Named) and piece.is_link:
                places = self._places.get(lines[0], ())
                if len(places) >= here[lines[0]]:
                    self._found[places[here[lines[0]] - 1]] = piece

    def _is_more(self, line: str, here: Counter[str]) -> bool:
        here[line] += 1
        if here[line] <= self._most[line]:
            return False
        self._most[line] = here[line]
        return True

    def _has(self, piece: Named, begun: int) -> bool:
        """Whether an earlier source has that text by itself."""
        places = self._places.get(piece.value.strip())
        return places is not None and bool(places) and places[0] < begun

    def _take(self, piece: Piece, lines: list[str], again: list[str], begun: int) -> None:
        place = len(self._found)
        if len(lines) > 1:
            for line in again:
                places = self._places.get(line)
                if places and places[0] < begun:
                    self._found[places.pop(0)] = None
        else:
            [line] = lines
            named = self._named.get(line, begun) if isinstance(piece, str) else begun
            if named < begun:
                place = self._named.pop(line)
            self._places.setdefault(line, []).append(place)
            if isinstance(piece, Named) and not piece.is_link:
                self._named.setdefault(piece.value.strip(), place)
        if place == len(self._found):
            self._found.append(piece)
        else:
            self._found[place] = piece


def lines_of(piece: Piece) -> list[str]:
    """What makes a piece the same as another: its lines, or its address."""
    if isinstance(piece, Named) and piece.is_link:
        return [piece.value]
    return [line for each in text_of(piece).splitlines() if (line := each.strip())]


def without(pieces: Iterable[Piece], dead: Collection[str]) -> list[Piece]:
    """The pieces without what was replaced; ``dead`` holds stripped lines."""
    if not dead:
        return list(pieces)
    left: list[Piece] = []
    for piece in pieces:
        lines = text_of(piece).splitlines()
        if value_of(piece).strip() in dead:
            continue
        alive = [line for line in lines if line.strip() not in dead]
        if len(alive) == len(lines):
            left.append(piece)
        elif any(line.strip() for line in alive):
            left.append("\n".join(alive))
    return left

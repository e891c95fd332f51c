"""Pieces of goods, and the merging of several sources on one order into one list. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

# Where `str.splitlines` splits.
_BREAK = re.compile("[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")


class NamedValue(NamedTuple):
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
Piece = str | NamedValue


class FoundGoods(NamedTuple):
    """Goods that were found in one place.

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
    """Return the text of a piece, as the buyer reads it."""
    return piece if isinstance(piece, str) else piece.text


def value_of(piece: Piece) -> str:
    """A piece without its name."""
    return piece if isinstance(piece, str) else piece.value


def together(places: Iterable[FoundGoods]) -> FoundGoods:
    """Merge the entries of a list: each of their keys, and each text once."""
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
            counts = value_of(piece) in own or (
                isinstance(piece, NamedValue) and not piece.is_link
            )
            if not counts:
                text = text_of(piece)
                if text in seen:
                    continue
                seen.add(text)
            goods.append(piece)
        keys += place.keys
    return FoundGoods(goods, keys)


def united(places: Iterable[FoundGoods]) -> FoundGoods:
    """Merge what several places name; the same in two of them is one."""
    filled = [place for place in places if place.goods]
    if len(filled) == 1:
        return filled[0]
    if filled and all(place.goods is place.keys for place in filled):
        same = union_of_texts(place.keys for place in filled)
        return FoundGoods(same, same)
    keyed = [place.keys for place in filled if place.keys]
    keys = keyed[0] if len(keyed) == 1 else union_of_texts(keyed)
    return FoundGoods(union([place.goods for place in filled]), keys)


def union_of_texts(sources: Iterable[Sequence[str]]) -> list[str]:
    """The union of texts without names."""
    return [text_of(piece) for piece in union(sources)]


def union(sources: Iterable[Sequence[Piece]]) -> list[Piece]:
    """Merge several sources: each line as often as the one that has most of it.

    A text that repeats keys of another source, joined by lines, takes their place. Of an address
    with a label and without, the label stays; of a text under an unknown name and by itself,
    the text.
    """
    filled = [source for source in sources if source]
    if len(filled) == 1:
        return list(filled[0])
    every = [piece for source in filled for piece in source]
    values = {value_of(piece).strip() for piece in every}
    if len(values) == len(every) and not any(_has_lines(value) for value in values):
        return every
    merged = _Union()
    for source in filled:
        merged.add(source)
    return merged.pieces()


class _Union:
    """Pieces so far, and where each line of them is."""

    def __init__(self) -> None:
        self._found: list[Piece | None] = []
        # How often each line is there, and in which pieces of one line.
        self._most: dict[str, int] = {}
        self._first: dict[str, int] = {}
        self._more: dict[str, list[int]] = {}
        self._named: dict[str, int] = {}

    def pieces(self) -> list[Piece]:
        return [piece for piece in self._found if piece is not None]

    def add(self, source: Iterable[Piece]) -> None:
        here: dict[str, int] = {}
        begun = len(self._found)
        for piece in source:
            if isinstance(piece, str) and not _has_lines(piece):
                line = piece.strip()
                if self._is_more(line, here):
                    self._take_line(piece, line, begun)
            elif isinstance(piece, NamedValue) and not piece.is_link and self._has(piece, begun):
                continue
            else:
                self._add_lines(piece, here, begun)

    def _add_lines(self, piece: Piece, here: dict[str, int], begun: int) -> None:
        lines = lines_of(piece)
        again = [line for line in lines if not self._is_more(line, here)]
        if len(again) < len(lines):
            if len(lines) == 1:
                self._take_line(piece, lines[0], begun)
                return
            for line in again:
                self._drop_before(line, begun)
            self._found.append(piece)
        elif isinstance(piece, NamedValue) and piece.is_link:
            places = self._places(lines[0])
            if len(places) >= here[lines[0]]:
                self._found[places[here[lines[0]] - 1]] = piece

    def _is_more(self, line: str, here: dict[str, int]) -> bool:
        number = here[line] = here.get(line, 0) + 1
        if number <= self._most.get(line, 0):
            return False
        self._most[line] = number
        return True

    def _places(self, line: str) -> list[int]:
        first = self._first.get(line)
        return [] if first is None else [first, *self._more.get(line, ())]

    def _has(self, piece: NamedValue, begun: int) -> bool:
        """Whether an earlier source has that text by itself."""
        return self._first.get(piece.value.strip(), begun) < begun

    def _drop_before(self, line: str, begun: int) -> None:
        """Leave out a piece of an earlier source: it is in a text that comes now."""
        if self._first.get(line, begun) >= begun:
            return
        self._found[self._first.pop(line)] = None
        more = self._more.get(line)
        if more:
            self._first[line] = more.pop(0)

    def _take_line(self, piece: Piece, line: str, begun: int) -> None:
        place = len(self._found)
        named = self._named.get(line, begun) if isinstance(piece, str) else begun
        if named < begun:
            place = self._named.pop(line)
            self._found[place] = piece
        else:
            self._found.append(piece)
        if line in self._first:
            self._more.setdefault(line, []).append(place)
        else:
            self._first[line] = place
        if isinstance(piece, NamedValue) and not piece.is_link:
            self._named.setdefault(piece.value.strip(), place)


def _has_lines(text: str) -> bool:
    return _BREAK.search(text) is not None


def lines_of(piece: Piece) -> list[str]:
    """Return what makes a piece the same as another: its lines, or its address."""
    if isinstance(piece, NamedValue) and piece.is_link:
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

"""Extraction of keys, links and texts from delivered goods (contract, sections 4.5 and 15.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import NamedTuple

from ..fields import clean_text, parse_flag, parse_http_url, parse_text
from .goods_names import (
    CONTAINERS,
    DYNAMIC,
    ENTRY_KEYS,
    ENTRY_NAMES,
    IN_DESCRIPTIONS,
    KEY_KINDS,
    KEY_NAMES,
    LINK_NAMES,
    LISTS,
    NAMES,
    OF_LINE,
    TEXT_NAMES,
    fold_name,
    is_description_name,
    is_keyish,
    is_machine_name,
    is_machine_value,
    is_picture_name,
    is_prose,
    names_successor,
)
from .goods_pieces import FoundGoods, NamedValue, Piece, together, united, value_of

MOST_PIECES = 10_000
# What it takes to read a key, an entry or a name is one; a record by itself takes more.
_MOST_WORK = 12_500
_OF_A_RECORD = 11
_MOST_UNREAD = 20
_MOST_UNKNOWN = 200
_LONGEST_PIECE = 64 * 1024
_LONGEST_LABEL = 100
_DEEPEST = 8
_NOTHING = FoundGoods()
_ADDRESSES = ("href", "url", "value")
_LABELS = ("label", "title", "name")
_MARKS = ("is_replaced", "isReplaced", "is_replacement", "isReplacement")
_VALUES = ("value", "serial", "key", "code", "license_key", "licenseKey", "license")


class _Role(Enum):
    """Meaning of a text, by the field that holds it."""

    KEY = 1
    TEXT = 2
    BARE = 3
    """A key, unless it reads like a sentence: it has no name."""


class _Place(NamedTuple):
    """Rules for reading a value.

    Parameters
    ----------
    names
        What is looked for in a record.
    unknown
        Whether what stands under other names is goods, too.
    """

    names: frozenset[str]
    unknown: bool
    role: _Role


_TOP = _Place(NAMES, unknown=False, role=_Role.BARE)
_INSIDE = _Place(ENTRY_NAMES, unknown=True, role=_Role.BARE)
_KEYS = _Place(ENTRY_NAMES, unknown=True, role=_Role.KEY)
_TEXTS = _Place(ENTRY_NAMES, unknown=True, role=_Role.TEXT)
_DESCRIPTION = _Place(IN_DESCRIPTIONS, unknown=False, role=_Role.TEXT)


class GoodsReader:
    """Reads the goods of one order, and bounds what that takes, however large the order is.

    What is delivered and cannot be read is noted by the name of its field.
    """

    def __init__(self) -> None:
        self._left = _MOST_WORK
        self._unread: dict[str, None] = {}
        self._replaced: set[str] = set()
        self._replacements: dict[str, None] = {}
        self._known: dict[str, tuple[str, bool]] = {}

    @property
    def unread(self) -> tuple[str, ...]:
        """Names of fields that hold something delivered which is not among the goods."""
        return tuple(self._unread)

    @property
    def replacements(self) -> tuple[str, ...]:
        """The serials that were given out in place of others (contract, section 15.2)."""
        return tuple(self._replacements)

    @property
    def replaced(self) -> frozenset[str]:
        """The serials in whose place others were given out."""
        return frozenset(self._replaced - {text.strip() for text in self._replacements})

    def read(self, value: object, *, delivered: bool = False) -> FoundGoods:
        """The goods in any value."""
        return self._read(value, "", _DEEPEST, _INSIDE if delivered else _TOP)

    def of_order(self, record: Mapping[str, object]) -> FoundGoods:
        """The goods that an order itself names."""
        return self._record({name: part for name, part in record.items() if name in NAMES})

    def of_line(self, record: Mapping[str, object]) -> FoundGoods:
        """The goods in the documented places of a line."""
        return self._record({name: part for name, part in record.items() if name in OF_LINE})

    def note_unread(self, path: str) -> None:
        """Remember the name of a field that holds what cannot be read."""
        if len(self._unread) < _MOST_UNREAD:
            self._unread.setdefault(path[:_LONGEST_LABEL] or "?", None)

    def _record(self, parts: Mapping[str, object]) -> FoundGoods:
        return united(self._under(name, part, "", _DEEPEST, _TOP) for name, part in parts.items())

    def _read(self, value: object, path: str, depth: int, place: _Place) -> FoundGoods:
        if isinstance(value, Mapping):
            if depth == 0:
                return self._too_deep(value, path)
            return self._mapping(value, path, depth - 1, place)
        if isinstance(value, (list, tuple)):
            if depth == 0:
                return self._too_deep(value, path)
            return self._list(value, path, depth - 1, place)
        return self._leaf(value, path, place.role)

    def _too_deep(self, value: object, path: str) -> FoundGoods:
        if value:
            self.note_unread(path)
        return _NOTHING

    def _leaf(
        self, value: object, path: str, role: _Role, *, split: bool = False, whole: bool = False
    ) -> FoundGoods:
        """A text or a number.

        Parameters
        ----------
        split
            Whether it is a list that was sent as one text.
        whole
            Whether it is an entry of a list, and so one key however many lines it has.
        """
        if value is None or isinstance(value, bool):
            return _NOTHING
        text = parse_text(value)
        if text is None or len(text) > _LONGEST_PIECE:
            self.note_unread(path)
            return _NOTHING
        if not text.strip():
            return _NOTHING
        if role is _Role.TEXT:
            return FoundGoods((text,))
        if whole or (role is _Role.KEY and not split):
            keys = [text]
        else:
            keys = [line for line in text.splitlines() if line.strip()]
        if role is _Role.BARE:
            keys = [key for key in keys if not is_prose(key)]
        return FoundGoods((text,), keys)

    def _list(
        self, value: list[object] | tuple[object, ...], path: str, depth: int, place: _Place
    ) -> FoundGoods:
        if place.names is NAMES:
            place = place._replace(names=ENTRY_NAMES)
        keys, texts = list[str](), list[FoundGoods]()
        count = 0
        for entry in value:
            self._left -= 1
            if self._left < 0 or count >= MOST_PIECES:
                self.note_unread(path)
                break
            key = self._plain_key(entry) if place.role is _Role.KEY else None
            if key is not None:
                keys.append(key)
                count += 1
                continue
            if isinstance(entry, (Mapping, list, tuple)):
                found = self._read(entry, path, depth, place)
            else:
                found = self._leaf(entry, path, place.role, whole=True)
            count += len(found.goods)
            if keys:
                texts.append(FoundGoods(keys, keys))
                keys = []
            if found.goods:
                texts.append(found)
        if keys:
            texts.append(FoundGoods(keys, keys))
        return together(texts)

    def _plain_key(self, entry: object) -> str | None:
        """The text of an entry that is nothing but a key: there may be thousands.

        ``None`` for what has to be looked at more closely.
        """
        text = entry
        if isinstance(entry, dict):
            text = None
            for name, part in entry.items():
                if text is None and name in _VALUES and isinstance(part, str):
                    text = part
                elif part and not self._is_data(name, part):
                    return None
        if not isinstance(text, str) or len(text) > _LONGEST_PIECE or text[:4].lower() == "http":
            return None
        text = clean_text(text)
        return text if text.strip() else None

    def _is_data(self, name: str, part: object) -> bool:
        """Whether a value only describes a key, by its name."""
        if name in _MARKS or name in ENTRY_NAMES:
            return False
        return part is True or (isinstance(part, (str, int, float)) and self._fold(name)[1])

    def _mapping(
        self, value: Mapping[str, object], path: str, depth: int, place: _Place
    ) -> FoundGoods:
        if parse_flag(value.get("is_replaced", value.get("isReplaced"))):
            return self._of_replaced(value, path, depth, place)
        self._left -= _OF_A_RECORD
        links, taken = _links(value) if place.names is ENTRY_NAMES else ([], frozenset[str]())
        sources = [FoundGoods(links, _link_keys(value, links, taken, place))] if links else []
        others: list[tuple[str, object]] = []
        for name, part in value.items():
            is_known = name in place.names
            if name in taken or not (is_known or _may_be_goods(part, place)):
                continue
            self._left -= 1
            if self._left < 0:
                self.note_unread(path)
                break
            if is_known:
                sources.append(self._under(name, part, path, depth, place))
            else:
                others.append((name, part))
        found = united([*sources, *self._unknown(others, path, depth, place)])
        if place.role is _Role.KEY and found.goods and not found.keys:
            found = FoundGoods(found.goods, _key_by_name(found.goods))
        if parse_flag(value.get("is_replacement", value.get("isReplacement"))):
            text = parse_text(value.get("value")) or parse_text(value.get("serial"))
            for key in [text] if text else found.keys:
                self._replacements.setdefault(key, None)
        return found

    def _of_replaced(
        self, value: Mapping[str, object], path: str, depth: int, place: _Place
    ) -> FoundGoods:
        """What took the place of a dead serial, where that stands in its own record."""
        for name in _VALUES:
            text = (parse_text(value.get(name)) or "").strip()
            if text:
                self._replaced.add(text)
        sources = []
        for name, part in value.items():
            folded, is_machine = self._fold(name)
            inner = _Place(ENTRY_NAMES, unknown=True, role=place.role)
            if isinstance(part, (Mapping, list, tuple)):
                if not is_machine:
                    sources.append(self._read(part, f"{path}.{name}", depth, inner))
            elif isinstance(part, str) and names_successor(folded) and not part.isdigit():
                sources.append(self._leaf(part, f"{path}.{name}", _Role.KEY))
                if part.strip():
                    self._replacements.setdefault(part, None)
        return united(sources)

    def _under(self, name: str, part: object, path: str, depth: int, place: _Place) -> FoundGoods:
        """What stands under a name that is known."""
        here = f"{path}.{name}" if path else name
        if name in KEY_NAMES or name in ENTRY_KEYS:
            if isinstance(part, str) and (name not in LISTS or len(part) <= _LONGEST_PIECE):
                return self._leaf(part, here, _Role.KEY, split=name in LISTS)
            if isinstance(part, str):
                part = part.splitlines()
            return self._read(part, here, depth, _KEYS)
        if name == "deliverables":
            return self._deliverables(part, here, depth)
        if name in CONTAINERS:
            return self._read(part, here, depth, _INSIDE)
        delivered = name in OF_LINE or name in DYNAMIC
        if delivered or name in LINK_NAMES or name in ("href", "url"):
            return self._read(part, here, depth, _TEXTS)
        if name in TEXT_NAMES:
            return self._read(part, here, depth, place._replace(role=_Role.TEXT))
        return self._read(part, here, depth, place)

    def _deliverables(self, part: object, path: str, depth: int) -> FoundGoods:
        """Each says itself whether it is a key (contract, section 15.2)."""
        if isinstance(part, Mapping):
            numbered = "kind" not in part and "value" not in part
            part = list(part.values()) if numbered else [part]
        if not isinstance(part, (list, tuple)):
            return self._read(part, path, depth, _TEXTS)
        keys, others = list[object](), list[object]()
        for entry in part:
            kind = entry.get("kind") if isinstance(entry, Mapping) else None
            (keys if str(kind).lower() in KEY_KINDS else others).append(entry)
        return together(
            [self._read(keys, path, depth, _KEYS), self._read(others, path, depth, _TEXTS)]
        )

    def _unknown(
        self, others: list[tuple[str, object]], path: str, depth: int, place: _Place
    ) -> Iterator[FoundGoods]:
        """What stands under names that are not known; nothing for machine data."""
        count = 0
        for name, part in others:
            folded, is_machine = self._fold(name)
            here = f"{path}.{name}" if path else name
            if isinstance(part, (Mapping, list, tuple)):
                if is_picture_name(folded):
                    continue
                inner = place
                if is_description_name(folded):
                    inner = _DESCRIPTION
                elif not name.isdigit():
                    inner = place._replace(role=_Role.TEXT)
                elif place.names is NAMES:
                    inner = place._replace(names=ENTRY_NAMES)
                yield self._read(part, here, depth, inner)
                continue
            if name.isdigit():
                # A list that was sent as a record.
                yield self._leaf(part, path, place.role, whole=True)
                continue
            if is_machine:
                continue
            found = self._named(name, folded, part, here)
            count += len(found.goods)
            if count > _MOST_UNKNOWN:
                self.note_unread(path)
                return
            yield found

    def _named(self, name: str, folded: str, part: object, path: str) -> FoundGoods:
        text = parse_text(part)
        if text is None or len(text) > _LONGEST_PIECE:
            self.note_unread(path)
            return _NOTHING
        # A number that can be a flag is one.
        is_flag = not isinstance(part, str) and part in (0, 1)
        if is_flag or not text.strip() or is_machine_value(folded, text):
            return _NOTHING
        return FoundGoods((NamedValue(f"{name[:_LONGEST_LABEL]}: {text}", text),))

    def _fold(self, name: str) -> tuple[str, bool]:
        known = self._known.get(name)
        if known is None:
            folded = fold_name(name)
            known = self._known[name] = (folded, is_machine_name(folded))
        return known


def _may_be_goods(part: object, place: _Place) -> bool:
    """Whether a value under an unknown name has to be looked at."""
    return place.unknown and part is not None and not isinstance(part, bool)


def _links(value: Mapping[str, object]) -> tuple[list[Piece], frozenset[str]]:
    """The addresses of a record, each with its label, and the fields that are in them."""
    found: dict[str, str] = {}
    taken = set()
    for name in _ADDRESSES:
        url = parse_http_url(value.get(name))
        if url is not None:
            found.setdefault(url, name)
            taken.add(name)
    if not found:
        return [], frozenset()
    label = ""
    for name in _LABELS:
        label = " ".join((parse_text(value.get(name)) or "").split())[:_LONGEST_LABEL]
        if label:
            taken.add(name)
            break
    links = [NamedValue(f"{label}: {url}", url, is_link=True) if label else url for url in found]
    return list(links), frozenset(taken)


def _link_keys(
    value: Mapping[str, object], links: list[Piece], taken: frozenset[str], place: _Place
) -> list[str]:
    """The address that is a key itself, as where it is redeemed."""
    if "value" not in taken or place.role is _Role.TEXT:
        return []
    key = parse_http_url(value.get("value"))
    if key is None or (place.role is _Role.BARE and isinstance(links[0], NamedValue)):
        return []
    return [key]


def _key_by_name(goods: Iterable[Piece]) -> list[str]:
    """The piece among keys that is one, where none has a name for it."""
    goods = list(goods)
    links = [piece for piece in goods if parse_http_url(value_of(piece)) is not None]
    named = [
        piece
        for piece in goods
        if isinstance(piece, NamedValue) and is_keyish(fold_name(piece.text.partition(":")[0]))
    ]
    return [value_of(piece) for piece in (named or links)[:1]]


def is_address(text: str) -> bool:
    """Return whether a text is nothing but an address of the web."""
    return parse_http_url(text) is not None

"""Finding keys, links and texts in what Shoppex delivered (contract, sections 4.5 and 15.2)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from ..fields import parse_flag, parse_http_url, parse_text

_KEY_NAMES = frozenset(
    {"serials", "serial", "codes", "keys", "license_keys", "license_key", "licenses"}
    | {"licenseKeys", "licenseKey"}
)
# Shoppex takes several serials as one text, a line each (contract, section 3), and may give
# them so.
_LISTS = frozenset({"serials", "codes", "keys", "license_keys", "licenses", "licenseKeys"})
_TEXT_NAMES = frozenset(
    {"text", "service_text", "serviceText", "delivery_text", "deliveryText", "dynamic_response"}
    | {"dynamicResponse", "notes", "access_url", "accessUrl"}
)
_LINK_NAMES = frozenset(
    {"links", "downloads", "external_urls", "externalUrls", "tracking_codes", "trackingCodes"}
)
_CONTAINERS = frozenset(
    {"delivered_items", "deliveredItems", "delivery_summary", "deliverySummary", "delivery"}
    | {"delivery_info", "deliveryInfo", "deliverables", "license"}
)
_DYNAMIC = frozenset({"dynamic_response", "dynamicResponse"})
_NAMES = _KEY_NAMES | _TEXT_NAMES | _LINK_NAMES | _CONTAINERS
# Too common words to be looked for anywhere but in an entry of such a list.
_ENTRY_ONLY = frozenset({"key", "code", "license", "value", "href", "url"})
_ENTRY_NAMES = _NAMES | _ENTRY_ONLY
_KEY_KINDS = ("serial", "license", "key", "code")
# What says something about goods and is none: ids, flags, dates, words for states, pictures.
_MACHINE = re.compile(
    r"(?:.*_)?(?:id|ids|uniqid|uuid|guid|slug|hash|type|kind|status|state|label|title|name|count|"
    r"quantity|amount|price|total|currency|size|format|version|mime|position|index|order|at|date|"
    r"time|timestamp|timezone|locale|unit|image|icon|thumbnail|logo|avatar|sort|priority|gateway|"
    r"email|ip|country|user_agent|product|variant|customer|shop|invoice|order)"
    r"|(?:is|has|can|cdn|image|variant|product|sort|created|updated|delivery|shop|customer)_.*",
)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d.*)?")
_IMAGE = re.compile(r"https?://\S+\.(?:png|jpe?g|gif|webp|svg|ico)(?:\?\S*)?", re.IGNORECASE)
_MOST_PIECES = 1000
_MOST_UNREAD = 20
_MOST_NODES = 6000
_MOST_UNKNOWN = 200
_LONGEST_NAME = 100
_LONGEST_PIECE = 64 * 1024
_LONGEST_LABEL = 100
_DEEPEST = 8


def extract_goods(value: object, *, delivered: bool = False) -> tuple[str, ...]:
    """Collect what a buyer gets out of ``delivered_items`` or a webhook's data. Never raises.

    The order is kept, and each piece is exactly as it was sent, apart from characters that no
    text can hold. Two equal keys of one list are two keys; the same key under two names is
    one. A serial that was replaced is left out. A link that has a label comes as ``label:
    link``. Blank pieces, and pieces of more than 65,536 characters, are left out; at most 1,000
    pieces are returned. It takes time in proportion to the size of ``value``.

    Parameters
    ----------
    delivered
        Whether all of ``value`` is what was delivered: a text under a name that is not known
        is then a piece, with its name, unless it is plainly no goods.
    """
    return tuple(_pieces(value, _NAMES, _DEEPEST, unknown=delivered)[:_MOST_PIECES])


def extract_keys(value: object) -> tuple[str, ...]:
    """Collect only the keys among the goods, each by itself. Never raises.

    They stand under a name of their own. Where Shoppex gives nothing but a text or a list
    without names, that is what they are; a text holds one key a line.
    """
    if isinstance(value, Mapping):
        value = {
            name: part.splitlines() if name in _LISTS and isinstance(part, str) else part
            for name, part in value.items()
        }
    elif isinstance(value, str):
        value = value.splitlines()
    names = _KEY_NAMES | _CONTAINERS
    return tuple(_pieces(value, names, _DEEPEST, unknown=False)[:_MOST_PIECES])


class GoodsReader:
    """Bounds what is read of one order, however large it is: names, entries, depth in all.

    Far more than a thousand serials, each an object, take.
    """

    def __init__(self) -> None:
        self._left = _MOST_NODES

    def parts(self, record: Mapping[str, object]) -> dict[str, object]:
        """What a record says of goods, cut to what may still be read."""
        return {name: self._cut(part, _DEEPEST) for name, part in record.items() if name in _NAMES}

    def _cut(self, value: object, depth: int) -> object:
        self._left -= 1
        if self._left <= 0 or depth == 0:
            return None if isinstance(value, (Mapping, list, tuple)) else value
        if isinstance(value, Mapping):
            entries = islice(value.items(), self._left)
            return {name: self._cut(part, depth - 1) for name, part in entries if self._left > 0}
        if isinstance(value, (list, tuple)):
            parts = islice(value, self._left)
            return [self._cut(part, depth - 1) for part in parts if self._left > 0]
        return value


def goods_of(record: Mapping[str, object]) -> tuple[str, ...]:
    """The goods in the documented places of an order or of one of its lines."""
    return extract_goods(_only_delivery(record))


def keys_of(record: Mapping[str, object]) -> tuple[str, ...]:
    """The keys in the same places, but for texts of the seller's."""
    parts = (part for name, part in record.items() if name in _CONTAINERS)
    return tuple(union(extract_keys(part) for part in parts))


def unread_of(records: Iterable[Mapping[str, object]]) -> tuple[str, ...]:
    """Names of fields in which something was delivered that cannot be read as goods.

    Only where nothing at all can be read. What is plainly machine data is not among them, and
    of what stands in a field only its name is told.
    """
    found: dict[str, None] = {}
    for record in records:
        for name, part in _only_delivery(record).items():
            for path in islice(_filled(part, name, _DEEPEST), _MOST_UNREAD):
                found.setdefault(path[:_LONGEST_LABEL], None)
    return tuple(found)[:_MOST_UNREAD]


def _filled(value: object, path: str, depth: int) -> Iterator[str]:
    """The paths of the leaves below a value that hold anything but machine data."""
    if depth == 0:
        yield path
    elif isinstance(value, Mapping):
        if parse_flag(value.get("is_replaced", value.get("isReplaced"))):
            return
        for name, part in value.items():
            if isinstance(name, str) and not _is_machine_name(name):
                yield from _filled(part, f"{path}.{name}", depth - 1)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _filled(part, path, depth - 1)
    elif value is not None and not isinstance(value, bool) and str(value).strip():
        yield path


def _is_machine_name(name: str) -> bool:
    return (
        len(name) <= _LONGEST_NAME and _MACHINE.fullmatch(_HUMP.sub("_", name).lower()) is not None
    )


def replacements_of(records: Iterable[Mapping[str, object]]) -> tuple[str, ...]:
    """The serials that were given out in place of others (contract, section 15.2)."""
    parts = [part for record in records for name, part in record.items() if name in _CONTAINERS]
    return tuple(islice(_marked(parts, _DEEPEST), _MOST_PIECES))


def _marked(value: object, depth: int) -> Iterator[str]:
    if depth == 0:
        return
    if isinstance(value, Mapping):
        text = parse_text(value.get("value")) or parse_text(value.get("serial"))
        if text and parse_flag(value.get("is_replacement", value.get("isReplacement"))):
            yield text
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        for part in value:
            if isinstance(part, (Mapping, list, tuple)):
                yield from _marked(part, depth - 1)


def union(sources: Iterable[Iterable[str]]) -> list[str]:
    """What several sources name together: each piece as often as the one that has most of it."""
    filled = [pieces for source in sources if (pieces := list(source))]
    if len(filled) == 1:
        # Each entry of a list of serials is such a one: there may be thousands.
        return filled[0]
    found: list[str] = []
    most: Counter[str] = Counter()
    for source in filled:
        here: Counter[str] = Counter()
        for piece in source:
            here[piece] += 1
            if here[piece] > most[piece]:
                most[piece] += 1
                found.append(piece)
    return found


def _only_delivery(record: Mapping[str, object]) -> dict[str, object]:
    texts = {"delivery_text", "deliveryText", "service_text", "serviceText"}
    return {name: part for name, part in record.items() if name in _CONTAINERS or name in texts}


def _pieces(value: object, names: frozenset[str], depth: int, *, unknown: bool) -> list[str]:
    if depth == 0:
        return []
    if isinstance(value, Mapping):
        if parse_flag(value.get("is_replaced", value.get("isReplaced"))):
            return []
        link = _labelled(value) if names >= _LINK_NAMES else None
        if link is not None:
            return [link]
        # What is no goods is left out before anything is counted: it may be very much.
        parts = [
            _part(name, part, names, depth - 1, unknown=unknown)
            for name, part in value.items()
            if name in names
        ]
        if unknown:
            parts += [
                _unknown(name, part, names, depth - 1)
                for name, part in islice(_not_in(names, value), _MOST_UNKNOWN)
            ]
        return union(parts)
    if isinstance(value, (list, tuple)):
        inner = names | _ENTRY_ONLY
        entries = (
            piece for entry in value for piece in _pieces(entry, inner, depth - 1, unknown=unknown)
        )
        return list(islice(entries, _MOST_PIECES))
    text = parse_text(value)
    return [text] if text is not None and text.strip() and len(text) <= _LONGEST_PIECE else []


def _not_in(
    names: frozenset[str], value: Mapping[object, object]
) -> Iterator[tuple[object, object]]:
    return (
        (name, part)
        for name, part in value.items()
        if name not in names and isinstance(part, (str, Mapping, list))
    )


def _part(
    name: str, part: object, names: frozenset[str], depth: int, *, unknown: bool
) -> list[str]:
    if name in _CONTAINERS:
        if isinstance(part, bool):
            return []
        if name == "deliverables" and not names >= _LINK_NAMES:
            return _pieces(_of_key_kind(part), names, depth, unknown=False)
        everything = names >= _LINK_NAMES
        return _pieces(part, names, depth, unknown=everything)
    if name in _DYNAMIC and isinstance(part, Mapping):
        return _pieces(part, _ENTRY_NAMES, depth, unknown=True)
    # Whatever stands under the name of keys is one, by whatever name it goes itself.
    inner = _NAMES if name in _KEY_NAMES and names >= _LINK_NAMES else names
    return _pieces(part, inner, depth, unknown=unknown and name not in _KEY_NAMES)


def _of_key_kind(value: object) -> object:
    """The entries of ``deliverables`` that are keys (contract, section 15.2)."""
    entries = value if isinstance(value, (list, tuple)) else ()
    return [
        entry
        for entry in entries
        if isinstance(entry, Mapping) and str(entry.get("kind")).lower() in _KEY_KINDS
    ]


def _labelled(entry: Mapping[object, object]) -> str | None:
    """A link with its label, as one piece; ``None`` for what is no link."""
    places = (entry.get("href"), entry.get("url"), entry.get("value"))
    link = next((url for url in map(parse_http_url, places) if url is not None), None)
    label = (parse_text(entry.get("label")) or parse_text(entry.get("title")) or "").strip()
    if link is None or ("value" not in entry and "href" not in entry and "url" not in entry):
        return None
    return f"{' '.join(label.split())[:_LONGEST_LABEL]}: {link}" if label else link


def _unknown(name: object, part: object, names: frozenset[str], depth: int) -> list[str]:
    """The texts under a name that is not known, with that name; nothing for machine data."""
    if not isinstance(name, str) or _is_machine_name(name):
        return []
    if not isinstance(part, str):
        return _pieces(part, names, depth, unknown=True)
    text = parse_text(part) or ""
    machine = _DATE.fullmatch(text) or _IMAGE.fullmatch(text)
    if machine or not text.strip() or len(text) > _LONGEST_PIECE:
        return []
    return [f"{name[:_LONGEST_LABEL]}: {text}"]

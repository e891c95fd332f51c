"""Finding keys, links and texts in what Shoppex delivered (contract, section 4.5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from .parsing import parse_text

_KEY_NAMES = frozenset(
    {"serials", "serial", "codes", "keys", "license_keys", "license_key", "licenses"}
)
# Shoppex takes several serials as one text, a line each (contract, section 3), and may give
# them so.
_LISTS = frozenset({"serials", "codes", "keys", "license_keys", "licenses"})
_NAMES = _KEY_NAMES | {"text", "service_text", "dynamic_response", "access_url"}
# Too common words to be looked for anywhere but in an entry of such a list.
_ENTRY_ONLY = frozenset({"key", "code", "license"})
_ENTRY_NAMES = _NAMES | _ENTRY_ONLY
_MOST_PIECES = 1000
_LONGEST_PIECE = 64 * 1024
_DEEPEST = 8


def extract_goods(value: object) -> tuple[str, ...]:
    """Collect what a buyer gets out of ``delivered_items`` or a webhook's data. Never raises.

    The order is kept, and each piece is exactly as it was sent, apart from characters that no
    text can hold. Two equal keys of one list are two keys; the same key under two names is
    one. Blank pieces, and pieces of more than 65,536 characters, are left out; at most 1,000
    pieces are returned.
    """
    return tuple(_pieces(value, _NAMES, _DEEPEST)[:_MOST_PIECES])


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
    return tuple(_pieces(value, _KEY_NAMES, _DEEPEST)[:_MOST_PIECES])


def union(sources: Iterable[Iterable[str]]) -> list[str]:
    """What several sources name together: each piece as often as the one that has most of it."""
    found: list[str] = []
    for source in sources:
        known = Counter(found)
        for piece in source:
            if known[piece]:
                known[piece] -= 1
            else:
                found.append(piece)
    return found


def _pieces(value: object, names: frozenset[str], depth: int) -> list[str]:
    if depth == 0:
        return []
    if isinstance(value, Mapping):
        return union(_part(name, part, names, depth - 1) for name, part in value.items())
    if isinstance(value, (list, tuple)):
        return [
            piece for entry in value for piece in _pieces(entry, names | _ENTRY_ONLY, depth - 1)
        ]
    text = parse_text(value)
    return [text] if text is not None and text.strip() and len(text) <= _LONGEST_PIECE else []


def _part(name: object, part: object, names: frozenset[str], depth: int) -> list[str]:
    if name not in names:
        return []
    if name == "dynamic_response" and isinstance(part, Mapping):
        return _dynamic(part, depth)
    # Whatever stands under the name of keys is one, by whatever name it goes itself.
    return _pieces(part, _NAMES if name in _KEY_NAMES else names, depth)


def _dynamic(response: Mapping[object, object], depth: int) -> list[str]:
    """What a merchant's own server answered: known names, else every text with its name.

    Its form is up to the merchant (contract, section 4.9), and it is what was paid for.
    """
    texts = [
        f"{name}: {part}"
        for name, part in response.items()
        if isinstance(part, str) and part.strip()
    ]
    return _pieces(response, _ENTRY_NAMES, depth) or _pieces(texts, _NAMES, depth)

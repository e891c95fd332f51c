"""Finding keys, links and texts in what Shoppex delivered (contract, section 4.5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from .parsing import parse_text

_NAMES = frozenset(
    {
        "serials",
        "serial",
        "codes",
        "keys",
        "license_keys",
        "license_key",
        "licenses",
        "text",
        "service_text",
        "dynamic_response",
        "access_url",
    }
)
# Too common words to be looked for anywhere but in an entry of such a list.
_ENTRY_NAMES = _NAMES | {"key", "code", "license"}
_MOST_PIECES = 1000
_MOST_SEEN = 10_000
_LONGEST_PIECE = 64 * 1024
_DEEPEST = 8


def extract_goods(value: object) -> tuple[str, ...]:
    """Collect what a buyer gets out of ``delivered_items`` or a webhook's data. Never raises.

    The order is kept, a piece that comes twice counts once, and each piece is exactly as it was
    sent, apart from characters that no text can hold. Blank pieces, and pieces of more than
    65,536 characters, are left out; at most 1,000 pieces are returned.
    """
    pieces = islice(_pieces(value, _NAMES, _DEEPEST), _MOST_SEEN)
    found = dict.fromkeys(piece for piece in pieces if piece.strip())
    return tuple(islice(found, _MOST_PIECES))


def _pieces(value: object, names: frozenset[str], depth: int) -> Iterator[str]:
    if depth == 0:
        return
    if isinstance(value, Mapping):
        for name, part in value.items():
            if name == "dynamic_response" and isinstance(part, Mapping):
                yield from _dynamic(part, depth - 1)
            elif name in names:
                yield from _pieces(part, names, depth - 1)
    elif isinstance(value, (list, tuple)):
        for entry in value:
            yield from _pieces(entry, _ENTRY_NAMES, depth - 1)
    else:
        text = parse_text(value)
        if text is not None and len(text) <= _LONGEST_PIECE:
            yield text


def _dynamic(response: Mapping[object, object], depth: int) -> Iterator[str]:
    """What a merchant's own server answered: known names, else every text with its name.

    Its form is up to the merchant (contract, section 4.9), and it is what was paid for.
    """
    known = list(islice(_pieces(response, _ENTRY_NAMES, depth), _MOST_SEEN))
    if known:
        yield from known
        return
    for name, part in response.items():
        if isinstance(part, str) and part.strip():
            yield from _pieces(f"{name}: {part}", _NAMES, depth)

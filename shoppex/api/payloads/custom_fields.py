"""Parsing of ``custom_fields`` in every known shape (contract, section 4.6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..fields import parse_text
from ..json_codec import decode_text

_WRAPPERS = ("customFields", "custom_fields")
# In order of preference. `text` is the question beside an `answer`, and the answer beside a
# `name`; `label` is a value only where nothing else can be.
_NAMES = ("name", "key", "label", "text")
_VALUES = ("value", "answer", "text", "label")
_MOST_FIELDS = 100
_LONGEST_NAME = 256
_LONGEST_VALUE = 4096
_DEEPEST = 4


def normalise(value: object) -> dict[str, str]:
    """Read custom fields of any known shape as name → text. Never raises.

    Numbers and booleans become text. What is nested, empty of a name or too long is left out: a
    cut value would be another value. Of two fields with one name the first counts.
    """
    fields: dict[str, str] = {}
    for name, entry in _pairs(value, _DEEPEST):
        if len(fields) >= _MOST_FIELDS:
            break
        text = _to_text(entry)
        name_text = _to_text(name)
        if name_text and text is not None and _fits(name_text, text):
            fields.setdefault(name_text, text)
    return fields


def _pairs(value: object, depth: int) -> Iterator[tuple[object, object]]:
    if depth == 0:
        return
    if isinstance(value, str):
        yield from _pairs(decode_text(value), depth - 1)
    elif isinstance(value, Mapping):
        inner = _wrapped(value)
        if inner is None:
            yield from value.items()
        else:
            yield from _pairs(inner, depth - 1)
    elif isinstance(value, list):
        for entry in value:
            if isinstance(entry, Mapping):
                yield from _listed(entry)


def _wrapped(value: Mapping[object, object]) -> object:
    """What is inside a wrapper, or ``None`` when ``value`` is none."""
    for name in _WRAPPERS:
        inner = value.get(name)
        if isinstance(inner, (Mapping, list)):
            return inner
        if isinstance(inner, str) and len(value) == 1:
            return decode_text(inner)
    return None


def _listed(entry: Mapping[object, object]) -> Iterator[tuple[object, object]]:
    name = next((key for key in _NAMES if isinstance(entry.get(key), str)), None)
    value = next((key for key in _VALUES if key in entry and key != name), None)
    if name is not None and value is not None:
        yield entry[name], entry[value]


def _to_text(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return parse_text(value)


def _fits(name: str, text: str) -> bool:
    return len(name) <= _LONGEST_NAME and len(text) <= _LONGEST_VALUE

"""JSON codec without loss: amounts stay decimal numbers in both directions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal

_LONGEST_TEXT = 1024 * 1024


class MalformedJson(ValueError):
    """Bytes that are not JSON, or not JSON that can be read within reason."""


def decode_json(raw: bytes) -> object:
    """Read JSON; numbers with a fraction or an exponent become ``Decimal``.

    Bounding the length of ``raw`` is the caller's part.

    Raises
    ------
    MalformedJson
        When ``raw`` is not JSON, holds ``NaN`` or ``Infinity``, numbers beyond all measure, or
        is nested too deeply.
    """
    try:
        return json.loads(raw, parse_float=Decimal, parse_constant=_refuse)
    except (ValueError, ArithmeticError, RecursionError) as error:
        # The text of the error is left out: it may quote what was read.
        raise MalformedJson(type(error).__name__) from None


def decode_text(text: str) -> object:
    """Read the object or array that ``text`` is JSON of; ``None`` for any other text."""
    if len(text) > _LONGEST_TEXT or not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return decode_json(text.encode(errors="surrogatepass"))
    except MalformedJson:
        return None


def encode_json(value: object) -> bytes:
    """Write JSON; a ``Decimal`` becomes a number with exactly its digits.

    Raises
    ------
    ValueError
        When a number is not finite.
    TypeError
        When a value has no form in JSON.
    """
    return _encode(value).encode()


def _refuse(constant: str) -> object:
    raise ValueError(constant)


def _encode(value: object) -> str:
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError("JSON has no such number")
        return str(value)
    if isinstance(value, Mapping):
        pairs = (f"{json.dumps(str(name))}:{_encode(part)}" for name, part in value.items())
        return "{" + ",".join(pairs) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ",".join(map(_encode, value)) + "]"
    return json.dumps(value, allow_nan=False)

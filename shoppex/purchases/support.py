"""Reports of buyers to staff: rate limit, and removal of what staff must not read."""

from __future__ import annotations

import re

from ..domain.account import Order
from ..fulfilment.intake.delivered_goods import is_handed

_EMAIL = re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+")
_MASK = "•••"


def redact(text: str, order: Order) -> str:
    """A buyer's words without e-mail addresses, and without the keys of the order."""
    words = (_redact_word(word, order) for word in re.split(r"(\s+)", text))
    lines = "".join(words).splitlines()
    return "\n".join(_MASK if _is_key(line, order) else line for line in lines)


def _redact_word(word: str, order: Order) -> str:
    if _is_key(word, order) or _is_key(word.strip("\"'`.,;:!?()<>"), order):
        return _MASK
    return _EMAIL.sub(_MASK, word)


def _is_key(text: str, order: Order) -> bool:
    text = text.strip()
    kept = {line.strip() for piece in order.goods for line in piece.splitlines()}
    return bool(text) and (text in kept or is_handed(order, text))

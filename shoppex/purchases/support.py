"""Reports of buyers to staff: rate limit, and removal of what staff must not read."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from ..domain.account import AccountKey, Order
from ..fulfilment.intake.delivered_goods import is_handed
from ..rate_limit import SlidingWindow

_REPORTS_AT_ONCE = 3
_REPORTS_WITHIN = timedelta(hours=1)
_EMAIL = re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+")
_MASK = "•••"


class ReportPace:
    """How often one member may call for staff."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._pace = SlidingWindow(_REPORTS_AT_ONCE, _REPORTS_WITHIN)

    def take(self, key: AccountKey) -> None:
        """Count a report.

        Raises
        ------
        TooOften
            When there were too many.
        """
        self._pace.take(key, self._clock())


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

"""Short names of orders, for places that others than their buyers can read. Pure.

The number that Shoppex gives an order is part of the link to its checkout.
"""

from __future__ import annotations

import hashlib
import re

_HALF = 4
_FORM = re.compile(r"#?([0-9A-F]{4})-?([0-9A-F]{4})", re.IGNORECASE)


def short_name(number: str) -> str:
    """The name that stands for an order's number, such as ``A1B2-C3D4``."""
    digest = hashlib.sha256(number.encode()).hexdigest().upper()
    return f"{digest[:_HALF]}-{digest[_HALF : 2 * _HALF]}"


def read_short_name(text: str) -> str | None:
    """A short name as people type it; ``None`` when it is none."""
    found = _FORM.fullmatch(text.strip())
    return None if found is None else f"{found[1]}-{found[2]}".upper()

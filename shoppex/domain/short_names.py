"""Short names of orders, for places that others than their buyers can read. Pure.

The number that Shoppex gives an order is part of the link to its checkout.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

_HALF = 4
_BUTTON_DIGITS = 16
_FORM = re.compile(r"#?([0-9A-F]{4})-?([0-9A-F]{4})", re.IGNORECASE)


def short_name(number: str) -> str:
    """The name that stands for an order's number, such as ``A1B2-C3D4``."""
    digest = hashlib.sha256(number.encode()).hexdigest().upper()
    return f"{digest[:_HALF]}-{digest[_HALF : 2 * _HALF]}"


def read_short_name(text: str) -> str | None:
    """A short name as people type it; ``None`` when it is none."""
    found = _FORM.fullmatch(text.strip())
    return None if found is None else f"{found[1]}-{found[2]}".upper()


def button_name(nonce: str) -> str:
    """The name of an order in the id of a button, which others can read; the nonce is secret."""
    return hashlib.sha256(nonce.encode()).hexdigest()[:_BUTTON_DIGITS]


def find_named(nonces: Iterable[str], name: str) -> str | None:
    """The nonce that :func:`button_name` gave that name."""
    return next((nonce for nonce in nonces if button_name(nonce) == name), None)


def owned_name(user_id: int, name: str) -> str:
    """A short name with whose it is, so that nothing has to be searched; for a button's id."""
    return f"{user_id}.{name}"

"""How much of what was paid went back."""

from __future__ import annotations

from .money import Money


def is_all(refunded: Money | None, paid: Money | None) -> bool:
    """Whether everything that was paid went back. Two currencies are not compared."""
    if refunded is None or paid is None or refunded.currency != paid.currency:
        return False
    return refunded.amount >= paid.amount > 0

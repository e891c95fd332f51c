"""Comparison of a refund with what was paid."""

from __future__ import annotations

from .money import Money


def is_all(refunded: Money | None, paid: Money | None) -> bool:
    """Return whether everything that was paid was refunded. Two currencies are not compared."""
    if refunded is None or paid is None or refunded.currency != paid.currency:
        return False
    return refunded.amount >= paid.amount > 0

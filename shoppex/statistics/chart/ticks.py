"""Round numbers for the grid lines of a chart. Pure."""

from __future__ import annotations

from decimal import Decimal

_STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))


def ticks(lowest: Decimal, highest: Decimal, most: int = 5) -> list[Decimal]:
    """Round numbers that hold everything from the lowest to the highest between them.

    Zero is always among them, and they are equally far apart. At most two more than ``most``.

    Parameters
    ----------
    lowest
        Not above zero.
    highest
        Not below zero.
    """
    reach = highest - lowest
    if reach <= 0:
        return [Decimal(0), Decimal(1)]
    power = Decimal(1).scaleb((reach / most).adjusted())
    step = next(power * factor for factor in _STEPS if power * factor * most >= reach)
    first = int((lowest / step).to_integral_value("ROUND_FLOOR"))
    last = int((highest / step).to_integral_value("ROUND_CEILING"))
    return [step * number for number in range(first, last + 1)]

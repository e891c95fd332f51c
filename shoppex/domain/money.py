"""Money, in major units, exactly."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

_CURRENCY = re.compile(r"[A-Z]{3}")
_LARGEST = Decimal("1e12")
_LONGEST = 64
# What JSON and Python write; not what else `Decimal` takes: underscores, other scripts' digits.
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of one currency.

    Parameters
    ----------
    amount
        Major units: ``Decimal("9.99")`` is nine euros and ninety-nine cents.
    currency
        ISO 4217 code in upper case.
    """

    amount: Decimal
    currency: str

    def times(self, count: int) -> Money:
        """The price of ``count`` pieces."""
        return Money(self.amount * count, self.currency)


def parse_amount(value: object) -> Decimal | None:
    """Read an amount in major units out of anything Shoppex is known to send.

    Numbers and text both occur (contract, section 1, *Money*). Anything that is not a
    finite, sane number is ``None``: an amount that cannot be read is never zero.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        return None
    try:
        text = str(value).strip()
        if len(text) > _LONGEST or not _NUMBER.fullmatch(text):
            return None
        amount = Decimal(text)
    except (InvalidOperation, ValueError):
        # ValueError: an integer of more digits than Python writes out.
        return None
    # `abs` would round, and overflow.
    return amount if amount.is_finite() and amount.copy_abs() < _LARGEST else None


def parse_currency(value: object) -> str | None:
    """Read an ISO 4217 code; ``None`` when it is none."""
    if not isinstance(value, str):
        return None
    code = value.strip().upper()
    return code if _CURRENCY.fullmatch(code) else None


def parse_money(amount: object, currency: object) -> Money | None:
    """Both halves, or nothing: an amount without a currency is not money."""
    parsed_amount = parse_amount(amount)
    parsed_currency = parse_currency(currency)
    if parsed_amount is None or parsed_currency is None:
        return None
    return Money(parsed_amount, parsed_currency)

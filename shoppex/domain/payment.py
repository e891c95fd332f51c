"""Amounts really paid: the price is settled at the checkout (contract, section 15.1)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from .money import Money

_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Payment:
    """The amounts of one paid order, in major units of one currency.

    Parameters
    ----------
    total
        What the order came to, with everything below already in it.
    discount
        Taken off: coupons, volume and affiliate discounts.
    tip, fees, tax
        Added.
    credit
        Paid from the buyer's balance at the shop; the total stays the same.
    """

    total: Money
    discount: Decimal = _NOTHING
    tip: Decimal = _NOTHING
    fees: Decimal = _NOTHING
    tax: Decimal = _NOTHING
    credit: Decimal = _NOTHING

    def covers(self, price: Decimal) -> bool:
        """Return whether this pays a price in its own currency, a discount and credit included.

        A tip pays for nothing, and how much of one they give is the buyer's choice.
        """
        return self.total.amount - self.tip + self.discount + self.credit >= price

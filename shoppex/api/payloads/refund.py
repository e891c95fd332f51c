"""Parsing of the refunded amount. No sample shows the field (contract, section 12)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from ...domain.money import Money, parse_amount, parse_currency
from ...domain.status_words import fold_word
from ..fields import as_list, as_mapping

_TOTALS = ("total_refunded", "refunded_amount", "amount_refunded", "refund_amount")
_AMOUNTS = ("amount", "value", "total", *_TOTALS)
_NOT_GIVEN = ("PENDING", "FAILED", "REJECTED", "CANCELED", "CANCELLED")
_CURRENCIES = ("refund_currency", "refunded_currency")
_MOST_REFUNDS = 200


def parse_refunded(data: Mapping[str, object]) -> Money | None:
    """Read what was given back of an order, in its currency where that is told.

    ``None`` when nothing was.

    Where several fields say it, the largest counts: one of them may be the last refund alone.
    """
    currency = parse_currency(data.get("currency"))
    totals = (parse_amount(data.get(name)) for name in _TOTALS)
    amounts = [amount for amount in totals if amount is not None]
    largest = max(amounts, default=Decimal(0))
    listed = sum(_refunds(data, currency), Decimal(0))
    named = (parse_currency(data.get(name)) for name in _CURRENCIES)
    other = next((code for code in named if code not in (None, currency)), None)
    if other is not None and listed <= 0 < largest:
        return Money(largest, other)
    refunded = listed if other is not None else max(largest, listed)
    return None if currency is None or refunded <= 0 else Money(refunded, currency)


def _refunds(data: Mapping[str, object], currency: str | None) -> Iterator[Decimal]:
    """The amounts in a list of single refunds, as far as they happened."""
    refunds = data.get("refunds")
    entries = as_list(refunds) or as_list(as_mapping(refunds).get("data"))
    for entry in entries[:_MOST_REFUNDS]:
        refund = as_mapping(entry)
        amounts = [parse_amount(refund.get(name)) for name in _AMOUNTS] + [parse_amount(entry)]
        amount = next((amount for amount in amounts if amount is not None), None)
        other = parse_currency(refund.get("currency")) not in (None, currency)
        if amount is None or amount < 0 or other or fold_word(refund.get("status")) in _NOT_GIVEN:
            continue
        yield amount

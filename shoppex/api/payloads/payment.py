"""Parsing of an order's amounts, as settled at the checkout (contract, section 15.1)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from ...domain.money import Money, parse_amount, parse_currency
from ...domain.payment import Payment
from ..fields import as_mapping

_MOST_RATES = 400
_FEES = ("gateway_fee", "platform_fee", "processing_fee")


def parse_total(data: Mapping[str, object]) -> Money | None:
    """Read an order's total, in whichever field; ``None`` where nothing can be read."""
    breakdown = _breakdown(data)
    amounts = (
        data.get("total"),
        data.get("total_display"),
        data.get("totalDisplay"),
        breakdown.get("total"),
    )
    amount = next((a for a in map(parse_amount, amounts) if a is not None and a >= 0), None)
    currency = parse_currency(data.get("currency")) or parse_currency(breakdown.get("currency"))
    return None if amount is None or currency is None else Money(amount, currency)


def parse_payment_amounts(data: Mapping[str, object], total: Money | None) -> Payment | None:
    """Read what a total is made of; ``None`` without a total."""
    if total is None:
        return None
    breakdown = _breakdown(data)
    off = _largest(data, "discount", "discount_display", "discountDisplay")
    off = max(off, _largest(breakdown, "discount"))
    # Which of the two the order's own discount holds is not said, so neither is added twice.
    off = max(off, _largest(breakdown, "discount") + _largest(breakdown, "volume_discount"))
    return Payment(
        total=total,
        discount=off,
        tip=max(_largest(data, "tip_amount", "tip_amount_display"), _largest(breakdown, "tip")),
        fees=sum((_largest(breakdown, name) for name in _FEES), Decimal(0)),
        tax=max(_largest(data, "tax"), _largest(breakdown, "tax")),
        credit=max(
            _largest(data, "balance_paid_amount", "already_paid_amount"),
            _largest(breakdown, "already_paid"),
        ),
    )


def parse_rates(data: Mapping[str, object]) -> dict[str, Decimal]:
    """Read the exchange rates of the checkout, by currency; what is not above 0 is left out."""
    snapshot = as_mapping(data.get("rates_snapshot"))
    entries = list(as_mapping(snapshot.get("rates") or snapshot).items())[:_MOST_RATES]
    rates = ((parse_currency(code), parse_amount(rate)) for code, rate in entries)
    return {code: rate for code, rate in rates if code is not None and rate and rate > 0}


def _breakdown(data: Mapping[str, object]) -> Mapping[str, object]:
    return as_mapping(data.get("pricing_breakdown") or data.get("pricingBreakdown"))


def _largest(data: Mapping[str, object], *names: str) -> Decimal:
    """The largest of the amounts under these names; what is missing or odd counts nothing."""
    amounts = (parse_amount(data.get(name)) for name in names)
    return max((a.copy_abs() for a in amounts if a is not None), default=Decimal(0))

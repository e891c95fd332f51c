"""Number formatting by region: short figures, shares, changes, days."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.numbers import (  # type: ignore[attr-defined] # newer than its stubs
    format_compact_currency,
    format_decimal,
    format_percent,
)
from redbot.core.i18n import get_babel_regional_format

from ..domain.money import Money
from ..formatting import format_money
from ..i18n import _

# From here on a picture has no room for every digit.
_LARGE = 100_000
_CENTS_MATTER = 10
_MOST_PERCENT = 10


class FigureChange(NamedTuple):
    """How a figure differs from the one before; ``rises`` is ``None`` when it does not."""

    text: str
    rises: bool | None


def change(now: Decimal | int, before: Decimal | int) -> FigureChange:
    """How a figure differs from the one before, in a word."""
    if now == before:
        return FigureChange("", None)
    arrow = "▲" if now > before else "▼"
    if before <= 0:
        return FigureChange(arrow, now > before)
    by = abs(Fraction(now) - Fraction(before)) / Fraction(before)
    if by >= _MOST_PERCENT:
        return FigureChange(f"{arrow} > {share(Fraction(_MOST_PERCENT))}", now > before)
    return FigureChange(f"{arrow} {share(by)}", now > before)


def share(of_one: Fraction) -> str:
    """A share in per cent; small ones with a digit more."""
    digits = "#,##0.#%" if of_one < Fraction(1, 10) else "#,##0%"
    return str(format_percent(float(of_one), format=digits, locale=_region()))


def number(count: int) -> str:
    """A whole number."""
    return str(format_decimal(count, locale=_region()))


def short_money(amount: Decimal, currency: str | None) -> str:
    """An amount that has to be short, for a picture."""
    if currency is None:
        return number(int(amount))
    if abs(amount) < _LARGE:
        return format_money(Money(amount, currency))
    return _compact(amount, currency, 1)


def about_money(amount: Decimal, currency: str | None) -> str:
    """An amount of which the cents do not matter, once it is large enough."""
    if currency is None or abs(amount) < _CENTS_MATTER:
        return short_money(amount, currency)
    return _compact(amount.quantize(Decimal(1)), currency, 1)


def round_money(amount: Decimal, currency: str | None) -> str:
    """A round amount beside a line of a chart."""
    if currency is None or amount != amount.to_integral_value():
        return short_money(amount, currency)
    return _compact(amount, currency, 2)


def _compact(amount: Decimal, currency: str, digits: int) -> str:
    return str(format_compact_currency(amount, currency, locale=_region(), fraction_digits=digits))


def day(moment: date | datetime) -> str:
    """A day with its year."""
    return str(format_date(moment, "medium", locale=_region()))


def short_day(moment: datetime) -> str:
    """A day without its year."""
    return str(format_skeleton("MMMd", moment, locale=_region()))


def short_month(moment: datetime) -> str:
    """A month with its year."""
    return str(format_skeleton("yMMM", moment, locale=_region()))


def hour(moment: datetime) -> str:
    """An hour of a day."""
    return _("{hour}:00").format(hour=f"{moment:%H}")


def _region() -> Locale:
    return Locale(get_babel_regional_format().language)

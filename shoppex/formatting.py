"""Formatting of money and names in texts."""

from __future__ import annotations

from babel.numbers import UnknownCurrencyError, format_currency
from discord.utils import escape_markdown, escape_mentions
from redbot.core.i18n import get_babel_regional_format

from .domain.money import Money
from .i18n import _


def format_money(money: Money) -> str:
    """Money the way the reader's region writes it."""
    try:
        return format_currency(
            money.amount, money.currency, locale=get_babel_regional_format().language
        )
    except UnknownCurrencyError:
        return f"{money.amount} {money.currency}"


def format_price(money: Money | None) -> str:
    """A price, or words for one that is not known yet."""
    return _("price on request") if money is None else format_money(money)


def plain(text: str, limit: int = 200) -> str:
    """Text from outside, safe to show: no markup, no mentions, one line, bounded."""
    one_line = " ".join(text.split())
    return shorten(escape_mentions(escape_markdown(shorten(one_line, limit))), limit)


def shorten(text: str, limit: int) -> str:
    """At most ``limit`` characters, with an ellipsis when something was cut."""
    return text if len(text) <= limit else text[: limit - 1] + "…"

"""A shop's statistics as a picture, and as a sentence for those who cannot see it.

Needs Pillow, which may be missing: whoever imports this is ready for an ImportError.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextvars import copy_context
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from redbot.core.i18n import set_contextual_locale, set_contextual_regional_format

from ..domain.money import Money
from ..formatting import format_money, shorten
from ..i18n import _
from .chart.drawing import draw
from .chart.poster import Bar, Chart, Poster, Rank, Ranking, Tile, Tone
from .chart.text import drawable, readable
from .chart.ticks import ticks
from .fold import Report, Statistics, Turnover
from .number_format import (
    about_money,
    change,
    hour,
    number,
    round_money,
    share,
    short_day,
    short_money,
    short_month,
)
from .texts import period_name, span_text
from .time_series import Interval, series_of

BEST = 5
_DATES = 6
# Of an attachment; Discord takes 1024.
_DESCRIPTION = 1000
_NOTHING = Turnover()
# The fonts that come with the cog know its letters.
_DRAWABLE_LOCALE = "en-US"


def paint(report: Report, currency: str | None, title: str) -> tuple[bytes, str]:
    """The picture as a PNG file, and what it shows in words. Takes its time: see `poster_of`."""
    return draw(poster_of(report, currency, title)), alt_text(report, currency)


def poster_of(report: Report, currency: str | None, title: str) -> Poster:
    """The picture of a report.

    It speaks the reader's language, or English where neither the fonts that come with the cog
    nor those of the machine have the letters in which their region writes figures and days.

    Parameters
    ----------
    currency
        Whose amounts are shown; ``None`` when none has moved.
    title
        The name of the shop, in any script.
    """
    poster = _compose(report, currency, title)
    if all(drawable(text) for text in _texts(poster)):
        return poster
    return copy_context().run(_compose_in_english, report, currency, title)


def alt_text(report: Report, currency: str | None) -> str:
    """What the picture shows, for those who cannot see it."""
    now = report.now
    moved = now.turnover.get(currency or "", _NOTHING)
    sentences = [
        _("Statistics of the shop. {period}: {span}.").format(
            period=period_name(report.period), span=span_text(report)
        ),
        _("Sales: {sales}.").format(sales=number(now.sales)),
    ]
    if currency is not None:
        sentences.append(
            _("Revenue: {revenue}. Refunds: {refunded}.").format(
                revenue=format_money(Money(moved.revenue, currency)),
                refunded=format_money(Money(moved.refunded, currency)),
            )
        )
    sentences.append(
        _("Active subscriptions: {count}.").format(count=number(now.subscribers.at_end))
    )
    best = ", ".join(
        f"{' '.join(product.title.split())} ({number(product.sales)})"
        for product in report.best(currency)[:BEST]
    )
    if best:
        sentences.append(_("Best products, with their sales: {products}.").format(products=best))
    return shorten(" ".join(sentences), _DESCRIPTION)


def _compose_in_english(report: Report, currency: str | None, title: str) -> Poster:
    set_contextual_locale(_DRAWABLE_LOCALE)
    set_contextual_regional_format(_DRAWABLE_LOCALE)
    return _compose(report, currency, title)


def _texts(poster: Poster) -> Iterator[str]:
    """What is on it in the reader's language."""
    chart = poster.chart
    yield from (poster.subtitle, chart.heading, chart.empty, *chart.legend)
    yield from (poster.ranking.heading, poster.ranking.empty)
    for tile in poster.tiles:
        yield from (tile.label, tile.value, tile.note)
    yield from (label for _, label in (*chart.lines, *chart.dates))


def _compose(report: Report, currency: str | None, title: str) -> Poster:
    parts = [period_name(report.period), span_text(report)]
    if currency is not None:
        parts.append(currency)
    return Poster(
        readable(title) or _("Statistics"),
        " · ".join(parts),
        _tiles(report, currency),
        _chart(report, currency),
        _ranking(report, currency),
    )


def _tiles(report: Report, currency: str | None) -> list[Tile]:
    now, before = report.now, report.before
    moved = now.turnover.get(currency or "", _NOTHING)
    if before is None:
        return _plain_tiles(now, moved, currency)
    moved_before = before.turnover.get(currency or "", _NOTHING)

    def money(amount: Decimal) -> str:
        return about_money(amount, currency)

    revenue, refunded = moved_before.revenue, moved_before.refunded
    return [
        _compared(
            Tile(_("Revenue"), short_money(moved.revenue, currency)),
            *(moved.revenue, revenue, money(revenue)),
        ),
        _compared(
            Tile(_("Sales"), number(now.sales)), now.sales, before.sales, number(before.sales)
        ),
        _compared(
            Tile(_("Refunds"), short_money(moved.refunded, currency)),
            *(moved.refunded, refunded, money(refunded)),
            more=Tone.BAD,
        ),
        _compared(
            Tile(_("Subscriptions"), number(now.subscribers.at_end)),
            now.subscribers.at_end,
            before.subscribers.at_end,
            number(before.subscribers.at_end),
        ),
    ]


def _plain_tiles(now: Statistics, moved: Turnover, currency: str | None) -> list[Tile]:
    """Where there is nothing to compare with."""
    each = back = ""
    if moved.sales and moved.revenue:
        average = (moved.revenue / moved.sales).quantize(Decimal("0.01"))
        each = _("{figure} per sale").format(figure=about_money(average, currency))
        part = share(Fraction(moved.refunded) / Fraction(moved.revenue))
        back = _("{share} of revenue").format(share=part)
    return [
        Tile(_("Revenue"), short_money(moved.revenue, currency), note=each),
        Tile(
            _("Sales"),
            number(now.sales),
            note=_("buyers: {count}").format(count=number(now.buyers)),
        ),
        Tile(_("Refunds"), short_money(moved.refunded, currency), note=back),
        Tile(
            _("Subscriptions"),
            number(now.subscribers.at_end),
            note=_("ended: {count}").format(count=number(now.subscribers.ended)),
        ),
    ]


def _compared(
    tile: Tile, now: Decimal | int, before: Decimal | int, was: str, more: Tone = Tone.GOOD
) -> Tile:
    """The tile with its change; ``more`` says whether more of it is welcome."""
    changed = change(now, before)
    if changed.rises is None:
        return replace(tile, note=_("as before"))
    less = Tone.BAD if more is Tone.GOOD else Tone.GOOD
    return replace(
        tile,
        change=changed.text,
        note=_("was {figure}").format(figure=was),
        tone=more if changed.rises else less,
    )


def _chart(report: Report, currency: str | None) -> Chart:
    step, points = series_of(report.now, currency or "")
    bars = [Bar(moved.revenue, moved.refunded) for _, moved in points]
    headings = {
        Interval.HOUR: _("Revenue per hour"),
        Interval.DAY: _("Revenue per day"),
        Interval.WEEK: _("Revenue per week"),
        Interval.MONTH: _("Revenue per month"),
    }
    moved = any(bar.up or bar.down for bar in bars)
    highest = max((bar.up for bar in bars), default=Decimal(0))
    deepest = max((bar.down for bar in bars), default=Decimal(0))
    lines = ticks(-deepest, highest)
    apart = -(-len(points) // _DATES) or 1
    return Chart(
        headings[step],
        bars if moved else [],
        [(line, round_money(line, currency)) for line in lines],
        [(place, _date(step, points[place][0])) for place in range(0, len(points), apart)],
        (_("Revenue"), _("Refunds")),
        _("Nothing was sold in this time."),
    )


def _date(step: Interval, moment: datetime) -> str:
    if step is Interval.HOUR:
        return hour(moment)
    return short_month(moment) if step is Interval.MONTH else short_day(moment)


def _ranking(report: Report, currency: str | None) -> Ranking:
    best = report.best(currency)[:BEST]
    brought = [product.revenue.get(currency or "", Decimal(0)) for product in best]
    most = max(brought, default=Decimal(0))
    unreadable = _("see the list above")
    ranks = [
        Rank(
            readable(product.title) or unreadable,
            short_money(amount, currency) if currency else number(product.sales),
            float(amount / most) if most else 0.0,
        )
        for product, amount in zip(best, brought, strict=True)
    ]
    return Ranking(_("Best products"), ranks, _("Nothing sold yet."))

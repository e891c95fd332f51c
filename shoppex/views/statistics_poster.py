"""A shop's statistics as a picture, and as a sentence for those who cannot see it."""

from __future__ import annotations

from collections.abc import Iterator
from contextvars import copy_context
from datetime import datetime
from decimal import Decimal

from redbot.core.i18n import set_contextual_locale, set_contextual_regional_format

from ..domain.money import Money
from ..i18n import _
from ..seller.picture.lettering import drawable, readable
from ..seller.picture.poster import Bar, Chart, Poster, Rank, Ranking, Tile, Tone
from ..seller.picture.scale import ticks
from ..seller.series import Step, series_of
from ..seller.statistics import Report, Turnover
from ..text import format_money, shorten
from .figures import change, hour, number, round_money, short_day, short_money, short_month
from .statistics_text import period_name, span_text

BEST = 5
_DATES = 6
_DESCRIPTION = 1000
_NOTHING = Turnover()
# The pen knows no other script than that of this language, at the worst.
_DRAWABLE_LOCALE = "en-US"


def poster_of(report: Report, currency: str | None, title: str) -> Poster:
    """The picture of a report.

    It speaks the reader's language, or English where that is not written in Latin letters.

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
        _("Statistics of the shop, {period}, {span}.").format(
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
    code = currency or ""
    moved = now.turnover.get(code, _NOTHING)
    moved_before = None if before is None else before.turnover.get(code, _NOTHING)
    revenue = None if moved_before is None else moved_before.revenue
    refunded = None if moved_before is None else moved_before.refunded
    return [
        _money_tile(_("Revenue"), moved.revenue, revenue, currency, Tone.GOOD),
        _count_tile(_("Sales"), now.sales, None if before is None else before.sales),
        _money_tile(_("Refunds"), moved.refunded, refunded, currency, Tone.BAD),
        _count_tile(
            _("Subscriptions"),
            now.subscribers.at_end,
            None if before is None else before.subscribers.at_end,
        ),
    ]


def _money_tile(
    label: str, now: Decimal, before: Decimal | None, currency: str | None, more: Tone
) -> Tile:
    """An amount; ``more`` says whether more of it is welcome."""
    value = short_money(now, currency)
    if before is None:
        return Tile(label, value)
    return _compared(label, value, now, before, short_money(before, currency), more)


def _count_tile(label: str, now: int, before: int | None) -> Tile:
    if before is None:
        return Tile(label, number(now))
    return _compared(label, number(now), now, before, number(before), Tone.GOOD)


def _compared(
    label: str, value: str, now: Decimal | int, before: Decimal | int, was: str, more: Tone
) -> Tile:
    changed = change(now, before)
    if changed.rises is None:
        return Tile(label, value, note=_("as before"))
    less = Tone.BAD if more is Tone.GOOD else Tone.GOOD
    tone = more if changed.rises else less
    return Tile(label, value, changed.text, _("was {figure}").format(figure=was), tone)


def _chart(report: Report, currency: str | None) -> Chart:
    step, points = series_of(report.now, currency or "")
    bars = [Bar(moved.revenue, moved.refunded) for _, moved in points]
    headings = {
        Step.HOUR: _("Revenue per hour"),
        Step.DAY: _("Revenue per day"),
        Step.WEEK: _("Revenue per week"),
        Step.MONTH: _("Revenue per month"),
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


def _date(step: Step, moment: datetime) -> str:
    if step is Step.HOUR:
        return hour(moment)
    return short_month(moment) if step is Step.MONTH else short_day(moment)


def _ranking(report: Report, currency: str | None) -> Ranking:
    best = report.best(currency)[:BEST]
    brought = [product.revenue.get(currency or "", Decimal(0)) for product in best]
    most = max(brought, default=Decimal(0))
    ranks = [
        Rank(
            f"{place}  {readable(product.title) or _('see the list above')}",
            short_money(amount, currency) if currency else number(product.sales),
            float(amount / most) if most else 0.0,
        )
        for place, (product, amount) in enumerate(zip(best, brought, strict=True), 1)
    ]
    return Ranking(_("Best products"), ranks, _("Nothing sold yet."))

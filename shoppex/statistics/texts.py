"""Texts on a shop's statistics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

import discord

from ..discord_limits import FIELD
from ..domain.money import Money
from ..domain.subscription_status import SubscriptionStatus
from ..formatting import format_money, plain, shorten
from ..i18n import _
from ..ui.reason_text import progress_sentence, waiting_sentence
from .fold import Report, Statistics, Turnover
from .number_format import change, day, number, share
from .periods import Period
from .subscribers import Subscribers

_TITLE = 80
_BEST = 5
_MOST_CURRENCIES = 10
_MOST_CAUSES = 6


def period_name(period: Period) -> str:
    """A period, as a heading."""
    names = {
        Period.TODAY: _("Today"),
        Period.WEEK: _("Last 7 days"),
        Period.MONTH: _("Last 30 days"),
        Period.QUARTER: _("Last 90 days"),
        Period.YEAR: _("Last 365 days"),
        Period.ALL: _("All time"),
    }
    return names[period]


def span_text(report: Report) -> str:
    """The first and the last day of it."""
    last = day(report.made_at)
    start = _first_day(report)
    if start is None or day(start) == last:
        return last
    return _("{first} – {last}").format(first=day(start), last=last)


def _first_day(report: Report) -> datetime | None:
    first_sales = (min(slots) for slots in report.now.slots.values() if slots)
    return report.now.window.start or min(first_sales, default=None)


def statistics_embed(
    report: Report, currency: str | None, colour: discord.Colour
) -> discord.Embed:
    """A period in words; the picture belongs into it.

    Parameters
    ----------
    currency
        The one by which products are ranked.
    """
    embed = discord.Embed(
        title=_("Statistics · {period}").format(period=period_name(report.period)),
        description=_("{span}, in days of UTC.").format(span=span_text(report)),
        colour=colour,
    )
    embed.add_field(name=_("Sales"), value=_sales(report.now, report.before))
    embed.add_field(name=_("Subscriptions"), value=_subscriptions(report))
    embed.add_field(name=_("Revenue"), value=_revenue(report), inline=False)
    best = _best(report, currency)
    if best:
        embed.add_field(name=_("Best products"), value=best, inline=False)
    embed.add_field(name=_("Not delivered, as of now"), value=_waits(report), inline=False)
    unknown = _unknown(report)
    if unknown:
        embed.add_field(name=_("What nobody knows"), value=unknown, inline=False)
    embed.set_footer(text=_footer(report))
    return embed


def no_picture_text(prefix: str) -> str:
    """Why there is no picture, and what to do about it."""
    return _(
        "⚠️ The picture is missing, because this bot has no working Pillow, the library that draws "
        "it. The figures below are complete. The bot's owner can install it with `{prefix}load "
        "downloader` and `{prefix}pipinstall Pillow`; if that alone does not help, the bot has to "
        "be restarted."
    ).format(prefix=prefix)


def _sales(now: Statistics, before: Statistics | None) -> str:
    lines = [
        _compared(now.sales, None if before is None else before.sales, number),
        _("Buyers: {count}").format(count=number(now.buyers)),
        _("Pieces: {count}").format(count=number(now.pieces)),
    ]
    others = (
        (now.renewals, _("Of them renewals: {count}")),
        (now.refunds, _("Refunded in full: {count}")),
        (now.partial_refunds, _("Refunded in part: {count}")),
        (now.disputes, _("Disputed now: {count}")),
        (now.gifts, _("Besides, gifts: {count}")),
    )
    lines += [text.format(count=number(count)) for count, text in others if count]
    return "\n".join(lines)


def _subscriptions(report: Report) -> str:
    now = report.now.subscribers
    before = None if report.before is None else report.before.subscribers.at_end
    lines = [
        _compared(now.at_end, before, number),
        _("Began: {began}, ended: {ended}").format(
            began=number(now.began), ended=number(now.ended)
        ),
        _("Churn: {churn}").format(churn=_churn(report, now)),
    ]
    others = (
        (SubscriptionStatus.TRIALING, _("Still on trial: {count}")),
        (SubscriptionStatus.PAST_DUE, _("Payment overdue: {count}")),
        (SubscriptionStatus.PAUSED, _("Paused: {count}")),
        (SubscriptionStatus.CANCELLED, _("Will not renew: {count}")),
    )
    for status, text in others:
        if now.by_status.get(status):
            lines.append(text.format(count=number(now.by_status[status])))
    return "\n".join(lines)


def _churn(report: Report, now: Subscribers) -> str:
    if now.churn is not None:
        return _("{share} ({lost} of {start})").format(
            share=share(now.churn), lost=number(now.lost), start=number(now.at_start)
        )
    if now.unknown:
        return _("unknown, see below")
    if report.period is Period.ALL:
        return _("choose a shorter period to see it")
    return _("none was active when the period began")


def _revenue(report: Report) -> str:
    lines = []
    for code in report.currencies[:_MOST_CURRENCIES]:
        moved = report.now.turnover.get(code, Turnover())
        before = None
        if report.before is not None:
            before = report.before.turnover.get(code, Turnover()).revenue
        line = f"**{_compared(moved.revenue, before, lambda a, c=code: _money(a, c))}**"
        if moved.refunds:
            line += " · " + _("refunded {refunded}, {net} left").format(
                refunded=_money(moved.refunded, code), net=_money(moved.net, code)
            )
        lines.append(line)
    return shorten("\n".join(lines), FIELD) or _("Nothing was sold in this time.")


def _best(report: Report, currency: str | None) -> str:
    lines = []
    for place, product in enumerate(report.best(currency)[:_BEST], 1):
        title = plain(product.title, _TITLE) or product.ref
        line = _("{place}. **{title}** · sales: {count}").format(
            place=place, title=title, count=number(product.sales)
        )
        if currency is not None:
            line += f" · {_money(product.revenue[currency], currency)}"
        lines.append(line)
    return shorten("\n".join(lines), FIELD)


def _waits(report: Report) -> str:
    waits = report.waits
    if not waits.count:
        return _("✅ Nothing waits, and nothing has failed.")
    parts = (
        (waits.staff, _("⚠️ {count} × waits for you: {sentence}"), waiting_sentence),
        (waits.buyers, _("⏳ {count} × waits for the buyer: {sentence}"), progress_sentence),
        (waits.failed, _("❌ {count} × failed for good: {sentence}"), progress_sentence),
    )
    lines = [
        text.format(count=number(count), sentence=sentence(reason))
        for causes, text, sentence in parts
        for reason, count in _most_common(causes)
    ]
    return shorten("\n".join(lines), FIELD)


def _most_common(causes: Counter[str]) -> list[tuple[str, int]]:
    return sorted(causes.items(), key=lambda cause: (-cause[1], cause[0]))[:_MOST_CAUSES]


def _unknown(report: Report) -> str:
    now = report.now
    parts = (
        (now.unpriced, _("Sales whose amount Shoppex has not said, not in the revenue: {count}")),
        (
            now.unpriced_refunds,
            _("Refunds whose amount Shoppex has not said, not taken off: {count}"),
        ),
        (
            now.undated,
            _("Refunds and disputes of an unknown day, counted in all time only: {count}"),
        ),
        (
            now.subscribers.unknown,
            _("Subscriptions that ended on an unknown day, maybe within the period: {count}"),
        ),
    )
    return "\n".join(text.format(count=number(count)) for count, text in parts if count)


def _footer(report: Report) -> str:
    sentences = [
        _(
            "Churn: of the subscriptions that were active when the period began, the share that "
            "ended within it. A paused or overdue one has not ended."
        ),
        _(
            "Refunds count on the day the money went back. Test orders and unpaid ones do not "
            "count."
        ),
    ]
    if report.before is not None:
        sentences.insert(
            0,
            _("Arrows compare with as many days before, up to the same time of the day."),
        )
    return " ".join(sentences)


def _compared(now: Decimal | int, before: Decimal | int | None, shown: Callable[..., str]) -> str:
    if before is None:
        return shown(now)
    changed = change(now, before)
    if changed.rises is None:
        return _("{figure} (as before)").format(figure=shown(now))
    return _("{figure} ({change}, was {before})").format(
        figure=shown(now), change=changed.text, before=shown(before)
    )


def _money(amount: Decimal, currency: str) -> str:
    return format_money(Money(amount, currency))

"""Texts for staff on what happened in a shop."""

from __future__ import annotations

from collections.abc import Sequence

import discord
from discord.utils import format_dt

from ..discord_limits import DESCRIPTION
from ..domain.event import EventKind, ShopEvent
from ..domain.log_level import LogLevel
from ..domain.money import Money
from ..domain.short_names import short_name
from ..formatting import format_money, plain, shorten
from ..i18n import _
from .event_batch import EventBatch, EventHeading, Tally, TimedEvent

_COMPACT = 900
_BEST = 3
_SUBJECT = 80

_SIGNS = {
    EventKind.SALE: "🛒",
    EventKind.DELIVERED: "📦",
    EventKind.REFUNDED: "↩️",
    EventKind.PARTLY_REFUNDED: "↩️",
    EventKind.DISPUTED: "⚠️",
    EventKind.DISPUTE_WON: "✅",
    EventKind.SUBSCRIBED: "🔁",
    EventKind.RENEWED: "🔁",
    EventKind.UNSUBSCRIBED: "🔚",
    EventKind.LICENSE_CHANGED: "🔑",
    EventKind.REDELIVERED: "📨",
    EventKind.REVOKED: "🚫",
    EventKind.RESTORED: "♻️",
    EventKind.GIVEN: "🎁",
    EventKind.MOVED: "➡️",
    EventKind.ACCEPTED: "✅",
    EventKind.NOT_DELIVERED: "✋",
    EventKind.PLAN_KEPT: "✋",
}
_TROUBLE = (EventKind.REFUNDED, EventKind.PARTLY_REFUNDED, EventKind.DISPUTED, EventKind.REVOKED)
_GAIN = (EventKind.SALE, EventKind.RENEWED, EventKind.SUBSCRIBED, EventKind.DISPUTE_WON)


def level_text(level: LogLevel) -> str:
    """What is written into the log channel, beside what waits for staff."""
    texts = {
        LogLevel.EVERYTHING: _(
            "everything: sales, deliveries, subscriptions, refunds, disputes, licences, and what "
            "staff do by hand"
        ),
        LogLevel.MONEY: _(
            "money: sales, renewals, refunds, disputes, licences, and what staff do by hand; no "
            "deliveries, and no begin or end of a subscription"
        ),
        LogLevel.PROBLEMS: _("problems: refunds and disputes only"),
    }
    return texts[level]


def entry_embed(entry: Sequence[TimedEvent], number: int | None = None) -> discord.Embed:
    """One thing that happened, and what followed it at once.

    Parameters
    ----------
    number
        Its place among those in the same message; ``None`` when it is alone.
    """
    what, at = entry[0]
    title = _titled(what)
    embed = discord.Embed(
        title=title if number is None else f"{number} · {title}",
        description=shorten("\n".join(_lines(what)), _COMPACT),
        timestamp=at,
        colour=_colour(what.kind),
    )
    for followed, _at in entry[1:]:
        embed.description = f"{embed.description}\n{_titled(followed)}"
    return embed


def digest_embed(batch: EventBatch) -> discord.Embed:
    """Everything in a batch: counted, and the latest of it listed as far as there is room."""
    tally, entries = batch.tally(), batch.entries()
    lines = [_counted(heading, tally) for heading in sorted(tally.counts, key=_rank)]
    if tally.sold:
        best = tally.sold.most_common(_BEST)
        sold = ", ".join(f"{count} × {plain(subject, _SUBJECT)}" for subject, count in best)
        lines.append(_("Sold most: {products}").format(products=sold))
    lines.append("")
    room = DESCRIPTION - sum(len(line) + 1 for line in lines) - len(_more(tally.total)) - 1
    listed: list[str] = []
    left = tally.total
    for entry in reversed(entries):
        line = _short(entry)
        if len(line) + 1 > room:
            break
        room -= len(line) + 1
        left -= len(entry)
        listed.append(line)
    lines += listed
    if left:
        lines.append(_more(left))
    title = _("What happened in the shop: {count}").format(count=tally.total)
    return discord.Embed(title=title, description="\n".join(lines))


def _more(count: int) -> str:
    return _("… and {count} more, counted above.").format(count=count)


def _titled(what: ShopEvent) -> str:
    title = f"{_SIGNS[what.kind]} {_title(what.kind)}"
    return _("{title} (test)").format(title=title) if what.test else title


def _title(kind: EventKind) -> str:
    titles = {
        EventKind.SALE: _("New sale"),
        EventKind.DELIVERED: _("Everything was delivered"),
        EventKind.REFUNDED: _("Refunded"),
        EventKind.PARTLY_REFUNDED: _("Partly refunded"),
        EventKind.DISPUTED: _("The payment is disputed"),
        EventKind.DISPUTE_WON: _("The dispute is won"),
        EventKind.SUBSCRIBED: _("The subscription has begun"),
        EventKind.RENEWED: _("The subscription was renewed"),
        EventKind.UNSUBSCRIBED: _("The subscription has ended"),
        EventKind.LICENSE_CHANGED: _("A licence was changed"),
        EventKind.REDELIVERED: _("Delivered once more by staff"),
        EventKind.REVOKED: _("Taken back by staff"),
        EventKind.RESTORED: _("Given back by staff"),
        EventKind.GIVEN: _("Given by staff"),
        EventKind.MOVED: _("Moved to another member by staff"),
        EventKind.ACCEPTED: _("Held order delivered by staff"),
        EventKind.NOT_DELIVERED: _("Staff decided not to deliver a held order"),
        EventKind.PLAN_KEPT: _("Staff kept the former plan's roles"),
    }
    return titles[kind]


def _counted(heading: EventHeading, tally: Tally) -> str:
    """How often something happened, and what it came to: “Sales: 500 · €4,950.00”."""
    counts = {
        EventKind.SALE: _("Sales: {count}"),
        EventKind.DELIVERED: _("Deliveries: {count}"),
        EventKind.REFUNDED: _("Refunds: {count}"),
        EventKind.PARTLY_REFUNDED: _("Partial refunds: {count}"),
        EventKind.DISPUTED: _("Disputes: {count}"),
        EventKind.DISPUTE_WON: _("Disputes won: {count}"),
        EventKind.SUBSCRIBED: _("Subscriptions begun: {count}"),
        EventKind.RENEWED: _("Subscriptions renewed: {count}"),
        EventKind.UNSUBSCRIBED: _("Subscriptions ended: {count}"),
        EventKind.LICENSE_CHANGED: _("Licences changed: {count}"),
        EventKind.REDELIVERED: _("Delivered once more by staff: {count}"),
        EventKind.REVOKED: _("Taken back by staff: {count}"),
        EventKind.RESTORED: _("Given back by staff: {count}"),
        EventKind.GIVEN: _("Given by staff: {count}"),
        EventKind.MOVED: _("Moved to another member by staff: {count}"),
        EventKind.ACCEPTED: _("Held orders delivered by staff: {count}"),
        EventKind.NOT_DELIVERED: _("Held orders not delivered, by staff: {count}"),
        EventKind.PLAN_KEPT: _("Kept on a former plan's roles by staff: {count}"),
    }
    text = counts[heading.kind].format(count=tally.counts[heading])
    sums = [
        format_money(Money(amount, currency))
        for (where, currency), amount in sorted(tally.money.items())
        if where == heading
    ]
    text = " · ".join((f"{_SIGNS[heading.kind]} **{text}**", *sums))
    return _("{title} (test)").format(title=text) if heading.test else text


def _lines(what: ShopEvent) -> list[str]:
    lines = [" · ".join(_facts(what)), " · ".join(_accounts(what))]
    if what.roles:
        roles = ", ".join(f"<@&{role_id}>" for role_id in what.roles)
        lines.append(_("Roles: {roles}").format(roles=roles))
    if what.detail:
        lines.append(plain(what.detail, 500))
    if what.by is not None:
        lines.append(_("By {user}").format(user=f"<@{what.by}>"))
    return [line for line in lines if line]


def _facts(what: ShopEvent) -> list[str]:
    facts = []
    if what.subject:
        subject = plain(what.subject)
        facts.append(subject if what.pieces == 1 else f"{what.pieces} × {subject}")
    if what.money is not None:
        facts.append(format_money(what.money))
    return facts


def _accounts(what: ShopEvent) -> list[str]:
    places = [f"<@{what.key.user_id}>"] if what.key.user_id else []
    if what.origin is not None:
        places = [" → ".join((f"<@{what.origin}>", *places))]
    if what.order is not None:
        places.append(f"`{short_name(what.order)}`")
    return places


def _short(entry: Sequence[TimedEvent]) -> str:
    """One line for an entry."""
    what, at = entry[0]
    signs = "".join(_SIGNS[noted.what.kind] for noted in entry)
    title = [] if what.kind is EventKind.SALE else [_title(what.kind)]
    facts = [plain(what.subject, _SUBJECT)] if what.subject else []
    if what.pieces != 1:
        facts = [f"{what.pieces} × {fact}" for fact in facts]
    if what.money is not None:
        facts.append(format_money(what.money))
    text = " · ".join((*title, *facts, *_accounts(what)))
    if what.test:
        text = _("{title} (test)").format(title=text)
    return f"{format_dt(at, 'T')} {signs} {text}"


def _colour(kind: EventKind) -> discord.Colour | None:
    """Green, red, or else the bot's own."""
    if kind in _TROUBLE:
        return discord.Colour.red()
    return discord.Colour.green() if kind in _GAIN else None


def _rank(heading: EventHeading) -> tuple[bool, int]:
    return heading.test, list(EventKind).index(heading.kind)


def cannot_write(channel: discord.TextChannel) -> str:
    """Why staff cannot be told anything in a channel."""
    return _(
        "I may not write in {channel}. Nothing was changed. Give me the permissions View Channel "
        "and Send Messages there."
    ).format(channel=channel.mention)


def told_there(channel: discord.TextChannel, level: LogLevel) -> str:
    """The sentence for a log channel that was chosen."""
    return _(
        "✅ Staff read in {channel} what waits for them, and what happens ({level}). "
        "`/shoppexset loglevel` changes how much that is."
    ).format(channel=channel.mention, level=level_text(level))


def told_owner() -> str:
    """The sentence for having no log channel."""
    return _(
        "✅ The server's owner is told by direct message when an order waits. Sales and what else "
        "happens are written nowhere."
    )

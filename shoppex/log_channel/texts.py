"""What happened in a shop, in words and numbers for its staff."""

from __future__ import annotations

from collections.abc import Sequence

import discord
from discord.utils import format_dt

from ..domain.event import Happened, Happening
from ..domain.log_level import LogLevel
from ..domain.money import Money
from ..domain.short_names import short_name
from ..formatting import format_money, plain, shorten
from ..i18n import _
from .event_batch import Heading, Noted, Pile, Tally

# https://discord.com/developers/docs/resources/message#embed-object-embed-limits
_DESCRIPTION = 4096
_COMPACT = 900
_BEST = 3
_SUBJECT = 80

_SIGNS = {
    Happened.SALE: "🛒",
    Happened.DELIVERED: "📦",
    Happened.REFUNDED: "↩️",
    Happened.PARTLY_REFUNDED: "↩️",
    Happened.DISPUTED: "⚠️",
    Happened.DISPUTE_WON: "✅",
    Happened.SUBSCRIBED: "🔁",
    Happened.RENEWED: "🔁",
    Happened.UNSUBSCRIBED: "🔚",
    Happened.LICENSE_CHANGED: "🔑",
    Happened.REDELIVERED: "📨",
    Happened.REVOKED: "🚫",
    Happened.RESTORED: "♻️",
    Happened.GIVEN: "🎁",
    Happened.MOVED: "➡️",
    Happened.ACCEPTED: "✅",
    Happened.LEFT: "✋",
    Happened.PLAN_LEFT: "✋",
}
_TROUBLE = (Happened.REFUNDED, Happened.PARTLY_REFUNDED, Happened.DISPUTED, Happened.REVOKED)
_GAIN = (Happened.SALE, Happened.RENEWED, Happened.SUBSCRIBED, Happened.DISPUTE_WON)


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


def entry_embed(entry: Sequence[Noted], number: int | None = None) -> discord.Embed:
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


def digest_embed(pile: Pile) -> discord.Embed:
    """Everything in a pile: counted, and the latest of it listed as far as there is room."""
    tally, entries = pile.tally(), pile.entries()
    lines = [_counted(heading, tally) for heading in sorted(tally.counts, key=_rank)]
    if tally.sold:
        best = tally.sold.most_common(_BEST)
        sold = ", ".join(f"{count} × {plain(subject, _SUBJECT)}" for subject, count in best)
        lines.append(_("Sold most: {products}").format(products=sold))
    lines.append("")
    room = _DESCRIPTION - sum(len(line) + 1 for line in lines) - len(_more(tally.total)) - 1
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


def _titled(what: Happening) -> str:
    title = f"{_SIGNS[what.kind]} {_title(what.kind)}"
    return _("{title} (test)").format(title=title) if what.test else title


def _title(kind: Happened) -> str:
    titles = {
        Happened.SALE: _("New sale"),
        Happened.DELIVERED: _("Everything was delivered"),
        Happened.REFUNDED: _("Refunded"),
        Happened.PARTLY_REFUNDED: _("Partly refunded"),
        Happened.DISPUTED: _("The payment is disputed"),
        Happened.DISPUTE_WON: _("The dispute is won"),
        Happened.SUBSCRIBED: _("The subscription has begun"),
        Happened.RENEWED: _("The subscription was renewed"),
        Happened.UNSUBSCRIBED: _("The subscription has ended"),
        Happened.LICENSE_CHANGED: _("A licence was changed"),
        Happened.REDELIVERED: _("Delivered once more by staff"),
        Happened.REVOKED: _("Taken back by staff"),
        Happened.RESTORED: _("Given back by staff"),
        Happened.GIVEN: _("Given by staff"),
        Happened.MOVED: _("Moved to another member by staff"),
        Happened.ACCEPTED: _("Held order delivered by staff"),
        Happened.LEFT: _("Held order not delivered, by staff"),
        Happened.PLAN_LEFT: _("Kept on the former plan's roles by staff"),
    }
    return titles[kind]


def _counted(heading: Heading, tally: Tally) -> str:
    """How often something happened, and what it came to: “Sales: 500 · €4,950.00”."""
    counts = {
        Happened.SALE: _("Sales: {count}"),
        Happened.DELIVERED: _("Deliveries: {count}"),
        Happened.REFUNDED: _("Refunds: {count}"),
        Happened.PARTLY_REFUNDED: _("Partial refunds: {count}"),
        Happened.DISPUTED: _("Disputes: {count}"),
        Happened.DISPUTE_WON: _("Disputes won: {count}"),
        Happened.SUBSCRIBED: _("Subscriptions begun: {count}"),
        Happened.RENEWED: _("Subscriptions renewed: {count}"),
        Happened.UNSUBSCRIBED: _("Subscriptions ended: {count}"),
        Happened.LICENSE_CHANGED: _("Licences changed: {count}"),
        Happened.REDELIVERED: _("Delivered once more by staff: {count}"),
        Happened.REVOKED: _("Taken back by staff: {count}"),
        Happened.RESTORED: _("Given back by staff: {count}"),
        Happened.GIVEN: _("Given by staff: {count}"),
        Happened.MOVED: _("Moved to another member by staff: {count}"),
        Happened.ACCEPTED: _("Held orders delivered by staff: {count}"),
        Happened.LEFT: _("Held orders not delivered, by staff: {count}"),
        Happened.PLAN_LEFT: _("Kept on a former plan's roles by staff: {count}"),
    }
    text = counts[heading.kind].format(count=tally.counts[heading])
    sums = [
        format_money(Money(amount, currency))
        for (where, currency), amount in sorted(tally.money.items())
        if where == heading
    ]
    text = " · ".join((f"{_SIGNS[heading.kind]} **{text}**", *sums))
    return _("{title} (test)").format(title=text) if heading.test else text


def _lines(what: Happening) -> list[str]:
    lines = [" · ".join(_facts(what)), " · ".join(_places(what))]
    if what.roles:
        roles = ", ".join(f"<@&{role_id}>" for role_id in what.roles)
        lines.append(_("Roles: {roles}").format(roles=roles))
    if what.detail:
        lines.append(plain(what.detail, 500))
    if what.by is not None:
        lines.append(_("By {user}").format(user=f"<@{what.by}>"))
    return [line for line in lines if line]


def _facts(what: Happening) -> list[str]:
    facts = []
    if what.subject:
        subject = plain(what.subject)
        facts.append(subject if what.pieces == 1 else f"{what.pieces} × {subject}")
    if what.money is not None:
        facts.append(format_money(what.money))
    return facts


def _places(what: Happening) -> list[str]:
    places = [f"<@{what.key.user_id}>"] if what.key.user_id else []
    if what.origin is not None:
        places = [" → ".join((f"<@{what.origin}>", *places))]
    if what.order is not None:
        places.append(f"`{short_name(what.order)}`")
    return places


def _short(entry: Sequence[Noted]) -> str:
    """One line for an entry."""
    what, at = entry[0]
    signs = "".join(_SIGNS[noted.what.kind] for noted in entry)
    title = [] if what.kind is Happened.SALE else [_title(what.kind)]
    facts = [plain(what.subject, _SUBJECT)] if what.subject else []
    if what.pieces != 1:
        facts = [f"{what.pieces} × {fact}" for fact in facts]
    if what.money is not None:
        facts.append(format_money(what.money))
    text = " · ".join((*title, *facts, *_places(what)))
    if what.test:
        text = _("{title} (test)").format(title=text)
    return f"{format_dt(at, 'T')} {signs} {text}"


def _colour(kind: Happened) -> discord.Colour | None:
    """Green, red, or else the bot's own."""
    if kind in _TROUBLE:
        return discord.Colour.red()
    return discord.Colour.green() if kind in _GAIN else None


def _rank(heading: Heading) -> tuple[bool, int]:
    return heading.test, list(Happened).index(heading.kind)


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

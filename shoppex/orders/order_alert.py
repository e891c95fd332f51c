"""Alert to staff about one order that does not go on without them."""

from __future__ import annotations

import discord

from ..discord_limits import FIELD
from ..domain.account import AccountKey, Order
from ..domain.outstanding import TopUp, Underpayment
from ..formatting import plain, shorten
from ..i18n import _
from ..ui.reason_text import waiting_sentence


def order_matter_embed(
    guild: discord.Guild, key: AccountKey, order: Order, reason: str
) -> discord.Embed:
    """Whose order it is, what is wrong with it, and what to do."""
    embed = discord.Embed(
        title=_("An order needs you"),
        description=_("{member} ordered **{title}**.\n⚠️ {why}.").format(
            member=f"<@{key.user_id}>",
            title=plain(order.describe(), 200),
            why=waiting_sentence(reason),
        ),
        colour=discord.Colour.orange(),
    )
    details = matter_lines(order)
    if details:
        embed.add_field(name=_("Details"), value=shorten("\n".join(details), FIELD))
    embed.set_footer(
        text=_("{server} · Order {id}").format(server=plain(guild.name), id=order.short_name)
    )
    return embed


def matter_lines(order: Order) -> list[str]:
    """What is known of an order that does not go on, for staff."""
    lines = []
    if order.underpayment is not None:
        lines.append(_underpaid(order.underpayment))
    if order.outstanding is not None and order.outstanding.questions:
        names = plain(", ".join(order.outstanding.questions))
        lines.append(_("The buyer has to fill in: {fields}").format(fields=names))
    if order.unread:
        names = plain(", ".join(order.unread))
        lines.append(_("Fields that I cannot read: {fields}").format(fields=names))
    return lines


def _underpaid(short: Underpayment) -> str:
    can = {
        TopUp.POSSIBLE: _("the buyer can pay the rest"),
        TopUp.BELOW_MINIMUM: _("the rest is too little to be paid by itself"),
        TopUp.SESSION_CLOSED: _("the payment provider closed the payment"),
        TopUp.UNSUPPORTED: _("the payment provider takes no second payment"),
        TopUp.MERCHANT_REVIEW: _("Shoppex wants you to look at it"),
        TopUp.IMPOSSIBLE: _("the buyer cannot pay the rest"),
    }
    return _("Received: {received}. Missing: {missing}. Shoppex says: {reason}.").format(
        received=plain(short.received or "?"),
        missing=plain(short.missing or "?"),
        reason=can[short.top_up],
    )

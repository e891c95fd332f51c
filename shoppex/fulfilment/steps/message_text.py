"""Text of the messages to buyers."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass

import discord
from discord.utils import format_dt

from ...discord_limits import CONTENT, FIELD, NONCE
from ...domain.account import Account, Order, Promise
from ...domain.line import Line
from ...domain.money import Money
from ...domain.outstanding import TopUp
from ...domain.policy import Terms
from ...domain.shoppex_urls import order_page
from ...formatting import format_money, plain, shorten
from ...i18n import _, ngettext
from ..entitlement.claims import line_ends_of, line_roles, plan_roles, roles_of
from ..entitlement.notices import Notice, NoticeKind
from ..intake.delivered_goods import split_link

# Leaves room for what stands around it.
_LONGEST_CONTENT = CONTENT - 100
# https://discord.com/developers/docs/reference#uploading-files: 10 MiB a file.
_LARGEST_FILE = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class MessageDraft:
    """One direct message.

    Parameters
    ----------
    reference
        Names it in its footer, so that it is recognised in the buyer's own history.
    nonce
        Makes Discord recognise a repeat within some minutes.
    """

    embed: discord.Embed
    reference: str
    nonce: str
    text: str | None = None
    file: discord.File | None = None


def order_letter(
    guild: discord.Guild, order: Order, terms: Terms, colour: discord.Colour
) -> MessageDraft:
    """Compose the message about an order: what was bought, and the key."""
    text, file = goods_text(order.goods)
    reference = order_reference(order)
    embed = discord.Embed(
        title=_title(order), description=f"**{plain(order.describe())}**", colour=colour
    )
    if order.gift is not None and order.lasts is not None:
        days = order.lasts.days
        lasts = ngettext("{days} day", "{days} days", days).format(days=days)
        embed.add_field(name=_("Lasts"), value=lasts)
    if order.test:
        text = "\n".join(part for part in (test_banner(), text) if part)
    if order.total is not None:
        name = _("Price, not charged") if order.test else _("Paid")
        embed.add_field(name=name, value=paid_text(order))
    _add_roles(embed, guild, roles_of(order, terms))
    if order.exchanged:
        embed.add_field(
            name=_("Replacement"),
            value=_("This takes the place of the key that you got before. Use only this one."),
            inline=False,
        )
    if order.outstanding is not None:
        for name, value in outstanding_fields(order):
            embed.add_field(name=name, value=value, inline=False)
    elif order.unread:
        embed.add_field(
            name=_("The staff will send it to you"),
            value=_(
                "The shop delivered something that the bot cannot read. The server's staff have "
                "been told and will send it to you. If you ask them, give them the number below."
            ),
            inline=False,
        )
    elif order.promise is not Promise.NOTHING and not order.goods and not order.told:
        embed.add_field(
            name=_("Not here yet"),
            value=_(
                "The shop has not delivered your key yet. The server's staff have been told, and "
                "you get it here as soon as it is there. If you ask them, give them the number "
                "below."
            ),
            inline=False,
        )
    embed.add_field(name=_("Server"), value=plain(guild.name))
    embed.set_footer(text=_("Order {id}").format(id=reference))
    nonce = f"{order.told}-{order.nonce}"[:NONCE]
    return MessageDraft(embed, reference, nonce, text, file)


def notice_letter(
    guild: discord.Guild, account: Account, notice: Notice, terms: Terms, colour: discord.Colour
) -> MessageDraft:
    """Compose the message of a notice: what began, ends or has ended."""
    digest = hashlib.sha256(notice.name.encode()).hexdigest()
    order = account.orders.get(notice.subject)
    subscription = account.subscriptions.get(notice.subject)
    title, roles = "", tuple[int, ...]()
    if subscription is not None:
        title, roles = subscription.title, plan_roles(subscription, terms)
    elif order is not None:
        lines = _lines_about(account, order, notice, terms)
        title = ", ".join(line.describe() for line in lines)
        roles = tuple(r for line in lines for r in line_roles(order, line, terms))
    heading, text = _of_order(order, notice) or notice_text(
        notice, recurring=subscription is not None
    )
    embed = discord.Embed(
        title=heading, description=f"**{plain(title)}**\n\n{text}", colour=colour
    )
    _add_roles(embed, guild, roles)
    if subscription is not None and subscription.runs and subscription.period_end is not None:
        embed.add_field(name=_("Renews on"), value=format_dt(subscription.period_end, "D"))
    embed.add_field(name=_("Server"), value=plain(guild.name))
    reference = digest[:12]
    embed.set_footer(text=_("Notice {id}").format(id=reference))
    return MessageDraft(embed, reference, digest[:NONCE])


def _lines_about(account: Account, order: Order, notice: Notice, terms: Terms) -> tuple[Line, ...]:
    """The lines of an order that a notice speaks of."""
    ends = line_ends_of(account, terms)
    about = tuple(
        line for line in order.bought if ends.get((order.nonce, line.ref)) == notice.about
    )
    return about or order.bought


def _of_order(order: Order | None, notice: Notice) -> tuple[str, str] | None:
    """Heading and sentence of a notice that needs more of its order than a day."""
    if order is not None and notice.kind is NoticeKind.UNDERPAID:
        return _("A part of your payment is missing."), underpaid_text(order)
    if order is not None and notice.kind is NoticeKind.QUESTIONS:
        return _("The seller still needs something from you."), questions_text(order)
    return None


def underpaid_text(order: Order) -> str:
    """Return what is missing of a payment, and what the buyer can do about it."""
    short = order.underpayment
    lines = [_("Your payment was less than the price, so your order is not paid in full.")]
    if short is not None and short.missing is not None:
        lines.append(_("Still missing: **{amount}**").format(amount=plain(short.missing)))
    if short is not None and short.received is not None:
        lines.append(_("Received so far: {amount}").format(amount=plain(short.received)))
    top_up = TopUp.POSSIBLE if short is None else short.top_up
    if top_up is TopUp.POSSIBLE:
        text = _(
            "Pay the rest on the [page of your order]({url}), in the same currency. What you "
            "bought then arrives by itself. Do not start a new order."
        )
        lines.append(text.format(url=order_page(order)))
    else:
        why = {
            TopUp.BELOW_MINIMUM: _("The rest is too little to be paid by itself."),
            TopUp.SESSION_CLOSED: _("The payment provider has closed this payment."),
            TopUp.UNSUPPORTED: _("The payment provider takes no second payment for an order."),
            TopUp.MERCHANT_REVIEW: _("The seller has to look at it first."),
        }
        lines.append(why.get(top_up) or _("The rest cannot be paid for this order."))
        text = _(
            "The server's staff have been told. Do not pay again. If you hear nothing, ask them "
            "about order {id}."
        )
        lines.append(text.format(id=order.short_name))
    return "\n".join(lines)


def questions_text(order: Order) -> str:
    """Return what the buyer has to fill in, and where."""
    waits = order.outstanding
    names = () if waits is None else waits.questions
    text = _(
        "Before the seller can deliver, you have to fill in: {fields}. You can do that on the "
        "[page of your order]({url})."
    )
    url = order_page(order)
    room = FIELD - len(text.format(fields="", url=url))
    return text.format(fields=_listed(names, room), url=url)


def _listed(names: tuple[str, ...], room: int) -> str:
    """As many names as there is room for; the rest is an ellipsis."""
    shown = ""
    for name in names:
        longer = f"{shown}, **{plain(name)}**" if shown else f"**{plain(name)}**"
        if len(longer) > room - len(", …"):
            return f"{shown}, …" if shown else shorten(plain(name), room)
        shown = longer
    return shown


def outstanding_fields(order: Order) -> list[tuple[str, str]]:
    """Return what a paid order still waits for: headings and sentences."""
    waits = order.outstanding
    if waits is None:
        return []
    fields = []
    if waits.questions:
        fields.append((_("Needed from you"), questions_text(order)))
    if waits.failed:
        text = _("Shoppex could not deliver a part of this. The server's staff have been told.")
        fields.append((_("Delivery failed"), text))
    elif waits.by_seller and not waits.questions:
        text = _("The seller delivers this. You get a message here as soon as it is there.")
        if waits.within is not None and order.paid_at is not None:
            promised = format_dt(order.paid_at + waits.within, "R")
            text += " " + _("Promised delivery: {when}.").format(when=promised)
        fields.append((_("Delivered by the seller"), text))
    return fields


def notice_text(notice: Notice, *, recurring: bool) -> tuple[str, str]:
    """Heading and sentence of a notice."""
    day = format_dt(notice.about, "D")
    left = format_dt(notice.about, "R")
    again = _("Use `/buy` in the server to buy it again.")
    texts = {
        NoticeKind.STARTED: (
            _("Your subscription has started."),
            _("Your roles stay for as long as it runs. Shoppex writes to you before it renews."),
        ),
        NoticeKind.RENEWED: (
            _("Your subscription was renewed."),
            _("It was renewed on {day}. There is nothing for you to do.").format(day=day),
        ),
        NoticeKind.ENDS: (
            _("Your subscription will not renew."),
            _("You keep everything until it ends on {day}, {left}.").format(day=day, left=left),
        ),
        NoticeKind.RENEWS_SOON: (
            _("Your subscription renews soon."),
            _(
                "It renews on {day}, {left}. If you do not want that, cancel it before then by "
                "the link in Shoppex's e-mails."
            ).format(day=day, left=left),
        ),
        NoticeKind.ENDS_SOON: (
            _("Your access ends soon."),
            _("It ends on {day}, {left}.").format(day=day, left=left)
            + " "
            + (again if recurring else _("Buy it again with `/buy` and no day is lost.")),
        ),
        NoticeKind.ENDED: (
            _("Your access has ended."),
            _(
                "It ended on {day}. Its roles were taken back, but for those that something else "
                "of yours pays for."
            ).format(day=day)
            + " "
            + again,
        ),
        NoticeKind.REVOKED: (
            _("A payment of yours went back."),
            _(
                "It was refunded or disputed, so what it gave was taken back. If you did not "
                "expect this, ask the server's staff."
            ),
        ),
        NoticeKind.HELD: (
            _("We are checking your payment."),
            _(
                "Your payment arrived, but it does not match the order, so a person on the "
                "server's staff is looking at it. You need not do anything, and do not pay again."
            ),
        ),
        NoticeKind.RESTORED: (
            _("Your payment counts again."),
            _("The dispute is over, and what you bought is yours again."),
        ),
    }
    return texts[notice.kind]


def goods_text(goods: tuple[str, ...]) -> tuple[str | None, discord.File | None]:
    """Goods as a message: exactly as they are and easy to copy, as a file when too long."""
    if not goods:
        return None, None
    text = "\n".join(goods)
    links = [split_link(piece) for piece in goods]
    if all(link is not None for _label, link in links):
        # Bare, Discord would fetch the address for a preview, and some work only once.
        shown: str | None = "\n".join(_link_line(label, link) for label, link in links)
    elif "```" in text or text.endswith("`"):
        shown = None
    else:
        shown = f"```\n{text}\n```"
    if shown is not None and len(shown) <= _LONGEST_CONTENT:
        return shown, None
    file = discord.File(io.BytesIO(text.encode()), filename="purchase.txt")
    return _("What you bought is in the attached file."), file


def _link_line(label: str, link: str | None) -> str:
    return f"**{plain(label)}:** <{link}>" if label else f"<{link}>"


def parcels(goods: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Goods in as many messages as they need: one, but for more than Discord takes as a file."""
    found: list[list[str]] = [[]]
    size = 0
    for piece in goods:
        weight = len(piece.encode()) + 1
        if found[-1] and size + weight > _LARGEST_FILE:
            found.append([])
            size = 0
        found[-1].append(piece)
        size += weight
    return [tuple(parcel) for parcel in found]


def paid_text(order: Order) -> str:
    """Return what was paid, with what made it another sum than the price."""
    if order.total is None:
        return ""
    lines = [format_money(order.total)]
    payment = order.payment
    if payment is not None:
        currency = payment.total.currency
        parts = (
            (_("Discount: {money}"), payment.discount),
            (_("Tip: {money}"), payment.tip),
            (_("Fees: {money}"), payment.fees),
            (_("Tax: {money}"), payment.tax),
            (_("Paid with store credit: {money}"), payment.credit),
        )
        lines += [
            text.format(money=format_money(Money(amount, currency)))
            for text, amount in parts
            if amount
        ]
    return "\n".join(lines)


def order_reference(order: Order) -> str:
    """Return the name of one message of an order: what came later has a number."""
    return f"{order.uniqid} ({order.told + 1})" if order.told else f"{order.uniqid}"


def test_banner() -> str:
    """Return the text above the message of a test."""
    return _(
        "🧪 **This is a test purchase.** A buyer would get the message below. No money moved, and "
        "everything is undone in a moment."
    )


def _title(order: Order) -> str:
    if order.gift is not None:
        return _("This server's staff has a gift for you.")
    if order.exchanged:
        return _("Here is your replacement.")
    if order.told and not order.handed:
        return _("Here is what you bought.")
    if order.test:
        return _("Test: your purchase is paid. Thank you!")
    if order.told:
        return _("More of your purchase is here.")
    if order.renewal:
        return _("Your subscription brings something new.")
    return _("Your purchase is paid. Thank you!")


def _add_roles(embed: discord.Embed, guild: discord.Guild, role_ids: tuple[int, ...]) -> None:
    names = [
        plain(role.name) for role_id in role_ids if (role := guild.get_role(role_id)) is not None
    ]
    if names:
        embed.add_field(name=_("Your roles"), value=shorten("\n".join(names), FIELD))

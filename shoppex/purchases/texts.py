"""Texts on a member's purchases."""

from __future__ import annotations

import discord
from discord.utils import format_dt

from ..checkout.texts import refusal_sentence
from ..checkout.views import role_mentions
from ..discord_limits import BODY
from ..domain.account import Order, Replacement
from ..domain.subscription import Subscription
from ..errors import Refusal, TooOften
from ..formatting import format_money, plain, shorten
from ..fulfilment.steps.message_text import outstanding_fields, paid_text, underpaid_text
from ..i18n import _
from .errors import (
    AlreadyDecided,
    ChangeRefused,
    EndUnreadable,
    Gone,
    HandedOver,
    KeyRefused,
    MoneyBack,
    NeverEnds,
    NoReplacement,
    NotActive,
    NotBound,
    NothingYet,
    NotPaid,
    NotStaff,
    NotTheirs,
    ReplacementUnclear,
    ResetsOff,
    ScopeMissing,
)
from .status import PurchaseStage, PurchaseStatus, began_at


def customer_sentence(refusal: Refusal) -> str:
    """Why a buyer cannot be served."""
    if isinstance(refusal, TooOften):
        return _("That was a lot in a short time. Please try again {when}.").format(
            when=format_dt(refusal.until, "R")
        )
    if isinstance(refusal, NoReplacement):
        return _(
            "Shoppex gives out no other key. It says: “{reason}”. Refill the stock, or open the "
            "order at Shoppex → Replace and choose a key there. Then press “Approve” once more."
        ).format(reason=plain(refusal.said))
    sentences = {
        ScopeMissing: _(
            "This server's API key may not give out another key. Tick `invoices.write` for it at "
            "Shoppex under Settings → Developer → API Keys, or open the order at Shoppex → "
            "Replace and choose a key there. Then press “Approve” once more."
        ),
        ReplacementUnclear: _(
            "Shoppex was asked for another key and has not said whether it gave one out. Press "
            "“Approve” again in a minute: I look first, so that nobody gets two."
        ),
        NotTheirs: _(
            "That is not a purchase of yours, or it is no longer known. `/purchases` shows what "
            "is yours."
        ),
        NotStaff: _("This is for the server's staff, so nothing was changed."),
        AlreadyDecided: _(
            "That was asked for, or decided, before. `/purchases` shows how it stands."
        ),
        ResetsOff: _(
            "In this server only the staff can free a licence from its machine. Ask them, and "
            "name the licence's number."
        ),
        NotActive: _(
            "This licence is suspended, revoked or expired, so freeing it would not help. Ask the "
            "server's staff."
        ),
        NotBound: _(
            "This licence is bound to no machine. It binds itself to the first one that uses it."
        ),
        MoneyBack: _(
            "The payment for this licence is not settled, or went back, so only the staff can "
            "free it. Ask them, and name the licence's number."
        ),
        NeverEnds: _("This licence has no end, so there is nothing to extend."),
        EndUnreadable: _(
            "Shoppex says when this licence expires in a form that I cannot read, so nothing was "
            "changed. Change its end at Shoppex."
        ),
        Gone: _(
            "Shoppex does not know this any more, so nothing was changed. If it should be there, "
            "press “Something is wrong” in `/purchases`, or ask the server's staff."
        ),
        KeyRefused: _(
            "Shoppex refuses this server's key, or does not let it do this, so nothing was "
            "changed. The server's staff can give the key at Shoppex the permission for it, or "
            "set a new one with `/shoppexset apikey`."
        ),
        ChangeRefused: _(
            "Shoppex does not allow this, so nothing was changed. The server's staff can look at "
            "it at Shoppex."
        ),
        NotPaid: _(
            "This is not paid, or the payment went back, so there is nothing to show. If you "
            "paid, wait some minutes and look again."
        ),
        NothingYet: _(
            "The shop has delivered nothing for this so far. It is sent to you by itself as soon "
            "as it arrives. If it takes longer than an hour, press “Something is wrong”."
        ),
        HandedOver: _(
            "This was handed over to you before, and the bot keeps no copy. Look into your "
            "direct messages with the bot. If it is lost, press “Something is wrong”."
        ),
    }
    return sentences.get(type(refusal)) or refusal_sentence(refusal)


def stage_text(stage: PurchaseStage) -> str:
    """Where a purchase stands, in a few words."""
    texts = {
        PurchaseStage.UNPAID: _("not paid"),
        PurchaseStage.CONFIRMING: _("payment is being confirmed"),
        PurchaseStage.UNDERPAID: _("a part of the payment is missing"),
        PurchaseStage.QUESTIONS: _("paid, the seller needs something from you"),
        PurchaseStage.BY_SELLER: _("paid, the seller delivers it"),
        PurchaseStage.EXPIRED: _("expired without payment"),
        PurchaseStage.HELD: _("paid, waits for the staff"),
        PurchaseStage.NOT_DELIVERED: _("not delivered, by decision of the staff"),
        PurchaseStage.ON_THE_WAY: _("paid, on its way"),
        PurchaseStage.KEY_LATE: _("paid, the shop still has to deliver the key"),
        PurchaseStage.NEEDS_BUYER: _("paid, waits for you"),
        PurchaseStage.RULES: _("paid, waits for you"),
        PurchaseStage.NEEDS_STAFF: _("paid, waits for the staff"),
        PurchaseStage.DONE: _("delivered"),
        PurchaseStage.OVER: _("ended"),
        PurchaseStage.REFUNDED: _("refunded"),
        PurchaseStage.DISPUTED: _("payment disputed"),
        PurchaseStage.REVOKED: _("taken back by the staff"),
        PurchaseStage.RUNS: _("runs"),
        PurchaseStage.ENDS: _("will not renew"),
        PurchaseStage.OVERDUE: _("payment overdue"),
        PurchaseStage.PAUSED: _("paused"),
    }
    return texts[stage]


def next_step(stage: PurchaseStage) -> str | None:
    """What the buyer can do about it; ``None`` when there is nothing."""
    steps = {
        PurchaseStage.UNPAID: _("Press “Continue to payment” to pay it."),
        PurchaseStage.CONFIRMING: _("There is nothing to do: everything arrives by itself."),
        PurchaseStage.HELD: _("A payment came that is not what was agreed. The staff can see it."),
        PurchaseStage.NOT_DELIVERED: _(
            "Ask the server's staff about it, and name the number below."
        ),
        PurchaseStage.KEY_LATE: _("The key is sent to you as soon as the shop delivers it."),
        PurchaseStage.NEEDS_BUYER: _(
            "Your direct messages are closed, or you left the server meanwhile. Press “Show what "
            "I bought” to have it here."
        ),
        PurchaseStage.RULES: _("Accept the server's rules: your role is then given by itself."),
        PurchaseStage.NEEDS_STAFF: _(
            "The staff were told. It goes on by itself once it is mended."
        ),
        PurchaseStage.REVOKED: _("Ask the server's staff about it, and name the number below."),
        PurchaseStage.OVERDUE: _("Pay by the link in Shoppex's e-mails, so that it goes on."),
    }
    return steps.get(stage)


def title_of(matter: Order | Subscription) -> str:
    """What was bought."""
    return matter.describe() if isinstance(matter, Order) else matter.title or _("Subscription")


def list_line(matter: Order | Subscription, standing: PurchaseStatus) -> str:
    """One purchase in a list."""
    day = format_dt(began_at(matter), "d")
    return f"**{plain(title_of(matter), 80)}** · {stage_text(standing.stage)} · {day}"


def list_embed(
    title: str, lines: list[str], page: int, pages: int, colour: discord.Colour
) -> discord.Embed:
    """A page of a list."""
    nothing = _("You have bought nothing in this server yet. `/buy` shows what is for sale.")
    text = "\n".join(lines) or nothing
    embed = discord.Embed(title=title, description=shorten(text, BODY), colour=colour)
    embed.set_footer(
        text=_("Page {page} of {pages}. Only you can see this.").format(page=page, pages=pages)
    )
    return embed


def matter_embed(
    matter: Order | Subscription,
    standing: PurchaseStatus,
    roles: tuple[int, ...],
    guild: discord.Guild | None,
    colour: discord.Colour,
) -> discord.Embed:
    """One purchase in full."""
    text = stage_text(standing.stage)
    step = next_step(standing.stage)
    embed = discord.Embed(
        title=plain(title_of(matter)),
        description=f"**{text}**" if step is None else f"**{text}**\n{step}",
        colour=colour,
    )
    embed.add_field(name=_("Since"), value=format_dt(began_at(matter), "D"))
    if isinstance(matter, Order) and matter.total is not None:
        embed.add_field(name=_("Total"), value=format_money(matter.total))
    if isinstance(matter, Order) and matter.gift is not None:
        embed.add_field(name=_("Total"), value=_("a gift from this server"))
    if standing.until is not None:
        name = _("Renews") if standing.stage is PurchaseStage.RUNS else _("Until")
        until = f"{format_dt(standing.until, 'D')} ({format_dt(standing.until, 'R')})"
        embed.add_field(name=name, value=until)
    gives = role_mentions(roles, guild)
    if gives:
        embed.add_field(name=_("Gives"), value=gives, inline=False)
    if isinstance(matter, Order):
        if standing.stage is PurchaseStage.UNDERPAID:
            text = underpaid_text(matter)
            embed.add_field(name=_("What is missing"), value=text, inline=False)
        for name, value in outstanding_fields(matter):
            embed.add_field(name=name, value=value, inline=False)
        name = matter.uniqid or ""
        if matter.replacement is not None:
            embed.add_field(
                name=_("Replacement"), value=replacement_text(matter.replacement), inline=False
            )
    else:
        name = matter.id
    embed.set_footer(text=_("Only you can see this. Number {id}").format(id=name))
    return embed


def replacement_text(state: Replacement) -> str:
    """What became of a buyer's wish for another key."""
    texts = {
        Replacement.ASKED: _("You asked for another key. The staff were told."),
        Replacement.APPROVED: _(
            "The staff agreed, and the new key was sent to you. If no message came, press “Show "
            "what I bought”."
        ),
        Replacement.REFUSED: _("The staff refused another key. Ask them about it."),
    }
    return texts[state]


def receipt_embed(order: Order, shop_name: str, colour: discord.Colour) -> discord.Embed:
    """What was paid, for what, and when."""
    embed = discord.Embed(
        title=_("Receipt"), description=f"**{plain(order.describe())}**", colour=colour
    )
    if order.total is not None:
        embed.add_field(name=_("Paid"), value=paid_text(order))
    if order.paid_at is not None:
        embed.add_field(name=_("On"), value=format_dt(order.paid_at, "f"))
    if order.refunded is not None:
        embed.add_field(name=_("Given back"), value=format_money(order.refunded))
    if order.coupon:
        embed.add_field(name=_("Coupon"), value=plain(order.coupon))
    embed.add_field(name=_("Number"), value=f"`{order.uniqid}`", inline=False)
    if shop_name:
        embed.add_field(name=_("Shop"), value=plain(shop_name))
    embed.set_footer(text=_("Shoppex has sent the invoice to your e-mail address."))
    return embed

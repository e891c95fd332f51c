"""Texts for staff on the purchases and roles of a member."""

from __future__ import annotations

from collections.abc import Sequence

import discord
from discord.utils import format_dt

from ..discord_limits import BODY, FIELD
from ..domain.account import Account, Grant, Order, Promise
from ..domain.delivery import Delivery, DeliveryState
from ..domain.staff_action import StaffAction
from ..errors import Refusal
from ..formatting import format_money, plain, shorten
from ..i18n import _
from ..offers.role_rights import RolesAboveYou
from ..purchases.status import PurchaseStage, PurchaseStatus, began_at
from ..purchases.texts import customer_sentence, list_line, stage_text, title_of
from ..ui.reason_text import progress_sentence, waiting_sentence
from .errors import (
    AlreadyRevoked,
    Busy,
    GivesNothing,
    NoSuchPurchase,
    NotAMember,
    NothingHeld,
    NothingToGive,
    NothingToMove,
    NotRevoked,
    SameMember,
    Unfinished,
    WasBanned,
)
from .lookup import Matter, Payer, RoleExplanation, number_of, parts_of
from .order_alert import matter_lines
from .subscription_alert import concern_line

_NAME = 80


def staff_sentence(refusal: Refusal) -> str:
    """Why something that staff want cannot be done."""
    if isinstance(refusal, RolesAboveYou):
        return _(
            "{roles} is not below your own highest role, or you lack Manage Roles, so you could "
            "not hand it out yourself. Nothing was changed. Ask somebody who could."
        ).format(roles=", ".join(f"<@&{role_id}>" for role_id in refusal.role_ids))
    sentences = {
        NoSuchPurchase: _(
            "No purchase of that number is known in this server. Copy the number from "
            "`/shoppex member`, from the log channel or from Shoppex."
        ),
        GivesNothing: _(
            "This purchase gives nothing now: it is not paid, the money went back, it waits for "
            "you, or it was taken back. Nothing was changed."
        ),
        AlreadyRevoked: _("This was taken back before. Nothing was changed."),
        NothingHeld: _(
            "There is nothing to decide about this order any more. `/shoppex order` shows how it "
            "stands."
        ),
        NotRevoked: _("This was not taken back, so there is nothing to give back."),
        NothingToGive: _(
            "This gives no role, and has no pool of keys, so there is nothing to give. Nothing "
            "was changed. Give it a role first, or make a coupon of 100 % at Shoppex."
        ),
        SameMember: _("That is twice the same account. Nothing was changed."),
        NothingToMove: _(
            "The first of the two has bought nothing here. Nothing was changed. The one who has "
            "the purchases comes first, the one who is to have them second."
        ),
        WasBanned: _(
            "One of the two was banned from this server. What was bought before a ban gives "
            "nothing, and moving must not change that. Nothing was changed. If you want to give "
            "something all the same, use `/shoppex grant`."
        ),
        Busy: _(
            "Something of theirs is being delivered or moved at this moment. Nothing was "
            "changed. Please try again in a minute. If it stays so, look at `/shoppex waiting`."
        ),
        Unfinished: _(
            "The bot cannot save everything right now. The move is begun, and is finished by "
            "itself as soon as it can be saved."
        ),
        NotAMember: _("A bot cannot have purchases. Nothing was changed."),
    }
    return sentences.get(type(refusal)) or customer_sentence(refusal)


def act_text(act: StaffAction) -> str:
    """Who did something, when and why."""
    text = _("by {staff}, {when}").format(staff=f"<@{act.by}>", when=format_dt(act.at, "f"))
    return f"{text}\n{plain(act.reason, 500)}" if act.reason else text


# -- one purchase --------------------------------------------------------------------------


def case_embed(
    account: Account,
    matter: Matter,
    standing: PurchaseStatus,
    roles: Sequence[int],
    concerns: Sequence[str] = (),
) -> discord.Embed:
    """One purchase in full, for staff.

    Parameters
    ----------
    concerns
        What is odd about its subscription, as stable words.
    """
    order, subscription = parts_of(account, matter)
    text = _state(matter, standing)
    if subscription is not None:
        odd = (concern_line(subscription, concern) for concern in concerns)
        text = "\n".join((text, *odd))
    embed = discord.Embed(title=plain(title_of(matter)), description=text)
    embed.add_field(name=_("Member"), value=f"<@{account.key.user_id}>")
    embed.add_field(name=_("Since"), value=format_dt(began_at(matter), "f"))
    if isinstance(matter, Order):
        embed.add_field(name=_("Paid"), value=_paid(matter))
    if standing.until is not None:
        name = _("Renews") if standing.stage is PurchaseStage.RUNS else _("Until")
        embed.add_field(name=name, value=format_dt(standing.until, "f"))
    lines = [f"<@&{role_id}>: {grant_text(account.grants.get(role_id))}" for role_id in roles] or [
        _("It gives no role.")
    ]
    embed.add_field(name=_("Roles"), value=_joined(lines, FIELD), inline=False)
    if order is not None and order.paid_at is not None:
        embed.add_field(name=_("Message"), value=_message_text(order), inline=False)
    if subscription is not None and isinstance(matter, Order):
        text = _("{title}, number `{id}`").format(
            title=plain(subscription.title) or _("Subscription"), id=subscription.id
        )
        embed.add_field(name=_("Belongs to the subscription"), value=text, inline=False)
    if isinstance(matter, Order) and matter.gift is not None:
        embed.add_field(name=_("Gift"), value=act_text(matter.gift), inline=False)
    if matter.revoked is not None:
        embed.add_field(name=_("Taken back"), value=act_text(matter.revoked), inline=False)
    if isinstance(matter, Order) and matter.origin:
        embed.add_field(name=_("Bought by"), value=f"<@{matter.origin}>", inline=False)
    embed.set_footer(text=_("Only you can see this. Number {id}").format(id=number_of(matter)))
    return embed


def _state(matter: Matter, standing: PurchaseStatus) -> str:
    lines = [f"**{stage_text(standing.stage)}**"]
    if isinstance(matter, Order):
        if matter.test:
            lines.append(_("🧪 A test purchase: no money was paid."))
        if matter.held is not None:
            lines.append(f"⚠️ {waiting_sentence(matter.held)}")
        if matter.stalled is not None:
            lines.append(f"⚠️ {waiting_sentence(matter.stalled)}")
        lines += matter_lines(matter)
        if matter.kept:
            lines.append(_("The staff decided that the buyer keeps it."))
        owed = matter.claim if matter.paid_at is not None else None
        if owed is not None and not _is_done(owed):
            lines.append(_("Key out of the pool: {state}").format(state=_delivery(owed)))
    return "\n".join(lines)


def _paid(order: Order) -> str:
    if order.gift is not None:
        return _("nothing, it is a gift")
    if order.paid_at is None:
        return _("not yet")
    lines = [] if order.total is None else [format_money(order.total)]
    lines.append(format_dt(order.paid_at, "f"))
    if order.refunded is not None:
        lines.append(_("given back: {money}").format(money=format_money(order.refunded)))
    return "\n".join(lines)


def _message_text(order: Order) -> str:
    text = _delivery(order.message)
    # Where nothing is promised, a look for a text goes on that nobody waits for.
    promised = order.promise is not Promise.NOTHING
    waits = order.reading.waits or order.reading.stuck
    if promised and order.entitled and order.open_readings and waits and order.reading.reason:
        text += "\n" + progress_sentence(order.reading.reason)
    return text


def grant_text(grant: Grant | None) -> str:
    """How far giving a role, or taking it, has come."""
    if grant is None:
        return _("not given")
    if grant.removal is not None:
        return _("is being taken: {state}").format(state=_delivery(grant.removal))
    if not grant.ours and _is_done(grant.delivery):
        return _("the member had it before; it is never taken")
    return _delivery(grant.delivery)


def _delivery(delivery: Delivery) -> str:
    words = {
        DeliveryState.PENDING: _("⏳ on its way"),
        DeliveryState.DELIVERED: _("✅ delivered"),
        DeliveryState.NEEDS_BUYER: _("✋ waits for the member"),
        DeliveryState.NEEDS_STAFF: _("⚠️ waits for you"),
        DeliveryState.FAILED: _("❌ failed"),
        DeliveryState.REVOKED: _("taken back"),
    }
    text = words[delivery.state]
    if delivery.reason is None or _is_done(delivery):
        return text
    return f"{text}: {progress_sentence(delivery.reason)}"


def _is_done(delivery: Delivery) -> bool:
    return delivery.state is DeliveryState.DELIVERED


# -- one member ----------------------------------------------------------------------------


def member_embed(
    name: str,
    user_id: int,
    lines: Sequence[str],
    stories: Sequence[RoleExplanation],
    *,
    here: bool,
    page: int,
    pages: int,
) -> discord.Embed:
    """A page of what a member bought, and why they have each role."""
    head = [f"<@{user_id}>"] if here else [f"<@{user_id}>", _("Not in this server now.")]
    bought = list(lines) or [_("This member has bought nothing here.")]
    embed = discord.Embed(
        title=plain(name), description=shorten("\n".join((*head, "", *bought)), BODY)
    )
    roles = [role_line(story) for story in stories] or [_("No role is from the shop.")]
    embed.add_field(name=_("Why each role"), value=_joined(roles, FIELD), inline=False)
    embed.set_footer(
        text=_("Page {page} of {pages}. Only you can see this.").format(page=page, pages=pages)
    )
    return embed


def case_line(matter: Matter, standing: PurchaseStatus) -> str:
    """One purchase in a list, with its number."""
    return f"{list_line(matter, standing)} · `{number_of(matter) or '?'}`"


def role_line(story: RoleExplanation) -> str:
    """One role, and what pays for it."""
    grant = story.grant
    given = grant is not None and _is_done(grant.delivery)
    if not story.payers:
        text = _unpaid_text(grant)
    else:
        paid = _("paid by {purchases}").format(purchases=payers_text(story.payers))
        if story.has is False and given:
            text = _("{paid}, but somebody took it; redeliver it to give it again").format(
                paid=paid
            )
        elif story.has or given:
            text = paid
            if grant is not None and not grant.ours:
                text += "; " + grant_text(grant)
        else:
            text = f"{paid}; {grant_text(grant)}"
    return f"<@&{story.role_id}>: {text}"


def _unpaid_text(grant: Grant | None) -> str:
    if grant is None:
        return _("not by the shop")
    if grant.held:
        return _("nothing pays for it any more, so I take it")
    return _("not by the shop: the member had it before")


def payers_text(payers: Sequence[Payer]) -> str:
    """Purchases, and until when each pays."""
    return ", ".join(_payer_text(payer) for payer in payers)


def _payer_text(payer: Payer) -> str:
    title = f"**{plain(title_of(payer.matter), _NAME)}**"
    if isinstance(payer.matter, Order) and payer.matter.test:
        title = _("{title} (test)").format(title=title)
    if payer.until is not None:
        return _("{title} until {day}").format(title=title, day=format_dt(payer.until, "D"))
    if isinstance(payer.matter, Order):
        return _("{title} for ever").format(title=title)
    return _("{title} while it runs").format(title=title)


def _joined(lines: Sequence[str], limit: int) -> str:
    """Whole lines, as many as fit."""
    shown: list[str] = []
    room = limit - 40
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            shown.append(_("… and {count} more").format(count=len(lines) - len(shown)))
            break
        shown.append(line)
    return "\n".join(shown)

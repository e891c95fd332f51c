"""Stable words of the inner rooms, as sentences: what happened, what it means, what to do."""

from __future__ import annotations

from discord.utils import format_dt

from ..checkout.errors import (
    AlreadyPaid,
    BeingConfirmed,
    BelowMinimum,
    CouponRejected,
    EmailRejected,
    NotForSale,
    NotSetUp,
    PaymentHeld,
    QuantityOutOfRange,
    RoleRequired,
    SeveralNamed,
    ShopMisconfigured,
    ShopRefused,
    SoldOut,
    Underpaid,
    VariantNeeded,
)
from ..domain.account import Order
from ..domain.status import OrderStatus
from ..errors import Refusal, TooOften
from ..formatting import format_money, plain
from ..fulfilment.engine.failures import REFUSED
from ..fulfilment.reconcile.drift import DriftKind
from ..fulfilment.steps.message_text import underpaid_text
from ..i18n import _


def refusal_sentence(refusal: Refusal) -> str:
    """Why something cannot be bought, for the buyer."""
    if isinstance(refusal, SoldOut):
        return _sold_out(refusal)
    if isinstance(refusal, SeveralNamed):
        return _(
            "Several things have that name: {each}. Nothing was changed. Name the one you mean by "
            "its id."
        ).format(each=", ".join(f"{plain(text)} (`{name}`)" for text, name in refusal.each[:10]))
    if isinstance(refusal, RoleRequired):
        return _role_required(refusal)
    if isinstance(refusal, QuantityOutOfRange):
        return _quantity(refusal)
    if isinstance(refusal, TooOften):
        return _(
            "That was a lot in a short time: many tries, or several checkouts of which none is "
            "paid yet. Pay one of those, or try again {when}."
        ).format(when=format_dt(refusal.until, "R"))
    if isinstance(refusal, ShopRefused):
        return _(
            "The shop did not take this order. It says: “{reason}”. Nothing was ordered. Change "
            "your choice, or ask the server's staff."
        ).format(reason=plain(refusal.said))
    if isinstance(refusal, PaymentHeld):
        return _(
            "A payment for this has arrived that does not match what was agreed, so it waits for "
            "the server's staff. Do not pay again. Tell them the order: {id}."
        ).format(id=plain(refusal.uniqid))
    if isinstance(refusal, Underpaid):
        return underpaid_text(refusal.order)
    if isinstance(refusal, BelowMinimum):
        return _("That is too little to be paid: the least is {money}. Choose more.").format(
            money=format_money(refusal.minimum)
        )
    return _fixed_sentence(refusal)


def _fixed_sentence(refusal: Refusal) -> str:
    sentences = {
        NotSetUp: _(
            "Nothing is for sale in this server yet. Its staff can add something with "
            "`/shoppexset product add` or `/shoppexset item add`."
        ),
        NotForSale: _(
            "There is nothing of that name for sale here. Use `/buy` without a product to see "
            "everything that is."
        ),
        VariantNeeded: _("This product comes in several variants. Please choose one of them."),
        CouponRejected: _(
            "This coupon does not work for this product: it is misspelt, has ended, or belongs "
            "to something else. Nothing was ordered. Try again without it, or with another."
        ),
        EmailRejected: _(
            "That does not look like a working e-mail address, so nothing was ordered. Please "
            "check it for typing mistakes and try again."
        ),
        AlreadyPaid: _(
            "This one is already paid. What you bought is on its way: your roles arrive by "
            "themselves, and a direct message follows."
        ),
        BeingConfirmed: _(
            "Your payment for this is being confirmed, which takes some minutes with some ways "
            "of paying. There is nothing more to do: everything arrives by itself."
        ),
        ShopMisconfigured: _(
            "The shop cannot take orders right now, because Shoppex refuses this server's key. "
            "Nothing was ordered. Please tell the server's staff; they can set a new key with "
            "`/shoppexset apikey`."
        ),
    }
    return sentences.get(
        type(refusal),
        _(
            "The shop cannot be reached right now. Nothing was lost, and you were not charged. "
            "Please try again in a few minutes."
        ),
    )


def _sold_out(refusal: SoldOut) -> str:
    if refusal.left is None:
        return _("There are not that many left right now. Choose a smaller quantity.")
    if refusal.left <= 0:
        return _("This is sold out right now. Nothing was ordered. Please try again later.")
    return _(
        "There are not that many left: {left} can be bought right now. Choose a smaller quantity."
    ).format(left=refusal.left)


def _role_required(refusal: RoleRequired) -> str:
    if refusal.server is None:
        return _(
            "This is only for members who have {role}. You do not have that role, so nothing was "
            "ordered. Ask the server's staff how to get it."
        ).format(role=refusal.role)
    return _(
        "This is only for members of **{server}** who have the role **{role}** there. You do not "
        "have it, so nothing was ordered. Get the role there first, then use `/buy` again."
    ).format(server=plain(refusal.server), role=plain(refusal.role))


def _quantity(refusal: QuantityOutOfRange) -> str:
    if refusal.maximum is None:
        return _("This is sold from {minimum} pieces on. Choose a larger quantity.").format(
            minimum=refusal.minimum
        )
    return _("This is sold in quantities from {minimum} to {maximum}. Choose within that.").format(
        minimum=refusal.minimum, maximum=refusal.maximum
    )


def role_sentence(reason: str, role: str) -> str:
    """Why a role cannot be sold or given, for staff.

    Parameters
    ----------
    reason
        From :func:`~shoppex.fulfilment.obstacles.why_not_give`, or
        :func:`~shoppex.seller.rights.why_not_sell`.
    role
        The role, as it is to be shown.
    """
    sentences = {
        "role_gone": _("{role} no longer exists. Choose another role."),
        "role_everyone": _(
            "{role} is what everybody has; it cannot be sold. Choose another role."
        ),
        "role_managed": _(
            "{role} belongs to a bot or an integration, and Discord lets nobody else give it. "
            "Choose another role."
        ),
        "no_manage_roles": _(
            "I am not allowed to give {role}: I lack the permission Manage Roles. Give it to me "
            "under Server Settings → Roles."
        ),
        "role_too_high": _(
            "I cannot give {role}, because it is not below my own highest role. Under Server "
            "Settings → Roles, drag my role above it."
        ),
        "role_above_you": _(
            "You cannot sell {role}: you lack Manage Roles, or it is not below your own highest "
            "role. Nobody sells what they could not hand out. Ask somebody who could."
        ),
        "role_power_beyond_you": _(
            "You cannot sell {role}: it gives power over the server that you do not have "
            "yourself. Ask somebody who has it."
        ),
    }
    return sentences.get(reason, _("{role} cannot be given.")).format(role=role)


def brake_sentences() -> dict[str, str]:
    """Why no role is taken, by the brake's stable words."""
    return {
        "other_shop": _(
            "the API key opens another Shoppex shop than before, so no role is taken: see "
            "`/shoppexset brake`"
        ),
        "many_ended": _(
            "Shoppex suddenly says that much of what was sold has ended, so no role is taken: "
            "see `/shoppexset brake`"
        ),
    }


def payment_sentence(order: Order | None) -> str:
    """What is known of the payment of an order, for the buyer who says that they paid.

    Parameters
    ----------
    order
        ``None`` when it is forgotten.
    """
    if order is None:
        return _(
            "I do not remember this order any more: nobody paid for it for a long time, or your "
            "data was deleted. If you have paid, please tell the server's staff."
        )
    if order.held is not None:
        return refusal_sentence(PaymentHeld(order.uniqid or "?"))
    if order.paid_at is not None:
        return refusal_sentence(AlreadyPaid())
    if order.underpayment is not None:
        return underpaid_text(order)
    if order.status is OrderStatus.PARTIAL:
        return refusal_sentence(BeingConfirmed())
    return _(
        "Shoppex has not seen a payment for this yet. Some ways of paying take a few minutes; "
        "what you bought then arrives by itself. If you have not paid, use the link. If you "
        "paid more than an hour ago, tell the server's staff the order: {id}."
    ).format(id=plain(order.uniqid or "?"))


def unseen_payment_sentence() -> str:
    """For the buyer who says that they paid while Shoppex cannot be asked."""
    return _(
        "Shoppex cannot be asked right now. If you have paid, there is nothing more to do: I go "
        "on looking, and what you bought arrives by itself. Do not pay again."
    )


def waiting_sentence(reason: str | None) -> str:
    """Why a paid delivery waits for staff, and what they can do."""
    sentences = {
        "role_gone": _("the role no longer exists: give the product another one"),
        "role_everyone": _("@everyone cannot be given: give the product another role"),
        "role_managed": _("the role belongs to an integration: give the product another one"),
        "no_manage_roles": _("the bot lacks Manage Roles: give it that permission"),
        "role_too_high": _("the role is not below the bot's: drag the bot's role above it"),
        "role_gained_power": _(
            "the role gives more power over the server than when it was put on sale: take that "
            "from it, or confirm it by setting the roles of what is sold once more, with "
            "`/shoppexset product roles` or `/shoppexset item roles`"
        ),
        "no_permission": _("Discord refused: check Manage Roles and the order of the roles"),
        "no_access": _("Discord refused access: check the bot's permissions"),
        "api_key_refused": _("Shoppex refuses the key: set a new one with `/shoppexset apikey`"),
        "unreadable": _("Shoppex does not find the order: look for it at Shoppex"),
        "pickup_refused": _(
            "a notice cannot be posted: let the bot write in the channel of `/shoppexset pickup`"
        ),
        "pool_empty": _("the pool of keys is empty or gone: add serials to it at Shoppex"),
        "claim_doubtful": _(
            "keys may have been taken out of the pool without arriving: compare the pool at "
            "Shoppex, then use `/shoppex claim`"
        ),
        "claim_short": _(
            "the pool gave fewer keys than were bought: send the rest by hand, then use "
            "`/shoppex claim`"
        ),
        "underpaid": _(
            "less was paid for an order than it costs: open the order at Shoppex, where you can "
            "complete or refund it"
        ),
        "confirming_long": _(
            "a payment has not been confirmed for a day: open the order at Shoppex"
        ),
        "delivery_failed": _(
            "Shoppex could not deliver a part of an order: open the order at Shoppex"
        ),
        "seller_late": _(
            "you deliver a part of an order yourselves, and the promised time is over: deliver it "
            "at Shoppex"
        ),
        "goods_unreadable": _(
            "Shoppex delivered something in a form that I cannot read: open the order at Shoppex, "
            "and send the buyer what it shows"
        ),
        "goods_missing": _("Shoppex delivered no key for it: open the order at Shoppex"),
        "other_buyer": _("the paid order names another buyer: decide whether to deliver it"),
        "paid_too_little": _("less was paid than the price: decide whether to deliver it"),
        "unknown_order": _(
            "a paid order is not known to me any more: open it at Shoppex, then decide whether to "
            "deliver it"
        ),
        "unknown_lines": _(
            "nothing in the paid cart is for sale here: decide whether to deliver it"
        ),
        "secret_doubtful": _(
            "Shoppex may sign with a secret that I do not know, so I refuse what it sends and ask "
            "it instead: use `/shoppexset rotate`"
        ),
        "log_channel_lost": _(
            "the log channel is gone, or I may not write there: choose one with `/shoppexset "
            "logchannel`. What happens meanwhile is told then"
        ),
        "brake": _("roles to be taken wait for your word: see `/shoppexset brake`"),
        **brake_sentences(),
        "partly_refunded": _(
            "a part of the money went back, and nothing was taken: decide what the buyer keeps"
        ),
        "end_unreadable": _(
            "a subscription is to end, but I cannot read its end date at Shoppex, so the buyer "
            "keeps what it gives: check it there, and use `/shoppex revoke` when it is over"
        ),
        "subscription_overdue": _(
            "nothing was paid for a subscription for 30 days after its end, and Shoppex goes on "
            "with it, so the buyer keeps what it gives: check it there, or use `/shoppex revoke`"
        ),
        "plan_unsold": _(
            "a subscription changed at Shoppex to a plan that is not for sale here, so the buyer "
            "keeps what the former plan gave: put the plan on sale, revoke it, or leave it"
        ),
        "renewal_unproven": _(
            "Shoppex does not say which subscription this renews: open the order at Shoppex"
        ),
        "subscription_unnamed": _(
            "Shoppex does not say which subscription this began: open the order at Shoppex"
        ),
    }
    if reason is not None and reason.startswith(REFUSED):
        return _refused_sentence(reason)
    return sentences.get(reason or "", _("it was refused: look at the bot's log"))


def _refused_sentence(reason: str) -> str:
    """What Discord said that nobody foresaw, with what is known of it."""
    code, _colon, words = reason.removeprefix(REFUSED).partition(":")
    # https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
    known = {
        "60003": _(
            "this server asks its moderators for two-factor authentication, and the account that "
            "owns the bot does not have it: switch it on there, or off in Server Settings → Safety"
        ),
        "30005": _("the server has as many roles as Discord allows"),
        "40333": _("Discord's edge network refused the bot's request"),
        "50109": _("Discord could not read the bot's request"),
    }
    said = f"{code} {plain(words)}".strip()
    why = known.get(code)
    if why is None:
        return _("Discord refused the request ({said}); it is tried again by itself").format(
            said=said
        )
    return _("{why} ({said}); it is tried again by itself").format(why=why, said=said)


def progress_sentence(reason: str | None) -> str:
    """Why something is not done yet that does not wait for staff."""
    sentences = {
        "screening_pending": _("the member has not accepted the server's rules yet"),
        "member_left": _("the member was not there; it is tried again when they come back"),
        "user_gone": _("Discord does not know this account any more"),
        "dms_closed": _("the member takes no direct messages"),
        "dms_too_fast": _("Discord wants fewer direct messages for now; it is tried again"),
        "rate_limited": _("there was too much at once; it is tried again soon"),
        "discord_unavailable": _("Discord does not answer well; it is tried again soon"),
        "no_connection": _("there is no connection; it is tried again soon"),
        "unexpected": _("something unexpected happened; it is tried again soon"),
        "answers_missing": _("the buyer has to fill in something on the order's page first"),
        "seller_delivers": _("the seller delivers it at Shoppex"),
        "goods_late": _("Shoppex has not delivered it yet; it is looked for again"),
        "no_total": _("Shoppex does not say how much was paid; it is asked again"),
        "subscription_unnamed": _("Shoppex does not name the subscription yet; it is asked again"),
    }
    return sentences.get(reason or "") or waiting_sentence(reason)


def drift_sentence(kind: DriftKind, reason: str | None) -> str:
    """How roles and purchases disagree, why, and what that leads to."""
    why = "" if reason is None else f" ({progress_sentence(reason)})"
    sentences = {
        DriftKind.UNPAID: _("has it without a purchase. Take it by hand if that is not meant."),
        DriftKind.HAD_BEFORE: _(
            "had it before buying, and nothing pays for it now. I take only what I gave."
        ),
        DriftKind.ENDED: _("has it although what paid for it has ended. I take it{why}."),
        DriftKind.ENDED_KEPT: _(
            "has it again although what paid for it has ended. It is not from me, so I leave it."
        ),
        DriftKind.WAITING: _("paid for it and does not have it yet. I give it{why}."),
        DriftKind.TAKEN: _(
            "paid for it and lacks it: somebody took it, or it was not given back after a return. "
            "Give it by hand if that is not meant."
        ),
        DriftKind.BANNED: _("paid for it before a ban, which ended that. A new purchase counts."),
        DriftKind.OTHER_PLAN: _(
            "keeps it although their subscription changed at Shoppex to a plan that is not for "
            "sale here. Put that plan on sale, or revoke the subscription."
        ),
        DriftKind.END_UNKNOWN: _(
            "keeps it because I cannot read the end date of their subscription at Shoppex. Check "
            "it there, and revoke the subscription when it is over."
        ),
        DriftKind.OVERDUE: _(
            "keeps it although nothing was paid for their subscription for 30 days after its end. "
            "Check it at Shoppex, and revoke the subscription if it is over."
        ),
    }
    return sentences[kind].format(why=why)

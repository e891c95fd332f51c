"""Sentences for stable words: what happened, what it means, what to do."""

from __future__ import annotations

from ..formatting import plain
from ..fulfilment.engine.failures import REFUSED
from ..fulfilment.entitlement.staff_causes import Cause
from ..fulfilment.entitlement.subscription_concerns import CONCERNS
from ..i18n import _


def role_sentence(reason: str, role: str) -> str:
    """Why a role cannot be sold or given, for staff.

    Parameters
    ----------
    reason
        From :func:`~shoppex.fulfilment.engine.role_checks.why_not_give`, or
        :func:`~shoppex.offers.role_rights.why_not_sell`.
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
        "payment_unconfirmed": _(
            "Shoppex reported a payment, but I cannot read the order, so nothing has been "
            "delivered yet. I keep trying; check the order at Shoppex"
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
            "I no longer have a record of a paid order: open it at Shoppex, then decide whether "
            "to deliver it"
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
        "lines_unclear": _(
            "Shoppex has not said which product a part of this order is for; I will ask again"
        ),
        "no_total": _("Shoppex does not say how much was paid; it is asked again"),
        "subscription_unnamed": _("Shoppex does not name the subscription yet; it is asked again"),
    }
    return sentences.get(reason or "") or waiting_sentence(reason)


def cause_line(cause: Cause, count: int) -> str:
    """One cause, with the role that it is about and how many deliveries wait for it."""
    role = f" (<@&{cause.role_id}>)" if cause.role_id else ""
    number = f" · `{cause.order}`" if cause.reason in CONCERNS else ""
    return f"⚠️ {count} × {waiting_sentence(cause.reason)}{role}{number}"

"""Alert to staff about a subscription that goes on although something is odd about it."""

from __future__ import annotations

import discord

from ..domain.account import Account
from ..domain.subscription import Subscription
from ..formatting import format_money, plain
from ..fulfilment.entitlement.subscription_concerns import END_UNREADABLE, OVERDUE, PLAN_UNSOLD
from ..i18n import _
from ..ui.reason_text import waiting_sentence


def concern_embed(
    guild: discord.Guild, account: Account, subscription: Subscription, reason: str
) -> discord.Embed:
    """What is odd, what it means, and what staff can do about it."""
    embed = discord.Embed(
        title=concern_title(reason),
        description=_text(account, subscription, reason),
        colour=discord.Colour.orange(),
    )
    embed.add_field(name=_("What to do"), value=_choices(subscription, reason), inline=False)
    embed.set_footer(
        text=_("{server} · Subscription {id}").format(
            server=plain(guild.name), id=plain(subscription.id)
        )
    )
    return embed


def concern_title(reason: str) -> str:
    """What is odd, in a few words."""
    titles = {
        PLAN_UNSOLD: _("A subscription changed to a plan that is not for sale here"),
        OVERDUE: _("A subscription goes on without being paid for"),
        END_UNREADABLE: _("Nobody can tell when a subscription ends"),
    }
    return titles[reason]


def concern_line(subscription: Subscription, reason: str) -> str:
    """What is odd, for the page of that purchase."""
    if reason == PLAN_UNSOLD:
        return _("⚠️ It changed at Shoppex to {plan}, which is not for sale here.").format(
            plan=_plan(subscription)
        )
    return f"⚠️ {waiting_sentence(reason)}"


def _text(account: Account, subscription: Subscription, reason: str) -> str:
    member = f"<@{account.key.user_id}>"
    plan = _plan(subscription)
    if reason == PLAN_UNSOLD:
        order = account.orders.get(subscription.nonce)
        return _(
            "The subscription of {member} was for {before} and is now for {plan}. That plan is "
            "not for sale in this server, so they keep the roles of the former one."
        ).format(member=member, plan=plan, before=_bold("" if order is None else order.describe()))
    if reason == OVERDUE:
        return _(
            "The last period that {member} paid for {plan} ended more than 30 days ago, and "
            "nothing was paid since. Shoppex has not ended the subscription, so they keep their "
            "roles."
        ).format(member=member, plan=plan)
    return _(
        "The subscription of {member}, {plan}, was cancelled or paused, but Shoppex gives no end "
        "date that I can read. They may have paid for more time, so they keep their roles."
    ).format(member=member, plan=plan)


def _choices(subscription: Subscription, reason: str) -> str:
    revoke = _("`/shoppex revoke {id}` takes back what it gives.").format(id=subscription.id)
    firsts = {
        PLAN_UNSOLD: _(
            "Put the plan on sale with `/shoppexset product add`: the member then gets its roles "
            "in place of the former ones. Or press Subscription below, where you can leave "
            "everything as it is."
        ),
        OVERDUE: _(
            "Look at the subscription at Shoppex: cancel it there if it is over, or ask the "
            "member. If it is paid in another way, nothing needs to be done."
        ),
        END_UNREADABLE: _(
            "Check at Shoppex how long it is paid for. The roles stay until Shoppex gives an end "
            "date that I can read, or until you revoke it."
        ),
    }
    return f"{firsts[reason]}\n{revoke}"


def _plan(subscription: Subscription) -> str:
    plan = _bold(subscription.title)
    if subscription.price is None:
        return plan
    return f"{plan} · {format_money(subscription.price)}"


def _bold(title: str) -> str:
    name = plain(title, 200) or _("another plan")
    return f"**{name}**"

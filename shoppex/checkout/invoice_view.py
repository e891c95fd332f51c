"""Private message with the payment link of an order."""

from __future__ import annotations

import contextlib
from functools import partial

import discord

from ..domain.account import Order
from ..formatting import format_money, plain
from ..i18n import _
from ..ui.base_views import GuardedView
from ..ui.components import PressButton
from ..ui.permissions import PermissionGuard
from .service import Purchase, Wish
from .views import OfferHandler, role_mentions

# https://discord.com/developers/docs/components/reference#button: `url`.
_LONGEST_BUTTON_URL = 512


class InvoiceView(GuardedView):
    """The way to the checkout, to a look whether it is paid, and to another e-mail address."""

    def __init__(
        self, gate: PermissionGuard, user_id: int, wish: Wish, order: Order, flow: OfferHandler
    ) -> None:
        super().__init__(gate, user_id)
        if order.url is not None and len(order.url) <= _LONGEST_BUTTON_URL:
            self.add_item(discord.ui.Button(label=_("Pay now"), url=order.url))
        paid = partial(flow.check_payment, nonce=order.nonce)
        self.add_item(PressButton(_("I have paid"), paid))
        other = partial(flow.ask_other_email, wish=wish)
        self.add_item(PressButton(_("Use another e-mail"), other))

    async def on_timeout(self) -> None:
        """Take only the bot's own button away: the link to pay needs no bot."""
        for item in tuple(self.children):
            if isinstance(item, PressButton):
                self.remove_item(item)
        if self.message is not None:
            with contextlib.suppress(discord.HTTPException):
                await self.message.edit(view=self)


def invoice_embed(
    purchase: Purchase,
    guild: discord.Guild | None,
    member: discord.abc.User,
    colour: discord.Colour,
) -> discord.Embed:
    """What is bought, what it costs, what happens next."""
    order = purchase.order
    text = _(
        "Pay on Shoppex's page. As soon as the payment is confirmed, everything arrives by "
        "itself; you need not come back here."
    )
    if purchase.continued:
        text = _("You had opened this checkout before; it is still waiting for you.") + "\n" + text
    if order.url is not None and len(order.url) > _LONGEST_BUTTON_URL:
        pay_now = _("Pay now")
        text += f"\n\n[**{pay_now}**]({_within_markup(order.url)})"
    if guild is not None and _has_all(member, order.roles):
        text += "\n\n" + _("⚠️ You have the roles that this gives already.")
    embed = discord.Embed(title=plain(order.describe()), description=text, colour=colour)
    if order.quote is not None:
        embed.add_field(name=_("Total"), value=format_money(order.quote))
    if order.coupon:
        embed.add_field(name=_("Coupon"), value=plain(order.coupon))
    roles = role_mentions(order.roles, guild)
    if roles:
        embed.add_field(name=_("You get"), value=roles, inline=False)
    embed.set_footer(
        text=_("Only you can see this. Do not share the link. Order {id}").format(id=order.uniqid)
    )
    return embed


def _has_all(member: discord.abc.User, role_ids: tuple[int, ...]) -> bool:
    has = {role.id for role in member.roles} if isinstance(member, discord.Member) else set()
    return bool(role_ids) and has.issuperset(role_ids)


def _within_markup(url: str) -> str:
    """The same address, without the characters that would end the link early."""
    return url.replace("(", "%28").replace(")", "%29").replace(" ", "%20")

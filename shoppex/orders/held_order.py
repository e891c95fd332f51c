"""Message to staff about a held order, and the buttons with which they decide."""

from __future__ import annotations

import re
from typing import Any

import discord

from ..discord_limits import FIELD
from ..domain.account import AccountKey, Order
from ..domain.short_names import button_name, find_named
from ..errors import Refusal
from ..formatting import format_money, plain, shorten
from ..fulfilment.intake.payment_checks import (
    OTHER_BUYER,
    PAID_TOO_LITTLE,
    UNKNOWN_LINES,
    UNKNOWN_ORDER,
)
from ..i18n import _
from ..log_channel.flow import order_buttons
from ..offers.role_rights import refuse_what_is_above
from ..store.errors import StoreUnavailable
from ..store.ledger import Ledger
from ..ui.common_text import not_saved
from ..ui.permissions import PermissionGuard
from ..ui.persistent_buttons import close_decided, staff_button
from .errors import NoSuchPurchase
from .lookup import OrderRef
from .service import OrderService
from .texts import staff_sentence

_TEMPLATE = re.compile(
    r"shoppex:held:(?P<choice>deliver|leave):(?P<guild>[0-9]{1,20}):(?P<user>[0-9]{1,20}):"
    r"(?P<order>[0-9a-f]{16})"
)


def held_embed(guild: discord.Guild, key: AccountKey, order: Order) -> discord.Embed:
    """Why an order is held: what was expected, and what came."""
    whys = {
        OTHER_BUYER: _(
            "The order at Shoppex names another buyer or server than the one who ordered here."
        ),
        PAID_TOO_LITTLE: _("Less was paid than the price, and no discount or credit explains it."),
        UNKNOWN_LINES: _("Nothing in the paid cart is for sale in this server."),
        UNKNOWN_ORDER: _(
            "I do not know this order any more: it was forgotten, or lost, before it was paid."
        ),
    }
    embed = discord.Embed(
        title=_("A paid order needs your decision"),
        description=_("{member} ordered **{title}**. {why}").format(
            member=f"<@{key.user_id}>",
            title=plain(order.describe(), 200),
            why=whys.get(order.held or "", ""),
        ),
        colour=discord.Colour.orange(),
    )
    expected = order.describe()
    if order.quote is not None:
        expected += f"\n{format_money(order.quote)}"
    embed.add_field(name=_("Ordered"), value=shorten(plain(expected), FIELD))
    came = [*order.came]
    if order.payment is not None:
        came.append(format_money(order.payment.total))
    if came:
        embed.add_field(name=_("Paid for"), value=shorten(plain("\n".join(came)), FIELD))
    embed.add_field(
        name=_("What to do"),
        value=_(
            "Press **Order** to see the order's number, then find it at Shoppex. **Deliver it** "
            "gives the buyer everything in the paid order that this server sells. **Do not "
            "deliver** gives nothing: refund the payment at Shoppex if it is due. The buyer knows "
            "that a person is looking at it."
        ),
        inline=False,
    )
    embed.set_footer(
        text=_("{server} · Order {id}").format(server=plain(guild.name), id=order.short_name)
    )
    return embed


def held_view(key: AccountKey, order: Order) -> discord.ui.View:
    """The buttons that decide, and those that show more of it."""
    view = discord.ui.View(timeout=None)
    for button in (*decision_buttons(key, order), *order_buttons(key, order)):
        view.add_item(button)
    return view


def decision_buttons(key: AccountKey, order: Order) -> list[discord.ui.Button[discord.ui.View]]:
    """Deliver a held order, or do not."""
    choices = (
        ("deliver", _("Deliver it"), discord.ButtonStyle.primary),
        ("leave", _("Do not deliver"), discord.ButtonStyle.secondary),
    )
    place = f"{key.guild_id}:{key.user_id}:{button_name(order.nonce)}"
    return [
        discord.ui.Button(label=label, custom_id=f"shoppex:held:{choice}:{place}", style=style)
        for choice, label, style in choices
    ]


def held_button(
    gate: PermissionGuard, ledger: Ledger, order_service: OrderService
) -> type[discord.ui.DynamicItem[Any]]:
    """Deliver a held order, or decide not to, for staff only."""

    async def decide(guild: discord.Guild, case: OrderRef, by: int, *, delivers: bool) -> str:
        if delivers:
            order = ledger.get(case.key).orders[case.name]
            refuse_what_is_above(guild, by, order.roles)
            await order_service.deliver_held(case, by)
            return _("✅ It is read from Shoppex once more and then delivered.")
        await order_service.leave_held(case, by)
        return _(
            "This order will not be delivered. The buyer is not told: write to them, and refund "
            "the payment at Shoppex if it is due."
        )

    async def press(interaction: discord.Interaction[Any], match: re.Match[str]) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        guild = gate.bot.get_guild(int(match["guild"]))
        key = AccountKey(int(match["guild"]), int(match["user"]))
        nonce = find_named(ledger.get(key).orders, match["order"])
        delivers = match["choice"] == "deliver"
        try:
            if guild is None or nonce is None:
                raise NoSuchPurchase
            by = interaction.user.id
            done = await decide(guild, OrderRef(key, nonce), by, delivers=delivers)
        except Refusal as refusal:
            await interaction.followup.send(staff_sentence(refusal), ephemeral=True)
        except StoreUnavailable:
            await interaction.followup.send(not_saved(), ephemeral=True)
        else:
            await interaction.followup.send(done, ephemeral=True)
            await close_decided(interaction, done)

    return staff_button(gate, _TEMPLATE, press)

"""Deletion of a user's data, and telling staff what they have to take care of now."""

from __future__ import annotations

import logging

import discord
from redbot.core.bot import Red

from ..discord_limits import FIELD
from ..domain.account import Account
from ..formatting import plain, shorten
from ..fulfilment.engine.failures import REQUEST_ERRORS
from ..i18n import _
from ..store.ledger import Ledger
from ..ui.pickup_notice import PickupNotices
from ..ui.staff_channel import StaffChannel

log = logging.getLogger("red.shoppex.shoppex.purchases.deletion")


class Deletion:
    """Deletes what is kept of users."""

    def __init__(
        self, bot: Red, ledger: Ledger, pickup_notices: PickupNotices, room: StaffChannel
    ) -> None:
        self._bot = bot
        self._ledger = ledger
        self._pickup_notices = pickup_notices
        self._room = room

    async def forget(self, user_id: int, *, keep_paid: bool) -> None:
        """Forget a user: wholly, or all but what their paid orders still need.

        Raises
        ------
        StoreUnavailable
            When something could not be forgotten.
        """
        before = [self._ledger.get(key) for key in self._ledger.keys_of(user_id)]
        self._pickup_notices.forget(user_id)
        await self._ledger.forget_user(user_id, keep_paid=keep_paid)
        for account in before:
            await self._tell_staff(account, self._ledger.get(account.key))

    async def _tell_staff(self, account: Account, after: Account) -> None:
        """Say which paid orders, and which roles, are no longer known."""
        paid = [
            order
            for nonce, order in account.orders.items()
            if order.touched_by_money and nonce not in after.orders
        ]
        held = [r for r, grant in account.grants.items() if grant.held and r not in after.grants]
        if not paid and not held:
            return
        guild = self._bot.get_guild(account.key.guild_id)
        if guild is None:
            log.warning("%s paid orders of guild %s were deleted", len(paid), account.key.guild_id)
            return
        await self._room.speak(guild)
        embed = discord.Embed(
            title=_("A user's data was deleted"),
            description=_(
                "The bot had to forget these paid orders. Roles that were given for them stay "
                "where they are, but the bot no longer looks after them: neither a refund nor an "
                "end takes them any more. At Shoppex the orders are as they were."
            ),
        )
        ids = ", ".join(f"`{order.uniqid}`" for order in paid if order.uniqid)
        embed.add_field(name=_("Orders"), value=shorten(ids or "…", FIELD), inline=False)
        if held:
            roles = ", ".join(f"<@&{role_id}>" for role_id in held)
            embed.add_field(name=_("Roles"), value=shorten(roles, FIELD), inline=False)
        embed.set_footer(text=plain(guild.name))
        try:
            await self._room.send(guild, embed)
        except REQUEST_ERRORS as error:
            log.warning(
                "%s paid orders of guild %s were deleted, and staff could not be told: %s",
                len(paid),
                guild.id,
                type(error).__name__,
            )

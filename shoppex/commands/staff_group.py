"""`[p]shoppex`, the group of what staff do day by day, and `[p]shoppex claim`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import discord
from discord import app_commands
from redbot.core import commands
from redbot.core.bot import Red

from ..domain.account import Account
from ..domain.delivery import Delivery, DeliveryState
from ..fulfilment.claims import NOT_BY_ITSELF
from ..i18n import _
from .abc import CommandsMixin
from .sure import is_sure


async def _is_for(ctx: commands.Context) -> bool:
    cog: Any = ctx.cog
    return ctx.guild is not None and await cog.gate.is_staff(ctx.guild, ctx.author)


class StaffGroup(CommandsMixin):
    """The group, and what its commands have in common.

    Discord does not know which role the staff has, so it shows these commands to everybody, and
    the check refuses.
    """

    @commands.hybrid_group(name="shoppex")
    @commands.guild_only()
    @commands.permissions_check(_is_for)
    async def shoppex(self, ctx: commands.GuildContext) -> None:
        """Help buyers of this server's shop."""

    async def may_help(self, interaction: discord.Interaction[Red]) -> bool:
        """Autocomplete runs before any check, and what members bought is not public."""
        guild = interaction.guild
        return guild is not None and await self.gate.is_staff(guild, interaction.user)


class ClaimCommands(CommandsMixin):
    """What only a person can decide about keys out of a pool."""

    @StaffGroup.shoppex.command(name="claim")
    @app_commands.describe(
        order="The number of the order",
        choice="again: take keys out of the pool once more; done: they were sent by hand",
    )
    async def shoppex_claim(
        self, ctx: commands.GuildContext, order: str, choice: Literal["again", "done"]
    ) -> None:
        """Decide about an order whose keys may be out of the pool without having arrived.

        **Arguments**

        - `<order>` Its number at Shoppex.
        - `<choice>` `again` takes keys out of the pool once more, `done` if you sent them by hand.
        """
        place = self.ledger.locate(order.strip())
        found = None if place is None else self.ledger.get(place[0]).orders[place[1]]
        claim = None if found is None else found.claim
        doubtful = claim is not None and claim.reason in NOT_BY_ITSELF
        if place is None or place[0].guild_id != ctx.guild.id or not doubtful:
            await ctx.send(
                _("No order of that number waits for such a decision. Nothing was changed."),
                ephemeral=True,
            )
            return
        key, nonce = place
        again = choice == "again"
        if again and not await is_sure(ctx, self.gate, _twice()):
            return
        decided = Delivery() if again else Delivery(DeliveryState.DELIVERED)

        # Between the question and here it may have been decided.
        def decide(account: Account) -> Account:
            current = account.orders[nonce]
            stuck = current.claim is not None and current.claim.reason in NOT_BY_ITSELF
            return account.with_order(replace(current, claim=decided)) if stuck else account

        await self.ledger.update(key, decide)
        self.engine.mark(key)
        if again:
            text = _("✅ Keys are taken out of the pool once more and sent to the buyer.")
        else:
            text = _("✅ The order is closed: you sent its keys by hand.")
        await ctx.send(text, ephemeral=True)


def _twice() -> str:
    return _(
        "⚠️ If the first keys are out of the pool after all, these are others: the shop gives "
        "twice. Compare the pool at Shoppex first. Take keys once more?"
    )

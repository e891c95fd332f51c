"""`[p]shoppex claim`: decides key claims from a pool whose outcome only a person can know."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import discord
from discord import app_commands
from redbot.core import commands
from redbot.core.bot import Red

from ..discord_limits import CHOICE_NAME, CHOICES
from ..domain.account import Account, Order
from ..domain.delivery import Delivery, DeliveryState
from ..formatting import shorten
from ..fulfilment.engine.engine import Engine
from ..fulfilment.engine.failures import NOT_BY_ITSELF
from ..i18n import _
from ..ui.confirm_command import is_sure
from ..ui.members import name_of_user
from ..ui.staff_group import StaffGroup

# Autocomplete has no time to look through all that waits after a bad day.
_MOST_SEARCHED = 500


class ClaimCommands(StaffGroup):
    """What only a person can decide about keys out of a pool."""

    engine: Engine

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
        doubtful = found is not None and _is_doubtful(found)
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
            if not _is_doubtful(current):
                return account
            return account.with_order(replace(current, claim=decided))

        await self.ledger.update(key, decide)
        self.engine.mark(key)
        if again:
            text = _("✅ Keys are taken out of the pool once more and sent to the buyer.")
        else:
            text = _("✅ The order is closed: you sent its keys by hand.")
        await ctx.send(text, ephemeral=True)

    @shoppex_claim.autocomplete("order")
    async def _complete_doubtful(
        self, interaction: discord.Interaction[Red], current: str
    ) -> list[app_commands.Choice[str]]:
        """The orders that wait for such a decision, by number, title or member."""
        guild = interaction.guild
        if guild is None or not await self.may_help(interaction):
            return []
        wanted, found = current.strip().casefold(), []
        for key in self.ledger.stuck(guild.id)[:_MOST_SEARCHED]:
            name = name_of_user(self.bot, guild, key.user_id)
            for order in self.ledger.get(key).orders.values():
                number, title = order.uniqid or "", order.describe()
                if not _is_doubtful(order) or not number:
                    continue
                if any(wanted in text.casefold() for text in (number, title, name)):
                    label = shorten(f"{title} · {name}", CHOICE_NAME)
                    found.append(app_commands.Choice(name=label, value=number))
        return found[:CHOICES]


def _is_doubtful(order: Order) -> bool:
    return order.claim is not None and order.claim.reason in NOT_BY_ITSELF


def _twice() -> str:
    return _(
        "⚠️ If the first keys are out of the pool after all, these are others: the shop gives "
        "twice. Compare the pool at Shoppex first. Take keys once more?"
    )

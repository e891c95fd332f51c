"""`[p]shoppex stats`."""

from __future__ import annotations

from typing import Any, Literal

import discord
from discord import app_commands
from redbot.core import commands

from ..ui.command_base import CommandBase
from ..ui.private_replies import answer_privately
from ..ui.staff_group import StaffGroup
from .flow import StatisticsFlow
from .periods import Period


class StatisticsCommands(CommandBase):
    """How the shop does."""

    statistics: StatisticsFlow

    @StaffGroup.shoppex.command(name="stats")
    @app_commands.describe(period="How far to look back, in days of UTC; at first 30 days")
    async def shoppex_stats(
        self,
        ctx: commands.GuildContext,
        period: Literal["today", "7d", "30d", "90d", "year", "all"] = "30d",
    ) -> None:
        """See what was sold, refunded, renewed and not delivered; export it as a table.

        Only you see it. Churn is the share of the subscriptions active when the period began
        that ended within it. The period is compared with as many days before it.

        **Arguments**

        - `[period]` `today`, `7d`, `30d`, `90d`, `year` or `all`.
        """

        async def serve(interaction: discord.Interaction[Any]) -> None:
            await self.statistics.serve(interaction, Period(period))

        await answer_privately(ctx, self.gate, serve)

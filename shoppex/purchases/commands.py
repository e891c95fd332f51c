"""Command `/purchases`."""

from __future__ import annotations

from redbot.core import commands

from ..ui.command_base import CommandBase
from ..ui.private_replies import answer_privately
from .flow import PurchaseFlow


class PurchaseCommands(CommandBase):
    """What a member has bought."""

    purchase_flow: PurchaseFlow

    @commands.hybrid_command(name="purchases")  # type: ignore[arg-type] # Red leaves it untyped
    @commands.guild_only()
    async def purchases(self, ctx: commands.GuildContext) -> None:
        """See what you have bought in this server, and get your keys again.

        What you see is private. From there you can show a key, pay what is still unpaid, see a
        receipt, or tell the staff that something is wrong.
        """
        await answer_privately(ctx, self.gate, self.purchase_flow.serve)

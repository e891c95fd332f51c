"""Sell roles and keys inside Discord: `/buy`, a private checkout link, and it arrives."""

from __future__ import annotations

from redbot.core.bot import Red
from redbot.core.utils import get_end_user_data_statement_or_raise

from .cog import Shoppex

__red_end_user_data_statement__ = get_end_user_data_statement_or_raise(__file__)


async def setup(bot: Red) -> None:
    """Called by Red when the cog is loaded."""
    await bot.add_cog(Shoppex(bot))

"""Putting a private message before somebody."""

from __future__ import annotations

import discord
from redbot.core.bot import Red

from .gate import GuardedView


async def take_time(interaction: discord.Interaction[Red]) -> None:
    """Keep Discord waiting for what `show` will put in place of the private message clicked."""
    clicked = interaction.message
    if clicked is not None and clicked.flags.ephemeral:
        await interaction.response.defer()
    else:
        await interaction.response.defer(ephemeral=True, thinking=True)


async def show(
    interaction: discord.Interaction[Red], embed: discord.Embed, view: GuardedView
) -> None:
    """Show a private message, in place of the private message that was clicked if there is one."""
    if interaction.response.is_done():
        view.message = await interaction.edit_original_response(embed=embed, view=view)
        return
    clicked = interaction.message
    if clicked is not None and clicked.flags.ephemeral:
        await interaction.response.edit_message(embed=embed, view=view)
    else:
        await interaction.response.send_message(embed=embed, view=view, ephemeral=True)
    view.message = await interaction.original_response()

"""Private responses to interactions."""

from __future__ import annotations

import logging
from typing import cast

import discord
from redbot.core import commands
from redbot.core.bot import Red

from ..embed_text import embed_text
from .base_views import GuardedView

log = logging.getLogger("red.shoppex.shoppex.ui.responses")

# Also where the address of a picture is not to Discord's liking (its code is 50035 then).
_BAD_REQUEST = 400


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
    """Show a private message, in place of the private message that was clicked if there is one.

    A picture that Discord refuses is left out: nothing may be lost for a decoration.
    """
    try:
        await _put(interaction, embed, view)
    except discord.HTTPException as error:
        if error.status != _BAD_REQUEST or not (embed.thumbnail or embed.image):
            raise
        log.warning("Discord refused a message with a picture: %s", error.code)
        await _put(interaction, embed.set_thumbnail(url=None).set_image(url=None), view)


async def send_embed(
    ctx: commands.Context,
    embed: discord.Embed,
    view: discord.ui.View = discord.utils.MISSING,
) -> discord.Message:
    """Answer a command privately where that can be; as text where embeds are not wanted.

    `[p]embedset`, and the permission Embed Links, are about typed commands only.
    """
    nobody = discord.AllowedMentions.none()
    if ctx.interaction is not None or await ctx.embed_requested():
        message = await ctx.send(embed=embed, view=view, ephemeral=True, allowed_mentions=nobody)
    else:
        text = embed_text(embed)
        message = await ctx.send(text, view=view, allowed_mentions=nobody)
    return cast("discord.Message", message)


async def _put(
    interaction: discord.Interaction[Red], embed: discord.Embed, view: GuardedView
) -> None:
    if interaction.response.is_done():
        view.message = await interaction.edit_original_response(embed=embed, view=view)
        return
    clicked = interaction.message
    if clicked is not None and clicked.flags.ephemeral:
        await interaction.response.edit_message(embed=embed, view=view)
    else:
        await interaction.response.send_message(embed=embed, view=view, ephemeral=True)
    view.message = await interaction.original_response()

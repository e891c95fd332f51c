"""Eligibility of a member for an offer: the role that Shoppex asks for."""

from __future__ import annotations

import discord
from redbot.core.bot import Red

from ..domain.offer import Offer
from ..domain.product import RequiredRole
from .errors import RoleRequired


async def refuse_without_role(interaction: discord.Interaction[Red], offer: Offer) -> None:
    """Let only those through who have the role that a product requires.

    A role that cannot be looked at, because the bot is not in its server or it is gone, is left
    to Shoppex, which asks for it itself.

    Raises
    ------
    RoleRequired
    """
    required = offer.required_role
    found = None if required is None else find_role(interaction, required)
    if found is None:
        return
    role, elsewhere = found
    member = await _member_of(role.guild, interaction.user)
    if member is None or role not in member.roles:
        raise RoleRequired(
            role.name if elsewhere else role.mention, role.guild.name if elsewhere else None
        )


def find_role(
    interaction: discord.Interaction[Red], required: RequiredRole
) -> tuple[discord.Role, bool] | None:
    """The role, and whether it is another server's; ``None`` when the bot cannot see it."""
    server_id = required.server_id or interaction.guild_id or 0
    guild = interaction.client.get_guild(server_id)
    role = None if guild is None else guild.get_role(required.role_id)
    return None if role is None else (role, server_id != interaction.guild_id)


async def _member_of(guild: discord.Guild, user: discord.abc.User) -> discord.Member | None:
    if isinstance(user, discord.Member) and user.guild == guild:
        return user
    member = guild.get_member(user.id)
    if member is not None or guild.chunked:
        return member
    try:
        return await guild.fetch_member(user.id)
    except discord.HTTPException:
        return None

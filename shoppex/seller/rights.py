"""Who may sell which role, and which roles give power over a server."""

from __future__ import annotations

from collections.abc import Iterable

import discord

from ..fulfilment.obstacles import why_not_give
from .errors import RolesAboveYou

_DANGEROUS = discord.Permissions(
    administrator=True,
    manage_guild=True,
    manage_roles=True,
    manage_channels=True,
    manage_webhooks=True,
    manage_messages=True,
    manage_threads=True,
    manage_nicknames=True,
    manage_expressions=True,
    kick_members=True,
    ban_members=True,
    moderate_members=True,
    mention_everyone=True,
    view_audit_log=True,
)


def why_not_sell(role: discord.Role, author: discord.Member, me: discord.Member) -> str | None:
    """Why ``author`` cannot sell a role, as a stable word; ``None`` when they can."""
    reason = why_not_give(role, me)
    if reason is None and not could_hand_out(author, role):
        return "role_above_you"
    return reason


def could_hand_out(member: discord.Member, role: discord.Role) -> bool:
    """Whether a role is below somebody, by Discord's own rule of who may give what by hand."""
    return member.id == role.guild.owner_id or role < member.top_role


def refuse_what_is_above(guild: discord.Guild, user_id: int, role_ids: Iterable[int]) -> None:
    """See to it that nobody gives, to others or themselves, what they could not hand out.

    Raises
    ------
    RolesAboveYou
    """
    member = guild.get_member(user_id)
    roles = (guild.get_role(role_id) for role_id in role_ids)
    above = tuple(
        role.id
        for role in roles
        if role is not None and (member is None or not could_hand_out(member, role))
    )
    if above and user_id != guild.owner_id:
        raise RolesAboveYou(above)


def dangerous_powers(roles: Iterable[discord.Role]) -> dict[discord.Role, tuple[str, ...]]:
    """The roles that give power over the server, and the names of those permissions."""
    found = {}
    for role in roles:
        powers = discord.Permissions(role.permissions.value & _DANGEROUS.value)
        names = tuple(name.replace("_", " ") for name, value in powers if value)
        if names:
            found[role] = names
    return found

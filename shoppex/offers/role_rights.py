"""Rights to sell a role, and which roles give power over a server."""

from __future__ import annotations

from collections.abc import Iterable

import discord

from ..errors import Refusal
from ..fulfilment.engine.role_checks import powers_of, why_not_give


def why_not_sell(role: discord.Role, author: discord.Member, me: discord.Member) -> str | None:
    """Why ``author`` cannot sell a role, as a stable word; ``None`` when they can."""
    reason = why_not_give(role, me)
    if reason is not None:
        return reason
    if not could_hand_out(author, role):
        return "role_above_you"
    return "role_power_beyond_you" if lacks_power(author, role) else None


def could_hand_out(member: discord.Member, role: discord.Role) -> bool:
    """Whether somebody could give a role by hand, by Discord's own rule.

    The server's owner, or who has Manage Roles and a highest role above it; administrators have
    every permission. https://discord.com/developers/docs/topics/permissions#permission-hierarchy
    """
    if member.id == role.guild.owner_id:
        return True
    return member.guild_permissions.manage_roles and role < member.top_role


def lacks_power(member: discord.Member, role: discord.Role) -> bool:
    """Whether a role gives power over the server that somebody does not have themself."""
    power = discord.Permissions(powers_of(role))
    return not power.is_subset(member.guild_permissions)


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
    """The roles that give power over the server, and discord.py's names of those permissions."""
    found = {}
    for role in roles:
        powers = discord.Permissions(powers_of(role))
        names = tuple(name for name, value in powers if value)
        if names:
            found[role] = names
    return found


class RolesAboveYou(Refusal):
    """Nobody gives what they could not hand out.

    Parameters
    ----------
    role_ids
        The roles that the one who asked could not give by hand.
    """

    def __init__(self, role_ids: tuple[int, ...]) -> None:
        super().__init__()
        self.role_ids = role_ids

"""Checks of what prevents giving a role, as far as it shows without asking Discord."""

from __future__ import annotations

import discord

GAINED_POWER = "role_gained_power"
"""A role that is sold gives more power over the server than when it was put on sale."""

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

# What is looked at each time an account is due, because looking costs no request.
SEEN_WITHOUT_ASKING = frozenset(
    {
        "role_gone",
        "role_everyone",
        "role_managed",
        "no_manage_roles",
        "role_too_high",
        GAINED_POWER,
        "screening_pending",
    }
)


def powers_of(role: discord.Role) -> int:
    """The permissions of a role that give power over a server, as Discord's bits."""
    return role.permissions.value & _DANGEROUS.value


def why_not_give(role: discord.Role | None, me: discord.Member) -> str | None:
    """Return why the bot cannot give a role, as a stable word; ``None`` when it can."""
    if role is None:
        return "role_gone"
    if role.is_default():
        return "role_everyone"
    if role.managed:
        return "role_managed"
    if not me.guild_permissions.manage_roles:
        return "no_manage_roles"
    if role >= me.top_role:
        return "role_too_high"
    return None

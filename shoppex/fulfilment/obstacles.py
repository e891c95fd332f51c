"""What stands in the way of giving a role, as far as that can be seen without asking Discord."""

from __future__ import annotations

import discord

# What is looked at each time an account is due, because looking costs no request.
SEEN_WITHOUT_ASKING = frozenset(
    {
        "role_gone",
        "role_everyone",
        "role_managed",
        "no_manage_roles",
        "role_too_high",
        "screening_pending",
    }
)


def why_not_give(role: discord.Role | None, me: discord.Member) -> str | None:
    """Why the bot cannot give a role, as a stable word; ``None`` when it can."""
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

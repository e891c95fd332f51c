"""Texts for staff who put something on sale."""

from __future__ import annotations

from collections.abc import Sequence

import discord

from ..i18n import _, ngettext
from ..ui.permission_names import permission_names
from ..ui.reason_text import role_sentence
from .role_rights import dangerous_powers, why_not_sell


def gives(roles: Sequence[discord.Role], days: int | None = None) -> str:
    """A sentence about what buyers get, and for how long."""
    if not roles:
        return _("Buyers get no role with it.")
    if days is not None:
        return ngettext(
            "Buyers get {roles} for {days} day; bought again while it lasts, the days are added.",
            "Buyers get {roles} for {days} days; bought again while they last, the days are "
            "added.",
            days,
        ).format(roles=", ".join(role.mention for role in roles), days=days)
    return _("Buyers get {roles}.").format(roles=", ".join(role.mention for role in roles))


def hidden_warning() -> str:
    """The sentence for a product that Shoppex does not show."""
    return _(
        "⚠️ At Shoppex it is unlisted, private or on hold, so buyers do not see it yet. "
        "List it there, and it appears here within a minute."
    )


def selling_problems(
    roles: Sequence[discord.Role], author: discord.Member, me: discord.Member
) -> list[str]:
    """Why some of these roles cannot be sold by ``author``, a sentence for each."""
    return [
        role_sentence(reason, role.mention)
        for role in roles
        if (reason := why_not_sell(role, author, me)) is not None
    ]


def power_warning(roles: Sequence[discord.Role]) -> str | None:
    """What it means to sell roles that give power over the server; ``None`` when none does."""
    dangerous = dangerous_powers(roles)
    if not dangerous:
        return None
    lines = [f"{role.mention}: {permission_names(powers)}" for role, powers in dangerous.items()]
    return _(
        "⚠️ Every buyer gets moderation permissions in your server:\n{roles}\nDo you really want "
        "to sell that?"
    ).format(roles="\n".join(lines))

"""Permissions with power over a server that each role had when put on sale."""

from __future__ import annotations

import logging

import discord

from ..fulfilment.engine.role_checks import powers_of
from ..store.errors import StoreUnavailable
from ..store.settings import Settings

log = logging.getLogger("red.shoppex.shoppex.offers.role_powers")


async def note_powers(settings: Settings, guild: discord.Guild) -> None:
    """Accept, of roles that an earlier version put on sale, the power that they have now."""
    shop = settings.guild(guild.id)
    roles = (guild.get_role(role_id) for role_id in shop.sold_roles() - set(shop.powers))
    powers = {role.id: powers_of(role) for role in roles if role is not None}
    if not powers:
        return
    try:
        await settings.update_guild(guild.id, lambda s: s.with_powers({**powers, **s.powers}))
    except StoreUnavailable as error:
        log.warning("The powers of sold roles could not be kept: %s", error)

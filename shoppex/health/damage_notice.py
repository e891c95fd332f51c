"""Notice to the bot's owner at the start about damage of the store."""

from __future__ import annotations

from redbot.core.bot import Red

from ..store.ledger import Ledger
from ..store.settings import Settings
from .damage_texts import describe_damages, restore_hint


async def tell_damages(bot: Red, settings: Settings, ledger: Ledger) -> None:
    """Send the owner what is broken, if anything is."""
    damages = (*settings.damages, *ledger.damages)
    if damages:
        prefix = (await bot.get_valid_prefixes())[0]
        await bot.send_to_owners(f"{describe_damages(damages)} {restore_hint(prefix)}")

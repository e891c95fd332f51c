"""Display of goods to the one they belong to."""

from __future__ import annotations

import discord
from redbot.core.bot import Red

from ..domain.account import AccountKey
from ..errors import Refusal
from ..fulfilment.steps.message_text import goods_text, parcels
from ..store.errors import StoreUnavailable
from ..ui.common_text import not_saved
from .key_delivery import KeyDelivery
from .texts import customer_sentence


async def show_goods(
    interaction: discord.Interaction[Red], keys: KeyDelivery, key: AccountKey, nonce: str
) -> bool:
    """Show the goods of an order privately; whether they were shown.

    What was shown counts as handed over.
    """
    await interaction.response.defer(ephemeral=True, thinking=True)
    try:
        goods = await keys.open(key, nonce)
    except Refusal as refusal:
        await interaction.followup.send(customer_sentence(refusal), ephemeral=True)
        return False
    except StoreUnavailable:
        await interaction.followup.send(not_saved(), ephemeral=True)
        return False
    for parcel in parcels(goods):
        text, file = goods_text(parcel)
        await interaction.followup.send(
            text or "",
            file=file or discord.utils.MISSING,
            ephemeral=True,
            suppress_embeds=True,
            allowed_mentions=discord.AllowedMentions.none(),
        )
    await keys.hand_over(key, nonce, goods)
    return True

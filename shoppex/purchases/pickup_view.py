"""The button with which a buyer with closed direct messages fetches what they bought."""

from __future__ import annotations

import contextlib
import re
from typing import Any

import discord

from ..domain.account import AccountKey
from ..ui.permissions import PermissionGuard, say
from ..ui.persistent_buttons import lasting_button
from ..ui.pickup_notice import PICKUP_BUTTON
from .errors import NotTheirs
from .goods_view import show_goods
from .key_delivery import KeyDelivery
from .texts import customer_sentence


def pickup_button(gate: PermissionGuard, keys: KeyDelivery) -> type[discord.ui.DynamicItem[Any]]:
    """The button that shows goods to their owner alone."""

    async def press(interaction: discord.Interaction[Any], match: re.Match[str]) -> None:
        key = AccountKey(int(match["guild"]), int(match["user"]))
        if not await gate.admit(interaction, key.user_id):
            return
        nonce = keys.find(key, match["order"])
        if nonce is None:
            await say(interaction, customer_sentence(NotTheirs()))
            return
        shown = await show_goods(interaction, keys, key, nonce)
        message = interaction.message
        if shown and message is not None and not message.flags.ephemeral:
            with contextlib.suppress(discord.HTTPException):
                await message.delete()

    return lasting_button(gate, PICKUP_BUTTON, press)

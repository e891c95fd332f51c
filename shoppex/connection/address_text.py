"""Text on the address of a server's webhooks."""

from __future__ import annotations

from ..i18n import _
from ..store.settings_model import ListenerSettings
from .addresses import webhook_address


def webhook_address_text(listener: ListenerSettings, guild_id: int) -> str:
    """Where Shoppex is to send a server's webhooks, or words for not knowing it."""
    address = webhook_address(listener, guild_id)
    if address is None:
        return _(
            "unknown: the bot's owner has not set a public address yet (`/shoppexset publicurl`)"
        )
    return f"<{address}>"

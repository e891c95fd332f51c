"""Address under which Shoppex reaches a server's webhooks. Pure."""

from __future__ import annotations

from urllib.parse import urlsplit

from ..store.settings_model import ListenerSettings


def webhook_address(listener: ListenerSettings, guild_id: int) -> str | None:
    """Where Shoppex is to send a server's webhooks; ``None`` while nobody knows."""
    base = listener.public_url
    return None if base is None else f"{base}/shoppex/{guild_id}"


def parse_public_url(text: str) -> str | None:
    """A public address as it is kept; ``None`` when it is none."""
    try:
        parts = urlsplit(text)
        odd = parts.query or parts.fragment or parts.username or parts.password
        is_one = parts.scheme in ("https", "http") and bool(parts.hostname) and not odd
        is_one = is_one and not any(c.isspace() or not c.isprintable() for c in text)
    except ValueError:
        return None
    return text.rstrip("/") if is_one else None

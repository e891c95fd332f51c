"""Tag that identifies an order of the bot: custom fields that Shoppex keeps and returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

USER = "discord_user_id"
GUILD = "discord_guild_id"
NONCE = "nonce"

# Discord ids are unsigned 64-bit integers.
_DIGITS = 20


@dataclass(frozen=True, slots=True)
class OrderTag:
    """Tag of an order: buyer, guild, and a secret that only this bot and this order know.

    The ids travel as text: a Discord id sent as a JSON number loses digits in systems that
    read numbers as doubles (contract, section 4.6).
    """

    user_id: int
    guild_id: int
    nonce: str

    def to_fields(self) -> dict[str, str]:
        """The custom fields to send."""
        return {USER: str(self.user_id), GUILD: str(self.guild_id), NONCE: self.nonce}

    @classmethod
    def from_fields(cls, fields: Mapping[str, str]) -> OrderTag | None:
        """Read the tag out of normalised custom fields; ``None`` when any part is missing."""
        user_id, guild_id = _snowflake(fields.get(USER)), _snowflake(fields.get(GUILD))
        nonce = fields.get(NONCE)
        if user_id is None or guild_id is None or not nonce:
            return None
        return cls(user_id, guild_id, nonce)


def _snowflake(text: str | None) -> int | None:
    if text is None or not (text.isascii() and text.isdigit()) or len(text) > _DIGITS:
        return None
    return int(text)

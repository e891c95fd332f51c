"""Mentions of commands in texts, as the reader can use them.

Sentences name a command as `/buy`. Where Discord knows it as a slash command it becomes a mention
that can be clicked, where Red holds slash commands back it has the bot's prefix.
https://discord.com/developers/docs/reference#message-formatting-formats
"""

from __future__ import annotations

import re
from contextvars import ContextVar
from typing import Final

from redbot.core.bot import Red

_NAMED: Final = re.compile(
    r"`/((buy|purchases|license|shoppexset|shoppex)((?: [a-z]+)*))( [^`]*)?`"
)
_prefix: ContextVar[str | None] = ContextVar("prefix", default=None)


class CommandMentions:
    """Which slash commands there are, by their names at the top."""

    def __init__(self) -> None:
        # Until Red was asked, a slash command is named as it is typed.
        self._ids: dict[str, int | None] | None = None
        self._prefix = ""

    async def learn(self, bot: Red) -> None:
        """Ask Red which commands are enabled, and by which ids Discord knows them."""
        self._ids = (await bot.list_enabled_app_commands())["slash"]
        self._prefix = (await bot.get_valid_prefixes())[0]

    def forget(self) -> None:
        """Name commands as they are typed."""
        self._ids = None

    def put_into(self, text: str) -> str:
        """A sentence, still to be formatted, with its commands as they can be used."""
        if self._ids is None or "`/" not in text:
            return text
        return _NAMED.sub(self._name, text)

    def _name(self, found: re.Match[str]) -> str:
        command, top, rest = found[1], found[2], found[4] or ""
        ids = self._ids or {}
        if top not in ids:
            prefix = (_prefix.get() or self._prefix).replace("{", "{{").replace("}", "}}")
            return f"`{prefix}{command}{rest}`"
        command_id = ids[top]
        if command_id is None or (top in _GROUPS and not found[3]):
            # Not synced yet, or a group, which is no command by itself.
            return found[0]
        mention = f"</{command}:{command_id}>"
        return f"{mention} `{rest.strip()}`" if rest.strip() else mention


_GROUPS: Final = frozenset({"shoppex", "shoppexset"})


def read_by_prefix(prefix: str) -> None:
    """From here on in this context, the reader types commands with ``prefix``."""
    _prefix.set(prefix)

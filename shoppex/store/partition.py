"""One part of the ledger: a Config of its own, and what it holds, in memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from redbot.core import Config

from ..domain.account import AccountKey
from .schema import ACCOUNT
from .writes import put_in_place

# An account that nobody can have. Writing it makes PostgreSQL create schema and table before
# the first concurrent writes race for that, and it carries the version of the records.
_MARK = AccountKey(0, 0)
_VERSION = "schema"

Texts = dict[str, dict[str, str]]


class Partition:
    """The texts of some accounts. Memory is what is on disk.

    Not safe against two writes at once; the ledger makes them wait for each other.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self._texts: Texts = {}
        self.version = 0

    async def load(self) -> dict[str, dict[str, Any]]:
        """Read everything, and return it as it was found, in whichever version.

        ``version`` is 0 afterwards where nothing ever was.
        """
        records: dict[str, dict[str, Any]] = await self._config.custom(ACCOUNT).all()
        mark = records.pop(str(_MARK.guild_id), {}).get(str(_MARK.user_id), {})
        self._texts = records
        self.version = int(mark.get(_VERSION, 0))
        return records

    async def found(self, version: int) -> None:
        """Begin a new one."""
        await self._put_document(_MARK, {_VERSION: version})
        self.version = version

    async def rewrite(self, texts: Texts, version: int) -> None:
        """Replace everything, in one write."""
        await self._put_all(texts, version)
        self._texts, self.version = texts, version

    def get(self, key: AccountKey) -> str:
        """The text of an account; the empty one when there is none."""
        return self._texts.get(str(key.guild_id), {}).get(str(key.user_id), "")

    def all(self) -> list[tuple[AccountKey, str]]:
        """Every account."""
        return [
            (AccountKey(int(guild_id), int(user_id)), text)
            for guild_id, members in self._texts.items()
            for user_id, text in members.items()
        ]

    def keys_of(self, user_id: int) -> list[AccountKey]:
        """The accounts of a user, one for each guild."""
        user = str(user_id)
        return [
            AccountKey(int(guild_id), user_id)
            for guild_id, members in self._texts.items()
            if user in members
        ]

    def keys_in(self, guild_id: int) -> list[AccountKey]:
        """The accounts of one guild."""
        return [
            AccountKey(guild_id, int(user_id)) for user_id in self._texts.get(str(guild_id), ())
        ]

    def count_in(self, guild_id: int) -> int:
        """How many accounts of one guild lie here."""
        return len(self._texts.get(str(guild_id), ()))

    async def write(self, changes: Mapping[AccountKey, str]) -> None:
        """Keep the new texts of some accounts, all or none, in one write.

        Parameters
        ----------
        changes
            The empty text stands for an account that is to be forgotten.

        Raises
        ------
        StoreUnavailable
            When they could not be written; everything is then as it was.
        """
        before = {key: self.get(key) for key in changes}
        await put_in_place(self._put, before, changes)
        self._texts = _changed(self._texts, changes)

    async def _put(self, changes: Mapping[AccountKey, str]) -> None:
        if len(changes) == 1:
            for key, text in changes.items():
                await self._put_document(key, text)
        else:
            await self._put_all(_changed(self._texts, changes), self.version)

    async def _put_document(self, key: AccountKey, document: str | dict[str, int]) -> None:
        guild: Any = self._config.custom(ACCOUNT, str(key.guild_id))
        if document:
            await guild.set_raw(str(key.user_id), value=document)
        else:
            await guild.clear_raw(str(key.user_id))

    async def _put_all(self, texts: Texts, version: int) -> None:
        category: Any = self._config.custom(ACCOUNT)
        mark = {str(_MARK.guild_id): {str(_MARK.user_id): {_VERSION: version}}}
        await category.set({**texts, **mark})


def _changed(texts: Texts, changes: Mapping[AccountKey, str]) -> Texts:
    """The texts after some of them changed."""
    guilds = {str(key.guild_id) for key in changes}
    after = {**texts, **{guild_id: dict(texts.get(guild_id, {})) for guild_id in guilds}}
    for key, text in changes.items():
        members = after[str(key.guild_id)]
        if text:
            members[str(key.user_id)] = text
        else:
            members.pop(str(key.user_id), None)
    return {guild_id: members for guild_id, members in after.items() if members}

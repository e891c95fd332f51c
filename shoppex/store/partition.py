"""One partition of the ledger: a Config of its own, and its content in memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from redbot.core import Config

from ..domain.account import AccountKey
from .errors import StoreUnavailable
from .schema import ACCOUNT
from .writer import put_in_place

# An account that nobody can have. Writing it makes PostgreSQL create schema and table before
# the first concurrent writes race for that, and it carries the version of the records.
_MARK = AccountKey(0, 0)
_VERSION = "schema"
_NEWEST = 2

Texts = dict[str, dict[str, str]]


class Partition:
    """The texts of some accounts. Memory is what is on disk.

    Not safe against two writes at once; the ledger makes them wait for each other. What was
    here and is lost leaves it ``closed``: nothing is written until somebody has decided what
    is to be there.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self._texts: Texts = {}
        # Records that cannot be read, as they were found; rewriting the rest carries them along.
        self._sealed: dict[str, dict[str, Any]] = {}
        self.version = 0
        self.closed = False

    async def load(self) -> dict[str, dict[str, Any]]:
        """Read everything, and return it as it was found, in whichever version.

        ``version`` is 0 afterwards where nothing ever was.
        """
        records: dict[str, dict[str, Any]] = await self._config.custom(ACCOUNT).all()
        mark = records.pop(str(_MARK.guild_id), {}).get(str(_MARK.user_id), {})
        self.version = int(mark.get(_VERSION, 0))
        self._texts = records
        if self.version > 1:
            self._seal_what_is_no_text()
        return records

    def _seal_what_is_no_text(self) -> None:
        for guild_id, members in list(self._texts.items()):
            for user_id, text in list(members.items()):
                if not (isinstance(text, str) and _is_id(guild_id) and _is_id(user_id)):
                    self._seal(guild_id, user_id)

    def seal(self, key: AccountKey) -> None:
        """Keep a record as it is, out of everybody's reach: it cannot be read."""
        self._seal(str(key.guild_id), str(key.user_id))

    def _seal(self, guild_id: str, user_id: str) -> None:
        members = self._texts[guild_id]
        self._sealed.setdefault(guild_id, {})[user_id] = members.pop(user_id)
        if not members:
            del self._texts[guild_id]

    def is_sealed(self, key: AccountKey) -> bool:
        """Return whether what is kept of an account cannot be read."""
        return self.closed or str(key.user_id) in self._sealed.get(str(key.guild_id), ())

    def sealed(self) -> list[str]:
        """Each record that cannot be read, as guild and user."""
        return [f"{guild}/{user}" for guild, users in self._sealed.items() for user in users]

    async def restore(self, backup: Texts) -> list[AccountKey]:
        """Take from a backup what is lost here; whose that was.

        Raises
        ------
        StoreUnavailable
            When it could not be written; everything is then as it was.
        """
        if self.closed:
            texts = dict(backup)
            sealed = self._sealed
        else:
            texts = dict(self._texts)
            sealed = dict(self._sealed)
            for guild_id, users in self._sealed.items():
                found = {u: t for u, t in backup.get(guild_id, {}).items() if u in users}
                texts[guild_id] = {**texts.get(guild_id, {}), **found}
                sealed[guild_id] = {u: raw for u, raw in users.items() if u not in found}
        taken = [
            AccountKey(int(guild_id), int(user_id))
            for guild_id, users in texts.items()
            for user_id in users
            if self.is_sealed(AccountKey(int(guild_id), int(user_id)))
        ]
        before, self._sealed = self._sealed, sealed
        try:
            await self._put_all({g: users for g, users in texts.items() if users}, _NEWEST)
        except Exception as error:
            self._sealed = before
            raise StoreUnavailable(type(error).__name__) from error
        self._texts = {g: dict(users) for g, users in texts.items() if users}
        self._sealed = {g: users for g, users in sealed.items() if users}
        self.version, self.closed = _NEWEST, False
        return taken

    @property
    def is_empty(self) -> bool:
        """Whether nothing is here, and nothing was lost."""
        return not (self.closed or self._sealed or self._texts)

    def hides(self, user_id: int) -> bool:
        """Return whether something of a user may be in what cannot be read."""
        return self.closed or any(str(user_id) in users for users in self._sealed.values())

    async def found(self, version: int) -> None:
        """Begin a new one."""
        await self._put_document(_MARK, {_VERSION: version})
        self.version = version

    async def rewrite(self, texts: Texts, version: int) -> None:
        """Replace everything, in one write."""
        await self._put_all(texts, version)
        self._texts, self.version = texts, version

    def get(self, key: AccountKey) -> str:
        """The text of an account; the empty one when there is none that can be read."""
        if self.closed:
            return ""
        return self._texts.get(str(key.guild_id), {}).get(str(key.user_id), "")

    def all(self) -> list[tuple[AccountKey, str]]:
        """Every account that can be read."""
        if self.closed:
            return []
        return [
            (AccountKey(int(guild_id), int(user_id)), text)
            for guild_id, members in self._texts.items()
            for user_id, text in members.items()
        ]

    def keys_of(self, user_id: int) -> list[AccountKey]:
        """The accounts of a user, one for each guild."""
        user = str(user_id)
        if self.closed:
            return []
        return [
            AccountKey(int(guild_id), user_id)
            for guild_id, members in self._texts.items()
            if user in members
        ]

    def keys_in(self, guild_id: int) -> list[AccountKey]:
        """The accounts of one guild."""
        if self.closed:
            return []
        return [
            AccountKey(guild_id, int(user_id)) for user_id in self._texts.get(str(guild_id), ())
        ]

    def count_in(self, guild_id: int) -> int:
        """Return the number of accounts of one guild in this partition."""
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
        if any(self.is_sealed(key) for key in changes):
            raise StoreUnavailable("what was kept before cannot be read")
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
        guilds = {*texts, *self._sealed}
        records = {each: {**texts.get(each, {}), **self._sealed.get(each, {})} for each in guilds}
        await category.set({**records, **mark})


def texts_of(backup: Mapping[str, Any]) -> Texts:
    """The accounts in a backup that are texts; those of version 1 are not brought back."""
    kept: Mapping[str, Any] = next(iter(backup.values()), {})
    accounts = kept.get(ACCOUNT, {})
    return {
        guild_id: {user_id: text for user_id, text in members.items() if isinstance(text, str)}
        for guild_id, members in accounts.items()
        if isinstance(members, dict) and guild_id != str(_MARK.guild_id)
    }


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit()


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

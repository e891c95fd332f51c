"""The ledger: every order made through the bot, and what became of it.

Reads come from memory. A change is one write to the small file that holds the account, and
it is believed only when that write has ended: design, sections 2 and 4.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from redbot.core import Config

from ..domain.account import Account, AccountKey, Order
from .records import account_from_record, account_to_record
from .schema import ACCOUNT, partition_of
from .writes import Writes, replace_record

# An account that nobody can have. Writing it makes PostgreSQL create schema and table before
# the first concurrent writes race for that, and it carries the version of the records.
_MARK = ("0", "0")
_SCHEMA = 1


class Ledger:
    """All accounts, and the only way to change one.

    Parameters
    ----------
    partitions
        From :func:`~shoppex.store.schema.open_partitions`.
    writes
        Runs the writes; shared with the settings so that unloading waits for all of them.
    """

    def __init__(self, partitions: Sequence[Config], writes: Writes) -> None:
        self._partitions = partitions
        self._locks = [asyncio.Lock() for _ in partitions]
        self._writes = writes
        self._guilds: dict[int, dict[int, Account]] = {}
        self._by_uniqid: dict[str, tuple[AccountKey, str]] = {}
        self._by_nonce: dict[str, AccountKey] = {}

    async def load(self) -> None:
        """Read everything into memory. One partition after another, so the loop breathes."""
        for config in self._partitions:
            records = await config.custom(ACCOUNT).all()
            mark = records.pop(_MARK[0], {}).get(_MARK[1], {})
            if mark.get("schema") != _SCHEMA:
                await config.custom(ACCOUNT, *_MARK).set({"schema": _SCHEMA})
            for guild_id, members in records.items():
                for user_id, record in members.items():
                    key = AccountKey(int(guild_id), int(user_id))
                    self._remember(account_from_record(key, record))
            await asyncio.sleep(0)

    def get(self, key: AccountKey) -> Account:
        """The account as it is on disk; an empty one for a person never seen."""
        return self._guilds.get(key.guild_id, {}).get(key.user_id) or Account(key)

    def accounts(self, guild_id: int | None = None) -> Iterator[Account]:
        """All accounts, of one guild if given. Safe against changes meanwhile."""
        guilds = tuple(self._guilds) if guild_id is None else (guild_id,)
        for guild in guilds:
            yield from tuple(self._guilds.get(guild, {}).values())

    def find(self, *, uniqid: str | None = None, nonce: str | None = None) -> Order | None:
        """The order with Shoppex's id ``uniqid``, or with our ``nonce``."""
        place = self.locate(uniqid=uniqid, nonce=nonce)
        return None if place is None else self.get(place[0]).orders[place[1]]

    def locate(
        self, *, uniqid: str | None = None, nonce: str | None = None
    ) -> tuple[AccountKey, str] | None:
        """Whose order that is, and its nonce."""
        if uniqid is not None and (place := self._by_uniqid.get(uniqid)) is not None:
            return place
        if nonce is not None and (key := self._by_nonce.get(nonce)) is not None:
            return key, nonce
        return None

    async def update(self, key: AccountKey, change: Callable[[Account], Account]) -> Account:
        """Apply a pure ``change`` to an account and keep the result.

        Nothing is written when nothing changed. The returned account is on disk.

        Raises
        ------
        StoreUnavailable
            When it could not be written; memory then still holds the account as it was.
        """
        return await self._writes.run(self._update(key, change))

    async def forget_user(self, user_id: int, *, keep_paid: bool) -> None:
        """Forget what is kept of a user, in every guild.

        Parameters
        ----------
        keep_paid
            Whether paid orders and the roles given for them stay: what a shop owes, or gave
            for money, has to stay known as long as the user may ask for it.

        Raises
        ------
        StoreUnavailable
            When something could not be forgotten.
        """
        for account in self.accounts():
            if account.key.user_id == user_id:
                await self.update(account.key, _only_paid if keep_paid else _nothing)

    async def _update(self, key: AccountKey, change: Callable[[Account], Account]) -> Account:
        number = partition_of(key.user_id)
        async with self._locks[number]:
            before = self.get(key)
            after = change(before)
            if after == before:
                return before
            group = self._partitions[number].custom(ACCOUNT, str(key.guild_id), str(key.user_id))
            record = account_to_record(after)
            await replace_record(group, account_to_record(before), record)
            self._forget(before)
            if record:
                self._remember(after)
            return after

    def _remember(self, account: Account) -> None:
        self._guilds.setdefault(account.key.guild_id, {})[account.key.user_id] = account
        for order in account.orders.values():
            self._by_nonce[order.nonce] = account.key
            if order.uniqid is not None:
                self._by_uniqid[order.uniqid] = (account.key, order.nonce)

    def _forget(self, account: Account) -> None:
        self._guilds.get(account.key.guild_id, {}).pop(account.key.user_id, None)
        for order in account.orders.values():
            self._by_nonce.pop(order.nonce, None)
            if order.uniqid is not None:
                self._by_uniqid.pop(order.uniqid, None)


def _only_paid(account: Account) -> Account:
    paid = {nonce: order for nonce, order in account.orders.items() if order.touched_by_money}
    return replace(account, orders=paid, email=None)


def _nothing(account: Account) -> Account:
    return Account(account.key)

"""The ledger: every order made through the bot, and what became of it.

Reads come from memory. A change is one write to the small file that holds the account, and
it is believed only when that write has ended; changes that wait for the same file are written
together. Design, sections 2 and 4.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from redbot.core.utils import AsyncIter

from ..domain.account import Account, AccountKey
from ..domain.subscription import Subscription
from .opening import open_partitions
from .partition import Partition
from .records import account_from_text, account_to_text
from .schema import PARTITIONS, partition_of
from .writes import Writes

Change = Callable[[Account], Account]

# Each write encodes its file in a thread that holds the interpreter. While one of them waits
# for the disk another may encode; more would only take turns away from the bot's own loop.
_WRITES_AT_ONCE = 2
_BETWEEN_PAUSES = 20


@dataclass(slots=True)
class _Wish:
    """A change that waits for its partition's turn."""

    key: AccountKey
    change: Change
    kept: asyncio.Future[Account]


@dataclass(slots=True)
class _Queue:
    """Those who wait for one partition. Whoever's turn it is writes for all of them."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    wishes: list[_Wish] = field(default_factory=list)


class Ledger:
    """All accounts, and the only way to change one.

    Parameters
    ----------
    writes
        Runs the writes; shared with the settings so that unloading waits for all of them.
    """

    def __init__(self, writes: Writes) -> None:
        self._writes = writes
        self._partitions: Sequence[Partition] = ()
        self._queues = [_Queue() for _ in range(PARTITIONS)]
        self._slots = asyncio.Semaphore(_WRITES_AT_ONCE)
        # Of which user an order, a subscription or a customer is. The garbage collector passes
        # over a dictionary of texts and numbers; anything else it would visit piece by piece,
        # and hold up the bot.
        self._by_uniqid: dict[str, int] = {}
        self._by_subscription: dict[str, int] = {}
        self._by_customer: defaultdict[str, dict[int, None]] = defaultdict(dict)
        self._unsettled: defaultdict[int, dict[AccountKey, None]] = defaultdict(dict)
        self._stuck: defaultdict[int, dict[AccountKey, None]] = defaultdict(dict)
        self._holders: Counter[int] = Counter()

    async def load(self) -> None:
        """Read everything. One partition after another, so that the loop breathes.

        Raises
        ------
        NewerLedger
            When a later version of the cog has written it.
        """
        self._partitions = await open_partitions()
        for partition in self._partitions:
            for key, text in partition.all():
                self._index(account_from_text(key, text))
            await asyncio.sleep(0)

    # -- reading -------------------------------------------------------------------------

    def get(self, key: AccountKey) -> Account:
        """The account as it is on disk; an empty one for a person never seen."""
        return account_from_text(key, self._partition(key).get(key))

    def locate(self, uniqid: str) -> tuple[AccountKey, str] | None:
        """Whose order has Shoppex's id ``uniqid``, and its nonce."""
        user_id = self._by_uniqid.get(uniqid)
        if user_id is None:
            return None
        orders = ((key, o) for key in self.keys_of(user_id) for o in self.get(key).orders.values())
        return next((key, order.nonce) for key, order in orders if order.uniqid == uniqid)

    def locate_subscription(self, *names: str | None) -> tuple[AccountKey, Subscription] | None:
        """Whose subscription has one of these ids of Shoppex's."""
        for name in names:
            user_id = self._by_subscription.get(name or "")
            if user_id is None:
                continue
            for key in self.keys_of(user_id):
                for subscription in self.get(key).subscriptions.values():
                    if subscription.is_named(name):
                        return key, subscription
        return None

    def customers(self, customer_id: str | None) -> list[AccountKey]:
        """Who is known to Shoppex by that id: one e-mail address may stand for several."""
        users = self._by_customer.get(customer_id or "", ())
        return [
            key
            for user_id in users
            for key in self.keys_of(user_id)
            if customer_id in self.get(key).customers
        ]

    def unsettled(self, guild_id: int | None = None) -> list[AccountKey]:
        """Who is still owed something that the cog can do; of one guild if given."""
        return _listed(self._unsettled, guild_id)

    def stuck(self, guild_id: int | None = None) -> list[AccountKey]:
        """For whom something waits for the buyer or for staff; of one guild if given."""
        return _listed(self._stuck, guild_id)

    def holders(self, guild_id: int) -> int:
        """How many people have a role from the cog in a guild."""
        return self._holders[guild_id]

    def count(self, guild_id: int) -> int:
        """How many people a guild's shop knows."""
        return sum(partition.count_in(guild_id) for partition in self._partitions)

    def keys_of(self, user_id: int) -> list[AccountKey]:
        """The accounts of a user, one for each guild."""
        return self._partitions[partition_of(user_id)].keys_of(user_id)

    def keys_in(self, number: int) -> list[AccountKey]:
        """The accounts of a partition: who walks through all of them can pause in between."""
        return [key for key, _ in self._partitions[number].all()]

    async def walk(self, guild_id: int) -> AsyncIterator[AccountKey]:
        """Every account of a guild, with a pause for the loop after every few."""
        for partition in self._partitions:
            async for key in AsyncIter(partition.keys_in(guild_id), steps=_BETWEEN_PAUSES):
                yield key
            await asyncio.sleep(0)

    # -- changing ------------------------------------------------------------------------

    async def update(self, key: AccountKey, change: Change) -> Account:
        """Apply a pure ``change`` to an account and keep the result.

        Nothing is written when nothing changed. The returned account is on disk.

        Raises
        ------
        StoreUnavailable
            When it could not be written; memory then still holds the account as it was.
        """
        (account,) = await self.update_all([key], change)
        return account

    async def update_all(self, keys: Iterable[AccountKey], change: Change) -> list[Account]:
        """The same for many accounts: as many writes as they lie in partitions.

        Raises
        ------
        StoreUnavailable
            When some could not be written; others may have been.
        """
        return await self._writes.run(self._update_all(list(keys), change))

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
        await self.update_all(self.keys_of(user_id), _only_paid if keep_paid else _nothing)

    async def _update_all(self, keys: list[AccountKey], change: Change) -> list[Account]:
        loop = asyncio.get_running_loop()
        wishes = [_Wish(key, change, loop.create_future()) for key in keys]
        numbers: dict[int, None] = {}
        for wish in wishes:
            number = partition_of(wish.key.user_id)
            self._queues[number].wishes.append(wish)
            numbers[number] = None
        for number in numbers:
            await self._commit(number)
        return list(await asyncio.gather(*(wish.kept for wish in wishes)))

    async def _commit(self, number: int) -> None:
        """Write what waits for a partition, unless somebody else did."""
        queue = self._queues[number]
        async with queue.turn:
            if not queue.wishes:
                return
            async with self._slots:
                wishes, queue.wishes = queue.wishes, []
                await self._write(self._partitions[number], wishes)

    async def _write(self, partition: Partition, wishes: list[_Wish]) -> None:
        before: dict[AccountKey, Account] = {}
        after: dict[AccountKey, Account] = {}
        results: list[tuple[_Wish, Account]] = []
        for wish in wishes:
            key = wish.key
            if key not in before:
                before[key] = after[key] = self.get(key)
            try:
                after[key] = wish.change(after[key])
            except Exception as error:  # noqa: BLE001 - it is the caller's, and goes to them
                wish.kept.set_exception(error)
            else:
                results.append((wish, after[key]))
        changed = [key for key, account in after.items() if account != before[key]]
        try:
            if changed:
                await partition.write({key: account_to_text(after[key]) for key in changed})
        except Exception as error:  # noqa: BLE001 - whoever waits has to hear of it
            for wish, _ in results:
                wish.kept.set_exception(error)
            return
        for key in changed:
            self._unindex(before[key])
            self._index(after[key])
        for wish, account in results:
            wish.kept.set_result(account)

    # -- indexes -------------------------------------------------------------------------

    def _partition(self, key: AccountKey) -> Partition:
        return self._partitions[partition_of(key.user_id)]

    def _index(self, account: Account) -> None:
        key = account.key
        for order in account.orders.values():
            if order.uniqid is not None:
                self._by_uniqid[order.uniqid] = key.user_id
        for subscription in account.subscriptions.values():
            for name in {subscription.id, subscription.other_id} - {""}:
                self._by_subscription[name] = key.user_id
        for customer_id in account.customers:
            self._by_customer[customer_id][key.user_id] = None
        if account.unsettled:
            self._unsettled[key.guild_id][key] = None
        if account.stuck:
            self._stuck[key.guild_id][key] = None
        if account.holds_roles:
            self._holders[key.guild_id] += 1

    def _unindex(self, account: Account) -> None:
        key = account.key
        for order in account.orders.values():
            if order.uniqid is not None:
                self._by_uniqid.pop(order.uniqid, None)
        for subscription in account.subscriptions.values():
            for name in (subscription.id, subscription.other_id):
                self._by_subscription.pop(name, None)
        for customer_id in account.customers:
            self._by_customer[customer_id].pop(key.user_id, None)
            if not self._by_customer[customer_id]:
                del self._by_customer[customer_id]
        for index in (self._unsettled, self._stuck):
            index[key.guild_id].pop(key, None)
        if account.holds_roles:
            self._holders[key.guild_id] -= 1


def _listed(index: dict[int, dict[AccountKey, None]], guild_id: int | None) -> list[AccountKey]:
    if guild_id is not None:
        return list(index.get(guild_id, ()))
    return [key for keys in index.values() for key in keys]


def _only_paid(account: Account) -> Account:
    """What a shop owes or gave for money, and what keeps that from being given or told twice."""
    paid = {nonce: order for nonce, order in account.orders.items() if order.touched_by_money}
    if not paid and not account.subscriptions:
        return _nothing(account)
    subjects = (*paid, *account.subscriptions)
    notices = {
        name: delivery
        for name, delivery in account.notices.items()
        if any(f":{subject}:" in name for subject in subjects)
    }
    return replace(account, orders=paid, notices=notices, email=None, customers=())


def _nothing(account: Account) -> Account:
    return Account(account.key)

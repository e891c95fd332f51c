"""The ledger: every order made through the bot, and what became of it.

Reads come from memory. A change is one write to the small file that holds the account, and
it is believed only when that write has ended; changes that wait for the same file are written
together. Design, sections 2 and 4.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone

from redbot.core.utils import AsyncIter

from ..domain.account import Account, AccountKey
from ..domain.subscription import Subscription
from ..domain.transfer import left_behind, taken_over
from .account_codec import account_from_text, account_to_text
from .damage import Damage, Fault
from .erasure import nothing, only_paid, without_name
from .errors import NewerLedger, StoreUnavailable
from .files import keep_copy, noticed_at, read_backup, remove_backup
from .indexes import Indexes
from .migration import open_partitions
from .partition import Partition, texts_of
from .schema import PARTITIONS, partition_of, place_of
from .writer import Writer

log = logging.getLogger("red.shoppex.shoppex.store.ledger")

Change = Callable[[Account], Account]
Observer = Callable[[Account, Account], None]

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


@dataclass(slots=True)
class _Sleeper:
    """Somebody who sleeps until an account is as they wish."""

    fits: Callable[[Account], bool]
    nap: asyncio.Task[None]


class Ledger:
    """All accounts, and the only way to change one.

    Parameters
    ----------
    writes
        Runs the writes; shared with the settings so that unloading waits for all of them.
    observe
        Called with each account before and after a change that is on disk.
    """

    def __init__(
        self,
        writes: Writer,
        observe: Observer | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    ) -> None:
        self._writes = writes
        self._observe = observe
        self._partitions: Sequence[Partition] = ()
        self._queues = [_Queue() for _ in range(PARTITIONS)]
        self._slots = asyncio.Semaphore(_WRITES_AT_ONCE)
        self._forgotten: set[int] = set()
        self._indexes = Indexes()
        self._sleepers: defaultdict[AccountKey, list[_Sleeper]] = defaultdict(list)
        self._damages: list[Damage] = []
        self._locked = False
        self._clock = clock
        self._loaded_at = clock()
        self._asides: list[datetime] = []
        self._restored: set[AccountKey] = set()

    async def load(
        self, held: Collection[int] | None = None, without: Collection[int] = ()
    ) -> None:
        """Read everything. One partition after another, so that the loop breathes.

        What cannot be read is in `damages` afterwards: its accounts are empty, and every
        change to them is refused.

        Parameters
        ----------
        held
            The partitions that had accounts; ``None`` when nobody ever noted them.
        without
            Guilds whose accounts are left alone, because their settings cannot be read.

        Raises
        ------
        NewerLedger
            When a later version of the cog has written it.
        StoreUnavailable
            When a move that the last process began could not be finished.
        """
        now = self._clock()
        self._partitions, self._damages = await open_partitions(now, held)
        noticed = (noticed_at(damage.place) for damage in self._damages)
        self._asides = [moment for moment in noticed if moment is not None]
        for number, partition in enumerate(self._partitions):
            for key, text in partition.all():
                if key.guild_id not in without:
                    self._take_in(partition, key, text)
            for name in partition.sealed():
                place = place_of(number)
                log.error("The record %s in %s cannot be read and is left alone", name, place)
                self._damages.append(Damage(place, Fault.RECORD, name))
            for guild_id in without:
                for key in partition.keys_in(guild_id):
                    partition.seal(key)
            await asyncio.sleep(0)
        for key in list(self._indexes.moving):
            if self.is_readable(AccountKey(key.guild_id, self.get(key).took or key.user_id)):
                await self.finish_move(key)

    def _take_in(self, partition: Partition, key: AccountKey, text: str) -> None:
        try:
            account = account_from_text(key, text)
        except NewerLedger:
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one is no other's affair
            log.error("An account of guild %s: %s", key.guild_id, type(error).__name__)
            partition.seal(key)
        else:
            self._indexes.add(account)

    def close(self) -> None:
        """Leave all accounts alone: without the settings nobody knows on which terms they are."""
        self._locked = True
        self._indexes = Indexes()
        for partition in self._partitions:
            partition.closed = True

    async def restore(self) -> list[str]:
        """Restore lost or unreadable partitions from their backups; return where that was done.

        Raises
        ------
        StoreUnavailable
            When one could not be written; others may have been.
        """
        return await self._writes.run(self._restore())

    async def reopen(self) -> list[str]:
        """Begin anew what is lost and has no backup; where that was done.

        Raises
        ------
        StoreUnavailable
            When one could not be written; others may have been.
        """
        return await self._writes.run(self._reopen())

    def _refuse_without_settings(self) -> None:
        if self._locked:
            raise StoreUnavailable("the settings are to be restored first")

    async def _restore(self) -> list[str]:
        self._refuse_without_settings()
        done = []
        for number, partition in enumerate(self._partitions):
            place = place_of(number)
            if not (partition.closed or partition.sealed()):
                continue
            backup = await asyncio.to_thread(read_backup, place)
            if backup is None:
                continue
            async with self._queues[number].turn:
                if not partition.closed:
                    await asyncio.to_thread(keep_copy, place, self._clock())
                taken = await partition.restore(texts_of(backup))
            self._take_back(number, taken)
            if taken:
                done.append(place)
        return done

    async def _reopen(self) -> list[str]:
        self._refuse_without_settings()
        done = []
        for number, partition in enumerate(self._partitions):
            if partition.closed:
                async with self._queues[number].turn:
                    await partition.restore({})
                self._take_back(number, [])
                done.append(place_of(number))
        return done

    def _take_back(self, number: int, keys: Iterable[AccountKey]) -> None:
        """Take in what was restored, and forget what was wrong where nothing is any more."""
        partition, place = self._partitions[number], place_of(number)
        for key in keys:
            self._restored.add(key)
            self._take_in(partition, key, partition.get(key))
        still = set(partition.sealed())
        self._damages = [d for d in self._damages if d.place != place or d.detail in still]

    @property
    def damages(self) -> tuple[Damage, ...]:
        """Damage: the parts that could not be read."""
        return tuple(self._damages)

    @property
    def lost_at(self) -> datetime:
        """Time at which damage was first noticed, as far as that is known."""
        return min((*self._asides, self._loaded_at))

    def was_restored(self, key: AccountKey) -> bool:
        """Return whether an account is as a backup had it, and may lack what happened since."""
        return key in self._restored

    def is_readable(self, key: AccountKey) -> bool:
        """Return whether what is kept of an account can be read, and so be changed."""
        return not self._partition(key).is_sealed(key)

    def held(self) -> frozenset[int]:
        """The numbers of the partitions that have accounts, or had some that are lost."""
        return frozenset(
            number for number, partition in enumerate(self._partitions) if not partition.is_empty
        )

    def fit(self) -> frozenset[int]:
        """The numbers of the partitions that have accounts, and all of them readable."""
        return frozenset(
            number
            for number, partition in enumerate(self._partitions)
            if not (partition.is_empty or partition.closed or partition.sealed())
        )

    # -- reading -------------------------------------------------------------------------

    def get(self, key: AccountKey) -> Account:
        """The account as it is on disk; an empty one for a person never seen, or unreadable."""
        return account_from_text(key, self._partition(key).get(key))

    def locate(self, uniqid: str) -> tuple[AccountKey, str] | None:
        """Return the account whose order has Shoppex's id ``uniqid``, and the order's nonce."""
        user_id = self._indexes.by_uniqid.get(uniqid)
        if user_id is None:
            return None
        orders = ((key, o) for key in self.keys_of(user_id) for o in self.get(key).orders.values())
        return next((key, order.nonce) for key, order in orders if order.uniqid == uniqid)

    def find_moved(self, nonce: str) -> AccountKey | None:
        """Return the account that has an order which somebody else bought."""
        user_id = self._indexes.moved.get(nonce)
        keys = () if user_id is None else self.keys_of(user_id)
        return next((key for key in keys if nonce in self.get(key).orders), None)

    def locate_subscription(self, *names: str | None) -> tuple[AccountKey, Subscription] | None:
        """Return the subscription that has one of these ids of Shoppex's, with its account."""
        for name in names:
            user_id = self._indexes.by_subscription.get(name or "")
            if user_id is None:
                continue
            for key in self.keys_of(user_id):
                for subscription in self.get(key).subscriptions.values():
                    if subscription.is_named(name):
                        return key, subscription
        return None

    def customers(self, customer_id: str | None) -> list[AccountKey]:
        """Return the accounts of that customer id. One e-mail address may stand for several."""
        users = self._indexes.by_customer.get(customer_id or "", ())
        return [
            key
            for user_id in users
            for key in self.keys_of(user_id)
            if customer_id in self.get(key).customers
        ]

    def unsettled(self, guild_id: int | None = None) -> list[AccountKey]:
        """Return the accounts still owed something that the cog can do; of one guild if given."""
        return self._indexes.unsettled(guild_id)

    def stuck(self, guild_id: int | None = None) -> list[AccountKey]:
        """Return the accounts that wait for the buyer or for staff; of one guild if given."""
        return self._indexes.stuck(guild_id)

    def was_forgotten(self, user_id: int) -> bool:
        """Return whether a user's data was deleted since the start."""
        return user_id in self._forgotten

    def uniqids(self) -> list[str]:
        """Shoppex's ids of all orders."""
        return list(self._indexes.by_uniqid)

    def newest(self, guild_id: int) -> list[str]:
        """Shoppex's ids of the newest orders of a guild, at most 100, newest first."""
        return self._indexes.newest(guild_id)

    def holders(self, guild_id: int) -> int:
        """Return how many members have a role from the cog in a guild."""
        return self._indexes.holders[guild_id]

    def tested(self, guild_id: int | None = None) -> list[AccountKey]:
        """Return the accounts that hold a test order; of one guild if given."""
        return [key for key in self._indexes.tested if guild_id in (None, key.guild_id)]

    async def until(
        self, key: AccountKey, fits: Callable[[Account], bool], seconds: float
    ) -> bool:
        """Sleep until an account on disk is as it is wished for; whether it is.

        Parameters
        ----------
        seconds
            So long at the most.
        """
        if fits(self.get(key)):
            return True
        sleeper = _Sleeper(fits, asyncio.create_task(asyncio.sleep(seconds), name="shoppex nap"))
        self._sleepers[key].append(sleeper)
        try:
            await asyncio.wait({sleeper.nap})
        finally:
            sleeper.nap.cancel()
            self._sleepers[key].remove(sleeper)
            if not self._sleepers[key]:
                del self._sleepers[key]
        return fits(self.get(key))

    def count(self, guild_id: int) -> int:
        """Return how many people a guild's shop knows."""
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
        if self._partitions[partition_of(user_id)].hides(user_id):
            raise StoreUnavailable("what was kept before cannot be read")
        self._forgotten.add(user_id)
        await self.update_all(self.keys_of(user_id), only_paid if keep_paid else nothing)
        await asyncio.to_thread(remove_backup, place_of(partition_of(user_id)))
        if keep_paid:
            return
        named = f'"{user_id}"'
        for partition in self._partitions:
            keys = [key for key, text in partition.all() if named in text]
            await self.update_all(keys, lambda account: without_name(account, user_id))
            await asyncio.sleep(0)

    async def move(
        self,
        source: AccountKey,
        target: AccountKey,
        check: Callable[[Account, Account], None],
    ) -> None:
        """Move everything that one account bought into another of the same guild.

        Nobody else changes one of the two meanwhile. What dies in between is finished when the
        ledger is loaded, or by `finish_move`.

        Parameters
        ----------
        check
            Raises what is to stop it, for both accounts as they are then.

        Raises
        ------
        StoreUnavailable
            When it could not be written; the target's ``took`` says whether it is begun.
        """
        await self._writes.run(self._move(source, target, check))

    async def finish_move(self, target: AccountKey) -> None:
        """Finish a move that was begun; nothing happens when it was finished.

        Raises
        ------
        StoreUnavailable
            When it could not be written.
        """
        took = self.get(target).took
        if took is not None:
            await self.move(AccountKey(target.guild_id, took), target, lambda *_: None)

    async def _move(
        self,
        source: AccountKey,
        target: AccountKey,
        check: Callable[[Account, Account], None],
    ) -> None:
        numbers = {partition_of(key.user_id) for key in (source, target)}
        async with AsyncExitStack() as turns:
            # Always in the same order, or two moves would wait for each other.
            for number in sorted(numbers):
                await turns.enter_async_context(self._queues[number].turn)
            check(self.get(source), self.get(target))
            if self.get(target).took is None:
                await self._put(taken_over(self.get(source), self.get(target)))
            await self._put(left_behind(self.get(source), self.get(target)))
            await self._put(replace(self.get(target), took=None))

    async def _put(self, account: Account) -> None:
        """Write one account; its partition's turn has to be had."""
        before = self.get(account.key)
        if account == before:
            return
        async with self._slots:
            await self._partition(account.key).write({account.key: account_to_text(account)})
        self._indexes.remove(before)
        self._indexes.add(account)

    async def _update_all(self, keys: list[AccountKey], change: Change) -> list[Account]:
        loop = asyncio.get_running_loop()
        wishes = [_Wish(key, change, loop.create_future()) for key in keys]
        numbers: dict[int, None] = {}
        for wish in wishes:
            if not self.is_readable(wish.key):
                wish.kept.set_exception(StoreUnavailable("what was kept before cannot be read"))
                continue
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
            self._indexes.remove(before[key])
            self._indexes.add(after[key])
            self._wake_sleepers(key)
            self._show(before[key], after[key])
        for wish, account in results:
            wish.kept.set_result(account)

    def _wake_sleepers(self, key: AccountKey) -> None:
        for sleeper in self._sleepers.get(key, ()):
            if sleeper.fits(self.get(key)):
                sleeper.nap.cancel()

    def _show(self, before: Account, after: Account) -> None:
        if self._observe is None:
            return
        try:
            self._observe(before, after)
        except Exception:
            # What is on disk is on disk, whoever could not take it in.
            log.exception("A change in guild %s was kept, but not passed on", after.key.guild_id)

    def _partition(self, key: AccountKey) -> Partition:
        return self._partitions[partition_of(key.user_id)]

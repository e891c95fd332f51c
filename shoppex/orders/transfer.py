"""Transfer of everything that somebody bought to another account of theirs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from ..domain.account import Account, AccountKey
from ..domain.event import EventKind, ShopEvent
from ..domain.policy import Terms
from ..domain.transfer import left_behind, taken_over
from ..fulfilment.engine.scheduler import Scheduler
from ..fulfilment.entitlement.desired_state import desired
from ..log_channel.writer import EventLog
from ..store.errors import StoreUnavailable
from ..store.ledger import Ledger
from ..store.settings import Settings
from .errors import Busy, NothingToMove, SameMember, Unfinished, WasBanned

_AGAIN_AFTER = timedelta(seconds=30)


class TransferPreview(NamedTuple):
    """What moving does.

    Parameters
    ----------
    goes, comes
        Roles that the first account loses, and that are to be given to the second.
    """

    orders: int
    subscriptions: int
    goes: tuple[int, ...]
    comes: tuple[int, ...]


class TransferService:
    """Moves accounts, and finishes what could not be saved at once.

    Parameters
    ----------
    on_change
        Called with each of the two accounts after they were changed.
    """

    def __init__(
        self,
        ledger: Ledger,
        settings: Settings,
        journal: EventLog,
        clock: Callable[[], datetime],
        on_change: Callable[[AccountKey], None],
    ) -> None:
        self._ledger = ledger
        self._settings = settings
        self._journal = journal
        self._clock = clock
        self._on_change = on_change
        self._scheduler = Scheduler("moves", self._finish, clock)

    async def close(self) -> None:
        """Stop; what is not finished is finished at the next start."""
        await self._scheduler.close()

    def preview(self, source: AccountKey, target: AccountKey) -> TransferPreview:
        """What would happen.

        Raises
        ------
        SameMember, NothingToMove, WasBanned, Busy
        """
        before, after = self._ledger.get(source), self._ledger.get(target)
        may_be_moved(before, after)
        return move_of(before, after, self._settings.guild(source.guild_id).terms(), self._clock())

    async def move(self, source: AccountKey, target: AccountKey, by: int) -> None:
        """Move everything.

        Raises
        ------
        SameMember, NothingToMove, WasBanned, Busy
        Unfinished
            When it is begun, and goes on by itself.
        StoreUnavailable
            When nothing was changed.
        """
        happening = ShopEvent(
            EventKind.MOVED,
            target,
            by=by,
            roles=self.preview(source, target).comes,
            origin=source.user_id,
        )
        try:
            await self._ledger.move(source, target, may_be_moved)
        except StoreUnavailable as error:
            if self._ledger.get(target).took is None:
                raise
            self._journal.note(happening)
            self._scheduler.mark_at(target, self._clock() + _AGAIN_AFTER)
            raise Unfinished from error
        self._journal.note(happening)
        self._on_change(source)
        self._on_change(target)

    async def _finish(self, target: AccountKey) -> datetime | None:
        took = self._ledger.get(target).took
        if took is None:
            return None
        try:
            await self._ledger.finish_move(target)
        except StoreUnavailable:
            return self._clock() + _AGAIN_AFTER
        self._on_change(AccountKey(target.guild_id, took))
        self._on_change(target)
        return None


def may_be_moved(source: Account, target: Account) -> None:
    """Refuse what cannot, or must not, be moved.

    Raises
    ------
    SameMember, NothingToMove, WasBanned, Busy
    """
    if source.key == target.key:
        raise SameMember
    if source.took is not None or target.took is not None:
        raise Busy
    if not _moving(source) and not source.subscriptions:
        raise NothingToMove
    if source.banned_at is not None or target.banned_at is not None:
        raise WasBanned
    for order in source.orders.values():
        claim = order.claim
        if claim is not None and claim.waits and claim.begun_at is not None:
            raise Busy


def move_of(source: Account, target: Account, terms: Terms, now: datetime) -> TransferPreview:
    """What moving everything from one account to another does."""
    after = taken_over(source, target)
    left = left_behind(source, after)
    wanted = set(desired(target, terms, now).roles)
    return TransferPreview(
        orders=_moving(source),
        subscriptions=len(source.subscriptions),
        goes=desired(left, terms, now).removals,
        comes=tuple(sorted(desired(after, terms, now).roles.keys() - wanted)),
    )


def _moving(source: Account) -> int:
    """How many orders go; a test stays where it runs."""
    return sum(not order.test for order in source.orders.values())

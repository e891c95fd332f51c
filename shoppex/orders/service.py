"""Service for staff actions on single purchases: recorded, logged, and done by the engine."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from ..domain.account import Account, AccountKey, Order
from ..domain.event import EventKind, ShopEvent
from ..domain.staff_action import StaffAction
from ..log_channel.writer import EventLog
from ..store.ledger import Ledger
from ..store.settings import Settings
from ..store.settings_model import SoldEntry
from .actions import accepted, gift_of, given_back, left, plan_left, redelivered, revoked
from .errors import NothingToGive
from .lookup import OrderRef, matter_of, number_of, roles_given_by


class OrderService:
    """Does what staff decided.

    Parameters
    ----------
    on_change
        Called with the account after it was changed.
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

    async def redeliver(self, case: OrderRef, by: int, has: Collection[int] | None) -> None:
        """Give and send once more what a purchase gives.

        Parameters
        ----------
        has
            The roles of the member; ``None`` when they are not there.

        Raises
        ------
        NoSuchPurchase, GivesNothing, StoreUnavailable
        """
        terms, now = self._settings.guild(case.key.guild_id).terms(), self._clock()
        await self._change(
            case,
            lambda a: redelivered(a, case.name, terms, has, now),
            EventKind.REDELIVERED,
            by,
        )

    async def revoke(self, case: OrderRef, by: int, reason: str) -> None:
        """Take back what a purchase gives. No money goes back.

        Raises
        ------
        NoSuchPurchase, GivesNothing, AlreadyRevoked, StoreUnavailable
        """
        act = StaffAction(by, self._clock(), reason)
        await self._change(
            case, lambda a: revoked(a, case.name, act), EventKind.REVOKED, by, reason
        )

    async def give_back(self, case: OrderRef, by: int) -> None:
        """Let a purchase that was taken back count again.

        Raises
        ------
        NoSuchPurchase, NotRevoked, StoreUnavailable
        """
        await self._change(case, lambda a: given_back(a, case.name), EventKind.RESTORED, by)

    async def deliver_held(self, case: OrderRef, by: int) -> None:
        """Deliver an order that is held, if Shoppex still calls it paid.

        Raises
        ------
        NoSuchPurchase, NothingHeld, StoreUnavailable
        """
        act = StaffAction(by, self._clock(), "")
        await self._change(case, lambda a: accepted(a, case.name, act), EventKind.ACCEPTED, by)

    async def leave_held(self, case: OrderRef, by: int) -> None:
        """Let an order that is held give nothing.

        Raises
        ------
        NoSuchPurchase, NothingHeld, StoreUnavailable
        """
        act = StaffAction(by, self._clock(), "")
        await self._change(case, lambda a: left(a, case.name, act), EventKind.NOT_DELIVERED, by)

    async def leave_plan(self, case: OrderRef, by: int) -> None:
        """Let a subscription to a plan that is not for sale go on giving what it gave.

        Raises
        ------
        NoSuchPurchase, NothingHeld, StoreUnavailable
        """
        await self._change(case, lambda a: plan_left(a, case.name), EventKind.PLAN_KEPT, by)

    async def grant(
        self, key: AccountKey, entry: SoldEntry, days: int | None, act: StaffAction
    ) -> Order:
        """Give what is sold as a gift.

        Raises
        ------
        NothingToGive, StoreUnavailable
        """
        gift = gift_of(entry, days, act)
        if not gift.roles and gift.pool is None:
            raise NothingToGive
        while self._ledger.locate(gift.uniqid or "") is not None:
            gift = gift_of(entry, days, act)
        await self._change(
            OrderRef(key, gift.nonce),
            lambda a: a.with_order(gift),
            EventKind.GIVEN,
            act.by,
            act.reason,
        )
        return gift

    async def _change(
        self,
        case: OrderRef,
        change: Callable[[Account], Account],
        kind: EventKind,
        by: int,
        detail: str = "",
    ) -> None:
        account = await self._ledger.update(case.key, change)
        self._on_change(case.key)
        matter = matter_of(account, case.name)
        terms = self._settings.guild(case.key.guild_id).terms()
        self._journal.note(
            ShopEvent(
                kind,
                case.key,
                subject=matter.describe() if isinstance(matter, Order) else matter.title,
                order=number_of(matter),
                by=by,
                detail=detail,
                roles=roles_given_by(account, matter, terms),
                test=isinstance(matter, Order) and matter.test,
            )
        )

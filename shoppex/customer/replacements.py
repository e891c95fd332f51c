"""Another key in place of one that does not work.

Shoppex replaces a key in its dashboard only (contract, section 2.2), so staff do it there, and
the order is read again here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from ..api import ApiError
from ..domain.account import Account, AccountKey, OfferKind, Order, Replacement
from ..domain.delivery import Delivery
from ..fulfilment.facts import is_exchanged
from ..fulfilment.goods_lookup import read_whole
from ..fulfilment.recorder import Recorder
from ..store.ledger import Ledger
from .errors import AlreadyDecided, NothingYet, NotPaid, NotTheirs, understood
from .key_desk import find_named
from .shops import Shops


class Replacements:
    """Keeps what buyers ask for and what staff decide.

    Parameters
    ----------
    on_change
        Called with the account after keys are to be claimed for it.
    """

    def __init__(
        self,
        ledger: Ledger,
        shops: Shops,
        recorder: Recorder,
        clock: Callable[[], datetime],
        on_change: Callable[[AccountKey], None],
    ) -> None:
        self._ledger = ledger
        self._shops = shops
        self._recorder = recorder
        self._clock = clock
        self._on_change = on_change

    def find(self, key: AccountKey, name: str) -> str | None:
        """The nonce of the order that `name_of` gave that name."""
        return find_named(self._ledger.get(key), name)

    async def ask(self, key: AccountKey, nonce: str) -> Order:
        """Write down that the buyer asks for another key.

        Raises
        ------
        NotTheirs, NotPaid
        AlreadyDecided
            When they asked before, and staff have not answered.
        StoreUnavailable
            When it could not be written down.
        """
        order = self._order(key, nonce)
        if not order.entitled:
            raise NotPaid
        if order.replacement is Replacement.ASKED:
            raise AlreadyDecided
        return await self._decide(key, nonce, Replacement.ASKED)

    async def take_back(self, key: AccountKey, nonce: str) -> None:
        """Staff could not be told: the buyer may ask again."""
        await self._decide(key, nonce, None)

    async def refuse(self, key: AccountKey, nonce: str) -> Order:
        """Write down that there is no other key.

        Raises
        ------
        NotTheirs, AlreadyDecided, StoreUnavailable
        """
        self._asked(key, nonce)
        return await self._decide(key, nonce, Replacement.REFUSED)

    async def approve(self, key: AccountKey, nonce: str) -> None:
        """Fetch the new key; it is then delivered like every other that comes late.

        Raises
        ------
        NothingYet
            When Shoppex still has the old one: it was not replaced there yet.
        NotTheirs, NotPaid, AlreadyDecided
        NotSetUp, ShopUnavailable, KeyRefused, Gone
        StoreUnavailable
        """
        order = self._asked(key, nonce)
        if not order.entitled:
            raise NotPaid
        if order.kind is OfferKind.ITEM:
            await self._claim_another(key, order)
            return
        if order.remote_id is None:
            raise NothingYet
        asked_at = self._clock()
        try:
            news = await read_whole(self._shops.client(key.guild_id), order)
        except ApiError as error:
            raise understood(error) from error
        await self._recorder.learn(key, nonce, news, asked_at=asked_at)
        # An event may have brought the new key before anybody pressed.
        new = set(self._order(key, nonce).goods) - set(order.goods)
        if not new and not is_exchanged(order, news):
            raise NothingYet
        await self._decide(key, nonce, Replacement.APPROVED)

    async def _claim_another(self, key: AccountKey, order: Order) -> None:
        if order.pool is None:
            raise NothingYet

        def change(account: Account) -> Account:
            current = account.orders[order.nonce]
            return account.with_order(
                replace(current, claim=Delivery(), replacement=Replacement.APPROVED)
            )

        await self._ledger.update(key, change)
        self._on_change(key)

    def _order(self, key: AccountKey, nonce: str) -> Order:
        order = self._ledger.get(key).orders.get(nonce)
        if order is None:
            raise NotTheirs
        return order

    def _asked(self, key: AccountKey, nonce: str) -> Order:
        order = self._order(key, nonce)
        if order.replacement is not Replacement.ASKED:
            raise AlreadyDecided
        return order

    async def _decide(self, key: AccountKey, nonce: str, decision: Replacement | None) -> Order:
        account = await self._ledger.update(
            key, lambda a: a.with_order(replace(a.orders[nonce], replacement=decision))
        )
        return account.orders[nonce]

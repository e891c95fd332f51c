"""Replacement of a key that does not work.

Shoppex is asked for it (contract, section 15.6). Where it does not do that for the shop's key,
staff replace the key in its dashboard, and the order is read again here.
"""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from ..api import ApiError, Forbidden, NotFound, Rejected, ShoppexClient
from ..domain.account import Account, AccountKey, OfferKind, Order, Promise, Replacement
from ..domain.delivery import Delivery
from ..domain.short_names import find_named
from ..errors import Refusal
from ..fulfilment.intake.goods_lookup import read_whole
from ..fulfilment.intake.order_updates import is_exchanged
from ..fulfilment.intake.recorder import Recorder
from ..fulfilment.intake.shop_clients import ShopClients
from ..store.ledger import Ledger
from .errors import (
    AlreadyDecided,
    NoReplacement,
    NothingYet,
    NotPaid,
    NotTheirs,
    ReplacementUnclear,
    ScopeMissing,
    understood,
)

# Before the same request is sent once more, Shoppex has had time to do what it was asked.
_UNTIL_ASKED_AGAIN = timedelta(seconds=30)


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
        clients: ShopClients,
        recorder: Recorder,
        clock: Callable[[], datetime],
        on_change: Callable[[AccountKey], None],
    ) -> None:
        self._ledger = ledger
        self._clients = clients
        self._recorder = recorder
        self._clock = clock
        self._on_change = on_change
        # Two presses at once: the second waits, and then finds what the first did.
        self._locks: weakref.WeakValueDictionary[str, asyncio.Lock] = weakref.WeakValueDictionary()

    def find(self, key: AccountKey, name: str) -> str | None:
        """The nonce of the order that `button_name` gave that name."""
        return find_named(self._ledger.get(key).orders, name)

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

        def change(current: Order) -> Order:
            if current.replacement is Replacement.ASKED:
                raise AlreadyDecided
            return replace(current, replacement=Replacement.ASKED, had=len(current.handed))

        return await self._change(key, nonce, change)

    async def take_back(self, key: AccountKey, nonce: str) -> None:
        """Staff could not be told: the buyer may ask again."""
        await self._change(key, nonce, lambda order: replace(order, replacement=None))

    async def refuse(self, key: AccountKey, nonce: str) -> Order:
        """Write down that there is no other key.

        Raises
        ------
        NotTheirs, AlreadyDecided, StoreUnavailable
        ReplacementUnclear
            When one may have been given out already.
        """

        def change(order: Order) -> Order:
            if _asked(order).replacing_since is not None:
                raise ReplacementUnclear
            return replace(order, replacement=Replacement.REFUSED)

        return await self._change(key, nonce, change)

    async def approve(self, key: AccountKey, nonce: str) -> None:
        """Give another key; it is then delivered like every other that comes late.

        One that staff replaced in the dashboard is taken for it. Otherwise Shoppex is asked for
        one, once: pressing again after an answer that never came looks first whether it is
        there.

        Raises
        ------
        NothingYet
            When the key cannot be given out by Shoppex's API, and was not replaced there.
        ScopeMissing, NoReplacement
            The same, with the reason.
        ReplacementUnclear
            When Shoppex did not answer; press again in a moment.
        NotTheirs, NotPaid, AlreadyDecided
        NotSetUp, ShopUnavailable, KeyRefused, Gone
        StoreUnavailable
        """
        async with self._locks.setdefault(nonce, asyncio.Lock()):
            order = _asked(self._order(key, nonce))
            if not order.entitled:
                raise NotPaid
            if order.kind is OfferKind.ITEM:
                await self._claim_another(key, order)
            elif order.remote_id is None:
                raise NothingYet
            else:
                await self._replace(key, nonce)

    async def _replace(self, key: AccountKey, nonce: str) -> None:
        client = self._clients.needed(key.guild_id)
        if not await self._is_there(key, nonce, client):
            await self._ask_shoppex(key, nonce, client)
            # Usually it is there at once; else it is looked for from now on.
            await self._is_there(key, nonce, client, sure=True)

        def change(order: Order) -> Order:
            reading = order.reading if order.replacing_since is None else Delivery()
            return replace(_asked(order), replacement=Replacement.APPROVED, reading=reading)

        await self._change(key, nonce, change)
        self._on_change(key)

    async def _is_there(
        self, key: AccountKey, nonce: str, client: ShoppexClient, *, sure: bool = False
    ) -> bool:
        """Read the order; whether it has another key than when the buyer asked.

        Parameters
        ----------
        sure
            Whether the key was given out, so that an order that cannot be read is no failure.
        """
        order = self._order(key, nonce)
        asked_at = self._clock()
        try:
            news = await read_whole(client, order)
        except ApiError as error:
            if sure:
                return False
            raise understood(error) from error
        await self._recorder.learn(key, nonce, news, asked_at=asked_at)
        # An event may have brought the new key before anybody pressed.
        return is_exchanged(order, news)

    async def _ask_shoppex(self, key: AccountKey, nonce: str, client: ShoppexClient) -> None:
        order = self._order(key, nonce)
        if order.promise is not Promise.KEYS:
            raise NothingYet
        since = order.replacing_since
        if since is None:
            since = self._clock()
            await self._begin(key, nonce, since)
        elif self._clock() - since < _UNTIL_ASKED_AGAIN:
            raise ReplacementUnclear
        try:
            await client.invoices.replace_key(
                order.remote_id or "",
                reason="The buyer says that the key does not work.",
                # The same as before a crash or a time-out; another for another wish.
                idempotency_key=f"shoppex-{nonce}-{int(since.timestamp())}",
            )
        except ApiError as error:
            if error.ambiguous:
                if await self._is_there(key, nonce, client, sure=True):
                    return
                raise ReplacementUnclear from error
            await self._begin(key, nonce, None)
            raise _refusal(error) from error

    async def _begin(self, key: AccountKey, nonce: str, since: datetime | None) -> None:
        """Write down that Shoppex is asked, before it is; or that it refused."""
        await self._change(key, nonce, lambda o: replace(_asked(o), replacing_since=since))

    async def _claim_another(self, key: AccountKey, order: Order) -> None:
        if order.pool is None:
            raise NothingYet

        def change(current: Order) -> Order:
            return replace(_asked(current), claim=Delivery(), replacement=Replacement.APPROVED)

        await self._change(key, order.nonce, change)
        self._on_change(key)

    async def _change(
        self, key: AccountKey, nonce: str, change: Callable[[Order], Order]
    ) -> Order:
        def apply(account: Account) -> Account:
            return account.with_changed(nonce, change)

        account = await self._ledger.update(key, apply)
        if nonce not in account.orders:
            raise NotTheirs
        return account.orders[nonce]

    def _order(self, key: AccountKey, nonce: str) -> Order:
        order = self._ledger.get(key).orders.get(nonce)
        if order is None:
            raise NotTheirs
        return order


def _asked(order: Order) -> Order:
    """The order, for which the buyer's wish is open.

    Raises
    ------
    AlreadyDecided
    """
    if order.replacement is not Replacement.ASKED:
        raise AlreadyDecided
    return order


def _refusal(error: ApiError) -> Refusal:
    if isinstance(error, Forbidden):
        return ScopeMissing()
    if isinstance(error, NotFound):
        # An older Shoppex has no such call.
        return NothingYet()
    return NoReplacement(error.message) if isinstance(error, Rejected) else understood(error)

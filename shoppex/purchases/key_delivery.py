"""Delivery of goods to a buyer who comes for them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from ..api import ApiError
from ..domain.account import AccountKey, OfferKind, Order
from ..domain.remote import RemoteOrder
from ..domain.short_names import find_named
from ..domain.status import OrderStatus
from ..errors import Refusal
from ..fulfilment.intake.delivered_goods import alive, freshest, open_goods
from ..fulfilment.intake.goods_lookup import read_whole
from ..fulfilment.intake.recorder import Recorder
from ..fulfilment.intake.shop_clients import ShopClients
from ..rate_limit import SlidingWindow
from ..store.errors import StoreUnavailable
from ..store.ledger import Ledger
from .errors import HandedOver, NothingYet, NotPaid, NotTheirs, understood

log = logging.getLogger("red.shoppex.shoppex.purchases.key_delivery")

_LOOKS_AT_ONCE = 15
_LOOKS_WITHIN = timedelta(minutes=2)


class KeyDelivery:
    """Shows a buyer what was delivered for an order. Nothing of it is kept here.

    Parameters
    ----------
    on_change
        Called with the account after goods were handed over.
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
        self._pace = SlidingWindow(_LOOKS_AT_ONCE, _LOOKS_WITHIN)

    async def open(self, key: AccountKey, nonce: str) -> tuple[str, ...]:
        """The goods of an order, as Shoppex has them now; without an answer those that wait here.

        What they were shown is theirs only when `hand_over` was called.

        Raises
        ------
        Refusal
            Why there is nothing to show, in one of its kinds.
        """
        order = self._order(key, nonce)
        self._pace.take(key, self._clock())
        if not order.entitled:
            raise NotPaid
        try:
            news = await self._read(key, order)
        except Refusal:
            if not order.goods:
                raise
            news = None
        # Shoppex may say meanwhile that the money went back.
        order = self._order(key, nonce)
        if not order.entitled:
            raise NotPaid
        goods = order.goods
        if news is not None:
            links = {*order.key_links, *news.key_links}
            goods = freshest(alive(goods, news.replaced), news.goods, links)
        if not goods:
            raise HandedOver if order.handed else NothingYet
        return goods

    async def hand_over(self, key: AccountKey, nonce: str, goods: tuple[str, ...]) -> None:
        """Remember that the buyer has these goods, so that no message brings them again."""
        try:
            await self._ledger.update(
                key, lambda a: a.with_order(open_goods(a.orders[nonce], goods))
            )
        except StoreUnavailable as error:
            log.error("That goods were opened could not be kept: %s", error)
            return
        self._on_change(key)

    def find(self, key: AccountKey, name: str) -> str | None:
        """The nonce of the order that `button_name` gave that name."""
        return find_named(self._ledger.get(key).orders, name)

    def _order(self, key: AccountKey, nonce: str) -> Order:
        order = self._ledger.get(key).orders.get(nonce)
        if order is None:
            raise NotTheirs
        return order

    async def _read(self, key: AccountKey, order: Order) -> RemoteOrder | None:
        if order.kind is OfferKind.ITEM or order.remote_id is None:
            return None
        asked_at = self._clock()
        try:
            news = await read_whole(self._clients.needed(key.guild_id), order)
        except ApiError as error:
            raise understood(error) from error
        if news.status is not OrderStatus.PAID:
            await self._recorder.learn(key, order.nonce, news, asked_at=asked_at)
        return news

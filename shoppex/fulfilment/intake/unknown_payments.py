"""Payments for orders that the ledger does not know any more.

An open order can be forgotten by a clock that was ahead, by a user's wish, or with a lost file.
Its payment must not go into the void: when Shoppex itself says that it is paid and that it is
this bot's, it is held for staff, who are told.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from ...api import ApiError, MalformedOrder, NotFound, ShoppexClient, parse_order
from ...domain.account import AccountKey, OfferKind, Order
from ...domain.order_metadata import OrderTag
from ...domain.remote import RemoteOrder
from ...domain.status import OrderStatus
from ...store.errors import StoreUnavailable
from ...store.ledger import Ledger
from ...store.settings import Settings
from .order_from_remote import order_from
from .payment_checks import UNKNOWN_ORDER, lines_that_came, with_paid_lines
from .recorder import Outcome, Recorder, WebhookEvent
from .shop_clients import ShopClients

log = logging.getLogger("red.shoppex.shoppex.fulfilment.intake.unknown_payments")

_NONCE = re.compile(r"[0-9a-f]{32}")
# What is older was told of before, or its buyer had it forgotten since.
_RECENT = timedelta(days=2)
_AT_ONCE = 4


class UnknownPayments:
    """Holds payments for unknown orders, for staff."""

    def __init__(
        self,
        ledger: Ledger,
        settings: Settings,
        recorder: Recorder,
        clients: ShopClients,
        clock: Callable[[], datetime],
    ) -> None:
        self._ledger = ledger
        self._settings = settings
        self._recorder = recorder
        self._clients = clients
        self._clock = clock
        self._asking = 0

    def is_one(self, guild_id: int, news: RemoteOrder) -> bool:
        """Return whether news may be a recent payment for an unknown order of this guild."""
        tag = OrderTag.from_fields(news.custom_fields)
        if tag is None or tag.guild_id != guild_id or not _NONCE.fullmatch(tag.nonce):
            return False
        account = self._ledger.get(AccountKey(guild_id, tag.user_id))
        known = tag.nonce in account.orders or self._ledger.find_moved(tag.nonce) is not None
        said_at = news.updated_at or news.created_at or self._clock()
        recent = self._clock() - said_at < _RECENT
        return news.status is OrderStatus.PAID and recent and not known

    def is_listed(self, guild_id: int, news: RemoteOrder) -> bool:
        """Return the same of a list's entry: lists still have what a user had forgotten."""
        tag = OrderTag.from_fields(news.custom_fields)
        forgotten = tag is not None and self._ledger.was_forgotten(tag.user_id)
        return not forgotten and self.is_one(guild_id, news)

    async def hear(self, guild_id: int, event: WebhookEvent) -> Outcome:
        """Handle a signed event about an order that is not known. See `look_at`."""
        if not event.family.startswith("order:"):
            return Outcome.UNKNOWN_ORDER
        try:
            return await self.look_at(guild_id, parse_order(event.data))
        except MalformedOrder:
            return Outcome.UNKNOWN_ORDER

    async def look_at(self, guild_id: int, news: RemoteOrder) -> Outcome:
        """Ask Shoppex about such a payment, and hold what it says is ours.

        Whoever knows a server's secret can name any order; nothing is kept before Shoppex, asked
        with the server's own key, has said the same.

        Raises
        ------
        StoreUnavailable
            When it could not be kept, or Shoppex not be asked: the sender has to come again.
        """
        client = self._clients.of(guild_id)
        if client is None or not self.is_one(guild_id, news):
            return Outcome.UNKNOWN_ORDER
        if self._asking >= _AT_ONCE:
            raise StoreUnavailable("too many unknown orders at once")
        self._asking += 1
        try:
            kind, found = await _find(client, news.uniqid)
        except NotFound:
            return Outcome.UNKNOWN_ORDER
        except ApiError as error:
            raise StoreUnavailable("Shoppex could not be asked about an unknown order") from error
        finally:
            self._asking -= 1
        tag = OrderTag.from_fields(found.custom_fields)
        if tag != OrderTag.from_fields(news.custom_fields) or not self.is_one(guild_id, found):
            return Outcome.UNKNOWN_ORDER
        return await self._hold(guild_id, kind, found)

    async def _hold(self, guild_id: int, kind: OfferKind, news: RemoteOrder) -> Outcome:
        tag = OrderTag.from_fields(news.custom_fields)
        if tag is None:
            return Outcome.UNKNOWN_ORDER
        shop, now = self._settings.guild(guild_id), self._clock()
        order = with_paid_lines(order_from(news, kind, tag.nonce, shop, now), news, shop.terms())
        held = replace(
            order,
            held=UNKNOWN_ORDER,
            came=lines_that_came(news),
            payment=news.payment,
            changed_at=now,
        )
        log.warning(
            "Guild %s: order %s is paid, and was not known any more", guild_id, held.short_name
        )
        await self._recorder.keep(AccountKey(guild_id, tag.user_id), _closed(held))
        return Outcome.HELD


async def _find(client: ShoppexClient, uniqid: str) -> tuple[OfferKind, RemoteOrder]:
    """The order or the plain payment of that id: an event does not say which it is."""
    try:
        return OfferKind.PRODUCT, await client.read(OfferKind.PRODUCT, uniqid)
    except NotFound:
        return OfferKind.ITEM, await client.read(OfferKind.ITEM, uniqid)


def _closed(order: Order) -> Order:
    """The order without its link: it is paid."""
    return replace(order, url=None)

"""Rebuilding what the ledger lost from what Shoppex lists.

Only the bot's owner starts it, and only over the API with a guild's own key: then an order whose
tag names this guild is taken for ours without the ledger knowing its nonce. A webhook never is.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime

from redbot.core.utils import AsyncIter

from ...api import ApiError, ShoppexClient
from ...domain.account import Account, AccountKey, Grant, OfferKind, Order
from ...domain.delivery import Delivery, DeliveryState
from ...domain.order_metadata import OrderTag
from ...domain.remote import RemoteOrder
from ...domain.status import OrderStatus
from ...store.errors import StoreUnavailable
from ...store.ledger import Ledger
from ...store.settings import Settings
from ..entitlement.notices import Notice, NoticeKind
from ..intake.account_lookup import AccountLookup
from ..intake.delivered_goods import hand_over
from ..intake.order_from_remote import order_from
from ..intake.order_updates import learn
from ..intake.product_lookup import look_up_products
from ..intake.recorder import Recorder
from ..intake.shop_clients import ShopClients
from ..intake.subscription_updates import hear_of_id, with_customer
from .diff import ListDiff

log = logging.getLogger("red.shoppex.shoppex.fulfilment.reconcile.rebuild")

RolesOf = Callable[[AccountKey], Collection[int]]

_NONCE = re.compile(r"[0-9a-f]{32}")
_DONE = Delivery(DeliveryState.DELIVERED)
_AT_ONCE = 20


@dataclass(slots=True)
class RebuildResult:
    """Result of a rebuild.

    Parameters
    ----------
    orders
        How many orders were found that the ledger did not have, or not as paid.
    failed
        The guilds whose shop could not be asked to the end.
    """

    orders: int
    failed: list[int]


class LedgerRebuild:
    """Goes through the lists of every shop, and takes in what is ours.

    Parameters
    ----------
    roles_of
        Gives the ids of the roles that a member has now.
    on_change
        Called with each account that has another order.
    """

    def __init__(
        self,
        ledger: Ledger,
        settings: Settings,
        recorder: Recorder,
        clients: ShopClients,
        clock: Callable[[], datetime],
        roles_of: RolesOf,
        on_change: Callable[[AccountKey], None],
    ) -> None:
        self._ledger = ledger
        self._settings = settings
        self._recorder = recorder
        self._clients = clients
        self._clock = clock
        self._roles_of = roles_of
        self._on_change = on_change
        self._accounts = AccountLookup(ledger)

    async def run(self, lost_at: datetime) -> RebuildResult:
        """Rebuild every guild. What is there already stays; doing it twice is free.

        Parameters
        ----------
        lost_at
            When the loss was noticed. What Shoppex changed before was delivered then, and is
            not sent again; what was paid since is delivered now.
        """
        result = RebuildResult(0, [])
        for guild_id in self._settings.guild_ids():
            client = self._clients.of(guild_id)
            if client is None:
                continue
            try:
                await self._rebuild(guild_id, client, lost_at, result)
            except (ApiError, StoreUnavailable) as error:
                log.warning("Guild %s was not rebuilt to the end: %s", guild_id, error)
                result.failed.append(guild_id)
        return result

    async def _rebuild(
        self, guild_id: int, client: ShoppexClient, lost_at: datetime, result: RebuildResult
    ) -> None:
        changed: dict[AccountKey, None] = {}
        begun_at = self._clock()
        try:
            for kind, resource in (
                (OfferKind.PRODUCT, client.orders),
                (OfferKind.ITEM, client.payments),
            ):
                async for news in resource.list():
                    key = await self._take_in(guild_id, client, kind, news, lost_at)
                    if key is not None:
                        changed[key] = None
                        result.orders += 1
            recorder = self._recorder.passing_on(lambda key: changed.update({key: None}))
            await self._take_in_subscriptions(guild_id, client, recorder)
        finally:
            await self._ledger.update_all(changed, lambda account: _as_told(account, begun_at))
            for key in changed:
                self._on_change(key)

    async def _take_in(
        self,
        guild_id: int,
        client: ShoppexClient,
        kind: OfferKind,
        news: RemoteOrder,
        lost_at: datetime,
    ) -> AccountKey | None:
        """Add an order, or what is new about one; whose it is, if anything was."""
        place = self._place_of(guild_id, news)
        if place is None:
            return None
        key, nonce = place
        shop = self._settings.guild(guild_id)
        if kind is OfferKind.PRODUCT and news.status is OrderStatus.PAID:
            news = await client.read(kind, news.uniqid)
            # What was ordered is not known, so no product counts as known.
            asked = replace(order_from(news, kind, nonce, shop, self._clock()), offer_id="")
            news = await look_up_products(client, asked, news, shop.terms())
        now = self._clock()
        roles = self._roles_of(key)
        # What is missing in a healthy account was missed, and not lost: it is still owed.
        lost = nonce not in self._ledger.get(key).orders or self._ledger.was_restored(key)
        delivered = lost and (news.updated_at or news.created_at or lost_at) < lost_at

        def change(account: Account) -> Account:
            order = account.orders.get(nonce) or order_from(news, kind, nonce, shop, now)
            order = learn(key, order, news, now, now, shop.terms())
            account = account.with_order(order)
            if order.paid_at is None:
                return account
            if delivered:
                account = _as_delivered(account, order, news, roles)
            if order.held is None and order.subscription is not None:
                account = with_customer(account, news.customer_id)
                if not any(s.is_named(order.subscription) for s in account.subscriptions.values()):
                    account = hear_of_id(account, order.subscription, nonce, now)
            return account

        before = self._ledger.get(key)
        return key if await self._ledger.update(key, change) != before else None

    def _place_of(self, guild_id: int, news: RemoteOrder) -> tuple[AccountKey, str] | None:
        """Where an order belongs of which the ledger does not know all; ``None`` for others."""
        place = self._accounts.of_order(news)
        if place is not None:
            key, nonce = place
            known = self._ledger.get(key).orders[nonce]
            settled = known.renewal or known.paid_at is not None
            missed = news.status is OrderStatus.PAID and not settled
            return place if key.guild_id == guild_id and missed else None
        tag = OrderTag.from_fields(news.custom_fields)
        if tag is None or tag.guild_id != guild_id or not tag.user_id:
            return None
        key = AccountKey(guild_id, tag.user_id)
        known_nonce = tag.nonce in self._ledger.get(key).orders or self._ledger.find_moved(
            tag.nonce
        )
        over = news.status in (OrderStatus.CANCELLED, OrderStatus.UNKNOWN)
        if known_nonce or over or not _NONCE.fullmatch(tag.nonce):
            return None
        return key, tag.nonce

    async def _take_in_subscriptions(
        self, guild_id: int, client: ShoppexClient, recorder: Recorder
    ) -> None:
        terms = self._settings.guild(guild_id).terms()
        comparison = ListDiff(self._ledger, guild_id, terms)
        found = []
        async for news in client.subscriptions.list():
            entry = comparison.subscription(news, self._clock())
            if entry is not None:
                found.append(entry)
        async for entry in AsyncIter(found, steps=_AT_ONCE):
            await entry.record(recorder)


def _as_delivered(
    account: Account, order: Order, news: RemoteOrder, roles: Collection[int]
) -> Account:
    """The account whose buyer got everything of an order before it was lost.

    The roles that it gives and the member has are taken for given by the cog, so that its end
    can take them.
    """
    order = replace(hand_over(order, order.goods), paid_at=news.created_at or order.paid_at)
    account = account.with_order(order)
    if not order.entitled:
        return account
    gives = {role_id for line in order.bought for role_id in line.roles}
    for role_id in sorted(gives.intersection(roles) - set(account.grants)):
        account = account.with_grant(role_id, Grant(delivery=_DONE, given_at=order.paid_at))
    return account


def _as_told(account: Account, since: datetime) -> Account:
    """The account whose buyer knows already that the subscriptions heard of ``since`` began."""
    for subscription in account.subscriptions.values():
        known = subscription.known_since
        if known >= since:
            name = Notice(NoticeKind.STARTED, subscription.id, known, known).name
            account = account.with_notice(name, _DONE)
    return account

"""Licences: looking them up, and changing them. Nothing of them is kept here.

A licence is a member's when it names one of their orders. That it names the same customer is
no proof: a customer is an e-mail address, and anybody can type anybody's.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta

from ..api import ApiError, ShoppexClient
from ..domain.account import AccountKey, OfferKind, Order, Promise
from ..domain.license import License, LicenseStatus
from ..selling.catalogue import translate
from ..selling.errors import TooManyOrders
from ..selling.pace import Pace
from ..store.ledger import Ledger
from ..store.settings import Settings
from .errors import NotActive, NotBound, TooOften
from .resets import count_reset, take_back_reset
from .shops import Shops

# Shoppex is asked once or twice for each order.
_MOST_ORDERS = 15
_MOST_LICENSES = 25
_LOOKS_AT_ONCE = 5
_LOOKS_WITHIN = timedelta(minutes=2)
_MEMBER = re.compile(r"<@!?([0-9]{15,20})>|([0-9]{15,20})")


class LicenseDesk:
    """Serves members and staff."""

    def __init__(
        self,
        ledger: Ledger,
        settings: Settings,
        shops: Shops,
        clock: Callable[[], datetime],
    ) -> None:
        self._ledger = ledger
        self._settings = settings
        self._shops = shops
        self._clock = clock
        self._pace = Pace(_LOOKS_AT_ONCE, _LOOKS_WITHIN)

    async def of_member(self, key: AccountKey) -> list[License]:
        """The licences of a member's newest orders, at most 25.

        Raises
        ------
        NotSetUp, ShopUnavailable, ShopMisconfigured, TooOften
        """
        try:
            self._pace.take(key, self._clock())
        except TooManyOrders as refusal:
            raise TooOften(refusal.until) from refusal
        return await self._of_account(key)

    async def find(self, guild_id: int, text: str) -> list[License]:
        """What staff look for, by a member's mention or id, an order's number, or a key.

        Raises
        ------
        NotSetUp, ShopUnavailable, ShopMisconfigured
        """
        text = text.strip()
        member = _MEMBER.fullmatch(text)
        if member is not None:
            user_id = int(member[1] or member[2])
            return await self._of_account(AccountKey(guild_id, user_id))
        client = self._shops.client(guild_id)
        try:
            return await _first(client.licenses.list(invoice_id=text)) or await _first(
                client.licenses.list(key=text)
            )
        except ApiError as error:
            raise translate(error) from error

    def owner_of(self, guild_id: int, license_: License) -> AccountKey | None:
        """Who bought a licence, as far as the bot sold it in that server."""
        places = map(self._ledger.locate, license_.invoice_ids)
        keys = (place[0] for place in places if place is not None)
        return next((key for key in keys if key.guild_id == guild_id), None)

    async def reset(self, key: AccountKey, license_id: str) -> None:
        """Free one of a member's own licences from its machine.

        It is counted before it is done, so that no end of the bot in between gives one for free.

        Raises
        ------
        NotActive, NotBound
            When there is nothing to free.
        ResetsOff, TooOften
            When it may not be done, or not now.
        ShopUnavailable, ShopMisconfigured, NotSetUp, StoreUnavailable
        """
        client, now = self._shops.client(key.guild_id), self._clock()
        policy = self._settings.guild(key.guild_id).licenses
        try:
            current = await client.licenses.get(license_id)
        except ApiError as error:
            raise translate(error) from error
        if current.status is not LicenseStatus.ACTIVE:
            raise NotActive
        if current.hardware_id is None:
            raise NotBound
        await self._ledger.update(key, lambda a: count_reset(a, license_id, policy, now))
        try:
            await client.licenses.update(license_id, hardware_id=None)
        except ApiError as error:
            if not error.ambiguous:
                await self._ledger.update(key, lambda a: take_back_reset(a, license_id, now))
            raise translate(error) from error

    async def free(self, guild_id: int, license_id: str) -> None:
        """Free a licence from its machine, as staff.

        Raises
        ------
        NotSetUp, ShopUnavailable, ShopMisconfigured
        """
        await self._change(guild_id, lambda c: c.licenses.update(license_id, hardware_id=None))

    async def put(self, guild_id: int, license_id: str, status: LicenseStatus) -> None:
        """Suspend or reactivate a licence, as staff.

        Raises
        ------
        NotSetUp, ShopUnavailable, ShopMisconfigured
        """
        await self._change(guild_id, lambda c: c.licenses.update(license_id, status=status))

    async def extend(self, guild_id: int, license_id: str, days: int) -> datetime:
        """Let a licence last longer, from its end or from now; until when then.

        Raises
        ------
        NotSetUp, ShopUnavailable, ShopMisconfigured
        """
        try:
            current = await self._shops.client(guild_id).licenses.get(license_id)
        except ApiError as error:
            raise translate(error) from error
        begin = max(current.expires_at or self._clock(), self._clock())
        until = begin + timedelta(days=days)
        await self._change(guild_id, lambda c: c.licenses.update(license_id, expires_at=until))
        return until

    async def _change(
        self, guild_id: int, change: Callable[[ShoppexClient], Awaitable[License]]
    ) -> None:
        try:
            await change(self._shops.client(guild_id))
        except ApiError as error:
            raise translate(error) from error

    async def _of_account(self, key: AccountKey) -> list[License]:
        client = self._shops.client(key.guild_id)
        orders = sorted(
            (order for order in self._ledger.get(key).orders.values() if _may_have_one(order)),
            key=lambda order: order.created_at,
            reverse=True,
        )
        found: dict[str, License] = {}
        try:
            for order in orders[:_MOST_ORDERS]:
                for license_ in await _of_order(client, order.remote_id or ""):
                    found.setdefault(license_.uniqid, license_)
        except ApiError as error:
            raise translate(error) from error
        return list(found.values())[:_MOST_LICENSES]


def _may_have_one(order: Order) -> bool:
    keys = order.promise is Promise.KEYS or order.renewal
    paid = order.paid_at is not None and order.remote_id is not None
    return order.kind is OfferKind.PRODUCT and keys and paid


async def _of_order(client: ShoppexClient, uniqid: str) -> list[License]:
    found = await _first(client.licenses.list(invoice_id=uniqid))
    if found:
        return found
    internal = (await client.orders.get(uniqid)).id
    if internal is None or internal == uniqid:
        return []
    return await _first(client.licenses.list(invoice_id=internal))


async def _first(licenses: AsyncIterator[License]) -> list[License]:
    found = []
    async for license_ in licenses:
        found.append(license_)
        if len(found) >= _MOST_LICENSES:
            break
    return found

"""Licences: looking them up, and changing them. Nothing of them is kept here.

A licence is a member's when it names one of their orders. That it names the same customer is
no proof: a customer is an e-mail address, and anybody can type anybody's.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from ..api import UNCHANGED, ApiError, NotFound, ShoppexClient
from ..domain.account import AccountKey, OfferKind, Order, Promise
from ..domain.license import License, LicenseStatus
from ..fulfilment.intake.shop_clients import ShopClients
from ..purchases.errors import (
    EndUnreadable,
    MoneyBack,
    NeverEnds,
    NotActive,
    NotBound,
    NotTheirs,
    understood,
)
from ..rate_limit import SlidingWindow
from ..store.ledger import Ledger
from ..store.settings import Settings
from .reset_limits import count_reset, take_back_reset

# Shoppex is asked up to three times for each order.
_ORDERS_AT_ONCE = 15
_MOST_OF_AN_ORDER = 1000
_MOST_OF_A_SEARCH = 25
_LOOKS_AT_ONCE = 5
_LOOKS_WITHIN = timedelta(minutes=2)
_MEMBER = re.compile(r"<@!?([0-9]{15,20})>|([0-9]{15,20})")


class OwnedLicense(NamedTuple):
    """A licence, and the purchase that it came with as far as that is known here."""

    license: License
    owner: AccountKey | None = None
    nonce: str | None = None


class FoundLicenses(NamedTuple):
    """Licences, newest first.

    Parameters
    ----------
    older
        From which of the member's orders on there may be more; ``None`` when there is none.
    """

    holdings: list[OwnedLicense]
    older: int | None = None


class LicenseService:
    """Serves members and staff."""

    def __init__(
        self,
        ledger: Ledger,
        settings: Settings,
        clients: ShopClients,
        clock: Callable[[], datetime],
    ) -> None:
        self._ledger = ledger
        self._settings = settings
        self._clients = clients
        self._clock = clock
        self._pace = SlidingWindow(_LOOKS_AT_ONCE, _LOOKS_WITHIN)

    async def of_member(self, key: AccountKey, start: int = 0) -> FoundLicenses:
        """The licences of fifteen of a member's orders.

        Parameters
        ----------
        start
            How many newer orders are passed over.

        Raises
        ------
        NotSetUp, ShopUnavailable, KeyRefused, TooOften
        """
        self._pace.take(key, self._clock())
        return await self._of_account(key, start)

    async def find(self, guild_id: int, text: str, start: int = 0) -> FoundLicenses:
        """What staff look for, by a member's mention or id, an order's number, or a key.

        Raises
        ------
        NotSetUp, ShopUnavailable, KeyRefused
        """
        text = text.strip()
        member = _MEMBER.fullmatch(text)
        if member is not None:
            key = AccountKey(guild_id, int(member[1] or member[2]))
            # Digits alone may be a key as well.
            if member[1] or self._ledger.get(key).orders:
                return await self._of_account(key, start)
        client, place = self._clients.needed(guild_id), self._owner(guild_id, text)
        if place is not None and self._ledger.get(place[0]).orders[place[1]].remote_id is None:
            # Shoppex knows nothing of gifts and tests.
            return FoundLicenses([])
        try:
            if place is not None:
                found = await _of_order(client, text)
            else:
                found = await _first(client.licenses.list(invoice_id=text), _MOST_OF_A_SEARCH)
            found = found or await _first(client.licenses.list(key=text), _MOST_OF_A_SEARCH)
        except ApiError as error:
            raise understood(error) from error
        return FoundLicenses(
            [
                self._hold(each, self._owner(guild_id, text, *each.invoice_ids) or (None, None))
                for each in found
            ]
        )

    def owner_of(self, guild_id: int, license_: License) -> AccountKey | None:
        """Who bought a licence, as far as the bot sold it in that server."""
        place = self._owner(guild_id, *license_.invoice_ids)
        return None if place is None else place[0]

    async def reset(self, key: AccountKey, holding: OwnedLicense) -> None:
        """Free one of a member's own licences from its machine.

        It is counted before it is done, so that no end of the bot in between gives one for free.

        Raises
        ------
        NotTheirs, MoneyBack, NotActive, NotBound, Gone
            When there is nothing to free, or not for them.
        ResetsOff, TooOften
            When it may not be done, or not now.
        ShopUnavailable, KeyRefused, ChangeRefused, NotSetUp, StoreUnavailable
        """
        client, now = self._clients.needed(key.guild_id), self._clock()
        policy = self._settings.guild(key.guild_id).licenses
        license_id = holding.license.uniqid
        order = self._ledger.get(key).orders.get(holding.nonce or "")
        if order is None or holding.owner != key:
            raise NotTheirs
        if not (order.entitled or order.kept):
            raise MoneyBack
        try:
            current = (await client.licenses.get(license_id)).as_of(now)
        except ApiError as error:
            raise understood(error) from error
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
            raise understood(error) from error

    async def free(self, guild_id: int, license_id: str) -> None:
        """Free a licence from its machine, as staff.

        Raises
        ------
        NotSetUp, ShopUnavailable, KeyRefused, ChangeRefused, Gone
        """
        await self._change(guild_id, lambda c: c.licenses.update(license_id, hardware_id=None))

    async def put(self, guild_id: int, license_id: str, status: LicenseStatus) -> None:
        """Suspend or reactivate a licence, as staff.

        Raises
        ------
        NotSetUp, ShopUnavailable, KeyRefused, ChangeRefused, Gone
        """
        await self._change(guild_id, lambda c: c.licenses.update(license_id, status=status))

    async def extend(self, guild_id: int, license_id: str, days: int) -> datetime:
        """Let a licence last longer, from its end or from now; until when then.

        Raises
        ------
        NeverEnds
            When it has no end.
        EndUnreadable
            When nobody can tell from where to count.
        NotSetUp, ShopUnavailable, KeyRefused, ChangeRefused, Gone
        """
        now = self._clock()
        try:
            current = await self._clients.needed(guild_id).licenses.get(license_id)
        except ApiError as error:
            raise understood(error) from error
        is_expired = current.status is LicenseStatus.EXPIRED
        if current.end_unreadable:
            raise EndUnreadable
        if current.expires_at is None and not is_expired:
            raise NeverEnds
        until = max(current.expires_at or now, now) + timedelta(days=days)
        # A new end alone may leave it expired.
        status = LicenseStatus.ACTIVE if is_expired else UNCHANGED
        await self._change(
            guild_id, lambda c: c.licenses.update(license_id, expires_at=until, status=status)
        )
        return until

    async def _change(
        self, guild_id: int, change: Callable[[ShoppexClient], Awaitable[License]]
    ) -> None:
        try:
            await change(self._clients.needed(guild_id))
        except ApiError as error:
            raise understood(error) from error

    async def _of_account(self, key: AccountKey, start: int) -> FoundLicenses:
        client = self._clients.needed(key.guild_id)
        orders = sorted(
            (order for order in self._ledger.get(key).orders.values() if _may_have_one(order)),
            key=lambda order: order.created_at,
            reverse=True,
        )
        end = start + _ORDERS_AT_ONCE
        found: dict[str, OwnedLicense] = {}
        try:
            for order in orders[start:end]:
                for each in await _of_order(client, order.remote_id or ""):
                    found.setdefault(each.uniqid, self._hold(each, (key, order.nonce)))
        except ApiError as error:
            raise understood(error) from error
        return FoundLicenses(list(found.values()), end if end < len(orders) else None)

    def _hold(
        self, license_: License, place: tuple[AccountKey, str] | tuple[None, None]
    ) -> OwnedLicense:
        """A licence as it stands now, with the name of what was bought if it has none."""
        key, nonce = place
        if key is not None and not license_.product_title:
            title = self._ledger.get(key).orders[nonce or ""].title
            license_ = replace(license_, product_title=title)
        return OwnedLicense(license_.as_of(self._clock()), key, nonce)

    def _owner(self, guild_id: int, *uniqids: str) -> tuple[AccountKey, str] | None:
        """Whose order has one of these ids in this server, and its nonce."""
        places = (self._ledger.locate(uniqid) for uniqid in uniqids)
        return next((p for p in places if p is not None and p[0].guild_id == guild_id), None)


def _may_have_one(order: Order) -> bool:
    keys = order.promise is Promise.KEYS or order.renewal
    paid = order.paid_at is not None and order.remote_id is not None
    return order.kind is OfferKind.PRODUCT and keys and paid


async def _of_order(client: ShoppexClient, uniqid: str) -> list[License]:
    found = await _first(client.licenses.list(invoice_id=uniqid), _MOST_OF_AN_ORDER)
    if found:
        return found
    try:
        internal = (await client.orders.get(uniqid)).id
    except NotFound:
        return []
    if internal is None or internal == uniqid:
        return []
    return await _first(client.licenses.list(invoice_id=internal), _MOST_OF_AN_ORDER)


async def _first(licenses: AsyncIterator[License], most: int) -> list[License]:
    found = []
    async for license_ in licenses:
        found.append(license_)
        if len(found) >= most:
            break
    return found

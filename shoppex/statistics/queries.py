"""Walks through a guild's accounts, for its statistics."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta

from ..domain.account import Account
from ..store.ledger import Ledger
from ..store.settings import Settings
from .csv_export import Sheet, SheetFile
from .fold import Report, ShopFold
from .periods import Period, windows_of

_GOOD_FOR = timedelta(minutes=1)


class LedgerQueries:
    """Reports and lists of orders, one at a time: going through a ledger is work.

    A report is good for a minute, for everybody who asks for it.
    """

    def __init__(self, ledger: Ledger, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._settings = settings
        self._clock = clock
        self._turn = asyncio.Lock()
        self._reports: dict[tuple[int, Period], Report] = {}

    async def report(self, guild_id: int, period: Period) -> Report:
        """How a shop did over a period that ends now, and over the one before."""
        async with self._turn:
            now = self._clock()
            self._reports = {
                wish: report
                for wish, report in self._reports.items()
                if now - report.made_at < _GOOD_FOR
            }
            known = self._reports.get((guild_id, period))
            if known is not None:
                return known
            shop = self._settings.guild(guild_id)
            survey = ShopFold(period, now, shop.terms())
            async for account in self._accounts(guild_id):
                survey.add(account)
            report = survey.report()
            if shop.brake is not None:
                report.waits.staff[shop.brake] += 1
            self._reports[guild_id, period] = report
            return report

    async def sheet(self, guild_id: int, period: Period) -> SheetFile:
        """The orders that count within a period, as a file."""
        async with self._turn:
            sheet = Sheet(windows_of(period, self._clock())[0])
            async for account in self._accounts(guild_id):
                for order in account.orders.values():
                    sheet.add(account.key.user_id, order)
            return await asyncio.to_thread(sheet.file)

    async def _accounts(self, guild_id: int) -> AsyncIterator[Account]:
        async for key in self._ledger.walk(guild_id):
            yield self._ledger.get(key)

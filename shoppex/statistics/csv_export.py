"""The orders of a period as a table for spreadsheets. Pure.

It names no e-mail address, no key, no link and no coupon. A user is written as a mention: that
stays as it is in a spreadsheet, which rounds numbers as long as Discord's, and it can be pasted
into Discord.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from ..domain.account import Order
from ..formatting import shorten
from .accounting import REFUNDS, AccountingEntry, EntryKind, entries_of
from .periods import TimeSpan

HEADER = (
    "paid_at_utc",
    "last_change_utc",
    "order",
    "buyer",
    "product",
    "variant",
    "quantity",
    "amount",
    "currency",
    "status",
    "refunded",
    "renewal",
    "subscription",
    "gift",
    "revenue_in_period",
    "refunded_in_period",
)
LIMIT = 9_500_000
"""Bytes. Discord takes files of 10 MiB."""
MOST_ROWS = 100_000
# Smaller than this it needs no unpacking.
_PLAIN = 4_000_000
_CELL = 200
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
_DATE = len("2026-01-31")


class SheetFile(NamedTuple):
    """A table, ready to be sent.

    Parameters
    ----------
    extension
        ``csv``, or ``zip`` where the table is large.
    rows, left_out
        How many orders are in it, and how many older ones had no room.
    """

    data: bytes
    extension: str
    rows: int
    left_out: int


class Sheet:
    """Takes orders, and keeps the latest of those that count within a period.

    They are kept as lines of text, by day: there may be so many that sorting all of them at
    once, or Python's looking for garbage among them, would hold up the bot.
    """

    def __init__(self, window: TimeSpan, most_rows: int = MOST_ROWS) -> None:
        self._window = window
        self._most_rows = most_rows
        self._days: defaultdict[str, list[str]] = defaultdict(list)
        self._kept = 0
        self._count = 0

    def add(self, user_id: int, order: Order) -> None:
        """One more order, if it was sold, given, refunded or disputed within the period."""
        entries = [e for e in entries_of(order) if self._window.holds(e.at)]
        if not entries:
            return
        line = _line(_row(user_id, order, entries))
        self._days[line[:_DATE]].append(line)
        self._count += 1
        self._kept += 1
        if self._kept >= 2 * self._most_rows:
            self._forget_the_oldest()

    def file(self, limit: int = LIMIT) -> SheetFile:
        """The table, latest orders first, in at most ``limit`` bytes."""
        lines = self._latest(self._most_rows)
        while True:
            data, extension = _file(lines, min(limit, _PLAIN))
            if len(data) <= limit or not lines:
                return SheetFile(data, extension, len(lines), self._count - len(lines))
            lines = lines[: len(lines) // 2]

    def _latest(self, most: int) -> list[str]:
        latest: list[str] = []
        for day in sorted(self._days, reverse=True):
            latest += sorted(self._days[day], reverse=True)
            if len(latest) >= most:
                break
        return latest[:most]

    def _forget_the_oldest(self) -> None:
        """Whole days of which nothing would be in the table."""
        before = 0
        for day in sorted(self._days, reverse=True):
            if before >= self._most_rows:
                self._kept -= len(self._days.pop(day))
            else:
                before += len(self._days[day])


def _row(user_id: int, order: Order, entries: list[AccountingEntry]) -> list[str]:
    paid_at = order.paid_at if order.gift is None else order.gift.at
    quote = order.total if order.gift is None else None
    back = next((e.money for e in entries_of(order) if e.kind in REFUNDS), None)
    sold = [e.money for e in entries if e.kind is EntryKind.SALE]
    returned = [e.money for e in entries if e.kind in REFUNDS]
    cells = (
        _moment(paid_at),
        _moment(order.changed_at),
        order.uniqid or "",
        f"<@{user_id}>",
        order.title,
        order.variant_title or "",
        str(order.quantity),
        "" if quote is None else _number(quote.amount),
        "" if quote is None else quote.currency,
        order.status.value,
        "" if back is None else _number(back.amount),
        _yes(order.renewal),
        order.subscription or "",
        _yes(order.gift is not None),
        "".join(_number(money.amount) for money in sold if money is not None),
        "".join(_number(money.amount) for money in returned if money is not None),
    )
    return [_harmless(cell) for cell in cells]


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = shorten(cell, _CELL)
    return f"'{text}" if text.lstrip().startswith(_FORMULA) or text[:1] in _FORMULA else text


def _moment(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M:%S}"


def _number(amount: Decimal) -> str:
    return f"{amount:f}"


def _yes(truth: bool) -> str:  # noqa: FBT001 (it is what is written)
    return "yes" if truth else ""


def _line(cells: Sequence[str]) -> str:
    line = io.StringIO(newline="")
    csv.writer(line).writerow(cells)
    return line.getvalue()


def _file(lines: list[str], plain: int) -> tuple[bytes, str]:
    """The lines as a file; Excel knows UTF-8 by the mark at its beginning."""
    data = "".join([_line(HEADER), *lines]).encode("utf-8-sig", errors="replace")
    if len(data) <= plain:
        return data, "csv"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("orders.csv", data)
    return packed.getvalue(), "zip"

"""The orders of a period as a table for spreadsheets. Pure.

It names no e-mail address, no key, no link and no coupon. A user is written as a mention: that
stays as it is in a spreadsheet, which rounds numbers as long as Discord's, and it can be pasted
into Discord.
"""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from ..domain.account import Order
from ..text import shorten
from .entries import REFUNDS, Entry, EntryKind, entries_of
from .periods import Window

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

Row = tuple[str, ...]


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
    """Takes orders, and keeps the latest of those that count within a period."""

    def __init__(self, window: Window, most_rows: int = MOST_ROWS) -> None:
        self._window = window
        self._most_rows = most_rows
        self._rows: list[Row] = []
        self._count = 0

    def add(self, user_id: int, order: Order) -> None:
        """One more order, if it was sold, given, refunded or disputed within the period."""
        entries = [e for e in entries_of(order) if self._window.holds(e.at)]
        if not entries:
            return
        self._count += 1
        self._rows.append(_row(user_id, order, entries))
        if len(self._rows) >= 2 * self._most_rows:
            self._cut()

    def file(self, limit: int = LIMIT) -> SheetFile:
        """The table, latest orders first, in at most ``limit`` bytes."""
        self._cut()
        rows = self._rows
        while True:
            data, extension = _file(rows, min(limit, _PLAIN))
            if len(data) <= limit or not rows:
                return SheetFile(data, extension, len(rows), self._count - len(rows))
            rows = rows[: len(rows) // 2]

    def _cut(self) -> None:
        self._rows.sort(reverse=True)
        del self._rows[self._most_rows :]


def _row(user_id: int, order: Order, entries: list[Entry]) -> Row:
    paid_at = order.paid_at if order.gift is None else order.gift.at
    quote = order.quote if order.gift is None else None
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
    return tuple(_harmless(cell) for cell in cells)


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


def _file(rows: list[Row], plain: int) -> tuple[bytes, str]:
    """The rows as a file; Excel knows UTF-8 by the mark at its beginning."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(HEADER)
    writer.writerows(rows)
    data = text.getvalue().encode("utf-8-sig", errors="replace")
    if len(data) <= plain:
        return data, "csv"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("orders.csv", data)
    return packed.getvalue(), "zip"

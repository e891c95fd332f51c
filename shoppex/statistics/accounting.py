"""Accounting entries of an order: a sale, a gift, money that went back. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import Enum
from typing import NamedTuple

from ..domain.account import Order
from ..domain.money import Money
from ..domain.status import OrderStatus


class EntryKind(Enum):
    """The kinds of entries."""

    SALE = "sale"
    GIFT = "gift"
    REFUND = "refund"
    PARTIAL_REFUND = "partial refund"
    DISPUTE = "dispute"


REFUNDS = (EntryKind.REFUND, EntryKind.PARTIAL_REFUND)


class AccountingEntry(NamedTuple):
    """One line of the books.

    Parameters
    ----------
    at
        When it happened, as far as the bot heard; ``None`` when that is not known.
    money
        ``None`` when it is none, or nobody said how much.
    """

    kind: EntryKind
    at: datetime | None
    money: Money | None = None


def entries_of(order: Order) -> Iterator[AccountingEntry]:
    """What an order means for the books.

    A test means nothing. A gift is no sale. An order that nobody paid, or whose payment is
    held because it cannot be trusted, is none either. A refund belongs to the day on which the
    money went back, not to that of the sale, and a dispute takes nothing until it is lost. The
    ledger knows only when an order changed last: the day of a partial refund moves when the
    rest follows.
    """
    if order.test:
        return
    if order.gift is not None:
        yield AccountingEntry(EntryKind.GIFT, order.gift.at)
        return
    if order.paid_at is None or order.held is not None:
        return
    yield AccountingEntry(EntryKind.SALE, order.paid_at, order.total)
    if order.status is OrderStatus.REFUNDED:
        yield AccountingEntry(EntryKind.REFUND, order.changed_at, order.total)
        return
    if order.refunded is not None:
        # Nothing is what the ledger keeps while Shoppex has only said that it was a part.
        known = order.refunded if order.refunded.amount else None
        yield AccountingEntry(EntryKind.PARTIAL_REFUND, order.changed_at, known)
    if order.status is OrderStatus.DISPUTED:
        yield AccountingEntry(EntryKind.DISPUTE, order.changed_at, order.total)

"""Statistics of a period: a fold over a shop's accounts. Pure.

What is remembered while folding grows with days, currencies and products, never with orders.
Currencies are never added to each other.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from ..domain.account import Account, Order
from ..domain.money import Money
from ..domain.offer import offer_ref
from ..domain.policy import Terms
from .accounting import REFUNDS, AccountingEntry, EntryKind, entries_of
from .periods import Period, TimeSpan, windows_of
from .subscribers import SubscriberCount, Subscribers, life_of
from .undelivered import UndeliveredCounts

_NOTHING = Decimal(0)
Slots = Mapping[datetime, "Turnover"]


@dataclass(frozen=True, slots=True)
class Turnover:
    """What moved in one currency, of all whose amount is known.

    Parameters
    ----------
    revenue, refunded
        Major units. Revenue is what buyers paid, before anything went back.
    """

    sales: int = 0
    revenue: Decimal = _NOTHING
    refunds: int = 0
    refunded: Decimal = _NOTHING

    def __add__(self, other: Turnover) -> Turnover:
        return Turnover(
            self.sales + other.sales,
            self.revenue + other.revenue,
            self.refunds + other.refunds,
            self.refunded + other.refunded,
        )

    @property
    def net(self) -> Decimal:
        """What is left of the revenue."""
        return self.revenue - self.refunded


@dataclass(frozen=True, slots=True)
class ProductSales:
    """How often one thing was sold, and what it brought by currency before refunds."""

    ref: str
    title: str
    sales: int
    pieces: int
    revenue: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Statistics:
    """A period of a shop.

    Parameters
    ----------
    sales
        Paid orders, renewals of subscriptions among them.
    unpriced, unpriced_refunds
        Those of which nobody said how much it was. They are in no turnover.
    undated
        Refunds and disputes of which nobody knows when they were. They count in all time only.
    refunds, partial_refunds
        Orders of which all, or a part, went back within the period, whenever they were sold.
    turnover
        By currency.
    slots
        The same, by currency and the beginning of each day (or hour) on which something was.
    products
        Those sold most often first.
    """

    window: TimeSpan
    sales: int = 0
    pieces: int = 0
    renewals: int = 0
    buyers: int = 0
    gifts: int = 0
    refunds: int = 0
    partial_refunds: int = 0
    disputes: int = 0
    unpriced: int = 0
    unpriced_refunds: int = 0
    undated: int = 0
    turnover: Mapping[str, Turnover] = field(default_factory=dict)
    slots: Mapping[str, Slots] = field(default_factory=dict)
    products: tuple[ProductSales, ...] = ()
    subscribers: Subscribers = field(default_factory=Subscribers)

    @property
    def currencies(self) -> list[str]:
        """The currencies that moved, the one with the most sales first."""
        return sorted(self.turnover, key=lambda code: (-self.turnover[code].sales, code))


@dataclass(frozen=True, slots=True)
class Report:
    """A period, and what it is compared with.

    Parameters
    ----------
    before
        The same stretch of time before it; ``None`` where there is none.
    waits
        What could not be delivered, at the time it was made.
    """

    period: Period
    made_at: datetime
    now: Statistics
    before: Statistics | None
    waits: UndeliveredCounts

    @property
    def currencies(self) -> list[str]:
        """The currencies of either, those of the period itself first."""
        before = [] if self.before is None else self.before.currencies
        return list(dict.fromkeys((*self.now.currencies, *before)))

    def best(self, currency: str | None) -> list[ProductSales]:
        """What was sold for a currency, what brought most first."""
        sold = [p for p in self.now.products if currency is None or currency in p.revenue]
        return sorted(
            sold, key=lambda p: (-p.revenue.get(currency or "", _NOTHING), -p.sales, p.ref)
        )


class ShopFold:
    """Goes through the accounts of a shop once, in any order, and reports on them.

    Parameters
    ----------
    terms
        What the shop sells today: it decides what still waits.
    """

    def __init__(self, period: Period, now: datetime, terms: Terms) -> None:
        self._period = period
        self._made_at = now
        self._terms = terms
        current, before = windows_of(period, now)
        self._current = _Tally(current)
        self._before = None if before is None else _Tally(before)
        self._waits = UndeliveredCounts()

    def add(self, account: Account) -> None:
        """One more account."""
        self._current.add(account)
        if self._before is not None:
            self._before.add(account)
        self._waits.add(account, self._terms, self._made_at)

    def report(self) -> Report:
        """What was found."""
        before = None if self._before is None else self._before.result()
        return Report(self._period, self._made_at, self._current.result(), before, self._waits)


class _Product:
    """What is known of one product so far. Its name is that of its latest sale."""

    def __init__(self) -> None:
        self._named_by: tuple[datetime, str, str] | None = None
        self.sales = 0
        self.pieces = 0
        self.revenue: defaultdict[str, Decimal] = defaultdict(Decimal)

    def add(self, order: Order, at: datetime, money: Money | None) -> None:
        name = (at, order.nonce, order.title)
        self._named_by = name if self._named_by is None else max(self._named_by, name)
        self.sales += 1
        self.pieces += order.quantity
        if money is not None:
            self.revenue[money.currency] += money.amount

    @property
    def title(self) -> str:
        return "" if self._named_by is None else self._named_by[2]


class _Tally:
    """What is counted within one window."""

    def __init__(self, window: TimeSpan) -> None:
        self._window = window
        self._counts: Counter[str] = Counter()
        self._slots: defaultdict[str, dict[datetime, Turnover]] = defaultdict(dict)
        self._undated: defaultdict[str, Turnover] = defaultdict(Turnover)
        self._products: defaultdict[str, _Product] = defaultdict(_Product)
        self._subscribers = SubscriberCount(window)

    def add(self, account: Account) -> None:
        before = self._counts["sales"]
        for order in account.orders.values():
            for entry in entries_of(order):
                if entry.kind is not EntryKind.SALE and entry.at is None:
                    self._counts["undated"] += 1
                if self._window.holds(entry.at):
                    self._enter(order, entry)
        self._counts["buyers"] += self._counts["sales"] > before
        for subscription in account.subscriptions.values():
            life = life_of(account, subscription)
            if life is not None:
                self._subscribers.add(life, subscription.status)

    def _enter(self, order: Order, entry: AccountingEntry) -> None:
        money = entry.money
        if entry.kind is EntryKind.GIFT:
            self._counts["gifts"] += 1
        elif entry.kind is EntryKind.DISPUTE:
            self._counts["disputes"] += 1
        elif entry.kind in REFUNDS:
            full = entry.kind is EntryKind.REFUND
            self._counts["refunds" if full else "partial_refunds"] += 1
            self._counts["unpriced_refunds"] += money is None
            if money is not None:
                self._move(entry.at, money.currency, Turnover(refunds=1, refunded=money.amount))
        elif entry.at is not None:
            self._counts["sales"] += 1
            self._counts["pieces"] += order.quantity
            self._counts["renewals"] += order.renewal
            self._counts["unpriced"] += money is None
            self._products[offer_ref(order.kind, order.offer_id)].add(order, entry.at, money)
            if money is not None:
                self._move(entry.at, money.currency, Turnover(sales=1, revenue=money.amount))

    def _move(self, at: datetime | None, currency: str, moved: Turnover) -> None:
        if at is None:
            self._undated[currency] += moved
            return
        slots = self._slots[currency]
        slot = self._window.slot_of(at)
        slots[slot] = slots.get(slot, Turnover()) + moved

    def result(self) -> Statistics:
        codes = sorted({*self._slots, *self._undated})
        turnover = {code: sum(self._slots[code].values(), self._undated[code]) for code in codes}
        products = (
            ProductSales(ref, found.title, found.sales, found.pieces, dict(found.revenue))
            for ref, found in self._products.items()
        )
        return Statistics(
            window=self._window,
            **self._counts,
            turnover=turnover,
            slots={code: dict(self._slots[code]) for code in codes},
            products=tuple(sorted(products, key=lambda product: (-product.sales, product.ref))),
            subscribers=self._subscribers.result(),
        )

"""Orders as Shoppex tells of them, by API or by webhook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from .money import Money
from .status import OrderStatus


@dataclass(frozen=True, slots=True)
class LineItem:
    """One line of an order."""

    product_id: str
    title: str
    quantity: int
    goods: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RemoteOrder:
    """An order, invoice or payment: three views of one record (contract, section 2).

    Parameters
    ----------
    uniqid
        Shoppex's public id.
    total
        What the buyer pays in all; ``None`` when it was not said or not readable.
    url
        Where the buyer pays; ``None`` when Shoppex gave none.
    custom_fields
        Already normalised to name → text.
    goods
        Keys, links and texts delivered so far, over all lines.
    keys
        How many keys are among them.
    """

    uniqid: str
    status: OrderStatus
    total: Money | None = None
    url: str | None = None
    custom_fields: Mapping[str, str] = field(default_factory=dict)
    items: tuple[LineItem, ...] = ()
    goods: tuple[str, ...] = ()
    keys: int = 0
    created_at: datetime | None = None

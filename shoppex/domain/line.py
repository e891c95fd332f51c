"""One line of an order: a product, how many of it, and what that gives."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum


class OfferKind(str, Enum):
    """The two kinds of things for sale."""

    PRODUCT = "product"
    ITEM = "item"


class Promise(str, Enum):
    """Kind of goods that Shoppex delivers with an order, and that have to be waited for."""

    NOTHING = "nothing"
    """Maybe a text; the buyer does not wait for it."""
    SOMETHING = "something"
    """A file, or what a merchant's own server makes: whatever comes is all."""
    KEYS = "keys"
    """As many keys as were bought."""


# Contract, section 3: what is paid for again and again.
SUBSCRIPTION_TYPES = frozenset({"SUBSCRIPTION", "SUBSCRIPTION_V2"})

# What each type of product delivers (contract, section 3).
_PROMISES = {
    "SERIALS": Promise.KEYS,
    "DYNAMIC": Promise.SOMETHING,
    "FILE": Promise.SOMETHING,
}


def promise_of(product_type: str) -> Promise:
    """Return the kind of goods that Shoppex delivers with a product of that type."""
    return _PROMISES.get(product_type.upper(), Promise.NOTHING)


def strongest(promises: Iterable[Promise]) -> Promise:
    """Return the promise of all of these together."""
    found = set(promises)
    if Promise.KEYS in found:
        return Promise.KEYS
    return Promise.SOMETHING if Promise.SOMETHING in found else Promise.NOTHING


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a paid order: its offer, and what that gives.

    Parameters
    ----------
    roles
        What its offer gave when the line was fulfilled, or when it was ordered.
    lasts
        How long that lasts, for each piece; ``None`` for ever.
    recurring
        Whether it begins a subscription, which then decides what it gives.
    """

    kind: OfferKind
    offer_id: str
    title: str
    quantity: int = 1
    variant_title: str | None = None
    roles: tuple[int, ...] = ()
    lasts: timedelta | None = None
    promise: Promise = Promise.NOTHING
    recurring: bool = False

    @property
    def ref(self) -> str:
        """The stable name of its offer within a guild."""
        return f"{self.kind.value}:{self.offer_id}"

    def describe(self) -> str:
        """Return what the line is for, in a few words."""
        title = f"{self.title} ({self.variant_title})" if self.variant_title else self.title
        return title if self.quantity == 1 else f"{self.quantity} × {title}"

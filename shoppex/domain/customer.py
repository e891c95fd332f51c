"""A buyer, as Shoppex knows them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from .remote import RemoteSubscription


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer of the shop. Names, addresses and telephone numbers are not kept.

    Parameters
    ----------
    email
        Kept out of ``repr``; ``None`` when Shoppex did not say.
    invoices
        Uniqids of their orders, as far as Shoppex lists them.
    subscriptions
        As far as Shoppex lists them, and without their products.
    """

    id: str
    email: str | None = field(default=None, repr=False)
    invoices: tuple[str, ...] = ()
    subscriptions: tuple[RemoteSubscription, ...] = ()
    created_at: datetime | None = None

"""Events of a shop that its staff may want to read of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from .account import AccountKey
from .money import Money


class EventKind(str, Enum):
    """The kinds of things that happen."""

    SALE = "sale"
    DELIVERED = "delivered"
    REFUNDED = "refunded"
    PARTLY_REFUNDED = "partly refunded"
    DISPUTED = "disputed"
    DISPUTE_WON = "dispute won"
    SUBSCRIBED = "subscribed"
    RENEWED = "renewed"
    UNSUBSCRIBED = "unsubscribed"
    LICENSE_CHANGED = "licence changed"
    REDELIVERED = "redelivered"
    REVOKED = "revoked"
    RESTORED = "restored"
    GIVEN = "given"
    MOVED = "moved"
    ACCEPTED = "held order accepted"
    NOT_DELIVERED = "held order left"
    PLAN_KEPT = "other plan left"


@dataclass(frozen=True, slots=True)
class ShopEvent:
    """One thing that happened. It holds no key, no e-mail address and no link.

    Parameters
    ----------
    key
        Whose purchase it is about.
    subject
        What was bought, in a few words.
    pieces
        How many of it, where the subject does not say so.
    order
        Shoppex's id of the order; ``None`` when it has none.
    money
        What was paid, or went back.
    by
        The member of staff who did it, or the buyer who changed their own licence; ``None`` for
        news from Shoppex.
    detail
        What else there is to say, such as the reason that staff gave.
    roles
        The roles that it is about.
    test
        Whether it belongs to a test purchase.
    origin
        Whose it was before it was moved; ``None`` when nothing was.
    """

    kind: EventKind
    key: AccountKey
    subject: str = ""
    pieces: int = 1
    order: str | None = None
    money: Money | None = None
    by: int | None = None
    detail: str = ""
    roles: tuple[int, ...] = ()
    test: bool = False
    origin: int | None = None

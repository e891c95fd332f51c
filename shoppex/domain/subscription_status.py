"""The states of a subscription."""

from __future__ import annotations

from enum import Enum

from .status_words import fold_word


class SubscriptionStatus(str, Enum):
    """State of a subscription, in Shoppex's eyes.

    What it means for access also depends on the gateway and on the period that was paid for
    (contract, section 5): ``CANCELLED`` by itself only says that it will not renew.
    ``UNKNOWN`` is a word that we do not know. It never counts as active, nor as ended.
    """

    PENDING = "pending"
    TRIALING = "trialing"
    ACTIVE = "active"
    PAST_DUE = "past_due"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


# Contract, section 5 and C6. The API's spelling of past due and paused is not known.
_WORDS = {
    "PENDING": SubscriptionStatus.PENDING,
    "TRIALING": SubscriptionStatus.TRIALING,
    "TRIALLING": SubscriptionStatus.TRIALING,
    "TRIAL": SubscriptionStatus.TRIALING,
    "ACTIVE": SubscriptionStatus.ACTIVE,
    "PAST_DUE": SubscriptionStatus.PAST_DUE,
    "PASTDUE": SubscriptionStatus.PAST_DUE,
    "PAUSED": SubscriptionStatus.PAUSED,
    "CANCELED": SubscriptionStatus.CANCELLED,
    "CANCELLED": SubscriptionStatus.CANCELLED,
}


def parse_subscription_status(word: object) -> SubscriptionStatus:
    """Read Shoppex's word for a state; anything unheard of is ``UNKNOWN``."""
    return _WORDS.get(fold_word(word), SubscriptionStatus.UNKNOWN)

"""The states of an order, and the one direction in which they move."""

from __future__ import annotations

from enum import Enum

from .status_words import fold_word


class OrderStatus(str, Enum):
    """State of an order.

    ``UNKNOWN`` is what Shoppex said in a word that we do not know. It never counts as paid
    and never replaces a state that we do know.
    """

    PENDING = "pending"
    PARTIAL = "partial"
    CANCELLED = "cancelled"
    PAID = "paid"
    DISPUTED = "disputed"
    REFUNDED = "refunded"
    UNKNOWN = "unknown"


# `cancelled` ranks below `paid`: money that arrives after a cancellation is still money,
# and a cancellation that arrives after the money is late news (contract, section 0, fact 7).
_RANK = {
    OrderStatus.UNKNOWN: -1,
    OrderStatus.PENDING: 0,
    OrderStatus.PARTIAL: 1,
    OrderStatus.CANCELLED: 2,
    OrderStatus.PAID: 3,
    OrderStatus.DISPUTED: 4,
    OrderStatus.REFUNDED: 5,
}

# Nobody has seen Shoppex's word for it, if it has one (contract, section 12).
_PARTIAL_REFUNDS = ("PARTIALLY_REFUNDED", "PARTIAL_REFUND")

# Contract, section 2.2, *Statuses*. Who got a part of the money back still has what was paid for.
_WORDS = {
    "PENDING": OrderStatus.PENDING,
    "PENDING_PAYMENT": OrderStatus.PENDING,
    "WAITING_FOR_CONFIRMATIONS": OrderStatus.PARTIAL,
    "PARTIAL": OrderStatus.PARTIAL,
    "COMPLETED": OrderStatus.PAID,
    "PAID": OrderStatus.PAID,
    "FULFILLED": OrderStatus.PAID,
    "VOIDED": OrderStatus.CANCELLED,
    "CANCELED": OrderStatus.CANCELLED,
    "CANCELLED": OrderStatus.CANCELLED,
    "CUSTOMER_DISPUTE_ONGOING": OrderStatus.DISPUTED,
    "DISPUTED": OrderStatus.DISPUTED,
    "REVERSED": OrderStatus.REFUNDED,
    "REFUNDED": OrderStatus.REFUNDED,
    **dict.fromkeys(_PARTIAL_REFUNDS, OrderStatus.PAID),
}


def parse_status(word: object) -> OrderStatus:
    """Read Shoppex's word for a state; anything unheard of is ``UNKNOWN``."""
    return _WORDS.get(fold_word(word), OrderStatus.UNKNOWN)


def is_partial_refund(word: object) -> bool:
    """Return whether Shoppex's word for a state says that a part was given back."""
    return fold_word(word) in _PARTIAL_REFUNDS


def advance(current: OrderStatus, seen: OrderStatus) -> OrderStatus:
    """The state after news of ``seen``: never a step back.

    The order in which news arrives makes no difference to where they lead.
    """
    return max(current, seen, key=_RANK.__getitem__)

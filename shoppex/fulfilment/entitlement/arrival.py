"""Arrival of an order: everything of it is in the buyer's hands. Pure."""

from __future__ import annotations

from dataclasses import replace

from ...domain.account import Order, Promise
from ...domain.delivery import Delivery, DeliveryState


def note_arrival(order: Order) -> Order:
    """The order, remembering it if all of it is in the buyer's hands: roles, keys, message."""
    owed = (
        order.message,
        order.claim or Delivery(DeliveryState.DELIVERED),
        Delivery(DeliveryState.DELIVERED) if order.promise is Promise.NOTHING else order.reading,
    )
    done = all(delivery.state is DeliveryState.DELIVERED for delivery in owed)
    return replace(order, arrived=True) if done and order.fulfilled else order

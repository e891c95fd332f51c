"""Customers (contract, section 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .base import Json, Render, iso, unix

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from ..customers import Customer
    from ..orders import Order
    from ..state import Profile
    from ..subscriptions import Subscription
    from ..switches import Switches
    from .orders import OrderRender
    from .subscriptions import SubscriptionRender


class CustomerRender(Render):
    """Customers as JSON."""

    def __init__(
        self,
        switches: Switches,
        profile: Profile,
        base_url: str,
        orders: OrderRender,
        subscriptions: SubscriptionRender,
    ) -> None:
        super().__init__(switches, profile, base_url)
        self._orders = orders
        self._subscriptions = subscriptions

    def customer(self, customer: Customer) -> Json:
        """A customer as lists have it. No sample has a Discord id."""
        return {
            "id": customer.id,
            "uniqid": customer.uniqid,
            "shop_id": self._profile.id,
            "email": customer.email,
            "name": customer.name,
            "created_at": unix(customer.created_at),
        }

    def full(
        self,
        customer: Customer,
        invoices: Iterable[Order],
        subscriptions: Iterable[Subscription],
    ) -> Json:
        """A customer as it is read alone."""
        return self.customer(customer) | {
            "invoices": [self._orders.order(order) for order in invoices],
            "subscriptions": [self._subscription(each) for each in subscriptions],
        }

    def _subscription(self, subscription: Subscription) -> Json:
        """In short, and everything as text."""
        canceled_at = subscription.canceled_at
        return {
            "id": subscription.id,
            "status": self._subscriptions.status(subscription),
            "gateway": subscription.gateway,
            "current_period_end": self._text(subscription.period_end),
            "canceled_at": self._text(canceled_at) if canceled_at else None,
            "created_at": self._text(subscription.created_at),
        }

    def _text(self, time: datetime) -> str:
        return iso(time) if self._switches.customer_times == "iso" else str(unix(time))

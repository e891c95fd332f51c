"""What test deliveries are about: records that nobody made (contract, section 4.1)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from .catalogue import Product
from .customers import Customer
from .events import TWIN
from .orders import PAID, VOIDED, LineItem, Order
from .subscriptions import ACTIVE, CANCELED, Subscription
from .webhooks import News

if TYPE_CHECKING:
    from datetime import datetime

    from .render.orders import OrderRender
    from .render.subscriptions import SubscriptionRender

_STATUSES = {
    "order:created": "PENDING",
    "order:partial": "PARTIAL",
    "order:cancelled": VOIDED,
    "order:disputed": "CUSTOMER_DISPUTE_ONGOING",
    "order:manual_payment_pending": "PENDING_PAYMENT",
    "subscription:cancelled": CANCELED,
}


def sample_news(
    event: str, now: datetime, orders: OrderRender, subscriptions: SubscriptionRender
) -> News:
    """News of an event with made-up values; for a ``:product`` twin those of the plain event."""
    plain = event.removesuffix(TWIN)
    order = _order(now)
    if plain.startswith("order:"):
        order.status = _STATUSES.get(plain, PAID)
        return orders.news(order, plain)
    if plain.startswith("subscription:"):
        subscription = _subscription(now, order)
        subscription.status = _STATUSES.get(plain, ACTIVE)
        return subscriptions.news(subscription, plain)
    # The shapes of all other families are unknown.
    return News(plain, {"uniqid": "test_record", "title": "Test"}, {})


def _product(now: datetime) -> Product:
    return Product(
        title="Test product",
        price=Decimal(1),
        currency="USD",
        type="SERVICE",
        slug="test-product",
        created_at=int(now.timestamp()),
        id="0",
        uniqid="test_product",
    )


def _order(now: datetime) -> Order:
    product = _product(now)
    return Order(
        email="test@example.com",
        currency=product.currency,
        items=[LineItem(product.title, 1, product.price, product)],
        created_at=now,
        updated_at=now,
        gateway="STRIPE",
        id="0",
        uniqid="test_invoice",
    )


def _subscription(now: datetime, order: Order) -> Subscription:
    subscription = Subscription(
        product=_product(now),
        variant=None,
        customer=Customer(order.email, now, id="0", uniqid="test_customer"),
        quantity=1,
        gateway=order.gateway,
        custom_fields=None,
        coupon=None,
        period_start=now,
        period_end=now,
        created_at=now,
        updated_at=now,
        invoices=[order],
        id="0",
        uniqid="test_subscription",
    )
    subscription.start_period(now)
    return subscription

"""Subscriptions, in answers and in events (contract, sections 4.4 and 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..subscriptions import CANCELED, PAST_DUE, PAUSED
from ..webhooks import News
from .base import Json, Render, custom_fields, display, unix
from .catalogue import subtype

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from ..orders import Order
    from ..state import Profile
    from ..subscriptions import Subscription
    from ..switches import Switches
    from .orders import OrderRender

    Time = Callable[[datetime], int | str]


class SubscriptionRender(Render):
    """Subscriptions as JSON."""

    def __init__(
        self, switches: Switches, profile: Profile, base_url: str, orders: OrderRender
    ) -> None:
        super().__init__(switches, profile, base_url)
        self._orders = orders

    def subscription(self, subscription: Subscription) -> Json:
        """A subscription as lists have it: without the address of the buyer."""
        result: Json = {
            "id": subscription.id,
            "uniqid": subscription.uniqid,
            "shop_id": self._profile.id,
            **self._product(subscription),
            "status": self.status(subscription),
            "gateway": subscription.gateway,
            "origin": "API",
            "customer_id": subscription.customer.id,
            "payment_link_id": None,
            "stripe_subscription_id": _foreign_id(subscription, "STRIPE", "sub_"),
            "paypal_subscription_id": _foreign_id(subscription, "PAYPAL", "I-"),
            "coupon_id": subscription.coupon,
            **_times(subscription, unix),
            "renewal_invoice_created": subscription.open_invoice is not None,
            "trial_period_ending_email_sent": False,
            "upcoming_email_1_week_sent": subscription.upcoming_told,
            "status_details": None,
            "cancel_reason_id": None,
            "cancel_reason_comment": subscription.cancel_comment,
        }
        shape = self._switches.custom_fields_in_api
        return result | custom_fields(subscription.custom_fields, shape)

    def with_invoices(self, subscription: Subscription) -> Json:
        """A subscription as it is read alone; the newest invoice comes first."""
        invoices = [self._orders.order(order) for order in reversed(subscription.invoices)]
        return self.subscription(subscription) | {"invoices": invoices}

    def billing(self, order: Order) -> Json:
        """One entry of the billing history. The contract does not show its fields."""
        return {
            "id": order.id,
            "uniqid": order.uniqid,
            "status": order.status,
            "gateway": order.gateway,
            "total": self._money(order.total),
            "total_display": display(order.total, order.currency),
            "currency": order.currency,
            "created_at": unix(order.created_at),
        }

    def status(self, subscription: Subscription) -> str:
        """The status in the spelling that is set (C6)."""
        switches = self._switches
        spelt = {
            CANCELED: switches.cancelled_spelling,
            PAST_DUE: switches.past_due_spelling,
            PAUSED: switches.paused_spelling,
        }
        return spelt.get(subscription.status, subscription.status)

    def news(self, subscription: Subscription, event: str) -> News:
        """An event of the subscription family; its ``:product`` twin always has the product."""
        data = self._event(subscription)
        return News(event, data, data | self._product(subscription))

    def _event(self, subscription: Subscription) -> Json:
        """``data`` of a subscription event; the sample is cut after the first fields."""
        switches = self._switches
        result: Json = {
            "id": subscription.id,
            "uniqid": subscription.uniqid,
            "status": self.status(subscription),
            "gateway": subscription.gateway,
            **_times(subscription, self._event_time),
        }
        if switches.subscription_customer:
            result["customer_id"] = subscription.customer.id
        if switches.subscription_product:
            result |= self._product(subscription)
        if switches.subscription_invoice:
            result["invoice_id"] = self._reference(subscription.invoices[-1])
        shape = switches.custom_fields_in_subscription_webhooks
        return result | custom_fields(subscription.custom_fields, shape)

    def _product(self, subscription: Subscription) -> Json:
        product = subscription.product
        price = (subscription.variant or product).price
        return {
            "product_id": self._reference(product),
            "product": {
                "id": product.id,
                "uniqid": product.uniqid,
                "title": product.title,
                "type": product.type,
                "subtype": subtype(product),
                "price": self._money(price),
                "price_display": display(price, product.currency),
                "currency": product.currency,
            },
        }


def _times(subscription: Subscription, written: Time) -> Json:
    trial_end, canceled_at = subscription.trial_end, subscription.canceled_at
    return {
        "current_period_start": written(subscription.period_start),
        "current_period_end": written(subscription.period_end),
        "trial_end": written(trial_end) if trial_end else None,
        "canceled_at": written(canceled_at) if canceled_at else None,
        "created_at": written(subscription.created_at),
        "updated_at": written(subscription.updated_at),
    }


def _foreign_id(subscription: Subscription, gateway: str, prefix: str) -> str | None:
    return prefix + subscription.id if subscription.gateway == gateway else None

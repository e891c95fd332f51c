"""Orders and payments, in answers and in events (contract, sections 2 and 4.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..catalogue import new_id
from ..orders import Goods
from ..webhooks import News
from .base import Json, Render, custom_fields, display, unix

if TYPE_CHECKING:
    from ..catalogue import Product
    from ..orders import LineItem, Order
    from ..switches import FieldsShape

_LONG = 600


class OrderRender(Render):
    """Orders as JSON."""

    def order(self, order: Order) -> Json:
        """An order as the API shows it (contract, section 2.1)."""
        return self._order(order, self._switches.custom_fields_in_api)

    def completed(self, order: Order) -> Json:
        """An order as the calls show it that complete and fulfil it (section 4.6)."""
        return self._order(order, self._switches.custom_fields_when_completed)

    def _order(self, order: Order, shape: FieldsShape) -> Json:
        switches = self._switches
        link = None if switches.checkout_url == "null" else self.link(order)
        result: Json = {
            "id": order.id,
            "uniqid": order.uniqid,
            "shop_id": self._profile.id,
            "type": _type(order),
            "customer_id": order.customer_id,
            "customer_email": order.email,
            "currency": order.currency,
            "status": order.status,
            "status_details": None,
            "payment_status": "UNPAID" if order.paid_at is None else "PAID",
            "gateway": order.gateway,
            "subtotal": self._money(order.subtotal),
            "discount": self._money(order.discount),
            "discount_display": display(order.discount, order.currency),
            "total": self._money(order.total),
            "total_display": display(order.total, order.currency),
            "coupon_id": order.coupon,
            "subscription_id": self._subscription_id(order),
            "is_developer_invoice": order.is_payment,
            "developer_title": order.title,
            "checkout_url": link,
            "items": [self._item(item) for item in order.items],
            "created_at": unix(order.created_at),
            "updated_at": unix(order.updated_at),
        }
        result |= order.at_checkout
        return result | self._refunds(order) | custom_fields(order.custom_fields, shape)

    def invoice(self, order: Order) -> Json:
        """An order or payment as an invoice shows it (contract, section 2.5)."""
        first = order.items[0]
        return self.order(order) | {
            "subtype": None,
            "origin": "API",
            "product": self._event_product(first.product) if first.product else None,
            "delivered_items": self._delivered(first),
            "ip": "192.0.2.1",
            "country": "DE",
            "is_vpn_or_proxy": False,
            "user_agent": "Mozilla/5.0",
            "void_details": None,
        }

    def payment(self, order: Order) -> Json:
        """A payment as the API shows it (contract, section 2.3).

        ``checkout_url`` is null: it belongs to providers, of which the stand-in has none.
        """
        return self.order(order) | {
            "product_id": None,
            "url": self.link(order),
            "url_branded": None,
            "checkout_url": None,
            "return_url": order.return_url,
            "cancel_url": order.cancel_url,
        }

    def link(self, order: Order) -> str:
        """Where the buyer pays."""
        url = f"{self._base_url}/invoice/{order.uniqid}"
        return f"{url}?session={'0' * _LONG}" if self._switches.checkout_url == "long" else url

    def news(self, order: Order, event: str) -> News:
        """An event of the order family; the ``:product`` twin has ``products[]`` as well."""
        data = self._event(order)
        products = [self._event_product(item.product) for item in order.items if item.product]
        return News(event, data, data | {"products": products}, order.uniqid)

    def _event(self, order: Order) -> Json:
        """``data`` of an order event (contract, section 4.4).

        It names the first product only, whatever the order holds.
        """
        switches = self._switches
        first = order.items[0]
        result: Json = {
            "uniqid": order.uniqid,
            "type": _type(order),
            "status": order.status,
            "gateway": order.gateway,
            "total": self._money(order.total),
            "total_display": display(order.total, order.currency),
            "currency": order.currency,
            "exchange_rate": 1,
            "crypto_exchange_rate": None,
            "crypto_gateway": None,
            "apm_method": None,
            "customer_email": order.email,
            "country": None,
            "quantity": first.quantity,
            "product_id": self._reference(first.product) if first.product else None,
            "product_title": first.title,
            "is_developer_invoice": order.is_payment,
            "created_at": self._event_time(order.created_at),
            "updated_at": self._event_time(order.updated_at),
        }
        changed = order.at_checkout
        result |= {name: value for name, value in changed.items() if name in result}
        result |= self._refunds(order)
        if switches.subscription_id_in_webhooks:
            result["subscription_id"] = self._subscription_id(order)
        if switches.webhook_goods == "serials":
            result["serials"] = [
                piece for item in order.items if item.goods for piece in item.goods.pieces
            ]
        if switches.webhook_goods == "items":
            result["items"] = [self._item(item) for item in order.items]
        return result | custom_fields(order.custom_fields, switches.custom_fields_in_webhooks)

    def _refunds(self, order: Order) -> Json:
        name = self._switches.refunded_field
        if name is None:
            return {}
        if name != "refunds":
            return {name: self._money(order.refunded)}
        listed = [
            {"amount": self._money(each.amount), "created_at": unix(each.at)}
            for each in order.refunds
        ]
        return {name: listed}

    def _subscription_id(self, order: Order) -> str | None:
        return self._reference(order.subscription) if order.subscription else None

    def _event_product(self, product: Product) -> Json:
        return {
            "uniqid": product.uniqid,
            "title": product.title,
            "description": product.description,
            "price": self._money(product.price),
            "price_display": display(product.price, product.currency),
            "currency": product.currency,
            "type": product.type,
        }

    def _item(self, item: LineItem) -> Json:
        return {
            "id": item.id,
            "product_id": self._reference(item.product) if item.product else None,
            "product_title": item.title,
            "product_type": item.product.type if item.product else "CUSTOM",
            "variant_id": self._reference(item.variant) if item.variant else None,
            "variant_title": item.variant.title if item.variant else None,
            "quantity": item.quantity,
            "unit_price": self._money(item.unit_price),
            "total": self._money(item.total),
            "delivery_instructions": item.delivery_instructions,
            "delivered_items": self._delivered(item),
        }

    def _delivered(self, item: LineItem) -> object:
        goods = item.goods
        if goods is None and item.license_keys and self._switches.license_in_delivered_items:
            goods = Goods("license_keys", item.license_keys)
        if goods is not None and goods.name == "access_url" and self._switches.signed_links:
            goods = goods._replace(pieces=tuple(f"{each}?sig={new_id()}" for each in goods.pieces))
        shape = self._switches.delivered_items
        if goods is None or shape == "null":
            return None
        if shape == "list":
            return list(goods.pieces)
        if shape == "text":
            return "\n".join(goods.pieces)
        is_one = goods.name in ("service_text", "access_url")
        return {goods.name: goods.pieces[0] if is_one else list(goods.pieces)}


def _type(order: Order) -> str:
    return "PAYMENT" if order.is_payment else "PRODUCT"

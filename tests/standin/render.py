"""The JSON shapes of answers and webhook payloads, under the switches."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .orders import PAID

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from .catalogue import Coupon, Product, Variant
    from .errors import ApiError
    from .orders import Goods, LineItem, Order
    from .switches import FieldsShape, Switches

Json = dict[str, Any]

SHOP_ID = "1"
_LONG = 600


class Render:
    """Turns records into JSON values. ``base_url`` is where the checkout pages live."""

    def __init__(self, switches: Switches, base_url: str) -> None:
        self._switches = switches
        self._base_url = base_url

    def error(self, error: ApiError) -> Json:
        """The error envelope (contract, section 1)."""
        shape = self._switches.error_shape
        if shape == "flat":
            return {"message": error.message, "code": error.code}
        if shape == "text":
            return {"error": error.message}
        content: Json = {
            "code": error.code,
            "message": error.message,
            "doc_url": f"https://docs.shoppex.io/api-reference/errors#{error.code.lower()}",
        }
        if error.details:
            content["details"] = [problem._asdict() for problem in error.details]
        return {"error": content}

    def product(self, product: Product, *, variants: bool) -> Json:
        """A product as the catalogue shows it (contract, section 3)."""
        result: Json = {
            "id": product.id,
            "uniqid": product.uniqid,
            "shop_id": SHOP_ID,
            "slug": product.slug,
            "type": product.type,
            "subtype": None,
            "title": product.title,
            "currency": product.currency,
            "price": self._money(product.price),
            "price_display": _display(product.price, product.currency),
            "discount_percent": 0,
            "pay_what_you_want": False,
            "description": product.description,
            "gateways": [],
            "custom_fields": [],
            "quantity_min": product.quantity_min,
            "quantity_max": product.quantity_max,
            "stock": _stock(product.available()),
            "available_stock": product.available(),
            "unlisted": product.unlisted,
            "private": product.private,
            "on_hold": product.on_hold,
            "image_url": product.image_url,
            "created_at": product.created_at,
            "updated_at": product.created_at,
        }
        if variants:
            result["variants"] = self.variants(product)
        return result

    def variants(self, product: Product) -> list[Json]:
        """The variants of a product."""
        return [
            self._variant(product, variant, order)
            for order, variant in enumerate(product.variants)
        ]

    def stock(self, product: Product) -> Json:
        """The answer of ``/products/{id}/stock``."""
        return {
            "type": product.type,
            **_levels(product.available()),
            "variants": [
                {
                    "id": variant.id,
                    "uniqid": variant.uniqid,
                    "title": variant.title,
                    **_levels(product.available(variant)),
                }
                for variant in product.variants
            ],
        }

    def coupon(self, coupon: Coupon) -> Json:
        """The answer of a coupon check: ``value`` is text (contract, section 7)."""
        percent = coupon.percent
        return {
            "coupon": {
                "code": coupon.code,
                "type": "FIXED" if percent is None else "PERCENTAGE",
                "value": str(coupon.amount if percent is None else percent),
            }
        }

    def order(self, order: Order) -> Json:
        """An order as the API shows it (contract, section 2.1)."""
        switches = self._switches
        link = None if switches.checkout_url == "null" else self.link(order)
        result: Json = {
            "id": order.id,
            "uniqid": order.uniqid,
            "shop_id": SHOP_ID,
            "type": _type(order),
            "customer_id": order.customer_id,
            "customer_email": order.email,
            "currency": order.currency,
            "status": order.status,
            "status_details": None,
            "payment_status": "PAID" if order.status == PAID else "UNPAID",
            "gateway": order.gateway,
            "subtotal": self._money(order.subtotal),
            "discount": self._money(order.discount),
            "discount_display": _display(order.discount, order.currency),
            "total": self._money(order.total),
            "total_display": _display(order.total, order.currency),
            "coupon_id": order.coupon,
            "subscription_id": None,
            "is_developer_invoice": order.is_payment,
            "developer_title": order.title,
            "checkout_url": link,
            "items": [self._item(item) for item in order.items],
            "created_at": _unix(order.created_at),
            "updated_at": _unix(order.updated_at),
        }
        return result | _custom_fields(order.custom_fields, switches.custom_fields_in_api)

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

    def event(self, order: Order, *, with_products: bool) -> Json:
        """``data`` of an order event (contract, section 4.4).

        It names the first product only, whatever the order holds. ``with_products`` adds
        ``products[]``, as the ``:product`` twins have it.
        """
        switches = self._switches
        first = order.items[0]
        result: Json = {
            "uniqid": order.uniqid,
            "type": _type(order),
            "status": order.status,
            "gateway": order.gateway,
            "total": self._money(order.total),
            "total_display": _display(order.total, order.currency),
            "currency": order.currency,
            "exchange_rate": 1,
            "crypto_exchange_rate": None,
            "crypto_gateway": None,
            "apm_method": None,
            "customer_email": order.email,
            "country": None,
            "quantity": first.quantity,
            "product_id": first.product.uniqid if first.product else None,
            "product_title": first.title,
            "is_developer_invoice": order.is_payment,
            "created_at": self._event_time(order.created_at),
            "updated_at": self._event_time(order.updated_at),
        }
        if switches.webhook_goods == "serials":
            result["serials"] = [
                piece for item in order.items if item.goods for piece in item.goods.pieces
            ]
        if switches.webhook_goods == "items":
            result["items"] = [self._item(item) for item in order.items]
        if with_products:
            result["products"] = [
                self._event_product(item.product) for item in order.items if item.product
            ]
        return result | _custom_fields(order.custom_fields, switches.custom_fields_in_webhooks)

    def _event_product(self, product: Product) -> Json:
        return {
            "uniqid": product.uniqid,
            "title": product.title,
            "description": product.description,
            "price": self._money(product.price),
            "price_display": _display(product.price, product.currency),
            "currency": product.currency,
            "type": product.type,
        }

    def _variant(self, product: Product, variant: Variant, sort_order: int) -> Json:
        return {
            "id": variant.id,
            "uniqid": variant.uniqid,
            "title": variant.title,
            "description": "",
            "price": self._money(variant.price),
            "price_display": _display(variant.price, product.currency),
            "stock": product.available(variant),
            "is_default": sort_order == 0,
            "sort_order": sort_order,
        }

    def _item(self, item: LineItem) -> Json:
        return {
            "id": item.id,
            "product_id": item.product.uniqid if item.product else None,
            "product_title": item.title,
            "product_type": item.product.type if item.product else "CUSTOM",
            "variant_id": item.variant.uniqid if item.variant else None,
            "variant_title": item.variant.title if item.variant else None,
            "quantity": item.quantity,
            "unit_price": self._money(item.unit_price),
            "total": self._money(item.total),
            "delivery_instructions": item.delivery_instructions,
            "delivered_items": self._goods(item.goods),
        }

    def _goods(self, goods: Goods | None) -> object:
        shape = self._switches.delivered_items
        if goods is None or shape == "null":
            return None
        if shape == "list":
            return list(goods.pieces)
        if shape == "text":
            return "\n".join(goods.pieces)
        return {goods.name: list(goods.pieces) if goods.name == "serials" else goods.pieces[0]}

    def _money(self, amount: Decimal) -> float | str:
        return f"{amount:.2f}" if self._switches.money == "text" else float(amount)

    def _event_time(self, time: datetime) -> int | str:
        if self._switches.webhook_times == "unix":
            return _unix(time)
        return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def _custom_fields(sent: object, shape: FieldsShape) -> Json:
    """The ``custom_fields`` entry of an answer in one of the shapes of section 4.6."""
    pairs = _pairs(sent)
    listed = [{"name": name, "value": value} for name, value in pairs.items()]
    shapes: dict[FieldsShape, Json] = {
        "as_sent": {"custom_fields": sent},
        "map": {"custom_fields": pairs},
        "list": {"custom_fields": listed},
        "json": {"custom_fields": json.dumps(pairs)},
        "wrapped": {"custom_fields": {"customFields": listed}},
        "null": {"custom_fields": None},
        "missing": {},
    }
    return shapes[shape]


def _pairs(sent: object) -> Json:
    if isinstance(sent, dict):
        return sent
    if isinstance(sent, list):
        return {str(entry.get("name")): entry.get("value") for entry in sent}
    return {}


def _type(order: Order) -> str:
    return "PAYMENT" if order.is_payment else "PRODUCT"


def _display(amount: Decimal, currency: str) -> str:
    return f"{amount:.2f} {currency}"


def _stock(available: int | None) -> int:
    return -1 if available is None else available


def _levels(available: int | None) -> Json:
    return {
        "stock": _stock(available),
        "available_stock": available,
        "unlimited": available is None,
    }


def _unix(time: datetime) -> int:
    return int(time.timestamp())

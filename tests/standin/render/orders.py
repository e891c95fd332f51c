"""Orders and payments, in answers and in events (contract, sections 2 and 4.4)."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ..catalogue import new_id
from ..orders import Goods
from ..webhooks import News
from .base import Json, Render, custom_fields, display, iso, unix

if TYPE_CHECKING:
    from ..catalogue import Product
    from ..orders import LineItem, Order
    from ..switches import FieldsShape, GoodsShape

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
            "items": [self._item(item, order) for item in order.items],
            "created_at": unix(order.created_at),
            "updated_at": unix(order.updated_at),
        }
        result |= self._pricing(order) | self._still_open(order)
        if switches.delivery_info:
            result["delivery_info"] = _delivery_info(order)
        result |= self._refunds(order)
        result |= order.at_checkout
        if switches.camel_case:
            result["line_items"] = result.pop("items")
            result = _camel(result)
        return result | custom_fields(order.custom_fields, shape)

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

    def replacement(self, order: Order, line: LineItem, quantity: int) -> Json:
        """The answer to a replacement (contract, section 15.6)."""
        return {
            "invoice_id": order.uniqid,
            "product_id": self._reference(line.product) if line.product else None,
            "quantity": quantity,
            "message": "The replacement has been issued",
            "created_at": unix(order.updated_at),
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
            result["items"] = [self._item(item, order) for item in order.items]
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

    def _item(self, item: LineItem, order: Order) -> Json:
        result: Json = {
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
            "delivery_status": _delivery_status(item, order),
            "delivered_at": unix(item.delivered_at) if item.delivered_at else None,
        }
        if item.product:
            promised = ("delivery_time", "delivery_time_unit", "delivery_text")
            shown = item.product.shown
            result |= {name: shown[name] for name in promised if name in shown}
        if self._switches.delivery_summary:
            result["delivery_summary"] = self._delivery_summary(item)
        return result

    def _delivery_summary(self, item: LineItem) -> Json | None:
        goods = item.goods
        if goods is None:
            return None
        is_keys = goods.name == "serials"
        return self._flagged(item, goods, "summary") if is_keys else _summary(goods)

    def _pricing(self, order: Order) -> Json:
        """What the price is made of (contract, section 15.1)."""
        price, money = order.price, self._money
        received = order.underpayment.received if order.underpayment else Decimal(0)
        return {
            "tax": money(price.tax),
            "tax_percentage": float(price.tax_percentage),
            "tip_amount": money(price.tip),
            "tip_amount_display": display(price.tip, order.currency),
            "balance_paid_amount": money(price.credit),
            "already_paid_amount": money(received),
            "remaining_amount": money(order.remaining),
            "coupon_applied": order.coupon is not None,
            "rates_snapshot": (
                {name: float(rate) for name, rate in price.rates.items()} if price.rates else None
            ),
            "pricing_breakdown": {
                "subtotal": money(order.subtotal),
                "discount": money(order.discount),
                "volume_discount": None,
                "discount_label": order.coupon,
                "affiliate_code": None,
                "tip": money(price.tip),
                "gateway_fee": money(price.gateway_fee),
                "platform_fee": None,
                "processing_fee": None,
                "already_paid": money(received + price.credit),
                "amount_due": money(order.remaining),
                "total": money(order.total),
                "currency": order.currency,
            },
        }

    def _still_open(self, order: Order) -> Json:
        """What the buyer still owes, in fields and in money (sections 15.3 and 15.4)."""
        asking = [
            {
                "line_item_id": line.id,
                "product_id": self._reference(line.product) if line.product else None,
                "product_title": line.title,
                "fields": [
                    {
                        "name": name,
                        "type": "TEXT",
                        "required": True,
                        "collect_after_payment": True,
                    }
                    for name in line.asked
                ],
            }
            for line in order.items
            if line.asked and order.paid_at is not None
        ]
        history = [
            {
                "id": f"{order.id}-{number}",
                "invoice_id": order.uniqid,
                "status": status,
                "details": None,
                "created_at": iso(at),
            }
            for number, (status, at) in enumerate(order.history)
        ]
        return {
            "pending_custom_fields": {"version": 1, "line_items": asking} if asking else None,
            "underpayment": self._underpayment(order),
            "underpayment_status": "UNDERPAID" if order.status == "PARTIAL" else None,
            "crypto_transactions": [
                {"hash": f"tx-{order.id}", "amount": f"{part:.2f}", "confirmations": 1}
                for part in ([order.underpayment.received] if order.underpayment else [])
            ],
            "status_history": history,
        }

    def _underpayment(self, order: Order) -> Json | None:
        short = order.underpayment
        if short is None:
            return None
        missing = order.remaining
        return {
            "active": order.paid_at is None,
            "expected_amount": f"{order.total:.2f}",
            "received_amount": f"{short.received:.2f}",
            "missing_amount": f"{missing:.2f}",
            "currency": order.currency,
            "shortfall_percent": f"{missing / order.total * 100:.2f}",
            "buyer_actionable": short.reason is None,
            "buyer_action_reason": short.reason,
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
        if shape == "serials" and goods.name == "serials":
            return self._flagged(item, goods, shape)
        if shape == "summary":
            return self._delivery_summary(item)
        is_one = goods.name in ("service_text", "access_url")
        return {goods.name: goods.pieces[0] if is_one else list(goods.pieces)}

    def _flagged(self, item: LineItem, goods: Goods, shape: GoodsShape) -> Json:
        """Serials with what became of them: a dead one stands beside its replacement."""
        dead = item.replaced if self._switches.replaced_serials == "beside" else ()
        serials = [
            {
                "value": value,
                "is_replacement": value in item.replacements,
                "is_replaced": value in dead,
            }
            for value in (*dead, *goods.pieces)
        ]
        return {"serials": serials} if shape == "serials" else _summary() | {"serials": serials}


def _summary(goods: Goods | None = None) -> Json:
    """Goods in the shape of ``delivery_summary`` (contract, section 15.2), but for serials."""
    name, pieces = (goods.name, list(goods.pieces)) if goods else ("", [])
    links = [{"label": "Open", "value": each, "href": each} for each in pieces]
    return {
        "codes": pieces if name == "license_keys" else [],
        "links": links if name == "access_url" else [],
        "notes": pieces if name == "service_text" else [],
        "serials": [],
    }


def _delivery_info(order: Order) -> Json:
    """All goods of an invoice (contract, section 15.2)."""
    pieces: dict[str, list[str]] = {}
    for line in order.items:
        if line.goods:
            pieces.setdefault(line.goods.name, []).extend(line.goods.pieces)
    return {
        "delivered_items": [*pieces.get("serials", ()), *pieces.get("service_text", ())],
        "downloads": [],
        "external_urls": pieces.get("access_url", []),
        "license_keys": [key for line in order.items for key in line.license_keys],
        "tracking_codes": [],
    }


def _camel(value: object) -> Any:
    """The same JSON with its names in camel case; currencies are in capitals and stay."""
    if isinstance(value, list):
        return [_camel(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        re.sub(r"_([a-z])", lambda found: found[1].upper(), name): _camel(each)
        for name, each in value.items()
    }


def _delivery_status(item: LineItem, order: Order) -> str:
    if order.paid_at is None:
        return "PENDING"
    return item.held or ("PENDING" if item.lacks_goods else "DELIVERED")


def _type(order: Order) -> str:
    return "PAYMENT" if order.is_payment else "PRODUCT"

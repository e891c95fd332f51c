"""Order of a test, and the webhook payload of its payment. Pure but for its numbers."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from ..api.json_codec import encode_json
from ..domain.account import AccountKey, Order, Promise
from ..domain.delivery import Delivery, DeliveryState
from ..domain.money import Money
from ..domain.offer import Offer
from ..domain.order_metadata import OrderTag

EVENT = "order:paid"

_NOTHING = Money(Decimal(0), "USD")


def made_up_order(offer: Offer, now: datetime) -> Order:
    """An order that Shoppex knows nothing of.

    It is no subscription, lasts for ever and claims no key: it is undone in a moment.
    """
    return Order(
        nonce=secrets.token_hex(16),
        kind=offer.kind,
        offer_id=offer.id,
        title=offer.title,
        created_at=now,
        roles=offer.roles,
        promise=offer.promise,
        # Ids of Shoppex's begin with no word.
        uniqid=f"test-{secrets.token_hex(6)}",
        quote=offer.price or _NOTHING,
        reading=Delivery(DeliveryState.DELIVERED),
        test=True,
    )


def paid_data(key: AccountKey, order: Order, now: datetime) -> Mapping[str, object]:
    """What Shoppex would say of the order (contract, section 4.4), and that it is a test."""
    quote = order.quote or _NOTHING
    moment = int(now.timestamp())
    return {
        "uniqid": order.uniqid,
        "type": "PRODUCT",
        "status": "COMPLETED",
        "gateway": "TEST",
        "total": quote.amount,
        "currency": quote.currency,
        "customer_email": "test@example.invalid",
        "quantity": order.quantity,
        "product_id": order.offer_id,
        "product_title": order.title,
        "custom_fields": OrderTag(key.user_id, key.guild_id, order.nonce).to_fields(),
        "test": True,
        "created_at": moment,
        "updated_at": moment,
        **_goods(order),
    }


def body_of(data: Mapping[str, object], now: datetime) -> bytes:
    """The body of the webhook (contract, section 4.1)."""
    envelope = {"event": EVENT, "data": data, "created_at": int(now.timestamp())}
    return encode_json(envelope)


def _goods(order: Order) -> Mapping[str, object]:
    name = (order.uniqid or "").removeprefix("test-").upper()
    if order.promise is Promise.KEYS:
        return {"serials": [f"TEST-KEY-{name}"]}
    if order.promise is Promise.SOMETHING:
        return {"service_text": f"TEST-DELIVERY-{name}"}
    return {}

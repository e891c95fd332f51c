"""Made-up orders, and what Shoppex says of them. Everything follows from a number."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from shoppex.domain.account import Account, AccountKey, Grant, OfferKind, Order, Promise
from shoppex.domain.delivery import Delivery, DeliveryState
from shoppex.domain.money import Money
from shoppex.domain.order_metadata import OrderTag
from shoppex.domain.remote import RemoteOrder
from shoppex.domain.status import OrderStatus
from shoppex.fulfilment.intake.delivered_goods import hand_over
from shoppex.fulfilment.intake.order_updates import learn, mark_seen

GUILD = 1_080_351_110_224_678_912
ROLE = 1_080_351_110_224_678_913
SECRET = "whsec_0123456789abcdef0123456789abcdef"  # noqa: S105 (opens nothing)

_FIRST_USER = 80_351_110_224_678_912
_ACCOUNTS_APART = 4_194_304_003
PRODUCT = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"
TITLE = "Gold Pass, one season"
PRICE = Money(Decimal("9.90"), "EUR")
_DAY_ONE = datetime(2026, 1, 1, tzinfo=timezone.utc)
_MINUTE = timedelta(minutes=1)
_DONE = Delivery(DeliveryState.DELIVERED)


def key_of(number: int, guild_id: int = GUILD) -> AccountKey:
    """Whose order that is: everybody buys once, which is the worst case for the ledger."""
    return AccountKey(guild_id, _FIRST_USER + number * _ACCOUNTS_APART)


def nonce_of(number: int) -> str:
    """The bot's own id of an order."""
    return hashlib.sha256(str(number).encode()).hexdigest()[:32]


def uniqid_of(number: int) -> str:
    """Shoppex's id of an order."""
    return f"{number:08x}-5f3c-4a6e-9d2b-{number:012x}"


def delivery_of(number: int) -> str:
    """Shoppex's id of the webhook delivery that tells of the payment."""
    return f"whl_{number:024x}"


def checkout_of(number: int) -> str:
    """Where it is paid."""
    return f"https://checkout.shoppex.io/invoice/{uniqid_of(number)}"


def open_account(number: int, guild_id: int = GUILD) -> Account:
    """Somebody who has ordered and not paid."""
    order = Order(
        nonce=nonce_of(number),
        kind=OfferKind.PRODUCT,
        offer_id=PRODUCT,
        title=TITLE,
        created_at=created_at(number),
        roles=(ROLE,),
        promise=Promise.KEYS,
        uniqid=uniqid_of(number),
        quote=PRICE,
        url=checkout_of(number),
    )
    return Account(key_of(number, guild_id), {order.nonce: order})


def due_account(number: int, guild_id: int = GUILD) -> Account:
    """Somebody who has paid, and has nothing yet."""
    account = open_account(number, guild_id)
    (order,) = account.orders.values()
    news = RemoteOrder(
        uniqid=uniqid_of(number),
        status=OrderStatus.PAID,
        total=PRICE,
        goods=(_licence_of(number),),
        keys=1,
    )
    paid = learn(account.key, order, news, order.created_at + _MINUTE)
    return account.with_order(mark_seen(paid, delivery_of(number)))


def finished_account(number: int, guild_id: int = GUILD) -> Account:
    """Somebody who has what they paid for."""
    account = due_account(number, guild_id)
    (order,) = account.orders.values()
    done = replace(hand_over(order, order.goods), fulfilled=True)
    return account.with_order(done).with_grant(ROLE, Grant(delivery=_DONE))


def paid_event(number: int, guild_id: int = GUILD) -> bytes:
    """The body of the webhook that tells of the payment (contract, section 4.4)."""
    user_id, when = key_of(number).user_id, created_at(number)
    data = {
        "uniqid": uniqid_of(number),
        "type": "PRODUCT",
        "status": "COMPLETED",
        "gateway": "STRIPE",
        "total": float(PRICE.amount),
        "total_display": "€9.90",
        "currency": PRICE.currency,
        "exchange_rate": 1,
        "crypto_exchange_rate": None,
        "crypto_gateway": None,
        "apm_method": None,
        "customer_email": f"buyer{number}@example.com",
        "country": "DE",
        "quantity": 1,
        "product_id": PRODUCT,
        "product_title": TITLE,
        "is_developer_invoice": False,
        "serials": [_licence_of(number)],
        "custom_fields": OrderTag(user_id, guild_id, nonce_of(number)).to_fields(),
        "created_at": when.isoformat(),
        "updated_at": (when + _MINUTE).isoformat(),
    }
    return json.dumps({"event": "order:paid", "data": data}).encode()


def _licence_of(number: int) -> str:
    return f"KEY-{number:08X}-{number * 7919:012X}"


def created_at(number: int) -> datetime:
    """When it was ordered."""
    return _DAY_ONE + number * _MINUTE

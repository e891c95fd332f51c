"""What news of an order does to what we hold of it. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from ..domain.account import AccountKey, Delivery, DeliveryState, OfferKind, Order
from ..domain.remote import RemoteOrder
from ..domain.status import OrderStatus, advance
from ..domain.tag import Tag

_SEEN = 8


def distrust(key: AccountKey, order: Order, news: RemoteOrder) -> str | None:
    """Why this news must not be acted on, as a stable word; ``None`` when it may.

    Design, section 2, rule 5: custom fields, currency and total must be what the bot sent
    and quoted.
    """
    sent = Tag(key.user_id, key.guild_id, order.nonce).to_fields()
    if any(news.custom_fields.get(name, value) != value for name, value in sent.items()):
        return "other_buyer"
    if news.status is not OrderStatus.PAID or news.total is None or order.quote is None:
        return None
    if news.total.currency != order.quote.currency:
        return "other_currency"
    if news.total.amount != order.quote.amount:
        return "other_total"
    return None


def learn(key: AccountKey, order: Order, news: RemoteOrder, now: datetime) -> Order:
    """The order after news of it from Shoppex, by webhook or by API.

    News that cannot be trusted holds the order for staff, but never one whose payment was
    believed before. News of a payment that does not say how much was paid only makes the
    API be asked.
    """
    reason = distrust(key, order, news)
    if reason is not None:
        return order if order.paid_at is not None else replace(order, held=reason)
    if says_too_little(order, news):
        return ask_again(order)
    status = advance(order.status, news.status)
    unpaid = status is OrderStatus.PENDING
    # Goods are not taken twice: once they are with the buyer they are wiped here.
    takes_goods = news.goods and order.message.state is not DeliveryState.DELIVERED
    goods = news.goods if takes_goods else order.goods
    return replace(
        order,
        uniqid=order.uniqid or news.uniqid,
        # Shoppex's answer to the order never arrived: this is it, by another way.
        quote=news.total if order.uniqid is None and unpaid and news.total else order.quote,
        url=order.url or news.url,
        status=status,
        paid_at=order.paid_at or (now if status is OrderStatus.PAID else None),
        goods=goods,
        reading=Delivery(DeliveryState.DELIVERED) if _complete(order, goods) else order.reading,
    )


def says_too_little(order: Order, news: RemoteOrder) -> bool:
    """Whether news of a payment leaves open how much was paid."""
    return news.status is OrderStatus.PAID and news.total is None and order.paid_at is None


def ask_again(order: Order) -> Order:
    """The order, to be read from the API before anything is believed."""
    if order.reread:
        return order
    return replace(order, reread=True, reading=Delivery())


def has_seen(order: Order, delivery_id: str) -> bool:
    """Whether that webhook delivery is already in this order's facts."""
    return delivery_id in order.seen


def mark_seen(order: Order, delivery_id: str) -> Order:
    """The order, remembering the delivery; old ones are forgotten."""
    if not delivery_id or has_seen(order, delivery_id):
        return order
    return replace(order, seen=(*order.seen, delivery_id)[-_SEEN:])


def _complete(order: Order, goods: tuple[str, ...]) -> bool:
    """Whether everything that Shoppex delivers with this order has arrived."""
    if order.kind is OfferKind.ITEM:
        return True
    pieces = sum(len(text.splitlines()) for text in goods)
    return order.wants_goods and pieces >= order.quantity

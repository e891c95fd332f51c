"""What news of an order does to what we hold of it. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from ..domain.account import AccountKey, Delivery, DeliveryState, OfferKind, Order
from ..domain.money import Money
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
    if news.status is not OrderStatus.PAID or news.total is None:
        return None
    if order.quote is None:
        return "other_total"
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
    # Goods are not taken twice: once they are with the buyer they are wiped here.
    takes_goods = (
        _pieces(news.goods) >= max(1, _pieces(order.goods))
        and order.message.state is not DeliveryState.DELIVERED
    )
    goods = news.goods if takes_goods else order.goods
    # An order that Shoppex is to be asked about stays so until it has answered.
    read = is_complete(order, goods) and not order.reread
    return replace(
        order,
        uniqid=order.uniqid or news.uniqid,
        quote=_late_quote(order, news) or order.quote,
        url=order.url or news.url,
        status=status,
        paid_at=order.paid_at or (now if status is OrderStatus.PAID else None),
        goods=goods,
        reading=Delivery(DeliveryState.DELIVERED) if read else order.reading,
    )


def _late_quote(order: Order, news: RemoteOrder) -> Money | None:
    """What Shoppex asks for an order whose answer never arrived; this news is that answer."""
    answers = order.uniqid is None and news.status is OrderStatus.PENDING
    if not answers or news.total is None or order.quote is None:
        return None
    return news.total if news.total.currency == order.quote.currency else None


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


def is_complete(order: Order, goods: tuple[str, ...]) -> bool:
    """Whether everything that Shoppex delivers with this order has arrived."""
    if order.kind is OfferKind.ITEM:
        return True
    return order.wants_goods and _pieces(goods) >= order.quantity


def _pieces(goods: tuple[str, ...]) -> int:
    return sum(len(text.splitlines()) for text in goods)

"""What news of an order does to what we hold of it. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from ..domain.account import NOBODY, Account, AccountKey, OfferKind, Order, Promise
from ..domain.delivery import Delivery, DeliveryState
from ..domain.money import Money
from ..domain.remote import RemoteOrder
from ..domain.status import OrderStatus, advance
from ..domain.tag import USER, Tag
from .handing import is_all_listed, unknown
from .notices import moment_of

_SEEN = 8


def distrust(key: AccountKey, order: Order, news: RemoteOrder) -> str | None:
    """Why this news must not be acted on, as a stable word; ``None`` when it may.

    Design, section 2, rule 5: custom fields, currency and total must be what the bot sent
    and quoted. News of an order whose payment was believed before is never doubted. Nobody
    quoted the renewals that Shoppex makes by itself: they count when it lists them.
    """
    if order.paid_at is not None or order.renewal:
        return None
    sent = _sent_fields(key, order)
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


def learn(
    key: AccountKey,
    order: Order,
    news: RemoteOrder,
    now: datetime,
    asked_at: datetime | None = None,
) -> Order:
    """The order after news of it from Shoppex, by webhook or by API.

    News that cannot be trusted holds the order for staff. News of a payment that does not
    say how much was paid only makes the API be asked, and so does an event that would end a
    dispute: it may only be late.

    Parameters
    ----------
    asked_at
        When the API was asked whose answer this is; ``None`` for a webhook.
    """
    reason = distrust(key, order, news)
    if reason is not None:
        return replace(order, held=reason)
    restored = _is_restored(order, news, asked_at)
    if says_too_little(order, news) or restored is None:
        return ask_again(order, now)
    status = OrderStatus.PAID if restored else advance(order.status, news.status)
    refunded = _refunded(order, news)
    paid_at = order.paid_at or (now if status is OrderStatus.PAID else None)
    born = news.created_at if order.renewal else None
    learnt = replace(
        order,
        created_at=born or order.created_at,
        uniqid=order.uniqid or news.uniqid,
        quote=_late_quote(order, news) or order.quote,
        # A link to pay is of no use then, and every write of its file would carry it along.
        url=None if paid_at is not None else order.url or news.url,
        status=status,
        paid_at=paid_at,
        changed_at=now if _is_a_turn(order, status, refunded) else order.changed_at,
        refunded=refunded,
        subscription=order.subscription or news.subscription_id,
    )
    return _take_goods(learnt, news)


def _is_a_turn(order: Order, status: OrderStatus, refunded: Money | None) -> bool:
    """Whether something is other than it was; the first payment has a time of its own."""
    first_payment = status is OrderStatus.PAID and order.paid_at is None
    return (status is not order.status or refunded != order.refunded) and not first_payment


def _is_restored(order: Order, news: RemoteOrder, asked_at: datetime | None) -> bool | None:
    """Whether a dispute is over for good; ``None`` when only the API can say.

    States only move forward, but for this: an answer of the API to a question that was asked
    after the dispute was heard of.
    """
    if order.status is not OrderStatus.DISPUTED or news.status is not OrderStatus.PAID:
        return False
    if asked_at is None:
        return None
    return (order.changed_at or asked_at) <= asked_at


def _refunded(order: Order, news: RemoteOrder) -> Money | None:
    """What was given back of an order that stays paid; all of it is another state."""
    if news.status is not OrderStatus.PAID:
        return order.refunded
    if news.refunded is None and news.partially_refunded:
        return order.refunded or Money(Decimal(0), order.quote.currency if order.quote else "")
    return news.refunded or order.refunded


def _take_goods(order: Order, news: RemoteOrder) -> Order:
    """The order with goods that are neither held nor in the buyer's hands.

    What comes after the message was sent makes another one due. Late news of less than what
    is held takes nothing away.
    """
    new = unknown(news.goods, order.handed, order.goods)
    if new:
        reopened = order.message.state is DeliveryState.DELIVERED
        message = Delivery() if reopened else order.message
        order = replace(order, goods=(*order.goods, *new), message=message)
    complete = order.kind is OfferKind.ITEM or keeps_promise(order, news)
    return replace(order, reading=Delivery(DeliveryState.DELIVERED)) if complete else order


def keeps_promise(order: Order, news: RemoteOrder) -> bool:
    """Whether everything that Shoppex delivers with this order has arrived."""
    if order.promise is Promise.KEYS:
        return news.keys >= order.quantity
    return order.promise is Promise.SOMETHING and bool(news.goods)


def is_exchanged(order: Order, news: RemoteOrder) -> bool:
    """Whether all keys are there, and one that the buyer has is not among them any more."""
    has_keys = order.promise is Promise.KEYS and keeps_promise(order, news)
    return has_keys and not is_all_listed(order, news.goods)


def _late_quote(order: Order, news: RemoteOrder) -> Money | None:
    """What Shoppex asks for an order whose answer never arrived; this news is that answer.

    Nobody quotes the renewals that Shoppex makes by itself: what came in for one is its price.
    """
    if order.renewal:
        paid = order.quote is None and news.status is OrderStatus.PAID
        return news.total if paid else None
    answers = order.uniqid is None and news.status is OrderStatus.PENDING
    if not answers or news.total is None or order.quote is None:
        return None
    return news.total if news.total.currency == order.quote.currency else None


def says_too_little(order: Order, news: RemoteOrder) -> bool:
    """Whether news of a payment leaves open how much was paid."""
    return news.status is OrderStatus.PAID and news.total is None and order.paid_at is None


def _sent_fields(key: AccountKey, order: Order) -> dict[str, str]:
    """The custom fields that must come back."""
    buyer = key.user_id if order.origin is None else order.origin
    sent = Tag(buyer, key.guild_id, order.nonce).to_fields()
    if buyer == NOBODY:
        # Only the tag still names the user whose data was deleted. Server and nonce are proof.
        del sent[USER]
    return sent


def ask_again(order: Order, now: datetime) -> Order:
    """The order, to be read from the API before anything is believed.

    An answer to a question from before ``now`` does not settle it.
    """
    asking = order.asking
    waiting = asking if asking is not None and asking.waits else Delivery()
    return replace(order, asking=replace(waiting, begun_at=now))


def answered(asking: Delivery | None, asked_at: datetime) -> Delivery | None:
    """What is left to ask after the answer to a question of ``asked_at``."""
    if asking is None or asking.begun_at is None or asking.begun_at <= asked_at:
        return None
    return Delivery(begun_at=asking.begun_at)


def has_seen(order: Order, delivery_id: str) -> bool:
    """Whether that webhook delivery is already in this order's facts."""
    return delivery_id in order.seen


def mark_seen(order: Order, delivery_id: str) -> Order:
    """The order, remembering the delivery; old ones are forgotten."""
    if not delivery_id or has_seen(order, delivery_id):
        return order
    return replace(order, seen=(*order.seen, delivery_id)[-_SEEN:])


def forget(account: Account, unpaid_before: datetime, details_before: datetime) -> Account:
    """The account without what is no longer needed; a paid order is never forgotten.

    Parameters
    ----------
    unpaid_before
        Orders that nobody paid go when they were made before this.
    details_before
        Finished orders that were paid before this shrink to what their roles, a refund and a
        repeat of their goods still need.
    """
    orders = {
        nonce: _shrunk(order) if _is_finished(order, details_before) else order
        for nonce, order in account.orders.items()
        if order.touched_by_money or order.created_at >= unpaid_before
    }
    return account if orders == account.orders else replace(account, orders=orders)


def forget_notices(account: Account, before: datetime) -> Account:
    """The account without notices of moments so long ago that none of them can come again."""
    moment = int(before.timestamp())
    notices = {
        name: notice for name, notice in account.notices.items() if moment_of(name) >= moment
    }
    return account if len(notices) == len(account.notices) else replace(account, notices=notices)


def _is_finished(order: Order, before: datetime) -> bool:
    owed = (order.asking, order.message, order.reading if order.open_readings else None)
    waits = any(delivery is not None and delivery.waits for delivery in owed)
    closed = order.fulfilled or not order.entitled
    old = order.paid_at is not None and order.paid_at < before
    return old and closed and order.held is None and not waits


def _shrunk(order: Order) -> Order:
    return replace(order, url=None, coupon=None, seen=())

"""Update of an order in the ledger by news of it from Shoppex. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from ...domain.account import NOBODY, AccountKey, OfferKind, Order, Promise
from ...domain.delivery import Delivery, DeliveryState
from ...domain.money import Money
from ...domain.order_metadata import USER, OrderTag
from ...domain.outstanding import Outstanding, TopUp, Underpayment
from ...domain.policy import Terms
from ...domain.refunds import is_all
from ...domain.remote import RemoteOrder
from ...domain.status import OrderStatus, advance
from .delivered_goods import digests_of, is_all_listed, unknown, with_goods
from .payment_checks import (
    OTHER_BUYER,
    UNKNOWN_LINES,
    UNKNOWN_ORDER,
    is_as_ordered,
    is_first_payment,
    is_unknown_cart,
    lines_that_came,
    payment_of,
    settle_lines,
    why_item_is_held,
    with_paid_lines,
)
from .promises import keeps_promise

_SEEN = 8
_SPARE_PIECES = 60
# How long staff hear nothing of what mostly mends itself: a buyer pays the rest, a network
# confirms, a seller delivers.
_UNDERPAID_FOR = timedelta(hours=1)
_CONFIRMED_WITHIN = timedelta(hours=24)
_SELLER_DELIVERS_WITHIN = timedelta(days=3)
_DIGESTS_OF_A_PIECE = 3
_MOST_TEXT = 256 * 1024
_MOST_DIGESTS = 40_000
_NO_TERMS = Terms()
# The money is not there, or not any more: nobody has to decide about it.
_CLOSED = (OrderStatus.CANCELLED, OrderStatus.REFUNDED)


def distrust(key: AccountKey, order: Order, news: RemoteOrder) -> str | None:
    """Return why news cannot be about this order, as a stable word; ``None`` when it can.

    Design, section 2, rule 5: custom fields must be what the bot sent. News of an order whose
    payment was believed before, or that staff accepted, is never doubted. Nobody ordered the
    renewals that Shoppex makes by itself: they count when it lists them.
    """
    if order.paid_at is not None or order.renewal or order.accepted is not None:
        return None
    sent = _sent_fields(key, order)
    if any(news.custom_fields.get(name, value) != value for name, value in sent.items()):
        return OTHER_BUYER
    return None


def why_hold(key: AccountKey, order: Order, news: RemoteOrder, terms: Terms) -> str | None:
    """Return why the API's word has to wait for staff, as a stable word; ``None`` if it need not.

    Design, section 2, rule 5. A price that is not the quoted one is no reason: it is settled
    at the checkout (contract, section 15.1).
    """
    if order.held == UNKNOWN_ORDER and order.accepted is None:
        # Nobody remembers what was ordered, so a person has to say that it is right.
        return UNKNOWN_ORDER
    doubt = distrust(key, order, news)
    if doubt is not None or order.accepted is not None or not is_first_payment(order, news):
        return doubt
    if order.kind is OfferKind.ITEM:
        return why_item_is_held(order, news)
    return UNKNOWN_LINES if is_unknown_cart(order, news, terms) else None


def learn(
    key: AccountKey,
    order: Order,
    news: RemoteOrder,
    now: datetime,
    asked_at: datetime | None = None,
    terms: Terms = _NO_TERMS,
) -> Order:
    """The order after news of it from Shoppex, by webhook or by API.

    A webhook is believed of a payment only as far as that is what was ordered; all else makes
    the API be asked, and so does an event that would end a dispute: it may only be late. What
    the API says and cannot be trusted holds the order for staff.

    Parameters
    ----------
    asked_at
        When the API was asked whose answer this is; ``None`` for a webhook.
    terms
        What else is sold in the guild: a cart may have been edited at the checkout.
    """
    if news.status is OrderStatus.PAID and is_all(news.refunded, news.total or order.total):
        news = replace(news, status=OrderStatus.REFUNDED, partially_refunded=False)
    first_payment = is_first_payment(order, news)
    believed = asked_at is not None or (order.held is None and is_as_ordered(order, news))
    if not believed or is_undecided(order, news, terms):
        heard_at = order.heard_paid_at or (now if first_payment else None)
        return ask_again(
            replace(order, uniqid=order.uniqid or news.uniqid, heard_paid_at=heard_at), now
        )
    closes = order.held is not None and news.status in _CLOSED
    reason = None if closes else why_hold(key, order, news, terms)
    if reason is not None:
        return _held(order, news, reason, now)
    restored = _is_restored(order, news, asked_at)
    if restored is None:
        return ask_again(order, now)
    if order.held is not None:
        order = replace(order, held=None, came=(), left=None)
    if first_payment and asked_at is None:
        order = replace(with_paid_lines(order, news, terms), lines_open=True)
    elif first_payment or (order.lines_open and news.status is OrderStatus.PAID):
        order = settle_lines(order, news, terms)
    status = OrderStatus.PAID if restored else advance(order.status, news.status)
    refunded = _refunded(order, news)
    paid_at = order.paid_at or (now if status is OrderStatus.PAID else None)
    born = news.created_at if order.renewal else None
    outstanding = _outstanding(order, news, status)
    asks = outstanding is not None and bool(outstanding.questions)
    learnt = replace(
        order,
        created_at=born or order.created_at,
        title=(_title_of(news) if order.renewal else "") or order.title,
        uniqid=order.uniqid or news.uniqid,
        quote=_late_quote(order, news) or order.quote,
        # Once paid it is of no use, but for what has to be filled in there, and every write of
        # its file would carry it along.
        url=None if paid_at is not None and not asks else order.url or news.url,
        status=status,
        paid_at=paid_at,
        shown=None if paid_at is not None else order.shown,
        address=None if paid_at is not None else order.address,
        heard_paid_at=None if asked_at is not None or paid_at is not None else order.heard_paid_at,
        payment=order.payment if order.paid_at is not None else payment_of(order, news),
        changed_at=now if _is_a_turn(order, status, refunded) else order.changed_at,
        refunded=refunded,
        subscription=order.subscription or news.subscription_id,
        outstanding=outstanding,
        underpayment=_underpayment(order, news, status, asked_at),
    )
    learnt = replace(learnt, stalled=_why_stalled(learnt, now))
    if asked_at is None and _waits_for_others(learnt):
        # What is missing, and whether it came meanwhile, is the API's to say.
        learnt = ask_again(learnt, now)
    if asked_at is None and _is_full(order) and _new_goods(order, news):
        # Whoever knows the secret can name any number of pieces; only the API lists them all.
        return ask_again(learnt, now)
    return _take_goods(learnt, news, now, is_answer=asked_at is not None)


def _is_full(order: Order) -> bool:
    """Whether an order has so many goods already that no event is believed to bring more."""
    pieces = len(order.goods) + len(order.handed)
    most = _SPARE_PIECES + _DIGESTS_OF_A_PIECE * order.keys_due
    return pieces > most or sum(map(len, order.goods)) > _MOST_TEXT


def _outstanding(order: Order, news: RemoteOrder, status: OrderStatus) -> Outstanding | None:
    """What a paid order waits for, by the last news that said anything of it."""
    if status is not OrderStatus.PAID or order.kind is OfferKind.ITEM:
        return None
    told = order.outstanding if news.outstanding is None else news.outstanding
    return told if told is not None and told.anything else None


def _underpayment(
    order: Order, news: RemoteOrder, status: OrderStatus, asked_at: datetime | None
) -> Underpayment | None:
    """What is missing of a payment, by the API's last word."""
    if status is not OrderStatus.PARTIAL:
        return None
    if news.status is not OrderStatus.PARTIAL or asked_at is None:
        return order.underpayment
    told, before = news.underpayment, order.underpayment
    # A list says less than the order itself.
    return before if told == Underpayment() and before is not None else told


def _waits_for_others(order: Order) -> bool:
    return order.status is OrderStatus.PARTIAL or order.outstanding is not None


def _why_stalled(order: Order, now: datetime) -> str | None:
    """Why staff have to look at an order that does not go on, as a stable word."""
    if order.status is OrderStatus.PARTIAL:
        lasted = now - (order.changed_at or order.created_at)
        if order.underpayment is None:
            return "confirming_long" if lasted > _CONFIRMED_WITHIN else None
        hopeless = order.underpayment.top_up is not TopUp.POSSIBLE
        return "underpaid" if hopeless or lasted > _UNDERPAID_FOR else None
    waits = order.outstanding
    if waits is None or not order.entitled or order.paid_at is None:
        return None
    if waits.failed:
        return "delivery_failed"
    promised = _SELLER_DELIVERS_WITHIN if waits.within is None else waits.within
    late = waits.by_seller and not waits.questions and now - order.paid_at > promised
    return "seller_late" if late else None


def _title_of(news: RemoteOrder) -> str:
    """What it is for today: the plan may have changed since the subscription began."""
    return next((item.title for item in news.items if item.title), "")


def _held(order: Order, news: RemoteOrder, reason: str, now: datetime) -> Order:
    """The order, waiting for staff with what they have to know."""
    if order.held == reason:
        return order
    return replace(
        order,
        uniqid=order.uniqid or news.uniqid,
        held=reason,
        heard_paid_at=None,
        came=lines_that_came(news),
        payment=payment_of(order, news),
        changed_at=now,
    )


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


def _take_goods(order: Order, news: RemoteOrder, now: datetime, *, is_answer: bool) -> Order:
    """The order with goods that are neither held nor in the buyer's hands.

    What comes after the message was sent makes another one due. Late news of less than what
    is held takes nothing away.
    """
    new, left_out = _within_bounds(order, _new_goods(order, news))
    order = _with_unread(order, (*news.unread, *left_out), now, is_answer=is_answer)
    # What a try that was begun carries must not change.
    carried = order.carried is not None or order.message.begun_at is not None
    begun = order.message.waits and carried
    goods = (*order.goods, *new) if begun else with_goods(order.goods, new, news.replaced)
    if new:
        reopened = order.message.state is DeliveryState.DELIVERED
        message = Delivery() if reopened else order.message
        exchanged = order.exchanged or _is_replacement(order, new, news)
        order = replace(order, message=message, exchanged=exchanged)
    if goods != order.goods:
        links = {*order.key_links, *news.key_links}
        key_links = tuple(piece for piece in dict.fromkeys(goods) if piece in links)
        order = replace(order, goods=goods, key_links=key_links)
    if order.replacing_since is not None and is_exchanged(order, news):
        order = replace(order, replacing_since=None)
    complete = order.kind is OfferKind.ITEM or (
        keeps_promise(order, news)
        and order.outstanding is None
        and order.replacing_since is None
        and not order.unread
    )
    return replace(order, reading=Delivery(DeliveryState.DELIVERED)) if complete else order


def _with_unread(
    order: Order, unread: tuple[str, ...], now: datetime, *, is_answer: bool
) -> Order:
    """The order with what cannot be read; once more is there than before, staff hear of it."""
    if not unread and not is_answer:
        # An event may name less than there is.
        return order
    done = order.reading.state is DeliveryState.DELIVERED
    if done and not set(unread) <= set(order.unread):
        order = replace(order, reading=Delivery(begun_at=now))
    return replace(order, unread=unread)


def _new_goods(order: Order, news: RemoteOrder) -> tuple[str, ...]:
    return unknown(news.goods, order.handed, order.goods, {*news.key_links, *order.key_links})


def _within_bounds(order: Order, new: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """As much of what is new as can be remembered, and the name of the rest for staff."""
    room = _MOST_DIGESTS - len(order.handed)
    for number, piece in enumerate(new):
        room -= len(digests_of(piece))
        if room < 0:
            return new[:number], (f"delivered_items[{number}:]",)
    return new, ()


def is_exchanged(order: Order, news: RemoteOrder) -> bool:
    """Return whether Shoppex shows another key in place of one that the buyer had when they asked.

    All keys that were bought have to be there, so that one which was only late is not taken
    for it.
    """
    had = order.handed[: order.had]
    if order.promise is not Promise.KEYS or news.keys < order.keys_due or not had:
        return False
    new = unknown(news.goods, had, exact=set(news.key_links))
    return bool(new) and not is_all_listed(had, news.goods)


def _is_replacement(order: Order, new: tuple[str, ...], news: RemoteOrder) -> bool:
    """Whether what is new takes the place of something that the buyer had."""
    marked = bool(order.handed) and not set(news.replacements).isdisjoint(new)
    return marked or (order.replacement is not None and is_exchanged(order, news))


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


def is_undecided(order: Order, news: RemoteOrder, terms: Terms) -> bool:
    """Return whether news of a payment leaves open whether what was ordered is paid for."""
    unsure = not news.looked_up and is_unknown_cart(order, news, terms)
    return says_too_little(order, news) or (is_first_payment(order, news) and unsure)


def says_too_little(order: Order, news: RemoteOrder) -> bool:
    """Return whether news leaves open whether enough was paid, where Shoppex knows no price.

    The price of a product is Shoppex's own affair: what it calls paid is paid.
    """
    matters = order.kind is OfferKind.ITEM and order.accepted is None
    return matters and is_first_payment(order, news) and news.total is None


def _sent_fields(key: AccountKey, order: Order) -> dict[str, str]:
    """The custom fields that must come back."""
    buyer = key.user_id if order.origin is None else order.origin
    sent = OrderTag(buyer, key.guild_id, order.nonce).to_fields()
    if buyer == NOBODY:
        # Only the tag still names the user whose data was deleted. Server and nonce are proof.
        del sent[USER]
    return sent


def ask_again(order: Order, now: datetime, not_before: datetime | None = None) -> Order:
    """The order, to be read from the API before anything is believed.

    An answer to a question from before ``now`` does not settle it.
    """
    asking = order.asking
    waiting = asking if asking is not None and asking.waits else Delivery()
    if not_before is not None:
        waiting = replace(waiting, next_try=max(not_before, waiting.next_try or not_before))
    return replace(order, asking=replace(waiting, begun_at=now))


def answered(asking: Delivery | None, asked_at: datetime) -> Delivery | None:
    """Return what is left to ask after the answer to a question of ``asked_at``."""
    if asking is None or asking.begun_at is None or asking.begun_at <= asked_at:
        return None
    return Delivery(begun_at=asking.begun_at, next_try=asking.next_try)


def has_seen(order: Order, delivery_id: str) -> bool:
    """Return whether that webhook delivery is already in this order's facts."""
    return delivery_id in order.seen


def mark_seen(order: Order, delivery_id: str) -> Order:
    """The order, remembering the delivery; old ones are forgotten."""
    if not delivery_id or has_seen(order, delivery_id):
        return order
    return replace(order, seen=(*order.seen, delivery_id)[-_SEEN:])

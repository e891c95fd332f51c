"""Checks of a paid order: what it is for, and whether enough was paid. Pure.

The price is settled at the checkout (contract, section 15.1): what a buyer gets follows from the
lines of the paid order, never from its total.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from ...domain.account import OfferKind, Order
from ...domain.delivery import Delivery, DeliveryState
from ...domain.line import SUBSCRIPTION_TYPES, Line, promise_of, strongest
from ...domain.money import Money
from ...domain.offer import product_ref
from ...domain.payment import Payment
from ...domain.policy import Terms
from ...domain.product import Product
from ...domain.remote import LineItem, RemoteOrder
from ...domain.status import OrderStatus

OTHER_BUYER = "other_buyer"
PAID_TOO_LITTLE = "paid_too_little"
UNKNOWN_LINES = "unknown_lines"

UNKNOWN_ORDER = "unknown_order"
"""The ledger does not know the order any more."""

HOLDS = frozenset({OTHER_BUYER, PAID_TOO_LITTLE, UNKNOWN_LINES, UNKNOWN_ORDER})
"""Why an order that Shoppex calls paid waits until staff decide."""

# A checkout converts at its own rate, and rounds.
_CONVERSION_SLACK = Decimal("0.98")


def is_first_payment(order: Order, news: RemoteOrder) -> bool:
    """Return whether this is the news that an order is paid."""
    return news.status is OrderStatus.PAID and order.paid_at is None and not order.renewal


def is_as_ordered(order: Order, news: RemoteOrder) -> bool:
    """Return whether a webhook's word is enough: it tells of no payment or the expected one."""
    if not is_first_payment(order, news):
        return True
    if news.emptied or news.total is None or news.total != order.quote:
        return False
    quantity = sum(item.quantity for item in news.items) if news.items else news.quantity
    if quantity not in (None, order.quantity):
        return False
    if order.kind is OfferKind.ITEM:
        return True
    # What an event leaves out is read from the API in a moment: see `settle_lines`.
    lines = [item.product_ids for item in news.items] or [news.product_ids]
    return all(not ids or _is_own(order, ids) for ids in lines)


def is_unknown_cart(order: Order, news: RemoteOrder, terms: Terms) -> bool:
    """Return whether no line of a paid cart is for anything that is sold here."""
    if order.kind is OfferKind.ITEM:
        return False
    if not news.items:
        ids = news.product_ids
        return news.emptied or (bool(ids) and not _is_known(order, ids, terms))
    named = [item for item in news.items if item.product_ids]
    return (
        bool(named)
        and not _own_lines(order, news.items)
        and not any(_is_known(order, item.product_ids, terms) for item in named)
    )


def ids_to_look_up(order: Order, news: RemoteOrder, terms: Terms) -> tuple[str, ...]:
    """Ids of products in a paid cart of which too little is known, one for a line.

    A line is foreign, or Shoppex does not say of what type its product is, or its title.
    """
    unsettled = is_first_payment(order, news) or order.lines_open
    if order.kind is OfferKind.ITEM or news.status is not OrderStatus.PAID or not unsettled:
        return ()
    lines = [(item.product_ids, item.product_type and item.title) for item in news.items]
    return tuple(
        ids[0]
        for ids, described in lines or [(news.product_ids, "")]
        if ids and not _is_own(order, ids) and not (described and _sold_ref(ids, terms))
    )


def has_unclear_lines(order: Order, news: RemoteOrder, terms: Terms) -> bool:
    """Return whether a line may yet turn out to be of something that is sold here."""
    return not news.looked_up and bool(ids_to_look_up(order, news, terms))


def with_looked_up(
    news: RemoteOrder, found: Mapping[str, Product], *, complete: bool
) -> RemoteOrder:
    """The news with what Shoppex says of the products that it names.

    Parameters
    ----------
    found
        The products, by an id that the news has.
    complete
        Whether Shoppex answered for each of them.
    """

    def more(ids: tuple[str, ...]) -> tuple[str, ...]:
        products = (found[name] for name in ids if name in found)
        return tuple(dict.fromkeys((*ids, *(n for p in products for n in (p.uniqid, p.id)))))

    def described(item: LineItem) -> LineItem:
        product = next((found[name] for name in item.product_ids if name in found), None)
        if product is None:
            return item
        return replace(
            item,
            product_ids=more(item.product_ids),
            product_type=item.product_type or product.type,
            title=item.title or product.title,
        )

    items = tuple(map(described, news.items))
    return replace(news, items=items, product_ids=more(news.product_ids), looked_up=complete)


def why_item_is_held(order: Order, news: RemoteOrder) -> str | None:
    """Return why a plain payment is not enough; ``None`` when it is.

    Shoppex knows no price for it that could be checked there, so it has to come to the one
    that was asked for, but for what a discount or credit explains.
    """
    if order.quote is None or news.total is None:
        return PAID_TOO_LITTLE
    payment = news.payment or Payment(news.total)
    if news.coupon_applied and not payment.discount:
        return None
    price = _price_in(order.quote, payment.total.currency, news)
    return None if price is not None and payment.covers(price) else PAID_TOO_LITTLE


def payment_of(order: Order, news: RemoteOrder) -> Payment | None:
    """Return what was really paid, where that is worth being kept beside the quote."""
    if news.status is not OrderStatus.PAID or news.payment is None:
        return order.payment
    plain = order.quote is not None and news.payment == Payment(order.quote)
    return None if plain else news.payment


def with_paid_lines(order: Order, news: RemoteOrder, terms: Terms) -> Order:
    """The order with what its paid lines are for; as ordered where Shoppex names none."""
    if not news.items:
        return order
    if order.kind is OfferKind.ITEM:
        return _with_paid_pieces(order, news)
    own = _own_lines(order, news.items)
    others = _other_lines(order, news.items, terms)
    quantity = sum(item.quantity for item in own)
    recurring = order.recurring or any(map(_is_recurring, own))
    if own and not others:
        return replace(
            order,
            lines=(),
            quantity=quantity,
            variant_title=_variant(order, own),
            recurring=recurring,
        )
    if not own and not others:
        return order
    [ordered] = replace(order, lines=()).bought
    first = replace(
        ordered, quantity=quantity, variant_title=_variant(order, own), recurring=recurring
    )
    lines = (first, *others) if own else others
    return replace(
        order,
        lines=lines,
        quantity=sum(line.quantity for line in lines),
        promise=strongest(line.promise for line in lines),
    )


def settle_lines(order: Order, news: RemoteOrder, terms: Terms) -> Order:
    """The order after the API said what a paid cart is for.

    What a webhook was believed on may have been more, or less: its buyer is then given, and
    told, the difference.
    """
    unclear = not news.items or has_unclear_lines(order, news, terms)
    settled = replace(with_paid_lines(order, news, terms), lines_open=unclear)
    if order.paid_at is None or settled.bought == order.bought:
        return settled
    told = order.message.state is DeliveryState.DELIVERED
    return replace(
        settled,
        fulfilled=False,
        reading=Delivery(),
        message=Delivery() if told else order.message,
    )


def lines_that_came(news: RemoteOrder) -> tuple[str, ...]:
    """Return what was paid for according to Shoppex, for staff to read."""
    return tuple(
        Line(
            OfferKind.PRODUCT,
            item.product_id,
            item.title or item.product_id or "?",
            item.quantity,
            item.variant_title,
        ).describe()
        for item in news.items[:_MOST_SHOWN]
    )


_MOST_SHOWN = 10


def _with_paid_pieces(order: Order, news: RemoteOrder) -> Order:
    """An item of the bot's own; more pieces than ordered count as far as they are paid for."""
    pieces = sum(item.quantity for item in news.items)
    payment = news.payment
    if pieces <= order.quantity or payment is None or order.quote is None:
        return order
    each = _price_in(order.quote, payment.total.currency, news)
    covered = each is not None and payment.covers(each / order.quantity * pieces)
    return replace(order, quantity=pieces) if covered else order


def _other_lines(order: Order, items: Iterable[LineItem], terms: Terms) -> tuple[Line, ...]:
    """The lines of other products that are sold here; several of one product are one."""
    found: dict[str, Line] = {}
    for item in items:
        ref = None if _is_own(order, item.product_ids) else _sold_ref(item.product_ids, terms)
        if ref is None:
            continue
        known = found.get(ref)
        offer = terms.offers[ref]
        found[ref] = Line(
            OfferKind.PRODUCT,
            ref.partition(":")[2],
            item.title or item.product_id,
            item.quantity + (known.quantity if known else 0),
            item.variant_title,
            offer.roles,
            None if _is_recurring(item) else offer.lasts,
            promise_of(item.product_type),
            _is_recurring(item),
        )
    return tuple(found.values())


def _price_in(price: Money, currency: str, news: RemoteOrder) -> Decimal | None:
    """A price in another currency of the checkout; ``None`` where no rate is known."""
    if price.currency == currency:
        return price.amount
    ours, theirs = news.rates.get(price.currency), news.rates.get(currency)
    if ours is None or theirs is None:
        return None
    return price.amount / ours * theirs * _CONVERSION_SLACK


def _own_lines(order: Order, items: Iterable[LineItem]) -> list[LineItem]:
    """The lines for the product that was ordered.

    One that names no product is for it when it has its title, or none, and no other line is:
    beside those it is something extra, such as a tip.
    """
    items = list(items)
    named = [item for item in items if _is_own(order, item.product_ids)]
    if named:
        return named
    unnamed = [item for item in items if not item.product_ids]
    alike = [item for item in unnamed if item.title in ("", order.title)]
    return alike or (unnamed if len(items) == 1 else [])


def _is_recurring(item: LineItem) -> bool:
    return item.product_type in SUBSCRIPTION_TYPES


def _is_known(order: Order, ids: Iterable[str], terms: Terms) -> bool:
    return _is_own(order, ids) or _sold_ref(ids, terms) is not None


def _is_own(order: Order, ids: Iterable[str]) -> bool:
    return not order.own_ids.isdisjoint(ids)


def _sold_ref(ids: Iterable[str], terms: Terms) -> str | None:
    refs = (product_ref(name) for name in ids)
    return next((ref for ref in refs if ref in terms.offers), None)


def _variant(order: Order, own: list[LineItem]) -> str | None:
    titles = dict.fromkeys(item.variant_title for item in own if item.variant_title)
    return ", ".join(titles) or order.variant_title

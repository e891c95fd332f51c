"""Parsing of orders and payments. Webhook payloads have the same form as the API's answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ...domain.refunds import is_all
from ...domain.remote import LineItem, RemoteOrder
from ...domain.status import OrderStatus, is_partial_refund, parse_status
from ..errors import MalformedRecord
from ..fields import (
    as_list,
    as_mapping,
    parse_count,
    parse_flag,
    parse_http_url,
    parse_id,
    parse_text,
    parse_time,
    unwrap,
)
from .custom_fields import normalise
from .goods import GoodsReader, is_address
from .goods_pieces import (
    FoundGoods,
    NamedValue,
    Piece,
    text_of,
    together,
    union,
    union_of_texts,
    united,
    value_of,
    without,
)
from .outstanding import is_pending, is_underpaid, parse_outstanding, parse_underpayment
from .payment import parse_payment_amounts, parse_rates, parse_total
from .references import parse_customer_id, parse_gateway, parse_product_ids
from .refund import parse_refunded

# Contract, C17: `checkout_url` is Shoppex's page for orders, but a provider's for payments.
_ORDER_LINKS = ("checkout_url",)
_PAYMENT_LINKS = ("url_branded", "url", "checkout_url")
_MOST_ITEMS = 200
_LONGEST_TITLE = 256
_LONGEST_EMAIL = 320
_LONGEST_TYPE = 64


class MalformedOrder(MalformedRecord):
    """Data that does not say which order it is about."""


def parse_order(data: Mapping[str, object]) -> RemoteOrder:
    """Read an order, out of an answer of the API or the ``data`` of a webhook.

    Contract, sections 2.1, 4.4 and 4.5. Whatever cannot be read is left out.

    Raises
    ------
    MalformedOrder
        When there is no ``uniqid``.
    """
    return _parse(data, _ORDER_LINKS)


def parse_payment(data: Mapping[str, object]) -> RemoteOrder:
    """Read a payment, which is an order with another link (contract, section 2.3 and C17).

    Raises
    ------
    MalformedOrder
        When there is no ``uniqid``.
    """
    return _parse(data, _PAYMENT_LINKS)


def _parse(data: Mapping[str, object], links: Iterable[str]) -> RemoteOrder:
    if "uniqid" not in data:
        data = as_mapping(unwrap(data, "order"))
    uniqid = parse_id(data.get("uniqid"))
    if uniqid is None:
        raise MalformedOrder("an order without a uniqid")
    every = as_list(data.get("items") or data.get("lineItems"))
    lines = [as_mapping(entry) for entry in every[:_MOST_ITEMS] if isinstance(entry, Mapping)]
    reading = GoodsReader()
    whole, by_line = reading.of_order(data), [reading.of_line(line) for line in lines]
    if len(every) > _MOST_ITEMS:
        reading.note_unread("items")
    found = _alive(united([whole, together(by_line)]), reading)
    goods = tuple(map(text_of, found.goods))
    keys = {*found.keys, *reading.replacements}
    items = tuple(
        _parse_item(line, _alive(part, reading))
        for line, part in zip(lines, by_line, strict=True)
        if _is_bought(line)
    )
    urls = (parse_http_url(data.get(name)) for name in links)
    status = parse_status(data.get("status"))
    total = parse_total(data)
    refunded = parse_refunded(data)
    if status is OrderStatus.PENDING and is_underpaid(data):
        status = OrderStatus.PARTIAL
    if status is OrderStatus.PAID and is_all(refunded, total):
        # Whatever word the order keeps: given back in parts, it went back all the same.
        status = OrderStatus.REFUNDED
    return RemoteOrder(
        uniqid=uniqid,
        status=status,
        total=total,
        payment=parse_payment_amounts(data, total),
        rates=parse_rates(data),
        coupon_applied=bool(parse_flag(data.get("coupon_applied"))),
        quantity=_parse_quantity(data),
        url=next((url for url in urls if url is not None), None),
        custom_fields=_parse_fields(data, lines),
        items=items,
        emptied=bool(lines) and not items,
        goods=goods,
        keys=len(found.keys),
        key_texts=tuple(found.keys),
        key_links=tuple(
            text_of(piece)
            for piece in found.goods
            if "://" in text_of(piece) and value_of(piece) in keys and is_address(value_of(piece))
        ),
        unread=reading.unread,
        replacements=reading.replacements,
        replaced=reading.replaced,
        created_at=parse_time(data.get("created_at")),
        updated_at=parse_time(data.get("updated_at")),
        id=parse_id(data.get("id")),
        product_ids=parse_product_ids([data, *lines]),
        subscription_id=_parse_subscription_id(data),
        customer_id=parse_customer_id(data),
        gateway=parse_gateway(data),
        refunded=refunded,
        partially_refunded=status is OrderStatus.PAID
        and (is_partial_refund(data.get("status")) or None not in (refunded, total)),
        outstanding=parse_outstanding(data, lines) if status is OrderStatus.PAID else None,
        underpayment=parse_underpayment(data) if status is OrderStatus.PARTIAL else None,
        email=_parse_email(data),
    )


def _parse_quantity(data: Mapping[str, object]) -> int | None:
    quantity = parse_count(data.get("quantity"))
    return quantity if quantity is not None and quantity > 0 else None


def _is_bought(line: Mapping[str, object]) -> bool:
    """Whether a line is in the cart still; one whose quantity cannot be read is."""
    quantity = parse_count(line.get("quantity"))
    return quantity is None or quantity > 0


def with_goods_of(order: RemoteOrder, other: RemoteOrder) -> RemoteOrder:
    """An order with what another view of it tells of its goods, beside what it tells itself."""
    replacements = tuple(dict.fromkeys((*order.replacements, *other.replacements)))
    dead = (order.replaced | other.replaced) - {text.strip() for text in replacements}
    keys = without(union_of_texts([order.key_texts, other.key_texts]), dead)
    return replace(
        order,
        items=_with_goods_of(order.items, other.items, dead),
        goods=_unite(order.goods, other.goods, dead),
        keys=max(len(keys), order.keys),
        key_texts=tuple(map(text_of, keys)),
        key_links=tuple(dict.fromkeys((*order.key_links, *other.key_links))),
        replacements=replacements,
        replaced=dead,
        unread=tuple(dict.fromkeys((*order.unread, *other.unread))),
        outstanding=other.outstanding if order.outstanding is None else order.outstanding,
    )


def _with_goods_of(
    items: tuple[LineItem, ...], others: tuple[LineItem, ...], dead: frozenset[str]
) -> tuple[LineItem, ...]:
    """The lines with what the same lines have elsewhere; as they are where the others differ."""
    ids = [(item.product_ids, item.variant_title) for item in items]
    if ids != [(item.product_ids, item.variant_title) for item in others]:
        return items
    return tuple(
        replace(
            item,
            goods=_unite(item.goods, other.goods, dead),
            keys=max(item.keys, other.keys),
            pending=item.pending and other.pending,
        )
        for item, other in zip(items, others, strict=True)
    )


def _unite(
    goods: tuple[str, ...], others: tuple[str, ...], dead: frozenset[str]
) -> tuple[str, ...]:
    pieces = union([list(map(_as_piece, goods)), list(map(_as_piece, others))])
    return tuple(map(text_of, without(pieces, dead)))


def _as_piece(text: str) -> Piece:
    label, _, link = text.rpartition(": ")
    is_link = bool(label) and "\n" not in label and is_address(link)
    return NamedValue(text, link, is_link=True) if is_link else text


def _alive(found: FoundGoods, reading: GoodsReader) -> FoundGoods:
    """What was found, without serials that were replaced."""
    if not reading.replaced:
        return found
    keys = map(text_of, without(found.keys, reading.replaced))
    return FoundGoods(without(found.goods, reading.replaced), list(keys))


def _parse_item(data: Mapping[str, object], found: FoundGoods) -> LineItem:
    title = parse_text(data.get("product_title")) or parse_text(data.get("title")) or ""
    variant = as_mapping(data.get("variant"))
    variant_title = parse_text(data.get("variant_title")) or parse_text(variant.get("title"))
    kind = parse_text(data.get("product_type")) or parse_text(
        as_mapping(data.get("product")).get("type")
    )
    return LineItem(
        product_id=parse_id(data.get("product_id")) or "",
        title=title[:_LONGEST_TITLE],
        quantity=max(1, parse_count(data.get("quantity")) or 1),
        goods=tuple(map(text_of, found.goods)),
        keys=len(found.keys),
        pending=is_pending(data),
        product_ids=parse_product_ids([data]),
        product_type=(kind or "").strip().upper()[:_LONGEST_TYPE],
        variant_title=None if not variant_title else variant_title[:_LONGEST_TITLE],
    )


def _parse_fields(
    data: Mapping[str, object], lines: Iterable[Mapping[str, object]]
) -> dict[str, str]:
    fields = normalise(data.get("custom_fields"))
    if fields:
        return fields
    for line in lines:
        fields = {**normalise(line.get("custom_fields")), **fields}
    return fields


def _parse_subscription_id(data: Mapping[str, object]) -> str | None:
    subscription = as_mapping(data.get("subscription"))
    ids = (data.get("subscription_id"), subscription.get("uniqid"), subscription.get("id"))
    return next((name for name in map(parse_id, ids) if name is not None), None)


def _parse_email(data: Mapping[str, object]) -> str | None:
    customer = as_mapping(data.get("customer"))
    places = (data.get("customer_email"), data.get("email"), customer.get("email"))
    texts = ((parse_text(place) or "").strip() for place in places)
    return next((text for text in texts if "@" in text and len(text) <= _LONGEST_EMAIL), None)

"""Reading orders and payments. Webhook payloads have the same form as the API's answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..domain.money import parse_money
from ..domain.remote import LineItem, RemoteOrder
from ..domain.status import parse_status
from .custom_fields import normalise
from .goods import extract_goods, extract_keys, union
from .parsing import (
    as_list,
    as_mapping,
    clean_text,
    parse_count,
    parse_http_url,
    parse_id,
    parse_text,
    parse_time,
    unwrap,
)

# Contract, C17: `checkout_url` is Shoppex's page for orders, but a provider's for payments.
_ORDER_LINKS = ("checkout_url",)
_PAYMENT_LINKS = ("url_branded", "url", "checkout_url")
_MOST_ITEMS = 200
_LONGEST_TITLE = 256


class MalformedOrder(ValueError):
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
    lines = [
        as_mapping(entry)
        for entry in as_list(data.get("items"))[:_MOST_ITEMS]
        if isinstance(entry, Mapping)
    ]
    items = tuple(_parse_item(line) for line in lines)
    delivered = [data.get("delivered_items"), *(line.get("delivered_items") for line in lines)]
    by_item = [piece for value in delivered[1:] for piece in extract_goods(value)]
    keys_by_item = [key for value in delivered[1:] for key in extract_keys(value)]
    urls = (parse_http_url(data.get(name)) for name in links)
    return RemoteOrder(
        uniqid=uniqid,
        status=parse_status(data.get("status")),
        total=parse_money(data.get("total"), data.get("currency")),
        url=next((url for url in urls if url is not None), None),
        custom_fields=_parse_fields(data, lines),
        items=items,
        goods=tuple(union([extract_goods(data), extract_goods(delivered[0]), by_item])),
        keys=len(union([extract_keys(data), extract_keys(delivered[0]), keys_by_item])),
        created_at=parse_time(data.get("created_at")),
    )


def _parse_item(data: Mapping[str, object]) -> LineItem:
    title = parse_text(data.get("product_title")) or parse_text(data.get("title")) or ""
    return LineItem(
        product_id=parse_id(data.get("product_id")) or "",
        title=clean_text(title)[:_LONGEST_TITLE],
        quantity=max(1, parse_count(data.get("quantity")) or 1),
        goods=extract_goods(data.get("delivered_items")),
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

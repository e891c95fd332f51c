"""Check, line by line, whether all that Shoppex delivers with an order has arrived. Pure."""

from __future__ import annotations

from ...domain.account import Order, Promise
from ...domain.line import Line, promise_of
from ...domain.remote import LineItem, RemoteOrder


def keeps_promise(order: Order, news: RemoteOrder) -> bool:
    """Return whether all that Shoppex delivers with this order has arrived, and it says so."""
    return is_all_there(order, news) and not any(
        item.pending and _promise_of(order, item, news) is not Promise.KEYS for item in news.items
    )


def is_all_there(order: Order, news: RemoteOrder) -> bool:
    """Return whether each line has as much as was promised with it.

    What no line names, the order itself may: that counts for the lines which lack it.
    """
    if order.promise is Promise.NOTHING or not news.goods:
        return False
    if order.promise is Promise.KEYS and news.keys < order.keys_due:
        return False
    keyed, keys, others = False, 0, 0
    for item in news.items:
        promise = _promise_of(order, item, news)
        if promise is Promise.KEYS:
            keyed = True
            keys += max(0, item.quantity - item.keys)
        elif promise is Promise.SOMETHING and not item.goods:
            others += 1
    if not keys and not others:
        return True
    spare_keys = news.keys - sum(item.keys for item in news.items)
    spare = _count(news.goods) - sum(_count(item.goods) for item in news.items)
    # Where keys were bought, one more of them is not what another line brings.
    return keys <= spare_keys and others <= (spare - spare_keys if keyed else spare)


def is_pending(news: RemoteOrder) -> bool:
    """Return whether Shoppex says of any line that it is not delivered yet."""
    return any(item.pending for item in news.items)


def _count(goods: tuple[str, ...]) -> int:
    """The lines of goods: one text may join several keys."""
    return sum(bool(line.strip()) for piece in goods for line in piece.splitlines())


def _promise_of(order: Order, item: LineItem, news: RemoteOrder) -> Promise:
    """What is delivered with a line: by what was bought, or else by its own word."""
    line = _line_of(order, item, news)
    if line is not None and line.promise is not Promise.NOTHING:
        return line.promise
    return promise_of(item.product_type)


def _line_of(order: Order, item: LineItem, news: RemoteOrder) -> Line | None:
    if not item.product_ids:
        alone = len(news.items) == 1 and not order.lines
        return order.bought[0] if alone else None
    for line in order.bought:
        if not order.names_of(line).isdisjoint(item.product_ids):
            return line
    return None

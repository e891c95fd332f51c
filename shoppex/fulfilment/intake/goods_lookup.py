"""Reading an order together with what was delivered for it, wherever Shoppex keeps that."""

from __future__ import annotations

import logging
from dataclasses import replace

from ...api import ApiError, ShoppexClient, with_goods_of
from ...domain.account import OfferKind, Order, Promise
from ...domain.remote import RemoteOrder
from ...domain.status import OrderStatus
from .promises import is_all_there

log = logging.getLogger("red.shoppex.shoppex.fulfilment.intake.goods_lookup")


async def read_whole(client: ShoppexClient, order: Order) -> RemoteOrder:
    """Read an order; while goods that were promised are missing, look where else they may be.

    Contract, section 4.5: in the order, then in its invoice, then among the licences.

    Raises
    ------
    ApiError
        When the order itself cannot be read. The other places are only looked into.
    """
    news = await client.read(order.kind, order.remote_id or "")
    promised = order.kind is OfferKind.PRODUCT and order.promise is not Promise.NOTHING
    if not promised or news.status is not OrderStatus.PAID:
        return news
    for look in (_in_invoice, _in_licences):
        if is_all_there(order, news):
            break
        try:
            news = await look(client, news)
        except ApiError as error:
            # A key without the scope for it, or no such place: the order itself was read.
            log.info("%s found nothing for order %s: %s", look.__name__, order.short_name, error)
    return news


async def _in_invoice(client: ShoppexClient, news: RemoteOrder) -> RemoteOrder:
    return with_goods_of(news, await client.invoices.get(news.uniqid))


async def _in_licences(client: ShoppexClient, news: RemoteOrder) -> RemoteOrder:
    for name in dict.fromkeys(name for name in (news.uniqid, news.id) if name):
        found = [entry.key async for entry in client.licenses.list(invoice_id=name) if entry.key]
        known = {*news.goods, *news.key_texts, *news.replaced}
        new = [key for key in dict.fromkeys(found) if key not in known]
        if new:
            return replace(
                news,
                goods=(*news.goods, *new),
                keys=news.keys + len(new),
                key_texts=(*news.key_texts, *new),
            )
    return news

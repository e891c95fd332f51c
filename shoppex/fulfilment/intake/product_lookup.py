"""Lookup of the products that the lines of a paid cart are for."""

from __future__ import annotations

import logging

from ...api import ApiError, NotFound, ShoppexClient, Unauthorized
from ...domain.account import Order
from ...domain.policy import Terms
from ...domain.product import Product
from ...domain.remote import RemoteOrder
from .payment_checks import ids_to_look_up, with_looked_up

log = logging.getLogger("red.shoppex.shoppex.fulfilment.intake.product_lookup")

_MOST_LOOKED_UP = 20


async def look_up_products(
    client: ShoppexClient, order: Order, news: RemoteOrder, terms: Terms
) -> RemoteOrder:
    """The news with every name, and the type, of products of which the ledger knows too little.

    A record may name a product by its internal id (contract, section 1, *Ids*), so a line is
    foreign only when Shoppex was asked which product that is. A product that cannot be read
    holds up no other line; the news then says that not all were looked up.

    Raises
    ------
    Unauthorized
        When Shoppex refuses the shop's key.
    """
    found: dict[str, Product] = {}
    complete = True
    for name in dict.fromkeys(ids_to_look_up(order, news, terms)[:_MOST_LOOKED_UP]):
        product, answered = await _look_up(client, order, name)
        complete = complete and answered
        if product is not None:
            found[name] = product
    return with_looked_up(news, found, complete=complete)


async def _look_up(client: ShoppexClient, order: Order, name: str) -> tuple[Product | None, bool]:
    """The product, if Shoppex knows it, and whether it could be asked."""
    try:
        return await client.products.get(name), True
    except NotFound:
        return None, True
    except Unauthorized:
        raise
    except ApiError as error:
        log.warning("A product in order %s cannot be read: %s", order.short_name, error)
        return None, False

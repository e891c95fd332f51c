"""Finding out which products the lines of a paid cart are for."""

from __future__ import annotations

from ...api import NotFound, ShoppexClient
from ...domain.account import Order
from ...domain.policy import Terms
from ...domain.remote import RemoteOrder
from .payment_checks import unknown_ids, with_looked_up

_MOST_LOOKED_UP = 20


async def look_up_products(
    client: ShoppexClient, order: Order, news: RemoteOrder, terms: Terms
) -> RemoteOrder:
    """The news with every name of the products that the ledger does not recognise.

    A record may name a product by its internal id (contract, section 1, *Ids*), so a line is
    foreign only when Shoppex was asked which product that is.

    Raises
    ------
    ApiError
        When Shoppex cannot be asked. A product that it does not know stays unknown.
    """
    found: dict[str, tuple[str, ...]] = {}
    for name in dict.fromkeys(unknown_ids(order, news, terms)[:_MOST_LOOKED_UP]):
        try:
            product = await client.products.get(name)
        except NotFound:
            continue
        found[name] = (product.uniqid, product.id)
    return with_looked_up(news, found)

"""Lookup of the plan that a subscription moved to."""

from __future__ import annotations

from dataclasses import replace

from ...api import Forbidden, NotFound, ShoppexClient
from ...domain.remote import RemoteSubscription
from ...domain.subscription import Subscription
from .subscription_updates import is_moved


async def look_up_plan(
    client: ShoppexClient, known: Subscription, news: RemoteSubscription
) -> RemoteSubscription:
    """The answer with every name, the title and the price of a plan that is not the known one.

    A record may name a product by its internal id (contract, section 1, *Ids*), so it is another
    plan only when Shoppex was asked which product that is.

    Raises
    ------
    ApiError
        When Shoppex cannot be asked. A product that it does not show stays as it was named.
    """
    if not is_moved(known, news):
        return news
    try:
        product = await client.products.get(news.product_ids[0])
    except (NotFound, Forbidden):
        return news
    ids = dict.fromkeys((product.uniqid, product.id, *news.product_ids))
    return replace(
        news,
        product_ids=tuple(ids),
        product_title=news.product_title or product.title,
        price=news.price or product.price,
    )

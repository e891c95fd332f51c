"""Make an order that the ledger does not know from what Shoppex says of it. Pure."""

from __future__ import annotations

import re
from datetime import datetime

from ...domain.account import OfferKind, Order, Promise
from ...domain.line import promise_of, strongest
from ...domain.money import Money
from ...domain.remote import RemoteOrder
from ...store.settings_model import GuildSettings, ItemEntry, SoldEntry

_PIECES = re.compile(r"(\d{1,9}) × (.+)", re.DOTALL)


def order_from(
    news: RemoteOrder, kind: OfferKind, nonce: str, shop: GuildSettings, now: datetime
) -> Order:
    """An order as it was before it was paid, as far as Shoppex and today's shop tell. Pure."""
    title, quantity = _title_and_quantity(news, kind)
    entry = _entry(news, kind, title, shop)
    ids = (*(name for item in news.items for name in item.product_ids), *news.product_ids)
    offer_id = entry.id if entry is not None else next(iter(ids), "")
    promise = strongest(promise_of(item.product_type) for item in news.items)
    first = news.items[0] if news.items else None
    return Order(
        nonce=nonce,
        kind=kind,
        offer_id=offer_id,
        title=entry.title if entry is not None else title,
        created_at=news.created_at or now,
        quantity=quantity,
        variant_title=first.variant_title if first is not None else None,
        roles=entry.roles if entry is not None else (),
        promise=promise if kind is OfferKind.PRODUCT else Promise.NOTHING,
        uniqid=news.uniqid,
        quote=_quote(news, entry, quantity),
        url=news.url,
        lasts=entry.lasts if entry is not None else None,
        recurring=news.subscription_id is not None,
        pool=entry.pool if isinstance(entry, ItemEntry) else None,
    )


def _quote(news: RemoteOrder, entry: SoldEntry | None, quantity: int) -> Money | None:
    """What was asked for; the price of a product is Shoppex's, that of an item is today's here."""
    if not isinstance(entry, ItemEntry):
        return news.total
    return Money(entry.price.amount * quantity, entry.price.currency)


def _title_and_quantity(news: RemoteOrder, kind: OfferKind) -> tuple[str, int]:
    title = next((item.title for item in news.items if item.title), "")
    quantity = sum(item.quantity for item in news.items) or news.quantity or 1
    if kind is OfferKind.ITEM and (pieces := _PIECES.fullmatch(title)) is not None:
        return pieces[2], int(pieces[1])
    return title, quantity


def _entry(
    news: RemoteOrder, kind: OfferKind, title: str, shop: GuildSettings
) -> SoldEntry | None:
    """What of today's shop that was; an item of the bot's own is known by its title alone."""
    if kind is OfferKind.ITEM:
        return next((item for item in shop.items.values() if item.title == title), None)
    ids = {name for item in news.items for name in item.product_ids} | set(news.product_ids)
    return next((entry for name, entry in shop.products.items() if name in ids), None)

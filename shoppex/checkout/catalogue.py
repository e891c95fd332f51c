"""Catalogue cache: what is for sale, from memory.

Shoppex is asked in the background, never by a reader.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ..api import ApiError, Forbidden, NotFound, ShoppexClient, Unauthorized
from ..bounded_dict import BoundedDict
from ..domain.line import SUBSCRIPTION_TYPES, OfferKind, Promise, promise_of
from ..domain.offer import Offer
from ..domain.product import Product, Variant
from ..domain.text_cleaning import clean_typed
from ..errors import NotSetUp, ShopUnavailable
from ..formatting import format_price
from ..fulfilment.intake.shop_clients import ShopClients
from ..store.errors import StoreUnavailable
from ..store.settings import Settings
from ..store.settings_model import GuildSettings, ItemEntry, ProductEntry
from .errors import NotForSale, SeveralNamed, ShopMisconfigured

log = logging.getLogger("red.shoppex.shoppex.checkout.catalogue")

_STALE_AFTER = timedelta(minutes=1)
# Discord waits three seconds for the first answer.
_COMMAND_SECONDS = 2.0
_TRY_AGAIN_AFTER = timedelta(seconds=10)
_VARIANTS_STALE_AFTER = timedelta(minutes=15)
_MOST_VARIANTS = 2000


@dataclass(frozen=True, slots=True)
class _Shelf:
    products: tuple[Product, ...]
    api_key: str | None


@dataclass(frozen=True, slots=True)
class _ShopRule:
    hides_stock: bool
    read_at: datetime


@dataclass(frozen=True, slots=True)
class _Variants:
    variants: tuple[Variant, ...]
    read_at: datetime


class Catalogue:
    """The offers of every guild.

    Parameters
    ----------
    clients
        Gives the API client of a shop.
    """

    def __init__(
        self, settings: Settings, clients: ShopClients, clock: Callable[[], datetime]
    ) -> None:
        self._settings = settings
        self._clients = clients
        self._clock = clock
        self._listings: dict[int, _Shelf] = {}
        self._variants = BoundedDict[str, _Variants](_MOST_VARIANTS)
        self._rules: dict[int, _ShopRule] = {}
        self._tried_at: dict[int, datetime] = {}
        # Buyers share the connections; many servers that start at once must not take them all.
        self._turn = asyncio.Semaphore(2)
        self._refreshing: dict[int, asyncio.Task[None]] = {}

    def offers(self, guild_id: int) -> tuple[Offer, ...]:
        """Everything that buyers may see, by title. From memory; asks for news if it is old."""
        self.wake(guild_id)
        shop = self._settings.guild(guild_id)
        offers = [offer_from_item(item) for item in shop.items.values()]
        offers.extend(
            offer
            for entry in shop.products.values()
            if (offer := self._shelved_offer(guild_id, entry)) is not None
        )
        return tuple(sorted(offers, key=_place_on_shelf))

    def find(self, guild_id: int, text: str, *, whole: bool) -> tuple[Offer, ...]:
        """The offers of that name; one id is one offer's, one title may be several's.

        Parameters
        ----------
        whole
            Whether ``text`` must be a whole name (ref, id, uniqid, slug or title), or may be
            the beginning of a title.
        """
        wanted, offers = clean_typed(text).casefold(), self.offers(guild_id)
        exact = tuple(offer for offer in offers if text in (offer.ref, offer.id))
        return exact or tuple(
            offer
            for offer in offers
            if self._is_named(guild_id, offer, wanted)
            or (not whole and wanted and offer.title.casefold().startswith(wanted))
        )

    def sold(self, guild_id: int, ref: str) -> Offer | None:
        """What is sold under a ref, though buyers may not see it now. From memory."""
        shop = self._settings.guild(guild_id)
        entry = next((entry for entry in shop.entries() if entry.ref == ref), None)
        if isinstance(entry, ItemEntry):
            return offer_from_item(entry)
        if entry is None:
            return None
        product = self._product(guild_id, entry.id)
        if product is None:
            self.wake(guild_id)
            return Offer(OfferKind.PRODUCT, entry.id, entry.title, None, entry.roles)
        return offer_from_product(entry, product)

    def products(self, guild_id: int) -> tuple[Product, ...]:
        """The shop's whole catalogue as last read, for those who choose what to sell."""
        self.wake(guild_id)
        shelf = self._shelf(guild_id)
        return () if shelf is None else shelf.products

    async def product(self, guild_id: int, text: str) -> Product:
        """A product by id, uniqid, slug or title, read from Shoppex now.

        Raises
        ------
        NotSetUp, NotForSale, SeveralNamed, ShopMisconfigured, ShopUnavailable
        """
        text = clean_typed(text)
        client = self._clients.needed(guild_id)
        await self.refresh(guild_id, variants=False)
        found = [product for product in self.products(guild_id) if product.is_named(text)]
        exact = [p for p in found if text.strip() in (p.id, p.uniqid, p.slug)]
        if len(exact or found) > 1:
            each = ((f"{p.title} · {format_price(p.price)}", p.uniqid) for p in found)
            raise SeveralNamed(tuple(each))
        if found:
            return (exact or found)[0]
        try:
            return await client.products.get(text)
        except ApiError as error:
            raise translate(error) from error

    async def fresh_offer(self, guild_id: int, offer: Offer) -> Offer:
        """The same offer with today's price and stock.

        Raises
        ------
        NotSetUp, NotForSale, ShopMisconfigured, ShopUnavailable
        """
        shop = self._settings.guild(guild_id)
        if offer.kind is OfferKind.ITEM:
            item = shop.items.get(offer.id)
            if item is None:
                raise NotForSale
            return offer_from_item(item)
        entry = shop.products.get(offer.id)
        if entry is None:
            raise NotForSale
        try:
            client = self._clients.needed(guild_id)
            product = await client.products.get(entry.id)
            product = await self._with_shop_rule(guild_id, client, product)
        except ApiError as error:
            raise translate(error) from error
        if product.hidden:
            raise NotForSale
        return offer_from_product(entry, product)

    def wake(self, guild_id: int, *, now: bool = False) -> None:
        """Begin a refresh in the background when what is known is old. Returns at once.

        Parameters
        ----------
        now
            Refresh even if what is known is young: something was put on sale.
        """
        if guild_id in self._refreshing or not self._settings.guild(guild_id).api_key:
            return
        patience = _STALE_AFTER if self._shelf(guild_id) else _TRY_AGAIN_AFTER
        tried_at = self._tried_at.get(guild_id)
        if not now and tried_at is not None and self._clock() - tried_at < patience:
            return
        task = asyncio.create_task(self._refresh_quietly(guild_id), name="shoppex catalogue")
        self._refreshing[guild_id] = task
        task.add_done_callback(lambda _task: self._refreshing.pop(guild_id, None))

    async def freshen(self, guild_id: int) -> None:
        """Read the catalogue if what is known is old, for as long as a command may take.

        What cannot be read by then stays as it was, and is read on in the background.
        """
        self.wake(guild_id)
        reading = self._refreshing.get(guild_id)
        if reading is not None:
            await asyncio.wait([reading], timeout=_COMMAND_SECONDS)

    async def refresh(self, guild_id: int, *, variants: bool = True) -> None:
        """Read the whole catalogue now.

        Parameters
        ----------
        variants
            Whether to ask for the variants that the list leaves out, product by product.

        Raises
        ------
        NotSetUp, ShopMisconfigured, ShopUnavailable
        """
        client, api_key = self._clients.needed(guild_id), self._settings.guild(guild_id).api_key
        self._tried_at[guild_id] = self._clock()
        try:
            products = [product async for product in client.products.list()]
        except ApiError as error:
            raise translate(error) from error
        sold = self._settings.guild(guild_id).products
        for number, product in enumerate(products):
            if product.uniqid in sold:
                found = product.variants or await self._variants_of(client, product, ask=variants)
                whole = replace(product, variants=found)
                products[number] = await self._with_shop_rule(guild_id, client, whole)
        self._listings[guild_id] = _Shelf(tuple(products), api_key)
        await self._keep_titles(guild_id, products)

    async def _keep_titles(self, guild_id: int, products: Iterable[Product]) -> None:
        """Call what is sold by the title that it has at Shoppex now, everywhere."""
        sold = self._settings.guild(guild_id).products
        titles = {
            product.uniqid: product.title
            for product in products
            if product.uniqid in sold and sold[product.uniqid].title != product.title
        }
        if not titles:
            return

        def rename(shop: GuildSettings) -> GuildSettings:
            for name, title in titles.items():
                if name in shop.products:
                    shop = shop.with_product(replace(shop.products[name], title=title))
            return shop

        try:
            await self._settings.update_guild(guild_id, rename)
        except StoreUnavailable as error:
            log.warning("New titles of guild %s could not be kept: %s", guild_id, error)

    async def _with_shop_rule(
        self, guild_id: int, client: ShoppexClient, product: Product
    ) -> Product:
        """The product, as the whole shop shows its stock where it does not say that itself."""
        if product.hides_stock is not None:
            return product
        rule = self._rules.get(guild_id)
        if rule is None or self._clock() - rule.read_at > _VARIANTS_STALE_AFTER:
            try:
                rule = _ShopRule((await client.shop.me()).hides_stock, self._clock())
            except ApiError:
                # Rather one number too few than one that nobody is to see.
                rule = rule or _ShopRule(hides_stock=True, read_at=self._clock())
            self._rules[guild_id] = rule
        return product.with_secret_stock() if rule.hides_stock else product

    async def _variants_of(
        self, client: ShoppexClient, product: Product, *, ask: bool
    ) -> tuple[Variant, ...]:
        """The variants that the list of products may leave out. Asked for now and then only."""
        known = self._variants.get(product.uniqid)
        young = known is not None and self._clock() - known.read_at < _VARIANTS_STALE_AFTER
        if young or not ask:
            return () if known is None else known.variants
        try:
            variants = (await client.products.get(product.uniqid)).variants
        except ApiError:
            # A purchase reads the product afresh, and asks for the variant then.
            return () if known is None else known.variants
        self._variants[product.uniqid] = _Variants(variants, self._clock())
        return variants

    async def close(self) -> None:
        """Stop what runs in the background."""
        tasks = tuple(self._refreshing.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _refresh_quietly(self, guild_id: int) -> None:
        try:
            async with self._turn:
                await self.refresh(guild_id)
        except (NotSetUp, NotForSale, ShopMisconfigured, ShopUnavailable) as error:
            log.warning(
                "The catalogue of guild %s cannot be read: %s", guild_id, type(error).__name__
            )

    def _shelf(self, guild_id: int) -> _Shelf | None:
        """What was read with the key that is in use now; another key is another shop."""
        shelf = self._listings.get(guild_id)
        api_key = self._settings.guild(guild_id).api_key
        return shelf if shelf is not None and shelf.api_key == api_key else None

    def _product(self, guild_id: int, product_id: str) -> Product | None:
        shelf = self._shelf(guild_id)
        if shelf is None:
            return None
        return next((p for p in shelf.products if p.uniqid == product_id), None)

    def _shelved_offer(self, guild_id: int, entry: ProductEntry) -> Offer | None:
        if self._shelf(guild_id) is None:
            return Offer(OfferKind.PRODUCT, entry.id, entry.title, None, entry.roles)
        product = self._product(guild_id, entry.id)
        if product is None or product.hidden:
            return None
        return offer_from_product(entry, product)

    def _is_named(self, guild_id: int, offer: Offer, wanted: str) -> bool:
        if wanted in (offer.id.casefold(), offer.title.casefold()):
            return True
        product = self._product(guild_id, offer.id)
        return product is not None and product.is_named(wanted)


def _place_on_shelf(offer: Offer) -> tuple[bool, int, str, int, str]:
    """As the shop's catalogue has it: by category, then by priority, then by title."""
    category = offer.category
    group = (True, 0, "") if category is None else (False, category.order, category.title)
    return (*group, offer.priority, offer.title.casefold())


def offer_from_item(item: ItemEntry) -> Offer:
    """An item of the bot's own, as an offer."""
    # It gives roles only, and nobody can have a role twice.
    return Offer(
        OfferKind.ITEM,
        item.id,
        item.title,
        item.price,
        item.roles,
        quantity_max=1,
        promise=Promise.NOTHING if item.pool is None else Promise.KEYS,
        lasts=item.lasts,
        pool=item.pool,
    )


def offer_from_product(entry: ProductEntry, product: Product) -> Offer:
    """A product of Shoppex's, as an offer."""
    recurring = is_subscription(product)
    return Offer(
        kind=OfferKind.PRODUCT,
        id=entry.id,
        title=product.title,
        price=product.price,
        roles=entry.roles,
        stock=product.stock,
        variants=product.variants,
        quantity_min=product.quantity_min,
        quantity_max=product.quantity_max,
        description=product.description,
        image_url=product.image_url,
        former_price=product.former_price,
        open_price=product.open_price,
        category=product.category,
        priority=product.priority,
        required_role=product.required_role,
        terms=product.terms,
        promise=Promise.KEYS if product.licensed else promise_of(product.type),
        # A subscription says itself until when it lasts.
        lasts=None if recurring else entry.lasts,
        recurring=recurring,
    )


def is_subscription(product: Product) -> bool:
    """Whether a product is paid for again and again."""
    return product.type in SUBSCRIPTION_TYPES


def translate(
    error: ApiError,
) -> NotForSale | ShopMisconfigured | ShopUnavailable:
    """A failed request, as what it means for the one who asked."""
    if isinstance(error, NotFound):
        return NotForSale()
    if isinstance(error, (Unauthorized, Forbidden)):
        return ShopMisconfigured()
    return ShopUnavailable()

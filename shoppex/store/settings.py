"""Settings as typed objects: read once, changed through methods that also keep them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from redbot.core import Config

from ..domain.account import OfferKind
from ..domain.money import Money
from ..domain.offer import offer_ref
from .writes import Writes, put_in_place

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8317


@dataclass(frozen=True, slots=True)
class ProductEntry:
    """A product of Shoppex's catalogue that this guild sells."""

    id: str
    title: str
    roles: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemEntry:
    """An item of the bot's own: sold as a generic payment, it gives roles only."""

    id: str
    title: str
    price: Money
    roles: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class GuildSettings:
    """What one guild has set up. The two secrets are kept out of ``repr``.

    Parameters
    ----------
    legacy_signatures
        Whether the deprecated SHA-512 signature is taken from a shop that sends no V2.
    log_channel
        Where staff are told what waits for them; ``None`` for the server owner's messages.
    told
        The causes that staff have been told of and that are not mended yet.
    """

    api_key: str | None = field(default=None, repr=False)
    secret: str | None = field(default=None, repr=False)
    shop_name: str = ""
    legacy_signatures: bool = False
    log_channel: int | None = None
    told: frozenset[str] = frozenset()
    products: Mapping[str, ProductEntry] = field(default_factory=dict)
    items: Mapping[str, ItemEntry] = field(default_factory=dict)

    def roles_by_offer(self) -> dict[str, tuple[int, ...]]:
        """Which roles each offer gives today, by offer ref."""
        roles = {offer_ref(OfferKind.PRODUCT, p.id): p.roles for p in self.products.values()}
        roles.update({offer_ref(OfferKind.ITEM, i.id): i.roles for i in self.items.values()})
        return roles

    def with_product(self, entry: ProductEntry) -> GuildSettings:
        """The settings after a product was added or changed."""
        return replace(self, products={**self.products, entry.id: entry})

    def without_product(self, product_id: str) -> GuildSettings:
        """The settings after a product was removed."""
        kept = {key: entry for key, entry in self.products.items() if key != product_id}
        return replace(self, products=kept)

    def with_item(self, entry: ItemEntry) -> GuildSettings:
        """The settings after an item was added or changed."""
        return replace(self, items={**self.items, entry.id: entry})

    def without_item(self, item_id: str) -> GuildSettings:
        """The settings after an item was removed."""
        kept = {key: entry for key, entry in self.items.items() if key != item_id}
        return replace(self, items=kept)


@dataclass(frozen=True, slots=True)
class Retention:
    """How long the bot remembers what it no longer needs.

    Parameters
    ----------
    unpaid
        After this an order that nobody paid is forgotten.
    details
        After this a finished order keeps only what its roles, and a later refund, need.
    """

    unpaid: timedelta = timedelta(days=14)
    details: timedelta = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class ListenerSettings:
    """Where the webhook listener binds, and how the world reaches it."""

    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    public_url: str | None = None


class Settings:
    """All settings; memory is the truth that Config keeps."""

    def __init__(self, config: Config, writes: Writes) -> None:
        self._config = config
        self._writes = writes
        self._lock = asyncio.Lock()
        self._guilds: dict[int, GuildSettings] = {}
        self._listener = ListenerSettings()
        self._retention = Retention()

    async def load(self) -> None:
        """Read everything into memory."""
        self._listener = ListenerSettings(**await self._config.listener())
        kept_days: dict[str, int] = await self._config.retention()
        self._retention = Retention(
            **{name: timedelta(days=days) for name, days in kept_days.items()}
        )
        for guild_id, record in (await self._config.all_guilds()).items():
            if record["shop"]:
                self._guilds[guild_id] = _guild_from_record(record["shop"])

    @property
    def listener(self) -> ListenerSettings:
        """The settings of the listener."""
        return self._listener

    @property
    def retention(self) -> Retention:
        """How long things are remembered."""
        return self._retention

    def guild(self, guild_id: int) -> GuildSettings:
        """The settings of a guild; empty ones when it has none."""
        return self._guilds.get(guild_id) or GuildSettings()

    def guild_ids(self) -> tuple[int, ...]:
        """Every guild that has settings."""
        return tuple(self._guilds)

    async def update_guild(
        self, guild_id: int, change: Callable[[GuildSettings], GuildSettings]
    ) -> GuildSettings:
        """Apply a pure ``change`` and keep the result.

        Raises
        ------
        StoreUnavailable
            When it could not be kept; the settings are then as they were.
        """
        return await self._writes.run(self._update_guild(guild_id, change))

    async def _update_guild(
        self, guild_id: int, change: Callable[[GuildSettings], GuildSettings]
    ) -> GuildSettings:
        async with self._lock:
            before = self.guild(guild_id)
            after = change(before)
            put = self._config.guild_from_id(guild_id).shop.set
            await put_in_place(put, _guild_to_record(before), _guild_to_record(after))
            self._guilds[guild_id] = after
            return after

    async def set_listener(self, listener: ListenerSettings) -> None:
        """Keep where the listener binds.

        Raises
        ------
        StoreUnavailable
            When it could not be kept.
        """
        await self._writes.run(self._set_listener(listener))

    async def _set_listener(self, listener: ListenerSettings) -> None:
        async with self._lock:
            before = _listener_to_record(self._listener)
            await put_in_place(self._config.listener.set, before, _listener_to_record(listener))
            self._listener = listener

    async def set_retention(self, retention: Retention) -> None:
        """Keep how long things are remembered.

        Raises
        ------
        StoreUnavailable
            When it could not be kept.
        """
        await self._writes.run(self._set_retention(retention))

    async def _set_retention(self, retention: Retention) -> None:
        async with self._lock:
            before = _retention_to_record(self._retention)
            after = _retention_to_record(retention)
            await put_in_place(self._config.retention.set, before, after)
            self._retention = retention


def _retention_to_record(retention: Retention) -> dict[str, int]:
    return {"unpaid": retention.unpaid.days, "details": retention.details.days}


def _listener_to_record(listener: ListenerSettings) -> dict[str, Any]:
    return {
        "host": listener.host,
        "port": listener.port,
        "public_url": listener.public_url,
    }


def _guild_to_record(settings: GuildSettings) -> dict[str, Any]:
    return {
        "api_key": settings.api_key,
        "secret": settings.secret,
        "shop_name": settings.shop_name,
        "legacy_signatures": settings.legacy_signatures,
        "log_channel": None if settings.log_channel is None else str(settings.log_channel),
        "told": sorted(settings.told),
        "products": {
            entry.id: {"title": entry.title, "roles": _roles_to_json(entry.roles)}
            for entry in settings.products.values()
        },
        "items": {
            entry.id: {
                "title": entry.title,
                "price": [str(entry.price.amount), entry.price.currency],
                "roles": _roles_to_json(entry.roles),
            }
            for entry in settings.items.values()
        },
    }


def _guild_from_record(record: Mapping[str, Any]) -> GuildSettings:
    return GuildSettings(
        api_key=record.get("api_key"),
        secret=record.get("secret"),
        shop_name=record.get("shop_name", ""),
        legacy_signatures=record.get("legacy_signatures", False),
        log_channel=int(record["log_channel"]) if record.get("log_channel") else None,
        told=frozenset(record.get("told", ())),
        products={
            key: ProductEntry(key, entry["title"], _roles_from_json(entry["roles"]))
            for key, entry in record.get("products", {}).items()
        },
        items={
            key: ItemEntry(
                key,
                entry["title"],
                Money(Decimal(entry["price"][0]), entry["price"][1]),
                _roles_from_json(entry["roles"]),
            )
            for key, entry in record.get("items", {}).items()
        },
    )


def _roles_to_json(roles: tuple[int, ...]) -> list[str]:
    return [str(role_id) for role_id in roles]


def _roles_from_json(roles: list[str]) -> tuple[int, ...]:
    return tuple(int(role_id) for role_id in roles)

"""Settings: read once, changed through methods that also keep them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from redbot.core import Config

from .settings_records import (
    guild_from_record,
    guild_to_record,
    listener_to_record,
    retention_from_record,
    retention_to_record,
)
from .shop_settings import GuildSettings, ListenerSettings, Retention
from .writes import Writes, put_in_place


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
        self._retention = retention_from_record(await self._config.retention())
        for guild_id, record in (await self._config.all_guilds()).items():
            if record["shop"]:
                self._guilds[guild_id] = guild_from_record(record["shop"])

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
            await put_in_place(put, guild_to_record(before), guild_to_record(after))
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
            before = listener_to_record(self._listener)
            await put_in_place(self._config.listener.set, before, listener_to_record(listener))
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
            before = retention_to_record(self._retention)
            after = retention_to_record(retention)
            await put_in_place(self._config.retention.set, before, after)
            self._retention = retention

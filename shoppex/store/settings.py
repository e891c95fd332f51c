"""Settings in memory: read once, changed through methods that also keep them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any, TypeVar

from redbot.core import Config

from .codec_parts import Noted
from .damage import SETTINGS, Damage, Fault
from .errors import NewerLedger, StoreUnavailable
from .files import keep_copy, left_traces, read_backup
from .settings_codec import (
    guild_from_record,
    guild_to_record,
    listener_from_record,
    listener_to_record,
    retention_from_record,
    retention_to_record,
)
from .settings_model import GuildSettings, ListenerSettings, Retention
from .writer import Writer, put_in_place

log = logging.getLogger("red.shoppex.shoppex.store.settings")

_T = TypeVar("_T")


class Settings:
    """All settings; memory is the truth that Config keeps.

    Parameters
    ----------
    damage
        What was wrong with their file when it was opened.
    """

    def __init__(self, config: Config, writes: Writer, damage: Damage | None = None) -> None:
        self._config = config
        self._writes = writes
        self._lock = asyncio.Lock()
        self._guilds: dict[int, GuildSettings] = {}
        self._listener = ListenerSettings()
        self._retention = Retention()
        self._held: frozenset[int] | None = None
        self._damages = [] if damage is None else [damage]
        self._sealed: set[int] = set()

    async def load(self) -> None:
        """Read everything into memory. A guild whose record cannot be read is left alone.

        Raises
        ------
        NewerLedger
            When a later version of the cog has written them.
        """
        listener, retention = await self._config.listener(), await self._config.retention()
        held = await self._config.held()
        self._listener = _read(listener_from_record, listener)
        self._retention = _read(retention_from_record, retention)
        self._held = None if held is None else frozenset(held)
        for guild_id, record in (await self._config.all_guilds()).items():
            if record["shop"]:
                self._load_guild(guild_id, record["shop"])
        if self.is_blank and not self._damages and left_traces(SETTINGS):
            self._damages.append(Damage(SETTINGS, Fault.MISSING))

    def _load_guild(self, guild_id: int, record: Mapping[str, Any]) -> None:
        try:
            self._guilds[guild_id] = _read(guild_from_record, record)
        except NewerLedger:
            raise
        except Exception as error:  # noqa: BLE001 - one guild's record is no other's affair
            log.error("The settings of guild %s: %s", guild_id, type(error).__name__)
            self._sealed.add(guild_id)
            self._damages.append(Damage(SETTINGS, Fault.RECORD, str(guild_id)))

    @property
    def damages(self) -> tuple[Damage, ...]:
        """Damage: the settings that could not be read."""
        return tuple(self._damages)

    @property
    def are_lost(self) -> bool:
        """Whether all of them are gone, and not only one guild's."""
        return any(damage.fault is not Fault.RECORD for damage in self._damages)

    def note_lost(self) -> None:
        """There are accounts, so there were settings once."""
        if not self.are_lost:
            log.error("There are accounts, and no settings at all")
            self._damages.append(Damage(SETTINGS, Fault.MISSING))

    async def restore(self) -> bool:
        """Restore lost or unreadable settings from the backup; return whether there was one.

        It counts once the cog is loaded again.

        Raises
        ------
        StoreUnavailable
            When it could not be written.
        """
        return await self._writes.run(self._restore())

    async def _restore(self) -> bool:
        backup = await asyncio.to_thread(read_backup, SETTINGS)
        if backup is None:
            return False
        kept: dict[str, Any] = next(iter(backup.values()), {})
        guilds = {int(name): group.get("shop") for name, group in kept.get("GUILD", {}).items()}
        wanted = guilds if self.are_lost else {g: guilds[g] for g in self._sealed if g in guilds}
        config: Any = self._config
        try:
            await asyncio.to_thread(keep_copy, SETTINGS, datetime.now(timezone.utc))
            if self.are_lost:
                for name, value in kept.get("GLOBAL", {}).items():
                    await config.set_raw(name, value=value)
            for guild_id, record in wanted.items():
                if record:
                    await config.guild_from_id(guild_id).shop.set(record)
        except Exception as error:
            raise StoreUnavailable(type(error).__name__) from error
        return bool(wanted)

    @property
    def is_blank(self) -> bool:
        """Whether nothing was ever set."""
        nothing = not self._guilds and not self._sealed and self._held is None
        return nothing and self._listener == ListenerSettings()

    @property
    def sealed(self) -> frozenset[int]:
        """The guilds whose settings cannot be read."""
        return frozenset(self._sealed)

    @property
    def held(self) -> frozenset[int] | None:
        """The partitions of the ledger that had accounts; ``None`` when it was never noted."""
        return self._held

    async def set_held(self, held: frozenset[int]) -> None:
        """Note which partitions of the ledger have accounts.

        Raises
        ------
        StoreUnavailable
            When it could not be kept.
        """
        await self._writes.run(self._set_held(held))

    async def _set_held(self, held: frozenset[int]) -> None:
        async with self._lock:
            before = None if self._held is None else sorted(self._held)
            await put_in_place(self._config.held.set, before, sorted(held))
            self._held = held

    @property
    def listener(self) -> ListenerSettings:
        """The settings of the listener."""
        return self._listener

    @property
    def retention(self) -> Retention:
        """Retention periods."""
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
        if guild_id in self._sealed:
            raise StoreUnavailable("the settings that were kept before cannot be read")
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


def _read(read: Callable[[Mapping[str, Any]], _T], record: Mapping[str, Any]) -> _T:
    """What ``read`` makes of a record, unless it leaves out something that is kept there.

    Raises
    ------
    NewerLedger
        When there is something in it that this version would lose with its next write.
    """
    noted = Noted(record)
    value = read(noted)
    if unread := noted.unread():
        log.error("The settings hold what this version does not know: %s", ", ".join(unread))
        raise NewerLedger
    return value

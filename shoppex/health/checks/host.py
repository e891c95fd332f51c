"""Checks of the bot's host: whether it keeps up with its work and its memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from ...fulfilment.engine.engine import Engine
from ...fulfilment.engine.staff_alerts import StaffAlerts
from ...store.ledger import Ledger
from ...store.settings import Settings
from ...store.storage_info import look_at_storage
from ..check_context import CheckContext, Depth
from ..findings import Finding, Verdict

# Design, section 4: a file of a thousand orders takes 30 ms a write, one of ten thousand 350.
_LARGE_FILE = 500_000
_SLOW_AFTER = timedelta(minutes=5)
_STUCK_AFTER = timedelta(hours=1)


class StorageCheck:
    """Where things are kept, and how large that is."""

    names: tuple[str, ...] = ("storage",)
    depth = Depth.VISIT

    def __init__(self, ledger: Ledger, settings: Settings) -> None:
        self._ledger = ledger
        self._settings = settings

    async def look(self, case: CheckContext) -> Sequence[Finding]:
        """Measure it, and say what of it cannot be read."""
        damages = (*self._settings.damages, *self._ledger.damages)
        if damages:
            places = tuple(dict.fromkeys(damage.place for damage in damages))
            return [Finding("storage", Verdict.BAD, "unreadable", places)]
        storage = await look_at_storage()
        details: dict[str, str | int | float] = {
            "backend": storage.backend,
            "bytes": storage.size,
            "people": self._ledger.count(case.guild.id),
        }
        if storage.largest > _LARGE_FILE:
            return [Finding("storage", Verdict.WARN, "files_large", details=details)]
        return [Finding("storage", Verdict.GOOD, "kept", details=details)]


class WorkCheck:
    """What is due and not done yet."""

    names: tuple[str, ...] = ("lanes",)
    depth = Depth.VISIT

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._clock = clock

    async def look(self, case: CheckContext) -> Sequence[Finding]:
        """See how many accounts are due, and for how long."""
        load = self._engine.load(case.guild.id)
        age = timedelta(0) if load.since is None else self._clock() - load.since
        details = {"accounts": load.accounts, "minutes": int(age.total_seconds() // 60)}
        if age > _STUCK_AFTER:
            return [Finding("lanes", Verdict.BAD, "stuck", details=details)]
        if age > _SLOW_AFTER:
            return [Finding("lanes", Verdict.WARN, "slow", details=details)]
        return [Finding("lanes", Verdict.GOOD, "keeps_up", details=details)]


class WaitingCheck:
    """What only staff can bring on."""

    names: tuple[str, ...] = ("waiting",)
    depth = Depth.VISIT

    def __init__(self, staff_alerts: StaffAlerts) -> None:
        self._staff_alerts = staff_alerts

    async def look(self, case: CheckContext) -> Sequence[Finding]:
        """Count it."""
        count = sum((await self._staff_alerts.waiting(case.guild.id)).values())
        if count:
            return [Finding("waiting", Verdict.BAD, "waits", details={"count": count})]
        return [Finding("waiting", Verdict.GOOD, "nothing_waits")]

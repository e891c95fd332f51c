"""Checks of the API key and of the clocks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from ...api import Forbidden, Unauthorized
from ...connection.scopes import NEEDED_SCOPES, USEFUL_SCOPES, missing_scopes
from ..check_context import CheckContext, Depth
from ..findings import Finding, Verdict

# Signatures are believed for five minutes (contract, section 4.2).
_BAD_AFTER = timedelta(minutes=4)
_WARN_AFTER = timedelta(minutes=1)
# A date in a header has no smaller unit.
_UNIT = timedelta(seconds=1)
_NONE = timedelta(0)


class AccessCheck:
    """The API key, and what it may do."""

    names: tuple[str, ...] = ("access",)
    depth = Depth.ROUND

    async def look(self, case: CheckContext) -> Sequence[Finding]:
        """Ask for the permissions of the key."""
        if case.client is None:
            return [Finding("access", Verdict.BAD, "no_key")]
        try:
            granted = await case.client.shop.capabilities()
        except Unauthorized:
            return [Finding("access", Verdict.BAD, "key_refused")]
        except Forbidden as error:
            said = {"said": error.message}
            return [Finding("access", Verdict.BAD, "key_forbidden", details=said)]
        findings = []
        if missing := missing_scopes(NEEDED_SCOPES, granted):
            findings.append(Finding("access", Verdict.BAD, "scopes_missing", missing))
        if missing := missing_scopes(USEFUL_SCOPES, granted):
            findings.append(Finding("access", Verdict.WARN, "scopes_useful", missing))
        shop = {"shop": case.shop.shop_name}
        return findings or [Finding("access", Verdict.GOOD, "key_works", details=shop)]


class ClockCheck:
    """The clock of the bot's machine, against that of Shoppex."""

    names: tuple[str, ...] = ("clock",)
    depth = Depth.ROUND

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock

    async def look(self, case: CheckContext) -> Sequence[Finding]:
        """Compare the two. How long the answer took counts for neither."""
        if case.client is None:
            return ()
        before = self._clock()
        there = await case.client.shop.time()
        after = self._clock()
        if there is None:
            return [Finding("clock", Verdict.UNKNOWN, "clock_untold")]
        behind = max(there - after, _NONE)
        ahead = max(before - there - _UNIT, _NONE)
        off = max(behind, ahead)
        seconds = {"seconds": round(off.total_seconds())}
        if off <= _WARN_AFTER:
            return [Finding("clock", Verdict.GOOD, "clock_right", details=seconds)]
        verdict = Verdict.BAD if off > _BAD_AFTER else Verdict.WARN
        reason = "clock_behind" if behind else "clock_ahead"
        return [Finding("clock", verdict, reason, details=seconds)]

"""Runner of all health checks at once, each failing alone."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

import discord

from ..api import ApiError
from ..fulfilment.engine.discord_budget import Stopping
from ..fulfilment.engine.failures import REQUEST_ERRORS
from ..fulfilment.intake.shop_clients import ShopClients
from ..store.settings import Settings
from .check_context import Check, CheckContext, Depth
from .findings import Finding, Verdict

log = logging.getLogger("red.shoppex.shoppex.health.runner")

# Nobody waits for a round, whose requests go out at a slow pace.
_SECONDS = {Depth.GLANCE: 20.0, Depth.ROUND: 300.0, Depth.VISIT: 20.0}
_Looking = asyncio.Task[Sequence[Finding]]


class HealthCheck:
    """Looks at one shop with all checks, beside each other.

    Parameters
    ----------
    checks
        In the order in which they are shown.
    """

    def __init__(self, checks: Sequence[Check], settings: Settings, clients: ShopClients) -> None:
        self._checks = checks
        self._settings = settings
        self._clients = clients
        self._under_way: set[_Looking] = set()

    def names(self, depth: Depth) -> frozenset[str]:
        """Which checks a look of that depth has."""
        return frozenset(
            name for check in self._checks if check.depth <= depth for name in check.names
        )

    async def examine(self, guild: discord.Guild, depth: Depth) -> list[Finding]:
        """Look at a shop, for a limited time. What fails is ``UNKNOWN``."""
        case = self._case(guild, depth)
        looks = {
            asyncio.create_task(_look(check, case), name=f"shoppex check {check.names[0]}"): check
            for check in self._checks
            if check.depth <= depth
        }
        self._under_way.update(looks)
        try:
            await asyncio.wait(looks, timeout=_SECONDS[depth])
        finally:
            await _end(looks)
            self._under_way.difference_update(looks)
        return [found for look, check in looks.items() for found in _outcome(check, look)]

    async def close(self) -> None:
        """Look no further."""
        await _end(tuple(self._under_way))

    def _case(self, guild: discord.Guild, depth: Depth) -> CheckContext:
        shop = self._settings.guild(guild.id)
        client = None
        if depth is not Depth.GLANCE:
            # Nobody waits for a round, and buyers must not wait behind it.
            client = self._clients.of(guild.id, background=depth is Depth.ROUND)
        return CheckContext(guild, shop, client, depth)


async def _look(check: Check, case: CheckContext) -> Sequence[Finding]:
    return await check.look(case)


async def _end(looks: Sequence[_Looking] | dict[_Looking, Check]) -> None:
    for look in looks:
        look.cancel()
    await asyncio.gather(*looks, return_exceptions=True)


def _outcome(check: Check, look: _Looking) -> Sequence[Finding]:
    """What a check found, or why it found nothing."""
    error = None if look.cancelled() else look.exception()
    if look.cancelled():
        reason = "too_slow"
    elif error is None:
        return look.result()
    elif isinstance(error, ApiError):
        reason = "shoppex_unasked"
    elif isinstance(error, (*REQUEST_ERRORS, Stopping)):
        reason = "discord_unasked"
    else:
        log.error("The check of %s failed", check.names[0], exc_info=error)
        reason = "broken"
    return [Finding(name, Verdict.UNKNOWN, reason) for name in check.names]

"""Checks for subscriptions that go on although something is odd about them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime

from redbot.core.utils import AsyncIter

from ...fulfilment.entitlement.subscription_concerns import concerns_of
from ...store.ledger import Ledger
from ..check_context import CheckContext, Depth
from ..findings import Finding, Verdict

_BETWEEN_PAUSES = 50


class SubscriptionsCheck:
    """Subscriptions of which staff were told, and have not decided yet."""

    names: tuple[str, ...] = ("subscriptions",)
    depth = Depth.ROUND

    def __init__(self, ledger: Ledger, clock: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._clock = clock

    async def look(self, case: CheckContext) -> Sequence[Finding]:
        """Look at those that need it; a warning, for staff are told of each by itself."""
        terms, found = case.shop.terms(), defaultdict[str, list[str]](list)
        async for key in AsyncIter(self._ledger.stuck(case.guild.id), steps=_BETWEEN_PAUSES):
            account = self._ledger.get(key)
            for subscription in account.subscriptions.values():
                for concern in concerns_of(account, subscription, terms, self._clock()):
                    found[concern].append(subscription.title or subscription.id)
        return [
            Finding("subscriptions", Verdict.WARN, concern, tuple(titles))
            for concern, titles in found.items()
        ]

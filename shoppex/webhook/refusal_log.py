"""Log of refused deliveries, limited in rate: the first, then how many more."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter

log = logging.getLogger("red.shoppex.shoppex.webhook.refusal_log")

_EVERY_SECONDS = 60.0


class RefusalLog:
    """Counts refusals by server and reason, and tells of them once a minute."""

    def __init__(self) -> None:
        self._more: Counter[tuple[int, str]] = Counter()
        self._timer: asyncio.TimerHandle | None = None

    def note(self, guild_id: int, reason: str) -> None:
        """Note a refused delivery to a server."""
        cause = (guild_id, reason)
        if cause in self._more:
            self._more[cause] += 1
            return
        log.warning("Refused a webhook for guild %s: %s", guild_id, reason)
        self._more[cause] = 0
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_EVERY_SECONDS, self.tell)

    def tell(self) -> None:
        """Say how many more there were."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for (guild_id, reason), count in self._more.items():
            if count:
                log.warning("Refused %d more webhooks for guild %s: %s", count, guild_id, reason)
        self._more.clear()

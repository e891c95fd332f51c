"""Discord's rate limits: a bucket for each route and place, and one for the whole bot.

https://discord.com/developers/docs/topics/rate-limits. Discord publishes the global limit and
the headers, but no limit of a route. The numbers below are those that authors of libraries
have seen for years.
"""

from __future__ import annotations

import hashlib
import math
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Limit(NamedTuple):
    """So many requests within so many seconds, counted from the first."""

    requests: int
    seconds: float


_OTHER = Limit(50, 1.0)


def _known() -> dict[str, Limit]:
    return {
        "member roles": Limit(10, 10.0),
        "messages": Limit(5, 5.0),
        "reactions": Limit(1, 0.25),
    }


@dataclass(frozen=True, slots=True)
class RateLimits:
    """How much this Discord allows.

    Parameters
    ----------
    per_second
        Of the whole bot. What answers an interaction does not count.
    buckets
        By name of a bucket: ``member roles`` (of one guild), ``messages`` (of one channel),
        ``reactions`` (the same), and those of `DiscordStandIn`'s other routes.
    other
        For every other bucket.
    """

    per_second: int = 50
    buckets: Mapping[str, Limit] = field(default_factory=_known)
    other: Limit = _OTHER


@dataclass(slots=True)
class _Bucket:
    limit: Limit
    remaining: int
    resets_at: float


class Verdict(NamedTuple):
    """What the limits say to one request.

    Parameters
    ----------
    headers
        For its answer.
    retry_after
        Seconds to wait when it is refused, else ``None``.
    is_global
        Whether the limit of the whole bot refuses it.
    """

    headers: dict[str, str]
    retry_after: float | None = None
    is_global: bool = False


class Buckets:
    """Counts requests.

    Parameters
    ----------
    clock, monotonic
        Give Unix time, and time that only goes forward; both in seconds.

    Attributes
    ----------
    refused
        How many requests were answered with 429.
    """

    def __init__(
        self,
        limits: RateLimits,
        clock: Callable[[], float],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limits = limits
        self._clock = clock
        self._monotonic = monotonic
        self._buckets: dict[tuple[str, str], _Bucket] = {}
        self._everything = _Bucket(Limit(limits.per_second, 1.0), limits.per_second, 0.0)
        self.refused = 0

    def take(self, name: str, place: str, *, counts_globally: bool = True) -> Verdict:
        """Let a request of a bucket through, or refuse it.

        Parameters
        ----------
        place
            The major parameters, such as the guild's id.
        """
        now = self._monotonic()
        if counts_globally and not _take(self._everything, now):
            return self._refuse({}, self._everything.resets_at - now, is_global=True)
        bucket = self._buckets.get((name, place))
        if bucket is None:
            limit = self._limits.buckets.get(name, self._limits.other)
            bucket = self._buckets[name, place] = _Bucket(limit, limit.requests, 0.0)
        taken = _take(bucket, now)
        left = bucket.resets_at - now
        headers = {
            "X-RateLimit-Limit": str(bucket.limit.requests),
            "X-RateLimit-Remaining": str(bucket.remaining),
            "X-RateLimit-Reset": f"{self._clock() + left:.3f}",
            "X-RateLimit-Reset-After": f"{left:.3f}",
            "X-RateLimit-Bucket": hashlib.md5(name.encode(), usedforsecurity=False).hexdigest(),
        }
        return Verdict(headers) if taken else self._refuse(headers, left, is_global=False)

    def _refuse(self, headers: dict[str, str], left: float, *, is_global: bool) -> Verdict:
        self.refused += 1
        scope = {"X-RateLimit-Scope": "global" if is_global else "user"}
        flag = {"X-RateLimit-Global": "true"} if is_global else {}
        # discord.py takes a 429 without `Via` for a ban by Cloudflare.
        told = {"Retry-After": str(math.ceil(left)), "Via": "1.1 google"}
        return Verdict({**headers, **scope, **flag, **told}, round(left, 3), is_global)


def _take(bucket: _Bucket, now: float) -> bool:
    if now >= bucket.resets_at:
        bucket.remaining = bucket.limit.requests
        bucket.resets_at = now + bucket.limit.seconds
    if bucket.remaining == 0:
        return False
    bucket.remaining -= 1
    return True

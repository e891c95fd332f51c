"""Classification of failed requests, and backoff of retries. Pure. Design, section 6."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import aiohttp
import discord

from ...api import Blocked, Forbidden, RateLimited, Unauthorized, Unavailable
from ...domain.delivery import Delivery, DeliveryState

DOUBTFUL = "claim_doubtful"
SHORT = "claim_short"
# What staff have to settle by a decision; trying again could take keys twice.
NOT_BY_ITSELF = frozenset({DOUBTFUL, SHORT})

# What a request to Discord can raise: its answers, and no answer at all.
REQUEST_ERRORS = (
    discord.HTTPException,
    discord.RateLimited,
    aiohttp.ClientError,
    asyncio.TimeoutError,
    OSError,
)

REFUSED = "discord_refused:"
"""How the reason begins of a refusal that nobody foresaw: it is told, and tried again."""

_NOT_SAID = re.compile(r"[^\w .,()'-]+")
_LONGEST_WORDS = 80
_FIRST_SECONDS = 5.0
_LONGEST_SECONDS = 3600.0
_DOUBLINGS = 12

# https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
_DISCORD_CODES = {
    50001: (DeliveryState.NEEDS_STAFF, "no_access"),
    50013: (DeliveryState.NEEDS_STAFF, "no_permission"),
    10011: (DeliveryState.NEEDS_STAFF, "role_gone"),
    50007: (DeliveryState.NEEDS_BUYER, "dms_closed"),
    50278: (DeliveryState.NEEDS_BUYER, "dms_closed"),
    10007: (DeliveryState.NEEDS_BUYER, "member_left"),
    10013: (DeliveryState.FAILED, "user_gone"),
    40003: (DeliveryState.PENDING, "dms_too_fast"),
}


@dataclass(frozen=True, slots=True)
class Failure:
    """Classification of one failure.

    Parameters
    ----------
    state
        ``PENDING`` means: try again.
    reason
        A stable word.
    retry_after
        Seconds that the other side asked to wait, if it did.
    """

    state: DeliveryState
    reason: str
    retry_after: float | None = None


def classify(error: Exception) -> Failure:
    """Classify a failure. What is not known to be permanent is tried again."""
    if isinstance(error, discord.RateLimited):
        return Failure(DeliveryState.PENDING, "rate_limited", error.retry_after)
    if isinstance(error, discord.HTTPException):
        if error.code in _DISCORD_CODES:
            return Failure(*_DISCORD_CODES[error.code])
        if error.status == 429 or error.status >= 500:
            return Failure(DeliveryState.PENDING, "discord_unavailable")
        return Failure(DeliveryState.NEEDS_STAFF, _unforeseen(error))
    if isinstance(error, (Unauthorized, Forbidden)):
        return Failure(DeliveryState.NEEDS_STAFF, "api_key_refused")
    if isinstance(error, RateLimited):
        return Failure(DeliveryState.PENDING, "rate_limited", error.retry_after)
    if isinstance(
        error, (Unavailable, Blocked, aiohttp.ClientError, asyncio.TimeoutError, OSError)
    ):
        return Failure(DeliveryState.PENDING, "no_connection")
    return Failure(DeliveryState.PENDING, "unexpected")


def _unforeseen(error: discord.HTTPException) -> str:
    """A refusal that nobody foresaw, with Discord's code and words, as staff will read them."""
    # A page of HTML is of something in front of Discord.
    text = "" if error.text.lstrip().startswith("<") else error.text
    words = " ".join(_NOT_SAID.sub(" ", text).split())[:_LONGEST_WORDS]
    return f"{REFUSED}{error.code or error.status}:{words}"


def after_failure(
    delivery: Delivery, failure: Failure, now: datetime, jitter: Callable[[], float]
) -> Delivery:
    """The delivery after a failed try.

    Parameters
    ----------
    jitter
        Gives a number from 0 to 1; tries that failed together must not come back together.
    """
    again = failure.reason.startswith(REFUSED)
    if failure.state is not DeliveryState.PENDING and not again:
        return replace(delivery, state=failure.state, reason=failure.reason, next_try=None)
    doubled = _FIRST_SECONDS * 2 ** min(delivery.attempts, _DOUBLINGS)
    seconds = min(doubled, _LONGEST_SECONDS) * (0.5 + jitter() / 2)
    if failure.retry_after is not None:
        seconds = max(seconds, failure.retry_after)
    return replace(
        delivery,
        state=failure.state if again else delivery.state,
        reason=failure.reason,
        attempts=delivery.attempts + 1,
        next_try=now + timedelta(seconds=seconds),
    )

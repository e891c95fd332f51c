"""What a failed request means, and when it is tried again."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoppex.api import (
    ApiError,
    Blocked,
    Forbidden,
    NotFound,
    RateLimited,
    Rejected,
    Unauthorized,
    Unavailable,
)
from shoppex.domain.delivery import Delivery, DeliveryState
from shoppex.fulfilment.engine.failures import Failure, after_failure, classify
from strategies import deliveries

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
AGAIN = Failure(DeliveryState.PENDING, "no_connection")
HOUR = timedelta(hours=1)
PERMANENT = [state for state in DeliveryState if state is not DeliveryState.PENDING]


def discord_error(
    status: int, code: int = 0, kind: type[discord.HTTPException] = discord.HTTPException
) -> discord.HTTPException:
    response: Any = SimpleNamespace(status=status, reason="")
    return kind(response, {"code": code, "message": "what Discord says"})


def wait(delivery: Delivery, failure: Failure = AGAIN, jitter: float = 1.0) -> timedelta:
    after = after_failure(delivery, failure, NOW, lambda: jitter)
    assert after.next_try is not None
    return after.next_try - NOW


@pytest.mark.parametrize(
    ("error", "state"),
    [
        # Design, section 6: staff must act
        (discord_error(403, 50013, discord.Forbidden), DeliveryState.NEEDS_STAFF),
        (discord_error(403, 50001, discord.Forbidden), DeliveryState.NEEDS_STAFF),
        (discord_error(404, 10011, discord.NotFound), DeliveryState.NEEDS_STAFF),
        # buyer must act
        (discord_error(403, 50007, discord.Forbidden), DeliveryState.NEEDS_BUYER),
        (discord_error(403, 50278, discord.Forbidden), DeliveryState.NEEDS_BUYER),
        # gone: waits for a rejoin, or for nothing
        (discord_error(404, 10007, discord.NotFound), DeliveryState.NEEDS_BUYER),
        (discord_error(404, 10013, discord.NotFound), DeliveryState.FAILED),
        # try again
        (discord_error(429), DeliveryState.PENDING),
        (discord_error(500, 0, discord.DiscordServerError), DeliveryState.PENDING),
        (discord_error(502, 0, discord.DiscordServerError), DeliveryState.PENDING),
        (discord_error(503, 0, discord.DiscordServerError), DeliveryState.PENDING),
        (discord.RateLimited(3.5), DeliveryState.PENDING),
    ],
)
def test_what_discord_refuses_is_of_the_kind_in_the_design(
    error: Exception, state: DeliveryState
) -> None:
    assert classify(error).state is state


def test_each_reason_that_people_can_do_something_about_has_its_own_word() -> None:
    codes = {
        50013: "no_permission",
        50001: "no_access",
        10011: "role_gone",
        50007: "dms_closed",
        50278: "dms_closed",
        10007: "member_left",
        10013: "user_gone",
    }
    read = {code: classify(discord_error(403, code)).reason for code in codes}
    assert read == codes


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_a_refusal_that_nobody_foresaw_is_for_staff(status: int) -> None:
    assert classify(discord_error(status, 987654)).state is DeliveryState.NEEDS_STAFF


def test_a_known_code_counts_more_than_the_status() -> None:
    assert classify(discord_error(400, 50007)).state is DeliveryState.NEEDS_BUYER


@pytest.mark.parametrize("kind", [Unauthorized, Forbidden])
def test_a_refused_api_key_is_for_staff(kind: type[ApiError]) -> None:
    assert classify(kind("no", status=403)) == Failure(
        DeliveryState.NEEDS_STAFF, "api_key_refused"
    )


@pytest.mark.parametrize(
    "error",
    [
        Unavailable("down", status=503),
        Unavailable("nothing"),
        Blocked("this machine", status=403),
        NotFound("not yet", status=404),
        Rejected("no", status=400),
        RateLimited("slow down", status=429),
        asyncio.TimeoutError(),
        TimeoutError(),
        ConnectionResetError(),
        aiohttp.ClientConnectionError(),
        aiohttp.ServerDisconnectedError(),
        OSError(28, "No space left on device"),
        RuntimeError("a bug"),
    ],
)
def test_what_is_not_known_to_be_permanent_is_tried_again(error: Exception) -> None:
    assert classify(error).state is DeliveryState.PENDING


@pytest.mark.parametrize(
    "error", [discord.RateLimited(3.5), RateLimited("slow down", retry_after=3.5)]
)
def test_the_other_sides_wish_to_wait_is_kept(error: Exception) -> None:
    assert classify(error).retry_after == 3.5


def test_a_limit_without_a_time_asks_for_none() -> None:
    assert classify(RateLimited("slow down")).retry_after is None


def test_the_first_retry_comes_within_seconds() -> None:
    assert timedelta(0) < wait(Delivery()) <= timedelta(seconds=10)


def test_waits_grow_and_are_never_longer_than_an_hour() -> None:
    delivery, waits = Delivery(), []
    for _ in range(40):
        waits.append(wait(delivery))
        delivery = after_failure(delivery, AGAIN, NOW, lambda: 1.0)
    grown = [one for one in waits if one < HOUR]
    assert len(grown) > 5
    assert all(later >= 2 * earlier for earlier, later in pairwise(grown))
    assert waits == sorted(waits)
    assert waits[-1] == HOUR
    assert delivery.attempts == 40


@given(st.integers(0, 10**6), st.floats(0, 1))
def test_jitter_shortens_a_wait_by_half_at_most(attempts: int, jitter: float) -> None:
    delivery = Delivery(attempts=attempts)
    longest = wait(delivery, jitter=1.0)
    assert longest / 2 <= wait(delivery, jitter=jitter) <= longest


@given(st.integers(0, 100))
def test_what_failed_together_does_not_come_back_together(attempts: int) -> None:
    delivery = Delivery(attempts=attempts)
    assert wait(delivery, jitter=0.25) < wait(delivery, jitter=0.75)


@given(st.integers(0, 100), st.floats(0, 86400), st.floats(0, 1))
def test_nothing_is_tried_before_the_time_that_was_asked_for(
    attempts: int, retry_after: float, jitter: float
) -> None:
    delivery = Delivery(attempts=attempts)
    asked = Failure(DeliveryState.PENDING, "rate_limited", retry_after)
    own = wait(delivery, jitter=jitter)
    assert wait(delivery, asked, jitter) == max(own, timedelta(seconds=retry_after))


@given(deliveries)
def test_a_retry_keeps_state_and_beginning_and_counts(delivery: Delivery) -> None:
    after = after_failure(delivery, AGAIN, NOW, lambda: 0.5)
    assert after.state is delivery.state
    assert after.begun_at == delivery.begun_at
    assert after.attempts == delivery.attempts + 1
    assert after.reason == AGAIN.reason


@pytest.mark.parametrize("state", PERMANENT)
@given(delivery=deliveries)
def test_what_is_permanent_is_not_tried_again_by_itself(
    state: DeliveryState, delivery: Delivery
) -> None:
    after = after_failure(delivery, Failure(state, "no_permission"), NOW, lambda: 0.5)
    assert after.state is state
    assert after.reason == "no_permission"
    assert after.next_try is None
    assert after.begun_at == delivery.begun_at

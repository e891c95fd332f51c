"""Whoever waits hears of the next delivery for their server, and nothing is left behind."""

from __future__ import annotations

import asyncio

import pytest

from shoppex.webhook.delivery_waiter import DeliveryWait, DeliveryWaiter
from shoppex.webhook.signature import SignatureResult, Trust

HERE, ELSEWHERE = 1, 2
SIGNED = SignatureResult(Trust.GENUINE, "V2", "whd_1")
OLD = SignatureResult(Trust.STALE, "timestamp out of tolerance", "whd_2")
FORGED = SignatureResult(Trust.FORGED, "V2 signature does not match")
LONG, INSTANT = 30.0, 0.01


@pytest.mark.parametrize("verdict", [SIGNED, OLD])
async def test_what_is_signed_ends_the_wait(verdict: SignatureResult) -> None:
    arrivals = DeliveryWaiter()
    with arrivals.watch(HERE) as watch:
        asyncio.get_running_loop().call_soon(arrivals.note, HERE, verdict)
        assert await watch.first(LONG) == verdict


async def test_what_came_before_somebody_waits_for_it_counts() -> None:
    arrivals = DeliveryWaiter()
    with arrivals.watch(HERE) as watch:
        arrivals.note(HERE, SIGNED)
        arrivals.note(HERE, OLD)
        assert await watch.first(LONG) == SIGNED


async def test_nothing_comes() -> None:
    arrivals = DeliveryWaiter()
    with arrivals.watch(HERE) as watch:
        arrivals.note(ELSEWHERE, SIGNED)
        assert await watch.first(INSTANT) is None


async def test_a_refused_one_is_told_when_no_signed_one_follows() -> None:
    arrivals = DeliveryWaiter()
    with arrivals.watch(HERE) as watch:
        arrivals.note(HERE, FORGED)
        assert await watch.first(INSTANT) == FORGED


async def test_noise_does_not_hide_what_is_signed() -> None:
    arrivals = DeliveryWaiter()
    with arrivals.watch(HERE) as watch:
        arrivals.note(HERE, FORGED)
        asyncio.get_running_loop().call_later(INSTANT, arrivals.note, HERE, SIGNED)
        assert await watch.first(LONG) == SIGNED


async def test_several_hear_of_the_same_one() -> None:
    arrivals = DeliveryWaiter()
    with arrivals.watch(HERE) as one, arrivals.watch(HERE) as other:
        arrivals.note(HERE, SIGNED)
        assert [*await asyncio.gather(one.first(LONG), other.first(LONG))] == [SIGNED, SIGNED]


async def test_who_waits_no_longer_is_told_nothing() -> None:
    arrivals = DeliveryWaiter()
    heard: DeliveryWait
    with pytest.raises(RuntimeError), arrivals.watch(HERE) as heard:
        raise RuntimeError
    arrivals.note(HERE, SIGNED)
    assert await heard.first(INSTANT) is None
    assert arrivals._watches == {}

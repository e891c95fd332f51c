"""How often one member may make the shop work."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoppex.domain.account import AccountKey
from shoppex.errors import TooOften
from shoppex.rate_limit import _MOST_MEMBERS, SlidingWindow

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
MINUTE = timedelta(minutes=1)
ADA, BOB = AccountKey(1, 1), AccountKey(1, 2)


def may(pace: SlidingWindow, key: AccountKey, now: datetime) -> bool:
    try:
        pace.take(key, now)
    except TooOften:
        return False
    return True


def test_so_many_tries_are_free_and_then_none_until_the_time_is_over() -> None:
    pace = SlidingWindow(3, MINUTE)
    for seconds in (0, 10, 20):
        pace.take(ADA, NOW + timedelta(seconds=seconds))
    for seconds in (20, 59):
        with pytest.raises(TooOften) as refused:
            pace.take(ADA, NOW + timedelta(seconds=seconds))
        assert refused.value.until == NOW + MINUTE
    assert may(pace, ADA, NOW + MINUTE)
    with pytest.raises(TooOften) as refused:
        pace.take(ADA, NOW + MINUTE)
    assert refused.value.until == NOW + timedelta(seconds=70)


def test_members_do_not_use_up_each_others_tries() -> None:
    pace = SlidingWindow(1, MINUTE)
    pace.take(ADA, NOW)
    pace.take(BOB, NOW)
    pace.take(AccountKey(2, ADA.user_id), NOW)
    assert not may(pace, ADA, NOW)
    assert not may(pace, BOB, NOW)


@given(
    st.integers(min_value=1, max_value=5),
    st.lists(st.integers(min_value=0, max_value=40), max_size=40),
)
def test_no_span_holds_more_than_the_free_tries_and_none_is_refused_before(
    tries: int, pauses: list[int]
) -> None:
    pace, now = SlidingWindow(tries, MINUTE), NOW
    taken: list[datetime] = []
    for pause in pauses:
        now += timedelta(seconds=pause)
        recent = sum(now - time < MINUTE for time in taken)
        assert may(pace, ADA, now) is (recent < tries)
        if recent < tries:
            taken.append(now)


def test_the_memory_is_bounded_and_the_longest_idle_are_forgotten_first() -> None:
    pace = SlidingWindow(1, MINUTE)
    pace.take(ADA, NOW)
    pace.take(BOB, NOW)
    assert not may(pace, ADA, NOW)
    for number in range(_MOST_MEMBERS - 1):
        pace.take(AccountKey(2, number), NOW)
    assert len(pace._times) == _MOST_MEMBERS
    assert not may(pace, ADA, NOW)
    assert may(pace, BOB, NOW)
    assert len(pace._times) == _MOST_MEMBERS


@given(st.lists(st.integers(min_value=0, max_value=30), min_size=1, max_size=60))
def test_no_more_than_the_free_tries_are_remembered_of_one_member(pauses: list[int]) -> None:
    pace, now = SlidingWindow(3, MINUTE), NOW
    for pause in pauses:
        now += timedelta(seconds=pause)
        may(pace, ADA, now)
        assert len(pace._times[ADA]) <= 3

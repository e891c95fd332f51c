"""However much happens, nothing is lost of its counts, and it fits into one message."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timezone
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from shoppex.domain.account import AccountKey
from shoppex.domain.event import EventKind, ShopEvent
from shoppex.domain.log_level import LogLevel
from shoppex.domain.money import Money
from shoppex.log_channel.event_batch import EventBatch, EventHeading, TimedEvent
from shoppex.log_channel.texts import digest_embed, entry_embed
from strategies import currencies, snowflakes

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
BEN, EVE = AccountKey(7, 11), AccountKey(7, 12)

events = st.builds(
    ShopEvent,
    kind=st.sampled_from(EventKind),
    key=st.builds(AccountKey, st.just(7), snowflakes),
    subject=st.text(max_size=300),
    pieces=st.integers(1, 9),
    order=st.none() | st.text("abc`", min_size=1, max_size=200),
    money=st.none() | st.builds(Money, st.integers(0, 10**6).map(Decimal), currencies),
    by=st.none() | snowflakes,
    detail=st.text(max_size=300),
    roles=st.lists(snowflakes, max_size=80).map(tuple),
    test=st.booleans(),
    origin=st.none() | snowflakes,
)


def piled(told: Iterable[ShopEvent], most: int = 1000) -> EventBatch:
    batch = EventBatch(most)
    for happening in told:
        batch.add(TimedEvent(happening, NOW))
    return batch


@given(st.lists(events, max_size=30), st.lists(events, max_size=30), st.integers(0, 40))
def test_the_counts_are_true_whatever_is_only_counted(
    first: list[ShopEvent], later: list[ShopEvent], most: int
) -> None:
    batch = piled(first, most)
    batch.add_all(piled(later, most))
    tally, told = batch.tally(), first + later
    assert tally.counts == Counter(EventHeading(each.kind, each.test) for each in told)
    assert sum(tally.money.values()) == sum(each.money.amount for each in told if each.money)
    listed = [noted.what for entry in batch.entries() for noted in entry]
    assert len(listed) + batch.folded == len(told)
    assert len(listed) <= most
    # The oldest are the ones that are only counted.
    assert Counter(listed) == Counter(told[len(told) - len(listed) :])


@given(st.lists(events, max_size=120), st.integers(0, 100))
def test_all_of_it_fits_into_one_embed(told: list[ShopEvent], most: int) -> None:
    embed = digest_embed(piled(told, most))
    assert len(embed) <= 6000
    assert len(embed.description or "") <= 4096
    assert str(len(told)) in str(embed.title)


@given(st.lists(events, min_size=1, max_size=5))
def test_five_of_them_fit_into_one_message(told: list[ShopEvent]) -> None:
    embeds = [entry_embed(entry, n) for n, entry in enumerate(piled(told).entries(), start=1)]
    assert sum(map(len, embeds)) <= 6000
    assert all(embed.title and len(embed.title) <= 256 for embed in embeds)


def test_what_followed_a_sale_stands_with_it_and_with_no_other() -> None:
    sold, delivered = ShopEvent(EventKind.SALE, BEN, order="u-1"), EventKind.DELIVERED
    batch = piled(
        [
            sold,
            ShopEvent(delivered, EVE, order="u-2"),
            ShopEvent(delivered, BEN, order="u-3"),
            ShopEvent(delivered, BEN, order="u-1"),
            ShopEvent(EventKind.REFUNDED, BEN, order="u-1"),
        ]
    )
    entries = [[noted.what.kind for noted in entry] for entry in batch.entries()]
    assert entries == [[EventKind.SALE, delivered], [delivered], [delivered], [EventKind.REFUNDED]]


def test_tests_are_counted_apart_and_sell_nothing() -> None:
    money = Money(Decimal(5), "EUR")
    sold = [ShopEvent(EventKind.SALE, BEN, "Gold", 3, money=money)] * 2
    test = ShopEvent(EventKind.SALE, BEN, "Silver", money=money, test=True)
    text = str(digest_embed(piled([*sold, test])).description)
    assert "**Sales: 2** · €10.00\n" in text
    assert "**Sales: 1** · €5.00 (test)" in text
    assert "Sold most: 6 × Gold\n" in text


def test_who_is_forgotten_is_named_nowhere() -> None:
    about = [
        ShopEvent(EventKind.SALE, BEN),
        ShopEvent(EventKind.GIVEN, EVE, by=BEN.user_id),
        ShopEvent(EventKind.MOVED, EVE, by=1, origin=BEN.user_id),
    ]
    batch = piled([*about, ShopEvent(EventKind.SALE, EVE)])
    assert str(digest_embed(batch).description).count(f"<@{BEN.user_id}>") == 2
    batch.forget(BEN.user_id)
    assert batch.folded == len(about)
    assert f"<@{BEN.user_id}>" not in str(digest_embed(batch).description)


def test_each_level_tells_less_than_the_one_before() -> None:
    everything, money, problems = (
        {kind for kind in EventKind if level.tells(kind)} for level in LogLevel
    )
    assert everything == set(EventKind)
    assert everything > money > problems
    assert EventKind.DELIVERED not in money
    assert problems == {
        EventKind.REFUNDED,
        EventKind.PARTLY_REFUNDED,
        EventKind.DISPUTED,
        EventKind.DISPUTE_WON,
    }

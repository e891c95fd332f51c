"""What staff read of their shop's statistics, and what stands on the picture."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction

import discord
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from redbot.core.i18n import set_contextual_locale, set_contextual_regional_format

from shoppex.domain.account import Account, AccountKey, OfferKind, Order
from shoppex.domain.delivery import Delivery, DeliveryState
from shoppex.domain.money import Money
from shoppex.domain.policy import Terms
from shoppex.domain.status import OrderStatus
from shoppex.domain.subscription import Subscription
from shoppex.domain.subscription_status import SubscriptionStatus
from shoppex.statistics.chart.drawing import draw
from shoppex.statistics.chart.poster import Poster, Tone
from shoppex.statistics.chart.text import drawable
from shoppex.statistics.fold import Report, ShopFold
from shoppex.statistics.number_format import about_money, change, round_money, share, short_money
from shoppex.statistics.periods import Period
from shoppex.statistics.poster import alt_text, poster_of
from shoppex.statistics.texts import statistics_embed
from strategies import accounts

NOW = datetime(2026, 3, 31, 15, 30, tzinfo=timezone.utc)
BLUE = discord.Colour.blurple()


def sale(name: str, days_ago: float = 1, amount: str = "10", **changes: object) -> Order:
    order = Order(
        nonce=name,
        kind=OfferKind.PRODUCT,
        offer_id="gold",
        title="Gold",
        created_at=NOW - timedelta(days=days_ago),
        paid_at=NOW - timedelta(days=days_ago),
        status=OrderStatus.PAID,
        quote=Money(Decimal(amount), "EUR"),
    )
    return replace(order, **changes)  # type: ignore[arg-type] # by name


def report(*found: Order | Subscription, period: Period = Period.MONTH) -> Report:
    survey = ShopFold(period, NOW, Terms())
    orders = {thing.nonce: thing for thing in found if isinstance(thing, Order)}
    subscriptions = {thing.id: thing for thing in found if isinstance(thing, Subscription)}
    survey.add(Account(AccountKey(1, 2), orders=orders, subscriptions=subscriptions))
    return survey.report()


def fields(made: Report, currency: str | None = "EUR") -> dict[str, str]:
    embed = statistics_embed(made, currency, BLUE)
    return {str(field.name): str(field.value) for field in embed.fields}


@contextmanager
def region(code: str) -> Iterator[None]:
    """The reader's language and region; reset at the end of the test's own context."""
    set_contextual_locale("en-US")
    set_contextual_regional_format(code)
    try:
        yield
    finally:
        set_contextual_regional_format("en-US")


# -- figures -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "before", "text", "rises"),
    [
        (12, 10, "▲ 20%", True),
        (10, 12, "▼ 17%", False),
        (1001, 1000, "▲ 0.1%", True),
        (0, 10, "▼ 100%", False),
        (10, 0, "▲", True),
        (5000, 1, "▲ > 1,000%", True),
        (7, 7, "", None),
    ],
)
def test_a_change_in_a_word(now: int, before: int, text: str, rises: bool | None) -> None:  # noqa: FBT001
    with region("en-US"):
        assert change(now, before) == (text, rises)


@pytest.mark.parametrize(
    ("amount", "shown"),
    [("0", "€0.00"), ("1234.5", "€1,234.50"), ("1234567", "€1.2M"), ("98765432100", "€98.8B")],
)
def test_large_amounts_are_short(amount: str, shown: str) -> None:
    with region("en-US"):
        assert short_money(Decimal(amount), "EUR") == shown


def test_cents_are_left_out_where_they_do_not_matter() -> None:
    with region("en-US"):
        assert about_money(Decimal("9.99"), "EUR") == "€9.99"
        assert about_money(Decimal("50.92"), "EUR") == "€51"
        assert about_money(Decimal("1725.81"), "EUR") == "€1.7K"
        assert round_money(Decimal("2.5"), "EUR") == "€2.50"
        assert round_money(Decimal(1250000), "EUR") == "€1.25M"


@given(
    st.decimals(min_value=0, max_value=10**12, places=2),
    st.sampled_from(["EUR", "USD", "JPY", "ILS", "VND", "UAH", "XOF", "ZZZ"]),
    st.sampled_from(["en-US", "de-DE", "fr-FR", "ru-RU", "uk-UA", "el-GR", "pl-PL", "vi-VN"]),
)
@settings(deadline=None)
def test_amounts_can_be_drawn(amount: Decimal, currency: str, code: str) -> None:
    with region(code):
        assert drawable(short_money(amount, currency))
        assert drawable(about_money(amount, currency))


def test_shares() -> None:
    with region("en-US"):
        assert share(Fraction(1, 13)) == "7.7%"
        assert share(Fraction(1, 3)) == "33%"


# -- the embed -----------------------------------------------------------------------------


def test_what_nobody_knows_is_said() -> None:
    unknown = Subscription(
        "s",
        "n",
        NOW - timedelta(days=50),
        status=SubscriptionStatus.CANCELLED,
        read_at=NOW,
    )
    other = Subscription("t", "n", NOW - timedelta(days=50), status=SubscriptionStatus.ACTIVE)
    said = fields(report(unknown, other, sale("a", renewal=True, quote=None)))
    assert "Churn: unknown, see below" in said["Subscriptions"]
    assert "maybe within the period: 1" in said["What nobody knows"]
    assert "not in the revenue: 1" in said["What nobody knows"]
    assert "What nobody knows" not in fields(report(other, sale("a")))


def test_churn_in_figures() -> None:
    begun = NOW - timedelta(days=50)
    status = SubscriptionStatus.CANCELLED
    gone = Subscription("s", "n", begun, status=status, period_end=NOW - timedelta(days=5))
    stays = [Subscription(f"s{n}", "n", begun, status=SubscriptionStatus.ACTIVE) for n in range(3)]
    said = fields(report(gone, *stays))["Subscriptions"]
    assert said.startswith("3 (▼ 25%, was 4)\nBegan: 0, ended: 1\nChurn: 25% (1 of 4)")


def test_what_stopped_names_its_cause() -> None:
    closed = Delivery(DeliveryState.NEEDS_BUYER, "dms_closed")
    gone = Delivery(DeliveryState.FAILED, "user_gone")
    said = fields(report(sale("a", message=closed), sale("b", message=gone)))
    waits = said["Not delivered, as of now"].splitlines()
    assert waits == [
        "⏳ 1 × waits for the buyer: the member takes no direct messages",
        "❌ 1 × failed for good: Discord does not know this account any more",
    ]


def test_titles_are_shown_as_they_are_written() -> None:
    said = fields(report(sale("a", title="**@everyone** [x](http://y)")))
    assert "@everyone" not in said["Best products"].replace("@\u200beveryone", "")


@given(st.lists(accounts, max_size=4), st.sampled_from(Period))
@settings(deadline=None, max_examples=40)
def test_discord_takes_every_embed(found: list[Account], period: Period) -> None:
    survey = ShopFold(period, NOW, Terms())
    for account in found:
        survey.add(account)
    made = survey.report()
    for currency in (None, *made.currencies):
        embed = statistics_embed(made, currency, BLUE)
        assert len(embed) <= 6000
        assert all(0 < len(field.value or "") <= 1024 for field in embed.fields)
        assert 0 < len(alt_text(made, currency)) <= 1024
        assert draw(poster_of(made, currency, "Shop"))


# -- the picture ---------------------------------------------------------------------------


def tile(poster: Poster, number: int) -> tuple[str, str, str, Tone]:
    found = poster.tiles[number]
    return found.value, found.change, found.note, found.tone


def test_more_refunds_are_no_good_news() -> None:
    back = {"status": OrderStatus.REFUNDED, "changed_at": NOW}
    made = report(sale("a"), sale("b", 40, "5"), sale("c", 50, "3", **back))
    poster = poster_of(made, "EUR", "The Shop")
    assert tile(poster, 0) == ("€10.00", "▲ 25%", "was €8.00", Tone.GOOD)
    assert tile(poster, 2) == ("€3.00", "▲", "was €0.00", Tone.BAD)
    assert tile(poster, 3) == ("0", "", "as before", Tone.NEITHER)


def test_all_time_compares_with_nothing() -> None:
    poster = poster_of(report(sale("a"), sale("b"), period=Period.ALL), "EUR", "The Shop")
    assert tile(poster, 0) == ("€20.00", "", "€10 per sale", Tone.NEITHER)


def test_a_shop_that_sold_nothing_says_so() -> None:
    poster = poster_of(report(), None, "The Shop")
    assert poster.chart.bars == []
    assert poster.chart.empty
    assert poster.ranking.ranks == []
    assert [found.value for found in poster.tiles] == ["0", "0", "0", "0"]


def test_names_that_cannot_be_drawn_point_to_the_list() -> None:
    # No font has all of these scripts.
    poster = poster_of(report(sale("a", title="𒀀ꚠ𗀀한")), "EUR", "𗀀ꚠ한")
    assert poster.title == "Statistics"
    assert poster.ranking.ranks[0].name == "see the list above"


def composed(code: str, title: str = "The Shop") -> Poster:
    def compose() -> Poster:
        set_contextual_locale(code)
        set_contextual_regional_format(code)
        return poster_of(report(sale("a", title=title)), "EUR", title)

    return copy_context().run(compose)


@pytest.mark.parametrize(
    ("code", "title", "day", "amount"),
    [
        ("de-DE", "Größe", "02.03.2026", "10,00\xa0€"),
        ("ru-RU", "Золотой пропуск", "2 мар. 2026", "10,00\xa0€"),
        ("el-GR", "Χρυσή κάρτα", "2 Μαρ 2026", "10,00\xa0€"),
    ],
)
def test_the_picture_is_as_its_reader_writes(code: str, title: str, day: str, amount: str) -> None:
    poster = composed(code, title)
    assert day in poster.subtitle
    assert poster.tiles[0].value == amount
    assert poster.title == poster.ranking.ranks[0].name == title


def test_the_picture_speaks_german() -> None:
    assert [tile.label for tile in composed("de-DE").tiles][:2] == ["Umsatz", "Verkäufe"]


@pytest.mark.parametrize("code", ["ja-JP", "ar-EG", "hi-IN", "zh-CN", "th-TH"])
def test_days_that_no_font_can_write_are_in_english(code: str) -> None:
    poster = composed(code)
    texts = [poster.subtitle, *(label for _, label in poster.chart.dates)]
    assert all(drawable(text) for text in texts)
    assert "Mar 2, 2026" in poster.subtitle or poster.chart.dates[0][1] != "Mar 2"


def test_the_picture_is_told_in_words() -> None:
    said = alt_text(report(sale("a"), sale("b", 2)), "EUR")
    assert said == (
        "Statistics of the shop. Last 30 days: Mar 2, 2026 – Mar 31, 2026. Sales: 2. "
        "Revenue: €20.00. Refunds: €0.00. Active subscriptions: 0. "
        "Best products, with their sales: Gold (2)."
    )

"""What a shop sold over a period, against ledgers of known content."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoppex.domain.account import Account, AccountKey, Grant, OfferKind, Order
from shoppex.domain.delivery import Delivery, DeliveryState
from shoppex.domain.money import Money
from shoppex.domain.policy import OfferTerms, Terms
from shoppex.domain.staff_action import StaffAction
from shoppex.domain.status import OrderStatus
from shoppex.domain.subscription import Subscription
from shoppex.domain.subscription_status import SubscriptionStatus
from shoppex.statistics.fold import Report, ShopFold, Statistics, Turnover
from shoppex.statistics.periods import Period, TimeSpan, windows_of
from shoppex.statistics.time_series import Interval, series_of
from strategies import keys, nonces

NOW = datetime(2026, 3, 31, 15, 30, tzinfo=timezone.utc)
DAY = timedelta(days=1)
GUILD = 111
ROLE = 900
ACT = StaffAction(5, NOW - DAY, "for the help")


def euros(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


def dollars(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def sale(name: str, days_ago: float, quote: Money | None, **changes: object) -> Order:
    """A paid order of Gold."""
    order = Order(
        nonce=name,
        kind=OfferKind.PRODUCT,
        offer_id="gold",
        title="Gold",
        created_at=NOW - days_ago * DAY,
        paid_at=NOW - days_ago * DAY,
        status=OrderStatus.PAID,
        uniqid=f"u-{name}",
        quote=quote,
    )
    return replace(order, **changes)  # type: ignore[arg-type] # by name


def buyer(user_id: int, *bought: Order | Subscription) -> Account:
    return Account(
        AccountKey(GUILD, user_id),
        orders={thing.nonce: thing for thing in bought if isinstance(thing, Order)},
        subscriptions={thing.id: thing for thing in bought if isinstance(thing, Subscription)},
    )


def survey(
    found: Iterable[Account], period: Period = Period.MONTH, terms: Terms | None = None
) -> Report:
    looked = ShopFold(period, NOW, terms or Terms())
    for account in found:
        looked.add(account)
    return looked.report()


def now_of(*found: Account, period: Period = Period.MONTH) -> Statistics:
    return survey(found, period).now


# -- the period ----------------------------------------------------------------------------


def test_a_period_is_whole_days_of_utc_and_is_compared_with_as_long_a_one() -> None:
    current, before = windows_of(Period.WEEK, NOW)
    assert current.start == datetime(2026, 3, 25, tzinfo=timezone.utc)
    assert current.end == NOW
    assert before is not None
    assert before.start == datetime(2026, 3, 18, tzinfo=timezone.utc)
    assert before.end == NOW - 7 * DAY


def test_today_is_kept_by_the_hour_and_compared_with_yesterday_until_the_same_hour() -> None:
    current, before = windows_of(Period.TODAY, NOW)
    assert len(current.slots()) == 24
    assert before == TimeSpan(current.slots()[0] - DAY, NOW - DAY, timedelta(hours=1))


def test_there_is_nothing_before_all_time() -> None:
    assert windows_of(Period.ALL, NOW) == (TimeSpan(None, NOW), None)


def test_another_zone_changes_no_day() -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=9)))
    assert elsewhere.day != NOW.day
    assert windows_of(Period.MONTH, elsewhere) == windows_of(Period.MONTH, NOW)


@pytest.mark.parametrize(
    ("period", "days"),
    [(Period.WEEK, 7), (Period.MONTH, 30), (Period.QUARTER, 90), (Period.YEAR, 365)],
)
def test_a_period_has_its_days(period: Period, days: int) -> None:
    slots = windows_of(period, NOW)[0].slots()
    assert len(slots) == len(set(slots)) == days
    assert slots[-1].date() == NOW.date()


# -- sales ---------------------------------------------------------------------------------


def test_a_ledger_of_known_content() -> None:
    silver = {"offer_id": "silver", "title": "Silver"}
    found = [
        buyer(1, sale("a", 1, euros("9.99")), sale("b", 2, euros("20.01"), quantity=2)),
        buyer(2, sale("c", 3, dollars("5"), **silver), sale("old", 40, euros("100"))),
        buyer(3, sale("d", 29, euros("1"), **silver), sale("older", 99, euros("1000"))),
    ]
    report = survey(found)
    now = report.now
    assert (now.sales, now.pieces, now.buyers) == (4, 5, 3)
    assert now.turnover == {
        "EUR": Turnover(3, Decimal("31.00")),
        "USD": Turnover(1, Decimal(5)),
    }
    assert now.currencies == ["EUR", "USD"]
    assert [(p.title, p.sales, p.pieces, p.revenue) for p in now.products] == [
        ("Gold", 2, 3, {"EUR": Decimal("30.00")}),
        ("Silver", 2, 2, {"USD": Decimal(5), "EUR": Decimal(1)}),
    ]
    assert report.before is not None
    assert report.before.turnover == {"EUR": Turnover(1, Decimal(100))}


@pytest.mark.parametrize(
    "changes",
    [
        {"test": True},
        {"held": "other_total"},
        {"paid_at": None, "status": OrderStatus.PENDING},
        {"paid_at": None, "status": OrderStatus.PARTIAL},
        {"paid_at": None, "status": OrderStatus.CANCELLED},
        {"paid_at": None, "status": OrderStatus.REFUNDED, "changed_at": NOW},
    ],
)
def test_what_is_no_sale(changes: dict[str, object]) -> None:
    now = now_of(buyer(1, sale("a", 1, euros("9.99"), **changes)), period=Period.ALL)
    assert now == Statistics(now.window)


def test_gifts_are_counted_apart() -> None:
    now = now_of(buyer(1, sale("a", 1, None, gift=ACT), sale("b", 1, euros("3"))))
    assert (now.gifts, now.sales, now.buyers) == (1, 1, 1)
    assert now_of(buyer(1, sale("t", 1, None, gift=ACT, test=True))).gifts == 0


def test_what_staff_took_back_without_a_refund_is_still_sold() -> None:
    assert now_of(buyer(1, sale("a", 1, euros("3"), revoked=ACT))).sales == 1


def test_a_renewal_is_a_sale_and_one_of_unknown_worth_is_said_to_be_that() -> None:
    now = now_of(
        buyer(1, sale("a", 1, euros("5"), renewal=True), sale("b", 2, None, renewal=True))
    )
    assert (now.sales, now.renewals, now.unpriced) == (2, 2, 1)
    assert now.turnover == {"EUR": Turnover(1, Decimal(5))}
    assert now.products[0].sales == 2


def test_a_product_has_the_name_of_its_latest_sale() -> None:
    first, last = sale("a", 3, None, title="Gold"), sale("b", 1, None, title="Gold 2026")
    for order in ([buyer(1, first), buyer(2, last)], [buyer(2, last), buyer(1, first)]):
        assert [p.title for p in now_of(*order).products] == ["Gold 2026"]


def test_turnover_lies_on_its_day() -> None:
    now = now_of(
        buyer(1, sale("a", 1, euros("5")), sale("b", 1.1, euros("7")), sale("c", 2, euros("1")))
    )
    midnight = NOW.replace(hour=0, minute=0)
    assert now.slots["EUR"] == {
        midnight - DAY: Turnover(2, Decimal(12)),
        midnight - 2 * DAY: Turnover(1, Decimal(1)),
    }


def test_today_lies_on_its_hours() -> None:
    now = now_of(buyer(1, sale("a", 0, euros("5")), sale("b", 1, euros("7"))), period=Period.TODAY)
    assert now.slots["EUR"] == {NOW.replace(minute=0): Turnover(1, Decimal(5))}


# -- money that went back ------------------------------------------------------------------


def test_a_refund_counts_when_the_money_went_back() -> None:
    gone = {"status": OrderStatus.REFUNDED, "changed_at": NOW - 2 * DAY}
    report = survey([buyer(1, sale("a", 40, euros("50"), **gone), sale("b", 3, euros("8")))])
    assert report.now.turnover == {"EUR": Turnover(1, Decimal(8), 1, Decimal(50))}
    assert report.now.turnover["EUR"].net == -42
    assert (report.now.refunds, report.now.partial_refunds) == (1, 0)
    assert report.before is not None
    assert report.before.turnover == {"EUR": Turnover(1, Decimal(50))}


def test_a_part_that_went_back() -> None:
    part = {"refunded": euros("3"), "changed_at": NOW - DAY}
    now = now_of(buyer(1, sale("a", 4, euros("10"), **part)))
    assert now.turnover == {"EUR": Turnover(1, Decimal(10), 1, Decimal(3))}
    assert (now.refunds, now.partial_refunds, now.unpriced_refunds) == (0, 1, 0)


@pytest.mark.parametrize("currency", ["EUR", ""])
def test_a_part_of_which_nobody_said_how_much_it_was(currency: str) -> None:
    part = {"refunded": Money(Decimal(0), currency), "changed_at": NOW - DAY}
    now = now_of(buyer(1, sale("a", 4, euros("10"), **part)))
    assert (now.partial_refunds, now.unpriced_refunds) == (1, 1)
    assert now.turnover == {"EUR": Turnover(1, Decimal(10))}


def test_a_part_and_then_the_rest_are_one_refund_of_everything() -> None:
    all_of_it = {
        "refunded": euros("3"),
        "status": OrderStatus.REFUNDED,
        "changed_at": NOW - DAY,
    }
    now = now_of(buyer(1, sale("a", 4, euros("10"), **all_of_it)))
    assert now.turnover["EUR"].refunded == 10
    assert (now.refunds, now.partial_refunds) == (1, 0)


def test_a_dispute_takes_nothing_yet() -> None:
    dispute = {"status": OrderStatus.DISPUTED, "changed_at": NOW - DAY}
    now = now_of(buyer(1, sale("a", 4, euros("10"), **dispute)))
    assert now.disputes == 1
    assert now.turnover == {"EUR": Turnover(1, Decimal(10))}


def test_a_refund_of_unknown_day_counts_in_all_time_only() -> None:
    account = buyer(1, sale("a", 4, euros("10"), status=OrderStatus.REFUNDED))
    month, ever = now_of(account), now_of(account, period=Period.ALL)
    assert (month.refunds, month.undated) == (0, 1)
    assert (ever.refunds, ever.undated) == (1, 1)
    assert ever.turnover["EUR"].refunded == 10


# -- subscriptions -------------------------------------------------------------------------


def subscribed(
    name: str,
    days_ago: float,
    status: SubscriptionStatus = SubscriptionStatus.ACTIVE,
    **changes: object,
) -> Subscription:
    begun = Subscription(name, f"n-{name}", NOW - days_ago * DAY, status=status)
    return replace(begun, **changes)  # type: ignore[arg-type] # by name


def ended(name: str, days_ago: float, end: float, **changes: object) -> Subscription:
    return subscribed(
        name,
        days_ago,
        SubscriptionStatus.CANCELLED,
        **{"period_end": NOW - end * DAY, "read_at": NOW, **changes},
    )


def test_churn_is_the_share_of_those_at_the_start_that_ended() -> None:
    now = now_of(
        buyer(1, subscribed("a", 100), ended("b", 100, 5), subscribed("c", 10)),
        buyer(2, ended("d", 20, 3), ended("e", 200, 90), subscribed("f", 60)),
        buyer(3, ended("g", 50, -5)),
    ).subscribers
    assert (now.at_start, now.began, now.ended, now.lost, now.at_end) == (4, 2, 2, 1, 4)
    assert now.churn == Fraction(1, 4)
    assert now.by_status == {SubscriptionStatus.ACTIVE: 3, SubscriptionStatus.CANCELLED: 1}


def test_one_that_was_cancelled_is_active_to_the_end_of_what_was_paid() -> None:
    cancelled = {"cancelled_at": NOW - 10 * DAY}
    assert now_of(buyer(1, ended("a", 50, -5, **cancelled))).subscribers.at_end == 1
    paypal = now_of(buyer(1, ended("a", 50, -5, gateway="PAYPAL", **cancelled))).subscribers
    assert (paypal.at_end, paypal.lost) == (0, 1)


def test_paused_and_overdue_ones_have_not_ended() -> None:
    now = now_of(
        buyer(
            1,
            subscribed("a", 50, SubscriptionStatus.PAUSED),
            subscribed("b", 50, SubscriptionStatus.PAST_DUE),
        )
    ).subscribers
    assert (now.at_start, now.at_end, now.churn) == (2, 2, Fraction(0))


def test_what_staff_took_back_has_ended() -> None:
    now = now_of(buyer(1, subscribed("a", 50, revoked=ACT))).subscribers
    assert (now.at_start, now.lost, now.at_end) == (1, 1, 0)


def test_churn_is_unknown_when_the_day_of_an_end_is() -> None:
    unknown = subscribed("a", 50, SubscriptionStatus.CANCELLED, read_at=NOW - DAY)
    now = now_of(buyer(1, unknown, subscribed("b", 50))).subscribers
    assert (now.at_start, now.unknown, now.churn) == (1, 1, None)


def test_an_unknown_day_before_the_period_does_not_matter() -> None:
    unknown = subscribed("a", 80, SubscriptionStatus.CANCELLED, read_at=NOW - 70 * DAY)
    now = now_of(buyer(1, unknown, subscribed("b", 50))).subscribers
    assert (now.unknown, now.churn) == (0, Fraction(0))


def test_there_is_no_churn_where_nobody_was() -> None:
    assert now_of(buyer(1, subscribed("a", 3))).subscribers.churn is None


def test_tests_and_what_shoppex_has_not_confirmed_are_no_subscribers() -> None:
    tested = sale("n-a", 9, None, test=True)
    now = now_of(
        buyer(1, tested, subscribed("a", 9), subscribed("b", 9, SubscriptionStatus.UNKNOWN))
    ).subscribers
    assert (now.began, now.at_end) == (0, 0)


def test_a_subscription_began_when_it_was_paid() -> None:
    now = now_of(buyer(1, sale("n-a", 40, euros("5")), subscribed("a", 3))).subscribers
    assert (now.at_start, now.began) == (1, 0)


# -- what waits ----------------------------------------------------------------------------


def test_what_waits_by_whom_it_waits_for() -> None:
    blocked = Delivery(DeliveryState.NEEDS_STAFF, "role_too_high")
    closed = Delivery(DeliveryState.NEEDS_BUYER, "dms_closed")
    gone = Delivery(DeliveryState.FAILED, "user_gone")
    terms = Terms({"product:gold": OfferTerms((ROLE,))})
    bought = sale("a", 1, euros("5"), roles=(ROLE,), message=closed)
    waiting = replace(buyer(1, bought), grants={ROLE: Grant(delivery=blocked)})
    report = survey(
        [
            waiting,
            buyer(2, sale("b", 1, euros("5"), message=gone)),
            buyer(3, sale("c", 1, euros("5"), held="other_total", paid_at=None)),
            buyer(4, sale("d", 1, euros("5"), refunded=euros("1"), changed_at=NOW)),
            buyer(5, sale("e", 1, None, test=True, message=closed)),
        ],
        terms=terms,
    )
    assert report.waits.staff == {"role_too_high": 1, "other_total": 1}
    assert report.waits.buyers == {"dms_closed": 1}
    assert report.waits.failed == {"user_gone": 1}
    assert report.waits.count == 4


def test_a_role_that_is_no_longer_wanted_waits_for_nobody() -> None:
    closed = Delivery(DeliveryState.FAILED, "user_gone")
    account = replace(buyer(1), grants={ROLE: Grant(delivery=closed)})
    assert survey([account]).waits.count == 0


# -- rules ---------------------------------------------------------------------------------

# To the cent, as money is: what was drawn with fifty decimals would be rounded in a sum.
cents = st.builds(
    Money,
    st.decimals(min_value=0, max_value=10**7, places=2),
    st.sampled_from(["EUR", "USD", "JPY"]),
)
recently = st.integers(-5, 400 * 24).map(lambda hours: NOW - timedelta(hours=hours))
# An order and a member have dozens of properties. Of these only what statistics read is drawn:
# money, times, and what has stopped.
stopped = st.builds(Delivery, st.sampled_from(DeliveryState), st.sampled_from(["a", "b"]))
recent_orders = st.builds(
    Order,
    nonce=nonces,
    kind=st.sampled_from(OfferKind),
    offer_id=st.sampled_from(["a", "b", "c"]),
    title=st.sampled_from(["A", "B", ""]),
    created_at=recently,
    quantity=st.integers(1, 10**6),
    status=st.sampled_from(OrderStatus),
    quote=st.none() | cents,
    roles=st.sampled_from([(), (ROLE,), (ROLE, ROLE + 1)]),
    paid_at=st.none() | recently,
    changed_at=st.none() | recently,
    refunded=st.none() | cents,
    held=st.sampled_from([None, None, "other_total"]),
    gift=st.sampled_from([None, None, None, None, ACT]),
    revoked=st.sampled_from([None, None, ACT]),
    test=st.sampled_from([False, False, False, True]),
    renewal=st.booleans(),
    kept=st.booleans(),
    stalled=st.sampled_from([None, None, "underpaid"]),
    message=stopped,
    reading=stopped,
)
recent_subscriptions = st.builds(
    Subscription,
    id=nonces,
    nonce=nonces,
    known_since=recently,
    roles=st.sampled_from([(), (ROLE,)]),
    status=st.sampled_from(SubscriptionStatus),
    gateway=st.sampled_from([None, "STRIPE", "PAYPAL"]),
    period_end=st.none() | recently,
    end_unsure=st.booleans(),
    cancelled_at=st.none() | recently,
    read_at=st.none() | recently,
    revoked=st.sampled_from([None, None, ACT]),
)


def with_subscriptions(bought: list[Order], subscribed: list[Subscription]) -> list[Subscription]:
    """Each belongs to an order, if there are enough of them."""
    orders = [order.nonce for order in bought]
    return [replace(sub, nonce=nonce) for sub, nonce in zip(subscribed, orders, strict=False)] + (
        subscribed[len(orders) :]
    )


shops = st.lists(
    st.builds(
        lambda key, bought, subscribed, grants: Account(
            key,
            orders={order.nonce: order for order in bought},
            subscriptions={sub.id: sub for sub in with_subscriptions(bought, subscribed)},
            grants=grants,
        ),
        keys,
        st.lists(recent_orders, max_size=3),
        st.lists(recent_subscriptions, max_size=2),
        st.dictionaries(
            st.integers(ROLE, ROLE + 2),
            st.builds(Grant, delivery=stopped, removal=st.none() | stopped),
            max_size=2,
        ),
    ),
    max_size=4,
)
periods = st.sampled_from(Period)


@given(shops, periods)
def test_sums_equal_a_naive_recount(found: list[Account], period: Period) -> None:
    now = now_of(*found, period=period)
    start = now.window.start or datetime.min.replace(tzinfo=timezone.utc)
    counted = [
        order
        for account in found
        for order in account.orders.values()
        if not order.test and order.gift is None and order.paid_at and order.held is None
    ]
    sold = [o for o in counted if o.paid_at is not None and start <= o.paid_at <= NOW]
    assert now.sales == len(sold)
    assert now.pieces == sum(o.quantity for o in sold)
    assert now.unpriced == sum(o.quote is None for o in sold)
    for code in ("EUR", "USD", "JPY"):
        paid = [o.quote.amount for o in sold if o.quote and o.quote.currency == code]
        turnover = now.turnover.get(code, Turnover())
        assert (turnover.sales, turnover.revenue) == (len(paid), sum(paid))
        back = Decimal(0)
        for order in counted:
            when = order.changed_at
            if when is None and period is not Period.ALL:
                continue
            if when is not None and not start <= when <= NOW:
                continue
            all_of_it = order.status is OrderStatus.REFUNDED
            money = order.quote if all_of_it else order.refunded
            if money is not None and money.currency == code:
                back += money.amount
        assert turnover.refunded == back


@given(shops, periods)
def test_parts_add_up_to_the_whole(found: list[Account], period: Period) -> None:
    report = survey(found, period)
    for part in (report.now, report.before):
        if part is None:
            continue
        assert sum(t.sales for t in part.turnover.values()) + part.unpriced == part.sales
        assert sum(p.sales for p in part.products) == part.sales
        assert sum(p.pieces for p in part.products) == part.pieces
        for code, turnover in part.turnover.items():
            by_product = [p.revenue.get(code, Decimal(0)) for p in part.products]
            assert sum(by_product) == turnover.revenue
            by_slot = sum(part.slots[code].values(), Turnover())
            assert (by_slot.sales, by_slot.revenue) == (turnover.sales, turnover.revenue)
            if part.window.start is not None:
                assert by_slot == turnover
                assert set(part.slots[code]) <= set(part.window.slots())
        people = part.subscribers
        assert people.at_end == people.at_start + people.began - people.ended
        assert people.lost <= min(people.at_start, people.ended)
        assert sum(people.by_status.values()) == people.at_end


@given(st.data(), shops, periods)
def test_the_order_of_accounts_does_not_matter(
    data: st.DataObject, found: list[Account], period: Period
) -> None:
    shuffled = data.draw(st.permutations(found))
    assert survey(shuffled, period) == survey(found, period)


@given(shops, shops)
def test_two_shops_together_have_what_each_has(one: list[Account], other: list[Account]) -> None:
    apart, together = [now_of(*one), now_of(*other)], now_of(*one, *other)
    assert together.sales == sum(part.sales for part in apart)
    for code, turnover in together.turnover.items():
        parts = (part.turnover.get(code, Turnover()) for part in apart)
        assert sum(parts, Turnover()) == turnover


@given(shops, periods)
def test_a_series_leaves_nothing_out(found: list[Account], period: Period) -> None:
    now = now_of(*found, period=period)
    for code in now.currencies:
        series = series_of(now, code)
        starts = [start for start, _ in series.points]
        assert starts == sorted(set(starts))
        assert sum((moved for _, moved in series.points), Turnover()) == sum(
            now.slots[code].values(), Turnover()
        )


@pytest.mark.parametrize(
    ("period", "first_sale", "step", "count"),
    [
        (Period.TODAY, 0, Interval.HOUR, 24),
        (Period.WEEK, 0, Interval.DAY, 7),
        (Period.QUARTER, 0, Interval.DAY, 90),
        (Period.YEAR, 0, Interval.WEEK, 53),
        (Period.ALL, 0, Interval.DAY, 1),
        (Period.ALL, 91, Interval.DAY, 92),
        (Period.ALL, 92, Interval.WEEK, 14),
        (Period.ALL, 1000, Interval.MONTH, 33),
    ],
)
def test_a_series_has_steps_that_can_be_told_apart(
    period: Period, first_sale: int, step: Interval, count: int
) -> None:
    series = series_of(now_of(buyer(1, sale("a", first_sale, euros("5"))), period=period), "EUR")
    assert (series.step, len(series.points)) == (step, count)


def test_all_time_of_a_shop_that_sold_nothing_has_no_series() -> None:
    assert series_of(now_of(period=Period.ALL), "EUR").points == []

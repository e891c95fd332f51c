"""What news of an order does to what is held of it, and what it never does."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoppex.domain.account import AccountKey, Delivery, DeliveryState, OfferKind, Order
from shoppex.domain.money import Money
from shoppex.domain.remote import RemoteOrder
from shoppex.domain.status import OrderStatus
from shoppex.domain.tag import Tag
from shoppex.fulfilment.desired import wants_reading
from shoppex.fulfilment.facts import ask_again, distrust, has_seen, learn, mark_seen
from strategies import orders, statuses

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
KEY = AccountKey(111, 222)
PRICE = Money(Decimal("9.99"), "EUR")
ORDER = Order(
    nonce="00ff",
    kind=OfferKind.PRODUCT,
    offer_id="p-1",
    title="Gold",
    created_at=NOW,
    wants_goods=True,
    uniqid="u-1",
    quote=PRICE,
)
ITEM = replace(ORDER, kind=OfferKind.ITEM, wants_goods=False)
FIELDS = Tag(KEY.user_id, KEY.guild_id, ORDER.nonce).to_fields()
PAYMENT = RemoteOrder("u-1", OrderStatus.PAID, PRICE, custom_fields=FIELDS)
PAID = learn(KEY, ORDER, PAYMENT, NOW)
ASKING = Delivery()

OTHERS = {
    "other_currency": replace(PAYMENT, total=Money(PRICE.amount, "USD")),
    "other_total": replace(PAYMENT, total=Money(Decimal("0.99"), "EUR")),
    "other_buyer": replace(PAYMENT, custom_fields={**FIELDS, "discord_user_id": "223"}),
}
MISMATCHES = [
    *OTHERS.values(),
    replace(PAYMENT, total=Money(Decimal("10.00"), "EUR")),
    replace(PAYMENT, custom_fields={**FIELDS, "discord_guild_id": "112"}),
    replace(PAYMENT, custom_fields={**FIELDS, "nonce": "00fe"}),
    replace(PAYMENT, custom_fields={"nonce": ""}),
]

# What Shoppex may truthfully say of this one order, at any time and in any order.
trustworthy = st.lists(
    st.builds(
        RemoteOrder,
        uniqid=st.just("u-1"),
        status=statuses,
        total=st.sampled_from([PRICE, Money(Decimal("9.990"), "EUR"), None]),
        custom_fields=st.sampled_from([FIELDS, {}, {"nonce": ORDER.nonce}]),
        goods=st.sampled_from([(), ("AAAA",)]),
    ),
    max_size=5,
)


def hear(order: Order, news: list[RemoteOrder]) -> Order:
    return reduce(lambda held, told: learn(KEY, held, told, NOW), news, order)


def test_a_payment_of_what_was_quoted_entitles() -> None:
    assert PAID.entitled
    assert PAID.paid_at == NOW
    assert PAID.held is None


@pytest.mark.parametrize("total", ["9.99", "9.990", "9.99000"])
def test_the_total_is_compared_by_its_value(total: str) -> None:
    news = replace(PAYMENT, total=Money(Decimal(total), "EUR"))
    assert learn(KEY, ORDER, news, NOW).entitled


def test_news_need_not_repeat_the_custom_fields() -> None:
    assert learn(KEY, ORDER, replace(PAYMENT, custom_fields={}), NOW).entitled
    assert learn(KEY, ORDER, replace(PAYMENT, custom_fields={"size": "XL"}), NOW).entitled


@pytest.mark.parametrize("news", MISMATCHES)
@pytest.mark.parametrize("order", [ORDER, ITEM])
def test_a_payment_that_does_not_match_is_held_and_gives_nothing(
    order: Order, news: RemoteOrder
) -> None:
    after = learn(KEY, order, news, NOW)
    assert after.held is not None
    assert not after.entitled
    assert after.paid_at is None
    assert after.goods == ()


@pytest.mark.parametrize(("reason", "news"), OTHERS.items())
def test_staff_are_told_what_does_not_match(reason: str, news: RemoteOrder) -> None:
    assert distrust(KEY, ORDER, news) == reason
    assert learn(KEY, ORDER, news, NOW).held == reason


@given(statuses)
def test_custom_fields_of_somebody_else_are_refused_in_every_status(status: OrderStatus) -> None:
    news = replace(OTHERS["other_buyer"], status=status)
    after = learn(KEY, ORDER, news, NOW)
    assert after.held == "other_buyer"
    assert after.status is OrderStatus.PENDING


@given(st.sampled_from(MISMATCHES), trustworthy)
def test_what_is_held_stays_held_until_staff_look(
    mismatch: RemoteOrder, news: list[RemoteOrder]
) -> None:
    held = learn(KEY, ORDER, mismatch, NOW)
    after = hear(held, news)
    assert after.held == held.held
    assert not after.entitled


@given(st.lists(st.sampled_from(MISMATCHES)))
def test_a_paid_order_is_not_unpaid_by_news_that_does_not_match(news: list[RemoteOrder]) -> None:
    assert hear(PAID, news) == PAID


@given(
    st.lists(
        st.sampled_from(
            [
                OrderStatus.PENDING,
                OrderStatus.PARTIAL,
                OrderStatus.CANCELLED,
                OrderStatus.UNKNOWN,
                OrderStatus.PAID,
            ]
        )
    ),
    st.sampled_from([PRICE, None]),
)
def test_a_paid_order_is_not_unpaid_by_late_news(
    heard: list[OrderStatus], total: Money | None
) -> None:
    after = hear(PAID, [replace(PAYMENT, status=status, total=total) for status in heard])
    assert after.entitled
    assert after.paid_at == NOW


@pytest.mark.parametrize("status", [OrderStatus.REFUNDED, OrderStatus.DISPUTED])
def test_money_that_goes_back_ends_the_entitlement(status: OrderStatus) -> None:
    after = learn(KEY, PAID, replace(PAYMENT, status=status), NOW)
    assert after.status is status
    assert not after.entitled


def test_a_second_payment_does_not_move_the_first() -> None:
    assert learn(KEY, PAID, PAYMENT, NOW + timedelta(hours=1)).paid_at == NOW


def test_money_after_a_cancellation_entitles() -> None:
    cancelled = learn(KEY, ORDER, replace(PAYMENT, status=OrderStatus.CANCELLED), NOW)
    assert not cancelled.entitled
    assert learn(KEY, cancelled, PAYMENT, NOW).entitled


@given(statuses.filter(lambda status: status is not OrderStatus.PAID))
def test_only_a_payment_entitles(status: OrderStatus) -> None:
    after = learn(KEY, ORDER, replace(PAYMENT, status=status), NOW)
    assert not after.entitled
    assert after.paid_at is None


def test_a_payment_that_does_not_say_how_much_makes_the_api_be_asked() -> None:
    after = learn(KEY, ORDER, replace(PAYMENT, total=None, goods=("AAAA",)), NOW)
    assert after == replace(ORDER, reread=True)
    assert wants_reading(after)


@given(trustworthy, st.data())
def test_any_order_and_repetition_of_news_leads_to_the_same(
    news: list[RemoteOrder], data: st.DataObject
) -> None:
    again = data.draw(st.lists(st.sampled_from(news), max_size=5)) if news else []
    shuffled = data.draw(st.permutations([*news, *again]))
    one, other = hear(ORDER, news), hear(ORDER, shuffled)
    assert one.status is other.status
    assert one.entitled == other.entitled
    assert one.held is None
    assert other.held is None


@given(trustworthy)
def test_who_heard_everything_learns_nothing_from_hearing_the_last_again(
    news: list[RemoteOrder],
) -> None:
    after = hear(ORDER, news)
    assert hear(after, news[-1:]) == after


def test_an_order_is_given_the_id_of_the_news_once() -> None:
    unnamed = replace(ORDER, uniqid=None)
    assert learn(KEY, unnamed, PAYMENT, NOW).uniqid == "u-1"
    assert learn(KEY, ORDER, replace(PAYMENT, uniqid="u-2"), NOW).uniqid == "u-1"


def test_goods_are_taken_when_they_come() -> None:
    after = learn(KEY, PAID, replace(PAYMENT, goods=("AAAA",)), NOW)
    assert after.goods == ("AAAA",)
    assert not wants_reading(after)


def test_news_without_goods_takes_none_away() -> None:
    with_goods = learn(KEY, PAID, replace(PAYMENT, goods=("AAAA",)), NOW)
    assert learn(KEY, with_goods, PAYMENT, NOW).goods == ("AAAA",)


def test_late_news_with_fewer_goods_takes_none_away() -> None:
    two = replace(PAID, quantity=2)
    whole = learn(KEY, two, replace(PAYMENT, goods=("AAAA", "BBBB")), NOW)
    assert learn(KEY, whole, replace(PAYMENT, goods=("AAAA",)), NOW).goods == ("AAAA", "BBBB")


def test_goods_in_the_hands_of_the_buyer_are_not_taken_again() -> None:
    delivered = replace(PAID, message=Delivery(DeliveryState.DELIVERED))
    assert learn(KEY, delivered, replace(PAYMENT, goods=("AAAA",)), NOW).goods == ()


@pytest.mark.parametrize(
    ("goods", "complete"),
    [((), False), (("A",), False), (("A", "B"), True), (("A\nB",), True), (("A", "B", "C"), True)],
)
def test_asking_ends_when_as_much_has_come_as_was_bought(
    goods: tuple[str, ...], *, complete: bool
) -> None:
    two = replace(PAID, quantity=2)
    assert wants_reading(learn(KEY, two, replace(PAYMENT, goods=goods), NOW)) is not complete


def test_an_item_of_the_bots_own_waits_for_no_goods() -> None:
    after = learn(KEY, ITEM, PAYMENT, NOW)
    assert after.entitled
    assert not wants_reading(after)


@pytest.mark.parametrize("order", [ORDER, ITEM])
def test_being_asked_again_is_due_at_once(order: Order) -> None:
    done = replace(order, reading=Delivery(DeliveryState.DELIVERED))
    after = ask_again(done)
    assert wants_reading(after)
    assert after.reading == ASKING


@given(orders)
def test_asking_again_twice_is_asking_once(order: Order) -> None:
    assert ask_again(ask_again(order)) == ask_again(order)


def test_asking_again_does_not_hurry_what_already_waits() -> None:
    later = Delivery(attempts=3, next_try=NOW + timedelta(hours=1))
    waiting = replace(ORDER, reread=True, reading=later)
    assert ask_again(waiting) == waiting


@pytest.mark.parametrize("order", [ORDER, ITEM])
@pytest.mark.parametrize("status", [OrderStatus.PENDING, OrderStatus.CANCELLED])
def test_other_news_does_not_end_the_asking_that_a_payment_began(
    order: Order, status: OrderStatus
) -> None:
    asking = learn(KEY, order, replace(PAYMENT, total=None), NOW)
    news = replace(PAYMENT, status=status, goods=("AAAA",))
    assert wants_reading(learn(KEY, asking, news, NOW))


def test_a_delivery_is_recognised_when_it_comes_again() -> None:
    after = mark_seen(ORDER, "whd_1")
    assert has_seen(after, "whd_1")
    assert not has_seen(after, "whd_2")
    assert mark_seen(after, "whd_1") == after


def test_news_without_a_delivery_is_not_remembered() -> None:
    assert mark_seen(ORDER, "") == ORDER


@given(st.lists(st.integers().map(str), unique=True, min_size=1, max_size=40))
def test_only_the_last_deliveries_are_remembered(ids: list[str]) -> None:
    after = reduce(mark_seen, ids, ORDER)
    assert list(after.seen) == ids[-len(after.seen) :]
    assert min(len(ids), 2) <= len(after.seen) <= 10

"""What news of an order does to what is held of it, and what it never does."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from functools import reduce
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoppex.domain.account import Account, AccountKey, OfferKind, Order, Promise
from shoppex.domain.delivery import Delivery, DeliveryState
from shoppex.domain.money import Money
from shoppex.domain.order_metadata import OrderTag
from shoppex.domain.payment import Payment
from shoppex.domain.policy import Terms
from shoppex.domain.remote import LineItem, RemoteOrder
from shoppex.domain.staff_action import StaffAction
from shoppex.domain.status import OrderStatus
from shoppex.fulfilment.entitlement.desired_state import desired
from shoppex.fulfilment.intake.delivered_goods import hand_over
from shoppex.fulfilment.intake.order_updates import (
    answered,
    ask_again,
    distrust,
    has_seen,
    learn,
    mark_seen,
)
from shoppex.fulfilment.reconcile.retention import forget
from strategies import accounts, moments, orders, statuses

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
KEY = AccountKey(111, 222)
PRICE = Money(Decimal("9.99"), "EUR")
ORDER = Order(
    nonce="00ff",
    kind=OfferKind.PRODUCT,
    offer_id="p-1",
    title="Gold",
    created_at=NOW,
    promise=Promise.KEYS,
    uniqid="u-1",
    quote=PRICE,
)
ITEM = replace(ORDER, kind=OfferKind.ITEM, promise=Promise.NOTHING)
FIELDS = OrderTag(KEY.user_id, KEY.guild_id, ORDER.nonce).to_fields()
PAYMENT = RemoteOrder("u-1", OrderStatus.PAID, PRICE, custom_fields=FIELDS)
PAID = learn(KEY, ORDER, PAYMENT, NOW)
ASKING = Delivery(begun_at=NOW)
DETAILS_FOR = timedelta(days=90)
DONE = Delivery(DeliveryState.DELIVERED)
WITH_KEY = replace(PAYMENT, goods=("AAAA",), keys=1)
THANKS = "Thank you for your purchase!"
UNPAID_FOR = timedelta(days=14)

OTHER_BUYER = replace(PAYMENT, custom_fields={**FIELDS, "discord_user_id": "223"})
UNKNOWN_CART = replace(
    PAYMENT, items=(LineItem("p-9", "Other", 1, product_ids=("p-9",)),), looked_up=True
)
OTHER_TOTALS = [
    replace(PAYMENT, total=total, payment=Payment(total))
    for total in (
        Money(PRICE.amount, "USD"),
        Money(Decimal("0.99"), "EUR"),
        Money(Decimal("10.00"), "EUR"),
        Money(Decimal(0), "EUR"),
    )
]
MISMATCHES = [
    OTHER_BUYER,
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
        keys=st.sampled_from([0, 1]),
    ),
    max_size=5,
)


def lines(*pieces: str) -> set[str]:
    """What a buyer finds in such goods."""
    return {line.strip() for piece in pieces for line in piece.splitlines() if line.strip()}


def is_new(order: Order, piece: str) -> bool:
    """Whether the buyer would be sent a piece that comes now."""
    return piece in learn(KEY, order, replace(PAYMENT, goods=(piece,)), NOW).goods


def wants_reading(order: Order) -> bool:
    """Whether Shoppex is to be asked about this order now."""
    return desired(Account(KEY, {order.nonce: order}), Terms(), NOW).readings == (order.nonce,)


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
    after = learn(KEY, order, news, NOW, NOW)
    assert after.held is not None
    assert not after.entitled
    assert after.paid_at is None
    assert after.goods == ()


@pytest.mark.parametrize("news", OTHER_TOTALS)
def test_the_price_of_a_product_is_settled_at_the_checkout(news: RemoteOrder) -> None:
    heard = learn(KEY, ORDER, news, NOW)
    assert not heard.entitled
    assert heard.held is None
    assert wants_reading(heard)

    read = learn(KEY, ORDER, news, NOW, NOW)
    assert read.entitled
    assert read.total == news.total


def test_a_cart_without_anything_known_is_held() -> None:
    assert learn(KEY, ORDER, UNKNOWN_CART, NOW, NOW).held == "unknown_lines"
    unsure = learn(KEY, ORDER, replace(UNKNOWN_CART, looked_up=False), NOW, NOW)
    assert unsure.held is None
    assert wants_reading(unsure)


def test_staff_release_what_is_held() -> None:
    held = learn(KEY, ORDER, UNKNOWN_CART, NOW, NOW)
    accepted = replace(held, accepted=StaffAction(1, NOW, ""))
    after = learn(KEY, accepted, UNKNOWN_CART, NOW, NOW)
    assert after.entitled
    assert after.quantity == ORDER.quantity


@pytest.mark.parametrize("status", [OrderStatus.REFUNDED, OrderStatus.CANCELLED])
def test_what_is_held_waits_for_nobody_once_the_money_went_back(status: OrderStatus) -> None:
    held = learn(KEY, ORDER, UNKNOWN_CART, NOW, NOW)
    after = learn(KEY, held, replace(UNKNOWN_CART, status=status), NOW, NOW)
    assert after.held is None
    assert not after.entitled


def test_what_is_held_is_released_when_shoppex_sets_it_right() -> None:
    held = learn(KEY, ORDER, UNKNOWN_CART, NOW, NOW)
    assert learn(KEY, held, PAYMENT, NOW).held == "unknown_lines"
    assert learn(KEY, held, PAYMENT, NOW, NOW).entitled


@given(statuses)
def test_custom_fields_of_somebody_else_are_refused_in_every_status(status: OrderStatus) -> None:
    news = replace(OTHER_BUYER, status=status)
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


@given(orders, st.sampled_from(MISMATCHES), statuses)
def test_news_of_a_paid_order_is_never_doubted(
    order: Order, mismatch: RemoteOrder, status: OrderStatus
) -> None:
    news = replace(mismatch, status=status)
    paid = replace(order, paid_at=NOW)
    assert distrust(KEY, paid, news) is None
    assert learn(KEY, paid, news, NOW).held == paid.held


@pytest.mark.parametrize("mismatch", MISMATCHES)
def test_news_of_a_paid_order_is_acted_on_even_when_it_does_not_match(
    mismatch: RemoteOrder,
) -> None:
    news = replace(mismatch, goods=("AAAA",), keys=1)
    assert learn(KEY, PAID, news, NOW).goods == ("AAAA",)
    refund = replace(mismatch, status=OrderStatus.REFUNDED)
    assert not learn(KEY, PAID, refund, NOW).entitled


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


def test_the_link_to_pay_is_kept_until_somebody_has_paid() -> None:
    linked = replace(PAYMENT, status=OrderStatus.PENDING, url="https://shop.example/invoice/u-1")
    opened = learn(KEY, ORDER, linked, NOW)
    assert opened.url == linked.url
    paid = learn(KEY, opened, replace(PAYMENT, url=linked.url), NOW)
    assert paid.url is None
    assert learn(KEY, paid, linked, NOW).url is None


def test_a_payment_that_does_not_say_how_much_makes_the_api_be_asked() -> None:
    after = learn(KEY, ORDER, replace(PAYMENT, total=None, goods=("AAAA",)), NOW)
    assert after == replace(ORDER, asking=ASKING, heard_paid_at=NOW)
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
    after = learn(KEY, PAID, WITH_KEY, NOW)
    assert after.goods == ("AAAA",)
    assert not wants_reading(after)


def test_news_without_goods_takes_none_away() -> None:
    with_goods = learn(KEY, PAID, WITH_KEY, NOW)
    assert learn(KEY, with_goods, PAYMENT, NOW).goods == ("AAAA",)


def test_late_news_with_fewer_goods_takes_none_away() -> None:
    two = replace(PAID, quantity=2)
    whole = learn(KEY, two, replace(PAYMENT, goods=("AAAA", "BBBB")), NOW)
    assert learn(KEY, whole, replace(PAYMENT, goods=("AAAA",)), NOW).goods == ("AAAA", "BBBB")


def test_goods_in_the_hands_of_the_buyer_are_not_taken_again() -> None:
    delivered = hand_over(learn(KEY, PAID, WITH_KEY, NOW), ("AAAA",))
    after = learn(KEY, delivered, WITH_KEY, NOW)
    assert after.goods == ()
    assert after.message == DONE


@pytest.mark.parametrize(
    ("goods", "keys", "complete"),
    [
        ((), 0, False),
        (("A",), 1, False),
        (("A", "B"), 2, True),
        (("A\nB",), 2, True),
        (("A", "B", "C"), 3, True),
        ((THANKS,), 0, False),
        ((THANKS, "Come again!"), 0, False),
        (("A", THANKS), 1, False),
        (("A", "B", THANKS), 2, True),
    ],
)
def test_asking_ends_when_as_many_keys_have_come_as_were_bought(
    goods: tuple[str, ...], keys: int, *, complete: bool
) -> None:
    two = replace(PAID, quantity=2)
    after = learn(KEY, two, replace(PAYMENT, goods=goods, keys=keys), NOW)
    assert after.goods == goods
    assert wants_reading(after) is not complete
    assert (after.reading == DONE) is complete


@pytest.mark.parametrize(
    ("goods", "complete"), [((), False), (("https://files.example/1",), True), ((THANKS,), True)]
)
def test_where_something_is_promised_any_goods_are_all(
    goods: tuple[str, ...], *, complete: bool
) -> None:
    order = replace(PAID, promise=Promise.SOMETHING, quantity=2)
    assert wants_reading(learn(KEY, order, replace(PAYMENT, goods=goods), NOW)) is not complete


def test_where_nothing_is_promised_no_goods_are_known_to_be_all() -> None:
    order = replace(PAID, promise=Promise.NOTHING)
    after = learn(KEY, order, replace(PAYMENT, goods=(THANKS,)), NOW)
    assert after.goods == (THANKS,)
    assert wants_reading(after)


# -- goods that come in parts, and repeatedly --------------------------------------------------


def test_goods_that_arrive_after_the_message_make_another_one_due_with_only_what_is_new() -> None:
    two = replace(PAID, quantity=2)
    told = hand_over(learn(KEY, two, WITH_KEY, NOW), ("AAAA",))
    assert told.message == DONE
    after = learn(KEY, told, replace(PAYMENT, goods=("AAAA", "BBBB"), keys=2), NOW)
    assert after.goods == ("BBBB",)
    assert after.message == Delivery()
    assert after.reading == DONE


def test_goods_that_arrive_after_a_message_without_any_make_another_one_due() -> None:
    after = learn(KEY, hand_over(PAID, ()), WITH_KEY, NOW)
    assert after.goods == ("AAAA",)
    assert after.message == Delivery()


@pytest.mark.parametrize("state", [DeliveryState.NEEDS_BUYER, DeliveryState.PENDING])
def test_goods_that_arrive_before_the_message_went_out_leave_its_tries_alone(
    state: DeliveryState,
) -> None:
    message = Delivery(state, "dms_closed", attempts=3, begun_at=NOW)
    after = learn(KEY, replace(PAID, message=message), WITH_KEY, NOW)
    assert after.goods == ("AAAA",)
    assert after.message == message


def test_what_is_handed_over_is_wiped() -> None:
    after = hand_over(learn(KEY, PAID, WITH_KEY, NOW), ("AAAA",))
    assert after.goods == ()
    assert after.message == DONE
    assert "AAAA" not in repr(after)
    assert not is_new(after, "AAAA")
    assert is_new(after, "BBBB")


def test_what_arrived_while_the_message_went_out_is_kept_and_makes_another_one_due() -> None:
    meanwhile = replace(PAID, goods=("AAAA", "BBBB"))
    after = hand_over(meanwhile, ("AAAA",))
    assert after.goods == ("BBBB",)
    assert after.message == Delivery()
    assert not is_new(after, "AAAA")
    assert is_new(after, "CCCC")


@pytest.mark.parametrize(
    ("sent", "again"),
    [
        (("AAAA\nBBBB",), ("AAAA", "BBBB")),
        (("AAAA", "BBBB"), ("AAAA\nBBBB",)),
        (("AAAA", "BBBB"), (" BBBB \r\n\r\nAAAA\n",)),
    ],
)
def test_keys_joined_by_lines_are_the_keys_themselves(
    sent: tuple[str, ...], again: tuple[str, ...]
) -> None:
    two = replace(PAID, quantity=2)
    told = hand_over(learn(KEY, two, replace(PAYMENT, goods=sent, keys=2), NOW), sent)
    assert learn(KEY, told, replace(PAYMENT, goods=again, keys=2), NOW) == told


def test_a_key_joined_with_a_new_one_is_new() -> None:
    two = replace(PAID, quantity=2)
    told = hand_over(learn(KEY, two, WITH_KEY, NOW), ("AAAA",))
    after = learn(KEY, told, replace(PAYMENT, goods=("AAAA\nBBBB",), keys=2), NOW)
    assert "BBBB" in lines(*after.goods)
    assert after.message == Delivery()


def test_keys_that_arrived_meanwhile_in_another_form_are_not_handed_over_twice() -> None:
    two = replace(PAID, quantity=2)
    joined = learn(KEY, two, replace(PAYMENT, goods=("AAAA\nBBBB",), keys=2), NOW)
    listed = learn(KEY, joined, replace(PAYMENT, goods=("AAAA", "BBBB"), keys=2), NOW)
    after = hand_over(listed, joined.goods)
    assert after.goods == ()
    assert after.message == DONE


def test_a_key_that_comes_where_only_a_text_was_held_is_taken() -> None:
    thanked = learn(KEY, PAID, replace(PAYMENT, goods=(THANKS,)), NOW)
    assert "AAAA" in learn(KEY, thanked, WITH_KEY, NOW).goods


def test_keys_that_come_joined_where_one_was_held_are_taken() -> None:
    first = learn(KEY, replace(PAID, quantity=2), WITH_KEY, NOW)
    after = learn(KEY, first, replace(PAYMENT, goods=("AAAA\nBBBB",), keys=2), NOW)
    assert lines(*after.goods) == {"AAAA", "BBBB"}


parcels = st.lists(
    st.tuples(
        st.lists(st.sampled_from(["AAAA", "BBBB", THANKS, "AAAA\nBBBB"]), unique=True, max_size=4),
        st.booleans(),
    ),
    max_size=6,
)


@given(parcels)
def test_whatever_keeps_the_promise_reaches_the_buyer(
    drawn: list[tuple[list[str], bool]],
) -> None:
    order, sent = replace(PAID, quantity=2), set[str]()
    for goods, goes_out in drawn:
        told = lines(*goods)
        news = replace(PAYMENT, goods=tuple(goods), keys=len(told & {"AAAA", "BBBB"}))
        order = learn(KEY, order, news, NOW)
        if order.reading == DONE:
            assert told <= sent | lines(*order.goods)
        if goes_out and order.message.waits:
            sent |= lines(*order.goods)
            order = hand_over(order, order.goods)
    if order.reading == DONE:
        assert {"AAAA", "BBBB"} <= sent | lines(*order.goods)
    assert not order.goods or order.message.waits


@given(st.sampled_from(["AAAA", "BBBB", "AAAA\nBBBB"]), statuses)
def test_a_stale_repeat_of_a_delivered_order_changes_neither_its_reading_nor_its_message(
    piece: str, status: OrderStatus
) -> None:
    goods = ("AAAA", "BBBB")
    two = replace(PAID, quantity=2)
    told = hand_over(learn(KEY, two, replace(PAYMENT, goods=goods, keys=2), NOW), goods)
    for stale in ((), (piece,)):
        news = replace(PAYMENT, status=status, goods=stale, keys=len(lines(*stale)))
        after = learn(KEY, told, news, NOW + timedelta(days=1))
        assert (after.reading, after.message) == (DONE, DONE)
        assert after.goods == ()
        assert after.handed == told.handed


@given(orders, st.lists(st.sampled_from(["A", "B", "A\nB", "C"]), max_size=4).map(tuple))
def test_handing_over_all_leaves_nothing_and_remembers_all(
    order: Order, goods: tuple[str, ...]
) -> None:
    after = hand_over(replace(order, goods=goods, paid_at=NOW), goods)
    assert after.goods == ()
    assert after.message == DONE
    assert not any(is_new(after, piece) for piece in goods)
    assert set(order.handed) <= set(after.handed)
    assert after.told == order.told + 1
    assert hand_over(after, goods) == replace(after, told=after.told + 1)


def test_an_item_of_the_bots_own_waits_for_no_goods() -> None:
    after = learn(KEY, ITEM, PAYMENT, NOW)
    assert after.entitled
    assert not wants_reading(after)


@pytest.mark.parametrize("order", [ORDER, ITEM])
def test_being_asked_again_is_due_at_once(order: Order) -> None:
    after = ask_again(replace(order, reading=DONE), NOW)
    assert wants_reading(after)
    assert after.asking == ASKING
    assert after.reading == DONE


@given(orders)
def test_asking_again_twice_is_asking_once(order: Order) -> None:
    assert ask_again(ask_again(order, NOW), NOW) == ask_again(order, NOW)


def test_asking_again_does_not_hurry_what_already_waits() -> None:
    later = Delivery(attempts=3, next_try=NOW + timedelta(hours=1))
    waiting = replace(ORDER, asking=later)
    assert ask_again(waiting, NOW).asking == replace(later, begun_at=NOW)


def test_news_during_a_reading_is_not_answered_by_it() -> None:
    asked = ask_again(ORDER, NOW)
    during = ask_again(asked, NOW + timedelta(seconds=2))
    assert answered(asked.asking, NOW + timedelta(seconds=1)) is None
    left = answered(during.asking, NOW + timedelta(seconds=1))
    assert left == Delivery(begun_at=NOW + timedelta(seconds=2))
    assert answered(left, NOW + timedelta(seconds=2)) is None


@pytest.mark.parametrize("order", [ORDER, ITEM])
@pytest.mark.parametrize("status", [OrderStatus.PENDING, OrderStatus.CANCELLED])
def test_other_news_does_not_end_the_asking_that_a_payment_began(
    order: Order, status: OrderStatus
) -> None:
    asking = learn(KEY, order, replace(PAYMENT, total=None), NOW)
    after = learn(KEY, asking, replace(WITH_KEY, status=status), NOW)
    assert after.asking == ASKING
    assert wants_reading(after)


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


# -- forgetting what is no longer needed -------------------------------------------------------


def forgotten(account: Account, now: datetime) -> Account:
    return forget(account, now - UNPAID_FOR, now - DETAILS_FOR)


def test_an_unpaid_order_is_forgotten_when_its_time_is_over() -> None:
    account = Account(KEY, {ORDER.nonce: ORDER})
    assert forgotten(account, NOW + UNPAID_FOR) is account
    assert forgotten(account, NOW + UNPAID_FOR + timedelta(microseconds=1)).orders == {}


@pytest.mark.parametrize("status", [OrderStatus.CANCELLED, OrderStatus.UNKNOWN])
def test_an_order_that_came_to_nothing_is_forgotten_as_well(status: OrderStatus) -> None:
    account = Account(KEY, {ORDER.nonce: replace(ORDER, status=status)})
    assert forgotten(account, NOW + 2 * UNPAID_FOR).orders == {}


@pytest.mark.parametrize(
    "order",
    [
        PAID,
        learn(KEY, PAID, replace(PAYMENT, status=OrderStatus.REFUNDED), NOW),
        learn(KEY, PAID, replace(PAYMENT, status=OrderStatus.DISPUTED), NOW),
        learn(KEY, ORDER, UNKNOWN_CART, NOW, NOW),
        learn(KEY, ORDER, replace(PAYMENT, status=OrderStatus.PARTIAL), NOW),
    ],
    ids=["paid", "refunded", "disputed", "held", "partial"],
)
def test_an_order_that_money_touched_is_kept_for_ever(order: Order) -> None:
    assert order.touched_by_money
    account = Account(KEY, {order.nonce: order})
    assert forgotten(account, NOW + timedelta(days=36500)).orders.keys() == {order.nonce}


def test_a_finished_order_shrinks_to_what_is_still_needed() -> None:
    done = replace(
        PAID,
        url="https://checkout.shoppex.io/invoice/u-1",
        coupon="spring",
        seen=("whd_1",),
        handed=("0123456789abcdef",),
        fulfilled=True,
        reading=Delivery(DeliveryState.DELIVERED),
        message=Delivery(DeliveryState.DELIVERED),
    )
    account = Account(KEY, {done.nonce: done})
    assert forgotten(account, NOW + DETAILS_FOR) is account
    after = forgotten(account, NOW + DETAILS_FOR + timedelta(microseconds=1)).orders[done.nonce]
    assert after == replace(done, url=None, coupon=None, seen=())


@pytest.mark.parametrize(
    "owed",
    [
        {"message": Delivery()},
        {"reading": Delivery()},
        {"asking": Delivery()},
        {"fulfilled": False},
        {"held": "paid_too_little"},
    ],
    ids=lambda owed: next(iter(owed)),
)
def test_an_order_that_is_not_finished_keeps_everything(owed: dict[str, Any]) -> None:
    done = replace(
        PAID,
        seen=("whd_1",),
        fulfilled=True,
        reading=Delivery(DeliveryState.DELIVERED),
        message=Delivery(DeliveryState.DELIVERED),
    )
    account = Account(KEY, {done.nonce: replace(done, **owed)})
    assert forgotten(account, NOW + 2 * DETAILS_FOR) is account


@given(accounts, moments)
def test_forgetting_takes_only_old_orders_without_money(account: Account, now: datetime) -> None:
    after = forgotten(account, now)
    assert replace(after, orders=account.orders) == account
    for nonce in account.orders.keys() - after.orders.keys():
        gone = account.orders[nonce]
        assert gone.test or gone.paid_at is None
        assert gone.test or gone.held is None
        assert gone.test or gone.status is not OrderStatus.PARTIAL
        assert now - gone.created_at > UNPAID_FOR
    for nonce, order in after.orders.items():
        bare = replace(account.orders[nonce], url=None, coupon=None, seen=())
        assert order in (account.orders[nonce], bare)
    assert forgotten(after, now) is after


def test_an_order_that_staff_moved_is_recognised_by_who_bought_it() -> None:
    moved = replace(ORDER, origin=KEY.user_id)
    elsewhere = AccountKey(KEY.guild_id, 999)
    assert distrust(elsewhere, moved, PAYMENT) is None
    assert distrust(elsewhere, ORDER, PAYMENT) == "other_buyer"


def test_a_renewal_is_worth_what_was_paid_for_it() -> None:
    renewal = replace(ORDER, quote=None, renewal=True, subscription="s-1")
    news = RemoteOrder("u-1", OrderStatus.PENDING, Money(Decimal(7), "EUR"))
    unpaid = learn(KEY, renewal, news, NOW)
    assert unpaid.quote is None
    paid = learn(KEY, unpaid, PAYMENT, NOW)
    assert paid.quote == PRICE
    # What it came to then is not made another by later news.
    assert learn(KEY, paid, replace(PAYMENT, total=Money(Decimal(1), "USD")), NOW).quote == PRICE


def test_a_renewal_that_was_paid_before_its_worth_was_kept_learns_it_later() -> None:
    renewal = replace(ORDER, quote=None, renewal=True, status=OrderStatus.PAID, paid_at=NOW)
    later = learn(KEY, renewal, PAYMENT, NOW + timedelta(days=1))
    assert (later.quote, later.paid_at) == (PRICE, NOW)

"""What one person should have now."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from shoppex.domain.account import Account, AccountKey, Grant, OfferKind, Order, Promise
from shoppex.domain.delivery import Delivery, DeliveryState
from shoppex.domain.money import Money
from shoppex.domain.offer import offer_ref
from shoppex.domain.policy import OfferTerms, Terms
from shoppex.domain.staff_action import StaffAction
from shoppex.domain.status import OrderStatus
from shoppex.fulfilment.entitlement.desired_state import Desired, settle_roles
from shoppex.fulfilment.entitlement.desired_state import desired as desired_by
from strategies import accounts, moments, roles, statuses

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
SOON = NOW + timedelta(minutes=1)
LATER = NOW + timedelta(hours=1)
GOLD, SILVER = 1001, 1002
DONE = Delivery(DeliveryState.DELIVERED)
ITEM = Order(
    nonce="aa",
    kind=OfferKind.ITEM,
    offer_id="gold",
    title="Gold",
    created_at=NOW,
    roles=(GOLD,),
    status=OrderStatus.PAID,
    uniqid="u-1",
    quote=Money(Decimal("9.99"), "EUR"),
    paid_at=NOW,
    reading=DONE,
)
KEY_ORDER = replace(
    ITEM,
    nonce="bb",
    kind=OfferKind.PRODUCT,
    offer_id="p-1",
    promise=Promise.KEYS,
    reading=Delivery(),
)
TEXT_ORDER = replace(KEY_ORDER, promise=Promise.NOTHING)
HALF = replace(KEY_ORDER, quantity=2, goods=("AAAA",))
PATIENCE = timedelta(minutes=15)
accounts_and_offers = accounts.flatmap(
    lambda account: st.tuples(
        st.just(account),
        st.dictionaries(
            st.sampled_from(
                [offer_ref(o.kind, o.offer_id) for o in account.orders.values()] or ["item:x"]
            ),
            roles,
        ),
    )
)


Offers = Mapping[str, tuple[int, ...]]


def selling(offers: Offers) -> Terms:
    return Terms({ref: OfferTerms(roles) for ref, roles in offers.items()})


def desired(account: Account, offers: Offers, now: datetime) -> Desired:
    return desired_by(account, selling(offers), now)


def closed_by(account: Account, offers: Offers) -> Account:
    return settle_roles(account, selling(offers), NOW)


def holding(*orders: Order, grants: dict[int, Grant] | None = None) -> Account:
    return Account(AccountKey(1, 2), {order.nonce: order for order in orders}, grants or {})


def waiting(until: datetime) -> Delivery:
    return Delivery(attempts=1, next_try=until)


def test_a_paid_order_gives_its_roles() -> None:
    assert desired(holding(ITEM), {}, NOW).roles == {GOLD: {"aa"}}


@given(statuses.filter(lambda status: status is not OrderStatus.PAID))
def test_nothing_but_a_payment_gives_anything(status: OrderStatus) -> None:
    wanted = desired(holding(replace(ITEM, status=status)), {"item:gold": (GOLD,)}, NOW)
    assert wanted.roles == {}
    assert wanted.messages == ()


def test_a_held_order_gives_nothing() -> None:
    wanted = desired(holding(replace(KEY_ORDER, held="other_total")), {}, NOW)
    assert (wanted.roles, wanted.messages, wanted.readings) == ({}, (), ())


def test_a_role_that_two_orders_pay_for_names_both() -> None:
    other = replace(ITEM, nonce="cc")
    assert desired(holding(ITEM, other), {}, NOW).roles == {GOLD: {"aa", "cc"}}


def test_a_role_stays_while_one_of_its_orders_lasts() -> None:
    ended = replace(ITEM, nonce="cc", status=OrderStatus.REFUNDED)
    assert desired(holding(ITEM, ended), {}, NOW).roles == {GOLD: {"aa"}}


def test_what_is_for_sale_gives_what_it_gives_today() -> None:
    assert desired(holding(ITEM), {"item:gold": (SILVER,)}, NOW).roles == {SILVER: {"aa"}}
    assert desired(holding(ITEM), {"item:gold": ()}, NOW).roles == {}


def test_an_edit_of_the_roles_does_not_concern_who_has_them_already() -> None:
    fulfilled = replace(ITEM, fulfilled=True)
    for offers in ({}, {"item:gold": (SILVER,)}, {"item:gold": ()}):
        assert desired(holding(fulfilled), offers, NOW).roles == {GOLD: {"aa"}}


def test_an_order_is_closed_with_the_roles_that_its_buyer_was_given() -> None:
    offers = {"item:gold": (SILVER,)}
    closed = closed_by(holding(ITEM, grants={SILVER: Grant(delivery=DONE)}), offers)
    assert closed.orders["aa"] == replace(ITEM, roles=(SILVER,), fulfilled=True)
    for later in ({}, {"item:gold": (GOLD, SILVER)}):
        assert desired(closed, later, NOW).roles == {SILVER: {"aa"}}


@pytest.mark.parametrize(
    "delivery", [None, *(Delivery(state) for state in DeliveryState if state != "delivered")]
)
def test_an_order_is_not_closed_before_each_of_its_roles_is_given(
    delivery: Delivery | None,
) -> None:
    grants = {GOLD: Grant(delivery=DONE)}
    if delivery is not None:
        grants[SILVER] = Grant(delivery=delivery)
    account = holding(replace(ITEM, roles=(GOLD, SILVER)), grants=grants)
    assert closed_by(account, {}) is account
    given_both = account.with_grant(SILVER, Grant(ours=False, delivery=DONE))
    assert closed_by(given_both, {}).orders["aa"].fulfilled


def test_an_order_without_roles_is_closed_at_once() -> None:
    assert closed_by(holding(replace(ITEM, roles=())), {}).orders["aa"].fulfilled


@pytest.mark.parametrize(
    "order",
    [replace(ITEM, status=OrderStatus.REFUNDED), replace(ITEM, held="other_total")],
    ids=["refunded", "held"],
)
def test_an_order_that_gives_nothing_is_not_closed(order: Order) -> None:
    account = holding(order, grants={GOLD: Grant(delivery=DONE)})
    assert closed_by(account, {}) is account


@given(accounts_and_offers)
def test_closing_changes_no_roles_but_keeps_them_against_edits(
    drawn: tuple[Account, dict[str, tuple[int, ...]]],
) -> None:
    account, offers = drawn
    closed = closed_by(account, offers)
    assert desired(closed, offers, NOW).roles == desired(account, offers, NOW).roles
    assert closed_by(closed, offers) == closed
    given_now = {r for r, g in account.grants.items() if g.delivery.state == "delivered"}
    for nonce, order in closed.orders.items():
        before = account.orders[nonce]
        assert replace(order, roles=before.roles, fulfilled=before.fulfilled) == before
        if order != before:
            assert before.entitled or before.kept
            assert set(order.roles) <= given_now


def test_what_is_no_longer_for_sale_gives_what_it_gave_when_it_was_sold() -> None:
    others = {"item:silver": (SILVER,), "product:gold": (SILVER,)}
    assert desired(holding(ITEM), others, NOW).roles == {GOLD: {"aa"}}


def test_a_given_role_is_still_desired() -> None:
    given_already = holding(ITEM, grants={GOLD: Grant(delivery=DONE)})
    assert desired(given_already, {}, NOW).roles == {GOLD: {"aa"}}


def test_a_buyer_is_told_of_a_payment_once() -> None:
    assert desired(holding(ITEM), {}, NOW).messages == ("aa",)
    assert desired(holding(replace(ITEM, message=DONE)), {}, NOW).messages == ()


def test_a_key_is_read_before_the_message_goes_out() -> None:
    wanted = desired(holding(KEY_ORDER), {}, NOW)
    assert (wanted.readings, wanted.messages) == (("bb",), ())
    read = replace(KEY_ORDER, reading=DONE)
    wanted = desired(holding(read), {}, NOW)
    assert (wanted.readings, wanted.messages) == ((), ("bb",))


def test_a_message_waits_as_long_as_its_reading() -> None:
    wanted = desired(holding(replace(KEY_ORDER, reading=waiting(LATER))), {}, NOW)
    assert (wanted.readings, wanted.messages) == ((), ())
    assert wanted.look_again == LATER


@pytest.mark.parametrize("now", [NOW, NOW + PATIENCE, NOW + timedelta(days=30)])
@pytest.mark.parametrize("promise", [Promise.KEYS, Promise.SOMETHING])
def test_a_message_without_its_key_does_not_go_out_while_the_api_key_is_refused(
    promise: Promise, now: datetime
) -> None:
    refused = Delivery(DeliveryState.NEEDS_STAFF, "api_key_refused")
    wanted = desired(holding(replace(KEY_ORDER, promise=promise, reading=refused)), {}, now)
    assert wanted.messages == ()


@pytest.mark.parametrize("reason", ["goods_missing", "unreadable"])
@pytest.mark.parametrize("promise", [Promise.KEYS, Promise.SOMETHING])
@pytest.mark.parametrize("goods", [(), ("AAAA",)])
def test_a_buyer_is_told_when_staff_must_look_for_the_key(
    goods: tuple[str, ...], promise: Promise, reason: str
) -> None:
    stuck = Delivery(DeliveryState.NEEDS_STAFF, reason)
    order = replace(KEY_ORDER, promise=promise, goods=goods, reading=stuck)
    assert desired(holding(order), {}, NOW).messages == ("bb",)


def test_what_came_of_a_promise_waits_for_the_rest_no_longer_than_a_quarter_of_an_hour() -> None:
    tried = replace(HALF, reading=Delivery(attempts=3))
    wanted = desired(holding(tried), {}, NOW + PATIENCE - timedelta(seconds=1))
    assert (wanted.readings, wanted.messages) == (("bb",), ())
    wanted = desired(holding(tried), {}, NOW + PATIENCE + timedelta(seconds=1))
    assert (wanted.readings, wanted.messages) == (("bb",), ("bb",))


def test_the_quarter_of_an_hour_does_not_wait_for_the_next_reading() -> None:
    account = holding(replace(HALF, reading=waiting(LATER)))
    assert desired(account, {}, NOW).look_again == NOW + PATIENCE
    assert desired(account, {}, NOW + PATIENCE).messages == ("bb",)


@pytest.mark.parametrize("promise", [Promise.KEYS, Promise.SOMETHING])
def test_a_message_that_was_promised_goods_does_not_go_out_without_any(promise: Promise) -> None:
    tried = replace(KEY_ORDER, promise=promise, reading=Delivery(attempts=9))
    assert desired(holding(tried), {}, NOW + timedelta(days=2)).messages == ()


def test_where_nothing_is_promised_the_message_goes_after_the_first_look() -> None:
    assert desired(holding(TEXT_ORDER), {}, NOW).messages == ()
    looked = replace(TEXT_ORDER, reading=waiting(SOON))
    wanted = desired(holding(looked), {}, NOW)
    assert (wanted.readings, wanted.messages, wanted.look_again) == ((), ("bb",), SOON)


def test_where_nothing_is_promised_a_text_that_is_there_needs_no_look() -> None:
    thanked = replace(TEXT_ORDER, goods=("Thank you!",))
    assert desired(holding(thanked), {}, NOW).messages == ("bb",)


@pytest.mark.parametrize("reason", ["unreadable", "api_key_refused"])
def test_where_nothing_is_promised_a_first_look_that_staff_must_mend_is_a_look(
    reason: str,
) -> None:
    stuck = replace(TEXT_ORDER, reading=Delivery(DeliveryState.NEEDS_STAFF, reason))
    assert desired(holding(stuck), {}, NOW).messages == ("bb",)


def test_roles_wait_neither_for_readings_nor_for_messages() -> None:
    late = replace(KEY_ORDER, reading=waiting(LATER), message=waiting(LATER))
    assert desired(holding(late), {}, NOW).roles == {GOLD: {"bb"}}


@pytest.mark.parametrize("order", [ITEM, KEY_ORDER])
@pytest.mark.parametrize("status", [OrderStatus.PENDING, OrderStatus.PAID, OrderStatus.REFUNDED])
def test_an_order_to_be_read_again_is_read_whatever_its_status(
    order: Order, status: OrderStatus
) -> None:
    doubted = replace(order, status=status, asking=Delivery(), reading=DONE)
    assert desired(holding(doubted), {}, NOW).readings == (order.nonce,)


def test_an_order_that_shoppex_does_not_know_yet_is_not_read() -> None:
    unnamed = replace(KEY_ORDER, uniqid=None, asking=Delivery())
    assert desired(holding(unnamed), {}, NOW).readings == ()


def test_an_order_with_two_questions_is_read_once() -> None:
    both = replace(KEY_ORDER, asking=Delivery())
    assert desired(holding(both), {}, NOW).readings == ("bb",)


def test_asking_about_doubtful_news_and_reading_goods_wait_by_themselves() -> None:
    both = replace(KEY_ORDER, asking=waiting(SOON), reading=waiting(LATER))
    assert desired(holding(both), {}, NOW).look_again == SOON
    assert desired(holding(both), {}, SOON).readings == ("bb",)
    stuck = replace(both, asking=Delivery(DeliveryState.NEEDS_STAFF, "api_key_refused"))
    assert desired(holding(stuck), {}, SOON).readings == ()
    assert desired(holding(stuck), {}, LATER).readings == ("bb",)


@pytest.mark.parametrize(
    "state", [DeliveryState.NEEDS_BUYER, DeliveryState.NEEDS_STAFF, DeliveryState.FAILED]
)
def test_what_waits_for_people_is_not_tried(state: DeliveryState) -> None:
    stuck = replace(ITEM, message=Delivery(state, "dms_closed"))
    wanted = desired(holding(stuck), {}, NOW)
    assert wanted.messages == ()
    assert wanted.look_again is None


def test_a_message_is_due_from_its_time_on() -> None:
    account = holding(replace(ITEM, message=waiting(SOON)))
    before = desired(account, {}, SOON - timedelta(microseconds=1))
    assert (before.messages, before.look_again) == ((), SOON)
    then = desired(account, {}, SOON)
    assert (then.messages, then.look_again) == (("aa",), None)


def test_the_next_look_is_at_the_earliest_of_what_waits() -> None:
    reading = replace(KEY_ORDER, reading=waiting(NOW + timedelta(minutes=3)))
    message = replace(ITEM, message=waiting(NOW + timedelta(minutes=2)))
    grants = {GOLD: Grant(delivery=waiting(SOON))}
    assert desired(holding(reading, message, grants=grants), {}, NOW).look_again == SOON
    assert desired(holding(reading, message), {}, NOW).look_again == NOW + timedelta(minutes=2)
    assert desired(holding(reading), {}, NOW).look_again == NOW + timedelta(minutes=3)


def test_a_role_that_nobody_pays_for_is_not_looked_after() -> None:
    silent = replace(ITEM, message=DONE)
    grants = {SILVER: Grant(delivery=waiting(SOON))}
    assert desired(holding(silent, grants=grants), {}, NOW).look_again is None


def due(wanted: Desired) -> set[tuple[str, object]]:
    """All that is to be done now."""
    return {
        *(("reading", nonce) for nonce in wanted.readings),
        *(("subscription", name) for name in wanted.subscriptions),
        *(("message", nonce) for nonce in wanted.messages),
        *(("notice", notice.name) for notice in wanted.notices),
        *(("removal", role_id) for role_id in wanted.removals),
    }


@given(accounts_and_offers, moments, st.floats(0, 1, exclude_max=True))
@example((holding(replace(HALF, reading=waiting(LATER))), {}), NOW, 0.5)
def test_nothing_new_is_due_before_the_next_look(
    drawn: tuple[Account, Offers], now: datetime, part: float
) -> None:
    account, offers = drawn
    first = desired(account, offers, now)
    if first.look_again is None:
        then = now + timedelta(days=5000)
    else:
        assert first.look_again > now
        # Rounding may reach it.
        then = now + (first.look_again - now) * part
        assume(then < first.look_again)
    later = desired(account, offers, then)
    assert later.roles == first.roles
    assert due(later) <= due(first)


@given(accounts_and_offers, moments)
def test_only_entitled_orders_pay_for_roles(drawn: tuple[Account, Offers], now: datetime) -> None:
    account, offers = drawn
    for order in account.orders.values():
        plain = replace(order, lasts=None, renewal=False, kept=False, paid_at=order.paid_at or NOW)
        lines = tuple(replace(line, lasts=None) for line in order.lines)
        account = account.with_order(replace(plain, lines=lines))
    account = replace(account, subscriptions={}, banned_at=None)
    wanted = desired(account, offers, now)
    pays = {
        (role, order.nonce)
        for order in account.orders.values()
        if order.status is OrderStatus.PAID and order.held is None and order.revoked is None
        for line in order.bought
        for role in (line.roles if order.fulfilled else offers.get(line.ref, line.roles))
    }
    assert {(role, nonce) for role, nonces in wanted.roles.items() for nonce in nonces} == pays


@given(accounts_and_offers, moments)
def test_no_order_is_told_of_while_its_promise_is_read_unless_goods_wait_too_long(
    drawn: tuple[Account, dict[str, tuple[int, ...]]], now: datetime
) -> None:
    account, offers = drawn
    for nonce in desired(account, offers, now).messages:
        order = account.orders[nonce]
        promised = order.kind is OfferKind.PRODUCT and order.promise is not Promise.NOTHING
        if promised and order.reading.waits:
            assert order.goods
            assert order.paid_at is not None
            assert now - order.paid_at >= PATIENCE


# -- what recovery looks for -------------------------------------------------------------------

SETTLED = replace(ITEM, fulfilled=True, message=DONE)


def test_an_account_is_settled_when_all_is_given_read_and_told() -> None:
    key = replace(SETTLED, nonce="bb", kind=OfferKind.PRODUCT, promise=Promise.KEYS)
    assert not holding(SETTLED, key).unsettled
    assert not holding().unsettled


@pytest.mark.parametrize(
    "order",
    [
        replace(SETTLED, fulfilled=False),
        replace(SETTLED, message=waiting(LATER)),
        replace(SETTLED, kind=OfferKind.PRODUCT, reading=waiting(LATER)),
        replace(SETTLED, asking=waiting(LATER)),
        replace(SETTLED, asking=Delivery(), status=OrderStatus.PENDING, paid_at=None),
        replace(SETTLED, asking=Delivery(), held="other_total"),
    ],
    ids=["role", "message", "goods", "news", "news of a payment", "news of a held order"],
)
def test_whatever_is_still_owed_makes_an_account_unsettled(order: Order) -> None:
    assert holding(order).unsettled
    assert holding(SETTLED, replace(order, nonce="cc")).unsettled


@given(statuses.filter(lambda status: status is not OrderStatus.PAID))
def test_nothing_is_owed_for_what_is_not_paid(status: OrderStatus) -> None:
    assert not holding(replace(KEY_ORDER, status=status)).unsettled


@st.composite
def nearly_settled(draw: st.DrawFn) -> tuple[Account, dict[str, tuple[int, ...]]]:
    """An account of which most is done, after roles were given and orders closed."""
    account, offers = draw(accounts_and_offers)
    mostly = st.sampled_from([DONE, DONE, DONE, Delivery(), waiting(LATER)])
    for order in account.orders.values():
        roles_given = offers.get(offer_ref(order.kind, order.offer_id), order.roles)
        for role in roles_given:
            account = account.with_grant(role, Grant(delivery=draw(mostly)))
        account = account.with_order(
            replace(
                order,
                status=draw(st.sampled_from([OrderStatus.PAID, order.status])),
                fulfilled=False,
                asking=draw(st.sampled_from([None, None, Delivery()])),
                reading=draw(mostly),
                message=draw(mostly),
            )
        )
    return closed_by(account, offers), offers


@given(nearly_settled(), st.data(), moments)
def test_an_account_that_is_settled_is_owed_nothing_whatever_is_edited_later(
    drawn: tuple[Account, dict[str, tuple[int, ...]]], data: st.DataObject, now: datetime
) -> None:
    account, offers = drawn
    edited = {ref: data.draw(roles) for ref in offers}
    owed = desired(account, edited, now)
    missing = {
        role
        for role in owed.roles
        if role not in account.grants or account.grants[role].delivery.state != "delivered"
    }
    if not account.unsettled:
        assert (owed.readings, owed.messages, owed.subscriptions) == ((), (), ())
        assert missing == set()


@given(accounts_and_offers, moments)
def test_an_account_that_has_something_due_is_unsettled(
    drawn: tuple[Account, dict[str, tuple[int, ...]]], now: datetime
) -> None:
    account, offers = drawn
    wanted = desired(account, offers, now)
    if wanted.readings or wanted.messages or wanted.subscriptions:
        assert account.unsettled


@given(accounts_and_offers, moments)
def test_asking_changes_nothing_and_gives_the_same_twice(
    drawn: tuple[Account, dict[str, tuple[int, ...]]], now: datetime
) -> None:
    before = deepcopy(drawn)
    first = desired(*drawn, now)
    assert desired(*drawn, now) == first
    assert drawn == before


def test_what_staff_took_back_gives_nothing_more_even_if_they_had_kept_it_before() -> None:
    revoked = replace(ITEM, revoked=StaffAction(3, NOW, "chargeback by post"), kept=True)
    account = holding(revoked, grants={GOLD: Grant(delivery=DONE, given_at=NOW)})
    wanted = desired(account, {}, LATER)
    assert wanted.roles == {}
    assert wanted.removals == (GOLD,)
    assert wanted.messages == ()

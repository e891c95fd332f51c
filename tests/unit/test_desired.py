"""What one person should have now."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoppex.domain.account import (
    Account,
    AccountKey,
    Delivery,
    DeliveryState,
    Grant,
    OfferKind,
    Order,
)
from shoppex.domain.money import Money
from shoppex.domain.offer import offer_ref
from shoppex.domain.status import OrderStatus
from shoppex.fulfilment.desired import desired
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
    ITEM, nonce="bb", kind=OfferKind.PRODUCT, offer_id="p-1", wants_goods=True, reading=Delivery()
)
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


def test_a_message_without_its_key_does_not_go_out_while_the_api_key_is_refused() -> None:
    refused = Delivery(DeliveryState.NEEDS_STAFF, "api_key_refused")
    wanted = desired(holding(replace(KEY_ORDER, reading=refused)), {}, NOW)
    assert wanted.messages == ()


def test_roles_wait_neither_for_readings_nor_for_messages() -> None:
    late = replace(KEY_ORDER, reading=waiting(LATER), message=waiting(LATER))
    assert desired(holding(late), {}, NOW).roles == {GOLD: {"bb"}}


@pytest.mark.parametrize("order", [ITEM, KEY_ORDER])
@pytest.mark.parametrize("status", [OrderStatus.PENDING, OrderStatus.PAID, OrderStatus.REFUNDED])
def test_an_order_to_be_read_again_is_read_whatever_its_status(
    order: Order, status: OrderStatus
) -> None:
    doubted = replace(order, status=status, reread=True, reading=Delivery())
    assert desired(holding(doubted), {}, NOW).readings == (order.nonce,)


def test_an_order_that_shoppex_does_not_know_yet_is_not_read() -> None:
    unnamed = replace(KEY_ORDER, uniqid=None, reread=True)
    assert desired(holding(unnamed), {}, NOW).readings == ()


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


@given(accounts_and_offers, moments)
def test_the_next_look_is_when_something_becomes_due(
    drawn: tuple[Account, dict[str, tuple[int, ...]]], now: datetime
) -> None:
    account, offers = drawn
    orders, grants = account.orders.values(), account.grants
    waits = [w for order in orders for w in (order.reading, order.message)]
    waits += [grant.delivery for grant in grants.values()]
    later = sorted(w.next_try for w in waits if w.next_try is not None and w.next_try > now)

    def due(at: datetime) -> object:
        wanted = desired(account, offers, at)
        roles_due = {
            role
            for role in wanted.roles
            if role in grants
            and grants[role].delivery.waits
            and (grants[role].delivery.next_try or at) <= at
        }
        return wanted.readings, wanted.messages, roles_due

    changes = (time for time in later if due(time) != due(now))
    assert desired(account, offers, now).look_again == next(changes, None)


@given(accounts_and_offers, moments)
def test_only_entitled_orders_pay_for_roles(
    drawn: tuple[Account, dict[str, tuple[int, ...]]], now: datetime
) -> None:
    account, offers = drawn
    wanted = desired(account, offers, now)
    pays = {
        (role, order.nonce)
        for order in account.orders.values()
        if order.status is OrderStatus.PAID and order.held is None
        for role in offers.get(f"{order.kind.value}:{order.offer_id}", order.roles)
    }
    assert {(role, nonce) for role, nonces in wanted.roles.items() for nonce in nonces} == pays


@given(accounts_and_offers, moments)
def test_no_order_is_read_and_told_of_at_once(
    drawn: tuple[Account, dict[str, tuple[int, ...]]], now: datetime
) -> None:
    wanted = desired(*drawn, now)
    assert not set(wanted.readings) & set(wanted.messages)


@given(accounts_and_offers, moments)
def test_asking_changes_nothing_and_gives_the_same_twice(
    drawn: tuple[Account, dict[str, tuple[int, ...]]], now: datetime
) -> None:
    before = deepcopy(drawn)
    first = desired(*drawn, now)
    assert desired(*drawn, now) == first
    assert drawn == before

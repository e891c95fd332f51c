"""What is in the buyer's hands is not sent again, and what is not is never lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoppex.domain.account import AccountKey, OfferKind, Order, Promise
from shoppex.domain.money import parse_money
from shoppex.domain.remote import RemoteOrder
from shoppex.domain.status import OrderStatus
from shoppex.fulfilment.intake.delivered_goods import freshest, hand_over, unknown
from shoppex.fulfilment.intake.order_updates import is_exchanged, learn
from shoppex.fulfilment.steps.message_text import parcels

NOW = datetime(2026, 3, 1, tzinfo=timezone.utc)
PRICE = parse_money("5", "EUR")
ORDER = Order(
    nonce="00ff",
    kind=OfferKind.PRODUCT,
    offer_id="p-1",
    title="Pack",
    created_at=NOW,
    promise=Promise.SOMETHING,
    uniqid="u-1",
    quote=PRICE,
)
FILE = "https://files.example/pack.zip"

queries = st.text(alphabet="abc=&", min_size=1, max_size=8)
pieces = st.one_of(
    st.text(alphabet="AB\n", min_size=1, max_size=4).filter(str.strip),
    st.builds("{}?{}".format, st.sampled_from([FILE, FILE + "2"]), queries),
)
goods_lists = st.lists(pieces, max_size=5, unique=True).map(tuple)


def told(order: Order, *goods: str) -> Order:
    """The order after Shoppex named goods, and its message went out."""
    news = RemoteOrder("u-1", OrderStatus.PAID, PRICE, goods=goods, keys=len(goods))
    order = learn(AccountKey(1, 2), order, news, NOW)
    return hand_over(order, order.goods) if order.goods else order


def test_a_link_that_is_signed_anew_is_not_sent_again() -> None:
    once = told(ORDER, f"{FILE}?sig=1")
    for number in range(2, 5):
        assert told(once, f"{FILE}?sig={number}").told == 1


def test_two_links_that_are_signed_anew_are_not_sent_again() -> None:
    once = told(ORDER, f"{FILE}?id=1&sig=1", f"{FILE}?id=2&sig=1")
    assert told(once, f"{FILE}?id=2&sig=9", f"{FILE}?id=1&sig=8").told == 1


@pytest.mark.parametrize("first", ["id=1", "id=1&sig=2"])
@pytest.mark.parametrize("late_first", [True, False])
def test_a_second_file_of_the_same_path_is_not_lost(first: str, *, late_first: bool) -> None:
    once = told(ORDER, f"{FILE}?id=1")
    listed = [f"{FILE}?{first}", f"{FILE}?id=2"]
    news = RemoteOrder(
        "u-1", OrderStatus.PAID, PRICE, goods=tuple(listed[::-1] if late_first else listed)
    )
    after = learn(AccountKey(1, 2), once, news, NOW)
    assert f"{FILE}?id=2" in after.goods
    assert after.message.waits
    both = hand_over(after, news.goods)
    assert told(both, f"{FILE}?id=1&sig=7", f"{FILE}?id=2&sig=7").told == both.told


def test_another_path_is_another_file() -> None:
    once = told(ORDER, f"{FILE}?sig=1")
    assert told(once, "https://files.example/other.zip?sig=1").told == 2


REDEEM = "https://redeem.example/gift"


def test_a_code_in_a_link_is_no_signature() -> None:
    once = told(ORDER, f"Redeem: {REDEEM}?code=AAA&sig=1")
    assert told(once, f"Redeem: {REDEEM}?sig=2&code=AAA").told == 1
    assert told(once, f"Redeem: {REDEEM}?code=BBB&sig=1").told == 2
    assert told(once, f"{REDEEM}#BBB").told == 2


def test_a_link_that_is_a_key_is_new_when_anything_in_it_is() -> None:
    once = told(ORDER, f"{FILE}?x=1")
    link = f"{FILE}?x=2"
    news = RemoteOrder("u-1", OrderStatus.PAID, PRICE, goods=(link,), keys=1, key_links=(link,))
    after = learn(AccountKey(1, 2), once, news, NOW)
    assert (after.goods, after.key_links) == ((link,), (link,))
    # Something else that is handed over meanwhile does not take it away.
    assert hand_over(after, ("KEY",)).goods == (link,)
    assert hand_over(after, (f"{FILE}?x=1",)).goods == (link,)
    assert freshest(after.goods, (f"{FILE}?x=1",), after.key_links)[0] == link
    done = hand_over(after, (link,))
    assert (done.goods, done.key_links) == ((), ())
    assert learn(AccountKey(1, 2), done, news, NOW).goods == ()


@pytest.mark.parametrize(("first", "second"), [(FILE, f"Setup: {FILE}"), (f"Setup: {FILE}", FILE)])
def test_a_link_is_the_same_with_and_without_its_label(first: str, second: str) -> None:
    assert told(told(ORDER, first), second).told == 1


def test_keys_that_come_joined_take_the_place_of_those_that_wait() -> None:
    waiting = replace(ORDER, goods=("A", "C"))
    news = RemoteOrder("u-1", OrderStatus.PAID, PRICE, goods=("A\nB",), keys=2)
    assert learn(AccountKey(1, 2), waiting, news, NOW).goods == ("C", "A\nB")


def test_a_waiting_link_is_shown_as_it_was_read_last() -> None:
    assert freshest((f"{FILE}?sig=1", "KEY"), (f"{FILE}?sig=2",)) == ("KEY", f"{FILE}?sig=2")
    assert freshest((f"{FILE}?sig=1",), ()) == (f"{FILE}?sig=1",)
    waiting = replace(ORDER, goods=(f"{FILE}?sig=1",))
    assert hand_over(waiting, (f"{FILE}?sig=2",)).goods == ()


@given(goods_lists, goods_lists)
def test_nothing_is_new_twice_and_no_key_is_lost(
    first: tuple[str, ...], second: tuple[str, ...]
) -> None:
    once = told(ORDER, *first)
    assert unknown(first, once.handed) == ()
    lines = {line.strip() for piece in first for line in piece.splitlines()}
    for piece in second:
        named = {line.strip() for line in piece.splitlines() if line.strip()}
        is_link = piece.startswith("https://")
        if not is_link and not named <= lines:
            assert piece in unknown(second, once.handed)
    paths = [piece.partition("?")[0] for piece in second if piece.startswith("https://")]
    before = [piece.partition("?")[0] for piece in first if piece.startswith("https://")]
    for path in set(paths):
        if paths.count(path) > before.count(path):
            assert any(p.startswith(f"{path}?") for p in unknown(second, once.handed))


def test_a_key_is_exchanged_when_the_old_one_is_gone() -> None:
    once = told(replace(ORDER, promise=Promise.KEYS), "OLD")
    news = RemoteOrder("u-1", OrderStatus.PAID, PRICE, goods=("OLD",), keys=1)
    assert not is_exchanged(once, news)
    assert not is_exchanged(once, replace(news, goods=(), keys=0))
    twice = replace(told(once, "NEW"), had=len(once.handed))
    assert is_exchanged(twice, replace(news, goods=("NEW",)))
    again = replace(twice, had=len(twice.handed))
    assert not is_exchanged(again, replace(news, goods=("NEW",)))


def test_more_than_a_file_may_be_comes_in_several() -> None:
    goods = tuple(f"{number:04}" + "x" * 60_000 for number in range(300))
    parts = parcels(goods)
    assert len(parts) == 3
    assert tuple(piece for part in parts for piece in part) == goods
    assert all(sum(len(piece) + 1 for piece in part) <= 8 * 1024 * 1024 for part in parts)
    assert parcels(()) == [()]

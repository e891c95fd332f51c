"""Whatever stands in a delivery comes out, or its field is named (contract, 4.5 and 15.2)."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoppex.api import parse_order
from shoppex.api.payloads.goods_names import ENTRY_NAMES
from shoppex.domain.remote import RemoteOrder

HOW = "https://redeem.example/how"


def read(line: dict[str, Any] | None = None, **order: Any) -> RemoteOrder:
    lines = [] if line is None else [{"product_id": "p-1", "quantity": 1, **line}]
    return parse_order({"uniqid": "u-1", "status": "COMPLETED", "items": lines, **order})


def delivered(value: Any) -> RemoteOrder:
    return read({"delivered_items": value})


@pytest.mark.parametrize(
    ("value", "goods", "keys"),
    [
        (
            {
                "deliverables": [
                    {"kind": "serial", "label": "Game Key", "value": "K-1", "href": HOW}
                ]
            },
            (f"Game Key: {HOW}", "K-1"),
            1,
        ),
        ({"serials": [{"serial": "K-1", "url": HOW}]}, (HOW, "K-1"), 1),
        ({"serials": ["K-1"], "url": HOW}, (HOW, "K-1"), 1),
        (
            {"url": HOW, "username": "bob", "password": "hunter2"},
            (HOW, "username: bob", "password: hunter2"),
            0,
        ),
        ({"license": {"key": "K-9", "url": HOW}}, (HOW, "K-9"), 1),
        (
            {"links": [{"label": "Redeem", "value": "CODE-1", "href": HOW}]},
            (f"Redeem: {HOW}", "CODE-1"),
            0,
        ),
        ({"links": [{"href": HOW, "url": f"{HOW}2"}]}, (HOW, f"{HOW}2"), 0),
        ({"links": [{"name": "Manual", "url": HOW}]}, (f"Manual: {HOW}",), 0),
        ({"serials": [{"url": f"{HOW}?code=1", "id": 3}]}, (f"{HOW}?code=1",), 1),
        ({"product_key": "AAAA"}, ("product_key: AAAA",), 0),
        ({"productKey": "AAAA"}, ("productKey: AAAA",), 0),
        (
            {"email": "a@mail.example", "password": "x"},
            ("email: a@mail.example", "password: x"),
            0,
        ),
        ({"user_name": "bob", "name": "Bob"}, ("user_name: bob", "name: Bob"), 0),
        ({"ip": "203.0.113.7"}, ("ip: 203.0.113.7",), 0),
        ({"account_id": "bob"}, ("account_id: bob",), 0),
        ({"delivery_note": "door 77"}, ("delivery_note: door 77",), 0),
        ({"customer_note": "hello"}, ("customer_note: hello",), 0),
        ({"qr_image": "data:image/png;base64,AA"}, ("qr_image: data:image/png;base64,AA",), 0),
        ({"file": "https://f.example/art.png"}, ("file: https://f.example/art.png",), 0),
        ({"serials": [{"value": "CARD-1", "pin": "4711"}]}, ("CARD-1", "pin: 4711"), 1),
        ({"user": "bob", "pin": 4711}, ("user: bob", "pin: 4711"), 0),
        ({"user": "bob", "password": "bob"}, ("user: bob", "password: bob"), 0),
        ({"serials": {"0": "K-1", "1": "K-2"}}, ("K-1", "K-2"), 2),
        ({"serials": {"0": {"value": "K-1"}, "1": {"value": "K-2"}}}, ("K-1", "K-2"), 2),
        ({"licenses": [{"license_code": "LC-1"}]}, ("license_code: LC-1",), 1),
        ({"license_key": {"value": "LC-1"}}, ("LC-1",), 1),
        ({"key": "K-1"}, ("K-1",), 1),
        ({"payload": {"serials": ["K-1"]}}, ("K-1",), 1),
        ("Your key is being prepared.", ("Your key is being prepared.",), 0),
        (["Your key is being prepared."], ("Your key is being prepared.",), 0),
        ("AAAA BBBB CCCC DDDD", ("AAAA BBBB CCCC DDDD",), 1),
        (
            {"accounts": [{"user": "a", "password": "x"}, {"user": "b", "password": "x"}]},
            ("user: a", "password: x", "user: b", "password: x"),
            0,
        ),
    ],
)
def test_all_that_stands_there_comes_out(value: Any, goods: tuple[str, ...], keys: int) -> None:
    news = delivered(value)
    assert (news.goods, news.keys, news.unread) == (goods, keys, ())


@pytest.mark.parametrize(
    "value",
    [
        {"product_title": "Box", "variant_id": 7, "delivery_type": "AUTO", "count": 2},
        {"created_at": 1_764_520_000, "delivered_at": "2026-01-01T00:00:00+00:00"},
        {"is_sent": "yes", "seen": True, "read": 0, "open": 1},
        {"thumbnail_url": "https://cdn.example/a", "images": ["https://cdn.example/b"]},
        {"product": {"id": 4, "title": "Box", "description": "A box."}},
    ],
)
def test_what_only_describes_goods_is_none(value: Any) -> None:
    news = delivered({"serials": ["K-1"], **value})
    assert (news.goods, news.unread) == (("K-1",), ())


@pytest.mark.parametrize(
    ("value", "unread"),
    [
        ({"text": "x" * 70_000}, "delivered_items.text"),
        ({"a": [[[[[[[{"deep": "x"}]]]]]]]}, "delivered_items.a"),
        ({"pin": 10**70}, "delivered_items.pin"),
        ({"codes": [f"{n}" for n in range(20_000)]}, "delivered_items.codes"),
        ({"a": [{f"hint {n}": "x" for n in range(300)}]}, "delivered_items.a"),
        ({"serials": [{"value": f"{n}", "pin": "x"} for n in range(9000)]}, "delivered_items.ser"),
    ],
)
def test_what_is_left_out_is_named_beside_what_is_not(value: Any, unread: str) -> None:
    news = delivered({**value, "serial": "K-1"})
    assert news.goods
    assert any(name.startswith(unread) for name in news.unread)


@pytest.mark.parametrize("as_objects", [False, True])
def test_as_many_keys_as_anybody_buys_are_read(*, as_objects: bool) -> None:
    keys = [f"KEY-{number:05}" for number in range(10_000)]
    listed = [{"value": key, "is_replaced": False, "id": 3} for key in keys]
    news = delivered({"serials": listed if as_objects else keys})
    assert (news.goods, news.keys, news.unread) == (tuple(keys), 10_000, ())


def test_a_long_text_of_keys_is_a_list_of_them() -> None:
    keys = [f"KEY-{number:08}" for number in range(9000)]
    news = delivered({"serials": "\n".join(keys)})
    assert (news.goods, news.keys, news.unread) == (tuple(keys), 9000, ())


def test_more_lines_than_are_read_are_told_of() -> None:
    lines = [{"product_id": "p", "quantity": 1}] * 300
    assert read(items=lines).unread == ("items",)


# -- the same in two places --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "goods", "keys"),
    [
        ({"delivered_items": "A\nB", "delivery_summary": {"codes": ["A", "B"]}}, ("A\nB",), 2),
        ({"delivered_items": {"codes": ["A"]}, "delivery_summary": "A\nB"}, ("A\nB",), 2),
        (
            {
                "delivered_items": {"serials": "A\nB"},
                "delivery_summary": {"serials": [{"value": "A"}, {"value": "B"}]},
            },
            ("A\nB",),
            2,
        ),
        (
            {
                "delivered_items": {"links": [HOW]},
                "delivery_summary": {"links": [{"label": "How", "value": HOW}]},
            },
            (f"How: {HOW}",),
            0,
        ),
        (
            {
                "delivered_items": {"links": [{"label": "How", "value": HOW}]},
                "delivery_summary": {"links": [HOW]},
            },
            (f"How: {HOW}",),
            0,
        ),
        ({"delivered_items": {"activation": "A"}, "delivery": {"codes": ["A"]}}, ("A",), 1),
        ({"delivered_items": {"codes": ["A"]}, "delivery": {"activation": "A"}}, ("A",), 1),
        ({"delivered_items": {"serials": ["A "]}, "delivery": {"codes": ["A"]}}, ("A ",), 1),
        ({"delivered_items": {"codes": ["A", "A"]}, "delivery": {"codes": ["A"]}}, ("A", "A"), 2),
    ],
)
def test_what_two_places_tell_of_one_line_is_there_once(
    line: dict[str, Any], goods: tuple[str, ...], keys: int
) -> None:
    news = read(line)
    assert (news.goods, news.keys) == (goods, keys)


def test_a_text_of_every_line_is_there_once() -> None:
    lines = [{"delivered_items": {"codes": [code], "notes": ["Thanks!"]}} for code in "AB"]
    assert read(items=lines).goods == ("A", "Thanks!", "B")


texts = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1)


@given(st.dictionaries(texts, st.lists(texts, max_size=3), max_size=4))
def test_no_line_is_lost_between_two_places(parts: dict[str, list[str]]) -> None:
    lists = {f"hint {name}": value for name, value in parts.items()}
    news = read({"delivered_items": lists, "delivery": {"notes": [*parts]}})
    lines = [line for piece in news.goods for line in piece.splitlines()]
    assert set(lines) == {*parts, *(text for value in parts.values() for text in value)}
    assert len(lines) == len(set(lines))


# -- replaced serials --------------------------------------------------------------------------


def test_a_replacement_within_what_it_replaced_is_found() -> None:
    inner = {"value": "NEW", "is_replacement": True}
    news = delivered({"serials": [{"value": "OLD", "is_replaced": True, "replacement": inner}]})
    assert (news.goods, news.keys, news.replacements) == (("NEW",), 1, ("NEW",))
    news = delivered({"serials": [{"value": "OLD", "is_replaced": True, "replacement": "NEW"}]})
    assert (news.goods, news.keys, news.replacements) == (("NEW",), 1, ("NEW",))


@pytest.mark.parametrize(
    "listed", [["OLD", "NEW"], "OLD\nNEW", {"serials": ["OLD", "NEW"]}, {"serials": "OLD\nNEW"}]
)
def test_a_dead_serial_is_dead_wherever_it_stands(listed: Any) -> None:
    summary = {
        "serials": [
            {"value": "OLD", "is_replaced": 1},
            {"value": "NEW", "is_replacement": True},
        ]
    }
    news = read({"delivered_items": listed, "delivery_summary": summary})
    assert (news.goods, news.keys) == (("NEW",), 1)


def test_keys_that_are_addresses_are_known_as_such() -> None:
    news = delivered({"serials": [f"{HOW}?code=1"], "links": [f"{HOW}?sig=1"]})
    assert news.key_links == (f"{HOW}?code=1",)


# -- by line -----------------------------------------------------------------------------------


def test_each_line_knows_its_own_goods() -> None:
    lines = [
        {"delivered_items": {"codes": ["A", "B"]}, "delivery_status": "DELIVERED"},
        {"delivered_items": None, "deliveryStatus": "PENDING"},
    ]
    first, second = read(items=lines).items
    assert (first.goods, first.keys, first.pending) == (("A", "B"), 2, False)
    assert (second.goods, second.keys, second.pending) == ((), 0, True)


@pytest.mark.parametrize("entries", [20_000, 80_000])
def test_large_orders_take_little_time(entries: int) -> None:
    value = {"serials": [{"value": f"K{n}", "pin": "x", "url": HOW} for n in range(entries)]}
    data = json.loads(json.dumps(value))
    begun = time.perf_counter()
    delivered(data)
    assert time.perf_counter() - begun < 1


# -- anything ----------------------------------------------------------------------------------

tokens = st.integers(100_000, 999_999).flatmap(
    lambda number: st.sampled_from([f"T{number}", number, f"{HOW}/T{number}", f"A{number}\nB"])
)
names = st.sampled_from(
    [*sorted(ENTRY_NAMES), "pin", "username", "hint", "0", "1", "name", "email", "product_key"]
)
deliveries = st.recursive(
    tokens | st.none() | st.booleans() | st.just(""),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(names | st.sampled_from(["label", "is_replacement"]), inner, max_size=5)
    ),
    max_leaves=12,
)


def leaves(value: Any) -> list[str]:
    """The texts in a delivery; a label without anything that it is of is none."""
    if isinstance(value, dict):
        parts = (part for name, part in value.items() if name not in ("label", "is_replacement"))
        return [leaf for part in parts for leaf in leaves(part)]
    if isinstance(value, list):
        return [leaf for part in value for leaf in leaves(part)]
    return [] if value is None or isinstance(value, bool) else str(value).splitlines()


@given(st.dictionaries(names, deliveries, max_size=4))
def test_whatever_is_delivered_is_there_or_named(value: dict[str, Any]) -> None:
    news = delivered(value)
    text = "\n".join(news.goods)
    lost = [leaf for leaf in leaves(value) if leaf not in text]
    assert not lost or news.unread

"""What was delivered, in each of its shapes (contract, section 4.5)."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoppex.api.payloads.goods import MOST_PIECES, GoodsReader
from shoppex.api.payloads.goods_names import NAMES
from shoppex.api.payloads.goods_pieces import text_of, union

keys = st.lists(
    st.text(min_size=1, alphabet=st.characters(codec="utf-8", exclude_characters="\0")).filter(
        str.strip
    ),
    unique=True,
    max_size=20,
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(sorted(NAMES)) | st.text(), inner)
    ),
    max_leaves=20,
)


def extract_goods(value: object) -> tuple[str, ...]:
    """The goods of a value, as the buyer reads them."""
    return tuple(map(text_of, GoodsReader().read(value).goods))


def extract_keys(value: object) -> tuple[str, ...]:
    """Only the keys among them, each by itself."""
    return tuple(GoodsReader().read(value).keys)


@pytest.mark.parametrize(
    "value",
    [
        ["A-1", "B-2"],
        {"serials": ["A-1", "B-2"]},
        {"codes": ["A-1", "B-2"]},
        {"keys": ["A-1", "B-2"]},
        {"license_keys": ["A-1", "B-2"]},
        {"licenses": [{"license_key": "A-1"}, {"key": "B-2"}]},
        {"serials": [{"id": 1, "serial": "A-1"}, {"id": 2, "serial": "B-2", "variant_id": None}]},
        [{"serial": "A-1"}, {"code": "B-2"}],
        {"serial": "A-1", "license_key": "B-2"},
        {"text": "A-1", "service_text": "B-2"},
        {"service_text": "A-1", "dynamic_response": "B-2", "deliveryType": "x", "count": 2},
        {"dynamic_response": {"serials": ["A-1", "B-2"], "id": "unseen"}},
        {"serials": ["A-1", "B-2", "", "  ", None, True], "serial": "B-2"},
    ],
)
def test_each_shape_gives_the_same(value: object) -> None:
    assert extract_goods(value) == ("A-1", "B-2")


@pytest.mark.parametrize(
    "value", [None, "", " \n", {}, [], {"id": 5, "status": "x", "key": "k"}, True]
)
def test_no_goods(value: object) -> None:
    assert extract_goods(value) == ()


def test_text_links_and_numbers() -> None:
    assert extract_goods("one line\nanother") == ("one line\nanother",)
    assert extract_goods({"access_url": "https://files.example/1"}) == ("https://files.example/1",)
    assert extract_goods({"serials": [12345]}) == ("12345",)


def test_an_answer_of_the_merchants_own_is_given_whole() -> None:
    assert extract_goods({"dynamic_response": {"user": "bob", "password": " p w ", "n": 1}}) == (
        "user: bob",
        "password:  p w ",
    )


@given(keys)
def test_keys_arrive_byte_for_byte(wanted: list[str]) -> None:
    assert extract_goods({"serials": wanted}) == tuple(wanted)
    assert extract_goods([{"serial": key} for key in wanted]) == tuple(wanted)


def test_characters_that_cannot_be_stored_are_dropped() -> None:
    assert extract_goods(["a\x00b\ud800c"]) == ("abc",)


def test_bounds() -> None:
    many = [str(number) for number in range(MOST_PIECES + 5)]
    assert extract_goods(many) == tuple(many[:MOST_PIECES])
    assert extract_goods(["x" * 65_537, "ok"]) == ("ok",)
    nested: object = "deep"
    for _ in range(5000):
        nested = [nested]
    assert extract_goods(nested) == ()


@given(json_values)
def test_any_json_gives_pieces_that_are_not_blank(value: object) -> None:
    assert all(piece.strip() for piece in extract_goods(value))


def test_two_equal_keys_of_one_list_are_two_keys() -> None:
    assert extract_goods({"serials": ["A-1", "A-1", "B-2"], "serial": "A-1"}) == (
        "A-1",
        "A-1",
        "B-2",
    )


# -- keys alone --------------------------------------------------------------------------------

THANKS = "Thank you for your purchase!"


@pytest.mark.parametrize(
    "value",
    [
        ["A-1", "B-2"],
        "A-1\nB-2",
        " \nA-1\r\n\r\nB-2\n",
        {"serials": ["A-1", "B-2"]},
        {"codes": ["A-1", "B-2"], "text": THANKS},
        {"keys": ["A-1", "B-2"], "service_text": THANKS},
        {"license_keys": ["A-1", "B-2"], "access_url": "https://files.example/1"},
        {"licenses": [{"license_key": "A-1"}, {"key": "B-2"}]},
        {"serials": [{"id": 1, "serial": "A-1"}, {"id": 2, "serial": "B-2", "variant_id": None}]},
        [{"serial": "A-1"}, {"code": "B-2"}],
        {"serial": "A-1", "license_key": "B-2", "dynamic_response": "made for you"},
        {"serials": ["A-1", "B-2", "", "  ", None, True], "serial": "B-2"},
    ],
)
def test_each_shape_has_the_same_keys(value: object) -> None:
    assert extract_keys(value) == ("A-1", "B-2")


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        " \n",
        {},
        [],
        True,
        {"text": THANKS},
        {"service_text": THANKS, "access_url": "https://files.example/1"},
        {"dynamic_response": "made for you"},
        {"id": 5, "status": "x", "key": "k"},
    ],
)
def test_no_keys(value: object) -> None:
    assert extract_keys(value) == ()


def test_a_text_among_the_entries_of_a_list_is_no_key() -> None:
    assert extract_keys([{"serial": "A-1"}, {"service_text": THANKS}]) == ("A-1",)
    assert extract_keys([{"text": THANKS}]) == ()


def test_what_a_merchants_own_server_says_beside_the_key_is_no_key() -> None:
    assert extract_keys({"dynamic_response": {"note": THANKS}}) == ()
    assert extract_keys({"serials": ["A-1"], "dynamic_response": {"note": THANKS}}) == ("A-1",)


def test_two_equal_keys_of_one_list_count_twice_and_of_two_names_once() -> None:
    assert extract_keys({"serials": ["A-1", "A-1"], "serial": "A-1"}) == ("A-1", "A-1")


def test_keys_are_bounded_as_goods_are() -> None:
    many = [str(number) for number in range(MOST_PIECES + 5)]
    assert len(extract_keys(many)) == MOST_PIECES
    assert extract_keys({"serials": ["x" * 65_537, "ok"]}) == ("ok",)


@given(st.dictionaries(st.sampled_from(sorted(NAMES)) | st.text(), json_values))
def test_keys_are_among_the_goods_and_as_often(value: dict[str, object]) -> None:
    assert not by_lines(extract_keys(value)) - by_lines(extract_goods(value))


def by_lines(pieces: tuple[str, ...]) -> Counter[str]:
    """Pieces in a form that is the same whether a text of several keys was split or not."""
    lines = (line.strip() for piece in pieces for line in piece.splitlines())
    return Counter(line for line in lines if line)


@given(json_values)
def test_any_json_gives_keys_that_are_not_blank(value: object) -> None:
    assert all(key.strip() for key in extract_keys(value))


@given(st.lists(st.lists(st.sampled_from("ABC"))))
def test_a_union_has_each_piece_as_often_as_the_source_with_most_of_it(
    sources: list[list[str]],
) -> None:
    most = {
        piece: max(source.count(piece) for source in sources)
        for source in sources
        for piece in source
    }
    assert Counter(union(sources)) == most
    assert union(sources)[: len(sources[0])] == sources[0] if sources else not union(sources)

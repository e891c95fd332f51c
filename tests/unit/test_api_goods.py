"""What was delivered, in each of its shapes (contract, section 4.5)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoppex.api import extract_goods
from shoppex.api.goods import _NAMES

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
        st.lists(inner) | st.dictionaries(st.sampled_from(sorted(_NAMES)) | st.text(), inner)
    ),
    max_leaves=20,
)


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
        {"dynamic_response": {"serials": ["A-1", "B-2"], "note": "unseen"}},
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
    assert extract_goods([str(number) for number in range(2000)]) == tuple(map(str, range(1000)))
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

"""custom_fields in each of its shapes (contract, section 4.6)."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoppex.api import normalise

FIELDS = {"discord_user_id": "80351110224678912", "nonce": "00ff"}
PAIRS = [{"name": name, "value": value} for name, value in FIELDS.items()]

names = st.text(
    min_size=1, max_size=20, alphabet=st.characters(codec="utf-8", exclude_characters="\0")
)
texts = st.text(max_size=40, alphabet=st.characters(codec="utf-8", exclude_characters="\0"))
maps = st.dictionaries(
    names.filter(lambda name: name not in ("customFields", "custom_fields")), texts, max_size=20
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("[[[[{}"),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.sampled_from(["name", "value", "key", "text", "customFields", "custom_fields"])
            | st.text(),
            inner,
        )
    ),
    max_leaves=20,
)


@pytest.mark.parametrize(
    "value",
    [
        FIELDS,
        {**FIELDS, "discord_user_id": 80351110224678912},
        PAIRS,
        [{"key": name, "value": value} for name, value in FIELDS.items()],
        [{"label": name, "value": value} for name, value in FIELDS.items()],
        [{"key": name, "label": value} for name, value in FIELDS.items()],
        [{"text": name, "answer": value} for name, value in FIELDS.items()],
        [{"name": name, "text": value} for name, value in FIELDS.items()],
        [{"key": n, "label": "shown", "value": v} for n, v in FIELDS.items()],
        json.dumps(FIELDS),
        json.dumps(PAIRS),
        {"customFields": PAIRS},
        {"customFields": FIELDS},
        {"custom_fields": PAIRS},
        {"customFields": json.dumps(PAIRS)},
        json.dumps({"customFields": PAIRS}),
        [None, 3, "x", {"name": "nested", "value": {}}, {"value": "nameless"}, *PAIRS],
        {**FIELDS, "nested": {"a": "b"}, "none": None, "list": [1], "": "nameless"},
    ],
)
def test_each_shape_reads_the_same(value: object) -> None:
    assert normalise(value) == FIELDS


@pytest.mark.parametrize("value", [None, "", "text", "{", 5, True, [], {}, [[]], {"a": None}])
def test_nothing_in_it(value: object) -> None:
    assert normalise(value) == {}


@given(maps)
def test_the_same_map_in_any_shape(fields: dict[str, str]) -> None:
    pairs = [{"name": name, "value": value} for name, value in fields.items()]
    shapes: list[object] = [
        fields,
        pairs,
        [{"label": name, "answer": value} for name, value in fields.items()],
        json.dumps(fields),
        json.dumps(pairs),
        {"customFields": fields},
        {"custom_fields": pairs},
        {"customFields": json.dumps(fields)},
    ]
    for shape in shapes:
        assert normalise(shape) == fields


@given(json_values | json_values.map(json.dumps))
def test_any_json_gives_bounded_text(value: object) -> None:
    fields = normalise(value)
    assert len(fields) <= 100
    for name, text in fields.items():
        assert 0 < len(name) <= 256
        assert len(text) <= 4096
        assert "\x00" not in name + text


def test_booleans_and_numbers_become_text() -> None:
    assert normalise({"a": True, "b": False, "c": 5, "d": 1.5}) == {
        "a": "true",
        "b": "false",
        "c": "5",
        "d": "1.5",
    }


def test_an_answer_of_null_is_not_replaced_by_the_label() -> None:
    assert normalise([{"key": "nonce", "value": None, "label": "shown"}]) == {}


def test_the_first_of_two_fields_with_one_name_counts() -> None:
    assert normalise([{"name": "a", "value": "1"}, {"name": "a", "value": "2"}]) == {"a": "1"}


def test_bounds() -> None:
    assert len(normalise({str(number): "x" for number in range(500)})) == 100
    assert normalise({"a": "x" * 4097, "b" * 257: "x", "c": "x" * 4096}) == {"c": "x" * 4096}
    assert normalise({"a\x00b": "c\ud800d"}) == {"ab": "cd"}


def test_deep_text_in_text_ends() -> None:
    value: object = FIELDS
    for _ in range(10):
        value = json.dumps({"customFields": value})
    assert normalise(value) == {}

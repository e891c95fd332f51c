"""Single values and JSON, in every form that Shoppex may send."""

from __future__ import annotations

import json
import traceback
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoppex.api.fields import (
    clean_text,
    parse_count,
    parse_flag,
    parse_http_url,
    parse_id,
    parse_text,
    parse_time,
    unwrap,
)
from shoppex.api.json_codec import MalformedJson, decode_json, encode_json

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.decimals()
    | st.text()
    | st.text(alphabet="0123456789.-+:TZ")
)
anything = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8
)
amounts = st.decimals(min_value=0, max_value=10**9, places=2)
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    "value",
    [
        1772366400,
        1772366400.0,
        Decimal(1772366400),
        1772366400000,
        "1772366400",
        " 1772366400 ",
        "1772366400000",
        "2026-03-01T12:00:00Z",
        "2026-03-01T12:00:00.000Z",
        "2026-03-01T12:00:00.0000000Z",
        "2026-03-01 12:00:00",
        "2026-03-01T13:00:00+01:00",
        "2026-03-01T06:30:00-0530",
    ],
)
def test_one_moment_in_every_form(value: object) -> None:
    assert parse_time(value) == NOON


@pytest.mark.parametrize(
    "value",
    [None, True, 0, -5, "", "soon", "2026-13-01T00:00:00Z", float("nan"), 10**400, "9" * 18, []],
)
def test_no_moment(value: object) -> None:
    assert parse_time(value) is None


def test_fractions_of_a_second_are_kept() -> None:
    assert parse_time("2026-03-01T12:00:00.25Z") == NOON + timedelta(milliseconds=250)


@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2500, 1, 1)))  # noqa: DTZ001
def test_seconds_and_milliseconds_mean_the_same(naive: datetime) -> None:
    moment = naive.replace(tzinfo=timezone.utc, microsecond=0)
    seconds = int(moment.timestamp())
    assert parse_time(seconds) == parse_time(seconds * 1000) == parse_time(str(seconds)) == moment


@given(anything)
def test_odd_values_never_raise(value: object) -> None:
    moment = parse_time(value)
    assert moment is None or moment.utcoffset() == timedelta(0)
    for read in (parse_text, parse_id, parse_count, parse_flag, parse_http_url, unwrap):
        read(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3, 3),
        (-1, -1),
        ("7", 7),
        (5.0, 5),
        (Decimal("5.00"), 5),
        ("5.5", None),
        (True, None),
        (None, None),
        pytest.param(10**5000, None, id="huge"),
        (Decimal("1e999999999"), None),
    ],
)
def test_counts(value: object, expected: int | None) -> None:
    assert parse_count(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, True),
        (1, True),
        ("true", True),
        (0, False),
        ("False", False),
        ("x", None),
        ([], None),
    ],
)
def test_flags(value: object, expected: bool | None) -> None:  # noqa: FBT001
    assert parse_flag(value) is expected


def test_ids_are_text() -> None:
    assert parse_id(42) == "42"
    assert parse_id(" abc ") == "abc"
    assert parse_id(" ") is None
    assert parse_id("x" * 129) is None
    assert parse_id(False) is None  # noqa: FBT003


@given(st.text(alphabet=st.characters()))
def test_cleaned_text_can_be_stored_anywhere(text: str) -> None:
    cleaned = clean_text(text + "\x00\ud800end")
    assert "\x00" not in cleaned
    assert cleaned.encode().decode() == cleaned
    assert cleaned.endswith("end")


@pytest.mark.parametrize("url", ["https://shop.example/invoice/1?a=b", "http://127.0.0.1:8080/x"])
def test_web_addresses(url: str) -> None:
    assert parse_http_url(url) == url


@pytest.mark.parametrize(
    "value",
    [
        "javascript:alert(1)",
        "ftp://x.example",
        "//x.example",
        "https://",
        "https://x.example/a b",
        "https://x.example/\nb",
        "https://[::1",
        "https://x.example/" + "a" * 2048,
        None,
        1,
    ],
)
def test_not_web_addresses(value: object) -> None:
    assert parse_http_url(value) is None


def test_a_wrapper_is_taken_off() -> None:
    assert unwrap({"coupon": {"a": 1}}, "coupon") == {"a": 1}
    assert unwrap({"coupon": "text"}, "coupon") == {"coupon": "text"}


@given(amounts)
def test_money_is_exact_in_both_directions(amount: Decimal) -> None:
    raw = encode_json({"value": amount})
    assert raw == f'{{"value":{amount}}}'.encode()
    read = decode_json(raw)
    assert isinstance(read, dict)
    assert read["value"] == amount


@given(anything)
def test_json_comes_back_as_it_was(value: object) -> None:
    try:
        raw = encode_json(value)
    except ValueError:
        return  # a number that JSON has not
    read = decode_json(raw)
    assert read == json.loads(raw, parse_float=Decimal)
    assert decode_json(encode_json(read)) == read


@given(st.binary() | st.text().map(str.encode))
def test_bytes_are_json_or_malformed(raw: bytes) -> None:
    with suppress(MalformedJson):
        decode_json(raw)


def test_what_could_not_be_read_is_not_quoted() -> None:
    raw = b'{"email": "bob@example.org", }'
    with pytest.raises(MalformedJson) as caught:
        decode_json(raw)
    assert "bob" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"NaN",
        b'{"a": Infinity}',
        b"-Infinity",
        b"\xff\xfe\xfd",
        pytest.param(b"[" * 200_000, id="deep lists"),
        pytest.param(b'{"a":' * 200_000, id="deep objects"),
        pytest.param(b"9" * 10_000, id="long number"),
        b"1e99999999999999999999999",
    ],
)
def test_malformed_json(raw: bytes) -> None:
    with pytest.raises(MalformedJson):
        decode_json(raw)


def test_only_finite_numbers_are_sent() -> None:
    for number in (Decimal("NaN"), Decimal("Infinity"), float("inf")):
        with pytest.raises(ValueError, match="JSON"):
            encode_json([number])

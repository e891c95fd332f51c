"""Answers that are errors, in each shape of the envelope, and what they reveal."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoppex.api import (
    ApiError,
    Blocked,
    Detail,
    Forbidden,
    NotFound,
    RateLimited,
    Rejected,
    Unauthorized,
    Unavailable,
)
from shoppex.api.envelope import read_answer, read_error, retry_after

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
SENTENCE = "The field is wrong"


def read(
    status: int, body: object, *, write: bool = False, headers: dict[str, str] | None = None
) -> ApiError:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read_error(status, raw, headers or {}, write=write, now=NOW)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Rejected),
        (401, Unauthorized),
        (403, Forbidden),
        (404, NotFound),
        (409, Rejected),
        (422, Rejected),
        (429, RateLimited),
        (500, Unavailable),
        (503, Unavailable),
        (302, Unavailable),
    ],
)
def test_kinds(status: int, kind: type[ApiError]) -> None:
    for body in ({"error": {"code": "X", "message": SENTENCE}}, b"", b"text"):
        error = read(status, body)
        assert type(error) is kind
        assert error.status == status


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ({"error": {"code": "BAD", "message": SENTENCE, "doc_url": "x"}}, "BAD", SENTENCE),
        ({"error": {"message": SENTENCE}, "code": "BAD"}, "BAD", SENTENCE),
        ({"message": SENTENCE, "code": "BAD"}, "BAD", SENTENCE),
        ({"message": SENTENCE}, None, SENTENCE),
        ({"error": SENTENCE}, None, SENTENCE),
        ({"error": "bad_thing", "message": SENTENCE}, None, SENTENCE),
        ({"code": "BAD"}, "BAD", "Shoppex answered with HTTP 422."),
        ({}, None, "Shoppex answered with HTTP 422."),
        ([], None, "Shoppex answered with HTTP 422."),
        (b"", None, "Shoppex answered with HTTP 422."),
        (b"not json", None, "Shoppex answered with HTTP 422."),
        ({"error": {"code": {}, "message": []}}, None, "Shoppex answered with HTTP 422."),
        ({"error": {"code": "a code\nwith more"}}, None, "Shoppex answered with HTTP 422."),
    ],
)
def test_every_shape_of_the_envelope(body: object, code: str | None, message: str) -> None:
    error = read(422, body)
    assert (error.code, error.message) == (code, message)


def test_details() -> None:
    details = [{"field": "email", "message": "is required"}, "junk", {}, {"field": "items"}]
    expected = (Detail("email", "is required"), Detail("items", ""))
    assert read(422, {"error": {"details": details}}).details == expected
    assert read(422, {"message": SENTENCE, "details": details}).details == expected


def test_cloudflare() -> None:
    page = b"<!DOCTYPE html><h1>Error <span>1010</span></h1>"
    assert type(read(403, page)) is Blocked
    assert type(read(403, b"error code: 1010")) is Blocked
    assert type(read(403, b"<html>Just a moment</html>")) is Unavailable
    assert type(read(404, b"  <html>not found</html>")) is Unavailable
    assert type(read(403, {"error": {"message": "order 1010 is not yours"}})) is Forbidden
    assert "<" not in read(502, b"<html>Bad gateway</html>").message


@pytest.mark.parametrize(
    ("status", "write", "ambiguous"),
    [(500, True, True), (500, False, False), (302, True, True), (422, True, False)],
)
def test_what_may_have_happened(status: int, write: bool, ambiguous: bool) -> None:  # noqa: FBT001
    assert read(status, {}, write=write).ambiguous is ambiguous


def test_a_refusing_page_did_not_write() -> None:
    assert not read(403, b"<html>", write=True).ambiguous


def test_nothing_secret_is_said() -> None:
    error = read(
        422,
        {
            "error": {
                "code": "NO",
                "message": "bob@example.org sent shx_abcdefABCDEF123 with SAVE10\n\x00"
                + "x" * 900,
                "details": [{"field": "email", "message": "bob@example.org is bad"}],
            }
        },
        headers={"x-request-id": "req_1"},
    )
    assert error.message.startswith("*** sent *** with SAVE10 xxx")
    assert len(error.message) == 300
    assert error.details == (Detail("email", "*** is bad"),)
    # What ends in a log has no sentence of Shoppex's at all.
    assert str(error) == "HTTP 422, NO, request req_1"
    assert repr(error) == "Rejected('HTTP 422, NO, request req_1')"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        (" 1.5 ", 1.5),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90.0),
        (format_datetime(NOW - timedelta(seconds=90), usegmt=True), 0.0),
        ("Sun, 01 Mar 2026 12:00:30 -0000", 30.0),
        (None, None),
        ("", None),
        ("-5", None),
        ("soon", None),
        ("nan", None),
        ("9" * 400, None),
    ],
)
def test_retry_after(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


def test_retry_after_reaches_the_error() -> None:
    error = read(429, {}, headers={"Retry-After": "12"})
    assert isinstance(error, RateLimited)
    assert error.retry_after == 12.0


@given(st.text())
def test_odd_retry_after_never_raises(value: str) -> None:
    seconds = retry_after(value, NOW)
    assert seconds is None or seconds >= 0


@given(st.integers(300, 599), st.binary(), st.booleans())
def test_odd_answers_become_errors(status: int, body: bytes, write: bool) -> None:  # noqa: FBT001
    error = read(status, body, write=write)
    assert error.status == status
    assert error.message


@pytest.mark.parametrize(
    ("body", "data", "cursor", "more"),
    [
        (b"", None, None, None),
        (b'{"data": [1]}', [1], None, None),
        (b'{"data": [1], "pagination": {"next_cursor": "c", "has_more": true}}', [1], "c", True),
        (b'{"data": [1], "pagination": {"next_cursor": null, "has_more": 0}}', [1], None, False),
        (b'{"data": null}', None, None, None),
        (b'{"uniqid": "u"}', {"uniqid": "u"}, None, None),
    ],
)
def test_answers(body: bytes, data: object, cursor: str | None, more: bool | None) -> None:  # noqa: FBT001
    answer = read_answer(body)
    assert (answer.data, answer.next_cursor, answer.has_more) == (data, cursor, more)

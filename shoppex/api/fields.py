"""Parsing of single values as Shoppex may send them. Nothing here raises on odd input."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta, timezone
from decimal import Decimal
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from ..domain.money import parse_amount

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MILLISECONDS_FROM = 1e11
_DIGITS = re.compile(r"\d{1,17}(?:\.\d{1,9})?", re.ASCII)
_ISO = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,12}))?(?:Z| ?([+-]\d\d)(?::?(\d\d))?)?",
    re.ASCII | re.IGNORECASE,
)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
# RFC 9110, section 5.6.7: the one form in which they are written today.
_HTTP_DATE = re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT", re.ASCII)
# What was sold through Discord did not end before there was a Discord.
_NOTHING_ENDED_BEFORE = datetime(2015, 1, 1, tzinfo=timezone.utc)
_NO_TIMES = ("", "null", "none", "never")
_WHOLE = re.compile(r"[+-]?\d{1,10}(?:\.0{1,9})?", re.ASCII)
_LARGEST_INTEGER = 10**64
_LONGEST_NUMBER = 128
# Discord takes values of at most 100 characters in menus and choices.
_LONGEST_ID = 100
_LONGEST_URL = 2048
_YES = ("true", "1", "yes")
_NO = ("false", "0", "no", "")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_NOT_IN_URL = re.compile(r"[\s\x00-\x1f\x7f\\\"<>]")


def clean_text(text: str) -> str:
    """Drop what no database and no UTF-8 can hold: NUL and lone surrogates."""
    return _UNSTORABLE.sub("", text)


def parse_text(value: object) -> str | None:
    """Read text, or a number as its digits; ``None`` for anything else.

    Text keeps its spaces. A ``Decimal`` keeps its trailing zeros.
    """
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        # Beyond some length Python refuses to write an integer out.
        return str(value) if abs(value) < _LARGEST_INTEGER else None
    if isinstance(value, (float, Decimal)):
        text = str(value)
        return text if Decimal(text).is_finite() and len(text) <= _LONGEST_NUMBER else None
    return None


def parse_id(value: object) -> str | None:
    """Read an id, which may come as a number, as text; ``None`` when there is none."""
    text = (parse_text(value) or "").strip()
    return text if 0 < len(text) <= _LONGEST_ID else None


def parse_count(value: object) -> int | None:
    """Read a whole number, also from text or ``5.0``; ``None`` when it is none."""
    text = (parse_text(value) or "").strip()
    return int(text.split(".", maxsplit=1)[0]) if _WHOLE.fullmatch(text) else None


def parse_flag(value: object) -> bool | None:
    """Read yes or no, also from 0 and 1 or text; ``None`` when it is neither."""
    if isinstance(value, bool):
        return value
    text = parse_text(value)
    word = None if text is None else text.strip().lower()
    if word in _YES:
        return True
    return False if word in _NO else None


def parse_time(value: object) -> datetime | None:
    """Read a moment out of Unix seconds or milliseconds, as number or text, or out of a date.

    Contract, C5: numbers above 1e11 are milliseconds. Text may be ISO 8601, also as PostgreSQL
    writes it, or an HTTP date; without a zone it is UTC, and a day alone is its beginning. Zero
    and less are no time: that is how a missing one is stored.

    Returns
    -------
    datetime or None
        Aware, in UTC.
    """
    if isinstance(value, str):
        return _from_text(value.strip(), time.min)
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    try:
        return _from_unix(float(value))
    except (OverflowError, ValueError):
        return None


def parse_end(value: object) -> datetime | None:
    """Read the moment at which something ends, as `parse_time` does; a day alone is its end.

    A moment before anything was sold here is none: that is a number of days, or a zero.
    """
    last = _from_text(value.strip(), time.max) if isinstance(value, str) else parse_time(value)
    return last if last is not None and last >= _NOTHING_ENDED_BEFORE else None


def is_unreadable_end(value: object) -> bool:
    """Return whether something is said about an end that `parse_end` cannot read.

    To be told from nothing being said: what cannot be read ends nothing, and is not "never".
    """
    if value is None or value is False or parse_end(value) is not None:
        return False
    if isinstance(value, str):
        text = value.strip().lower()
        # Zero dates: MySQL's, Go's, and Unix's.
        zero = text.startswith(("0000-00-00", "0001-01-01", "1970-01-01t00:00:00"))
        return text not in _NO_TIMES and not zero and parse_amount(text) != 0
    return parse_amount(value) != 0


def parse_http_url(value: object) -> str | None:
    """Read a web address; ``None`` unless it is an absolute http or https one."""
    if not isinstance(value, str):
        return None
    url = value.strip()
    if (
        url[:4].lower() != "http"
        or len(url) > _LONGEST_URL
        or _NOT_IN_URL.search(url)
        or clean_text(url) != url
    ):
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and host else None


def as_mapping(value: object) -> Mapping[str, object]:
    """``value`` when it is a JSON object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def as_list(value: object) -> Sequence[object]:
    """``value`` when it is a JSON array, else an empty one."""
    return value if isinstance(value, (list, tuple)) else ()


def unwrap(value: object, *names: str) -> object:
    """The first object or array under one of ``names``, where there is one; else ``value``.

    Some answers wrap their record once more (contract, C25).
    """
    for name in names:
        inner = as_mapping(value).get(name)
        if isinstance(inner, (Mapping, list)):
            return inner
    return value


def _from_unix(number: float) -> datetime | None:
    seconds = number / 1000 if number > _MILLISECONDS_FROM else number
    try:
        return _EPOCH + timedelta(seconds=seconds) if seconds > 0 else None
    except OverflowError:
        return None


def _from_text(text: str, time_of_day: time) -> datetime | None:
    """A moment; of a day that stands alone, that time."""
    if _DIGITS.fullmatch(text):
        return _from_unix(float(text))
    try:
        if _DATE.fullmatch(text):
            day = datetime.fromisoformat(text)
            return datetime.combine(day, time_of_day, timezone.utc)
        if _HTTP_DATE.fullmatch(text):
            return parsedate_to_datetime(text).astimezone(timezone.utc)
    except (ValueError, TypeError, OverflowError):
        return None
    return _from_iso(text)


def _from_iso(text: str) -> datetime | None:
    match = _ISO.fullmatch(text)
    if match is None:
        return None
    date, time, fraction, hours, minutes = match.groups()
    # Python 3.10 reads neither "Z" nor any number of decimals.
    zone = f"{hours}:{minutes or '00'}" if hours else "+00:00"
    try:
        moment = datetime.fromisoformat(f"{date}T{time}.{(fraction or '0')[:6]:0<6}{zone}")
        return moment.astimezone(timezone.utc)
    except (ValueError, OverflowError):
        return None

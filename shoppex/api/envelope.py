"""Envelope of every API answer: ``data`` and ``pagination``, or an error."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

from .errors import (
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
from .fields import as_list, as_mapping, parse_count, parse_flag, parse_id, parse_text
from .json_codec import MalformedJson, decode_json

_KINDS: dict[int, type[ApiError]] = {401: Unauthorized, 403: Forbidden, 404: NotFound}
_CLOUDFLARE_BLOCK = re.compile(rb"\b1010\b")
_BLOCKED = (
    "Cloudflare, in front of Shoppex, refuses this machine or its program name (error 1010). "
    "This is not about the API key."
)
_SECONDS = re.compile(r"\d{1,9}(?:\.\d{1,6})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Answer:
    """A request that succeeded.

    Parameters
    ----------
    data
        The payload; ``None`` for an empty answer.
    next_cursor
        Where the next page begins; ``None`` when Shoppex named none.
    has_more
        Whether Shoppex says that there is another page; ``None`` when it did not say.
    total_pages
        How many pages there are, where they have numbers.
    sent_at
        When it was sent by the other side's clock, to the second; ``None`` when it did not say.
    """

    data: object
    next_cursor: str | None = None
    has_more: bool | None = None
    total_pages: int | None = None
    sent_at: datetime | None = None


def read_answer(body: bytes) -> Answer:
    """Read the body of a 2xx answer (contract, section 1).

    Raises
    ------
    MalformedJson
        When it is neither empty nor JSON.
    """
    if not body.strip():
        return Answer(None)
    document = decode_json(body)
    if not isinstance(document, Mapping) or "data" not in document:
        return Answer(document)
    data = document["data"]
    pagination = as_mapping(document.get("pagination") or as_mapping(data).get("pagination"))
    return Answer(
        data,
        parse_text(pagination.get("next_cursor")) or None,
        parse_flag(pagination.get("has_more")),
        parse_count(pagination.get("total_pages")),
    )


def read_error(
    status: int, body: bytes, headers: Mapping[str, str], *, write: bool, now: datetime
) -> ApiError:
    """Read an answer that is not 2xx, in any known form of the envelope (contract, section 1).

    Parameters
    ----------
    status
        HTTP status.
    headers
        Of the answer; names in any case when the mapping takes them so.
    write
        Whether the request was a write.
    now
        Aware; what a date in ``Retry-After`` is measured against.
    """
    document = _document(body)
    request_id = headers.get("x-request-id")
    if status == 403 and document is None and _CLOUDFLARE_BLOCK.search(body):
        return Blocked(_BLOCKED, status=status, request_id=request_id)
    content = _content(document)
    message = _message(document, content) or f"Shoppex answered with HTTP {status}."
    code = _first_text("code", content, as_mapping(document))
    details = _details(content) or _details(as_mapping(document))
    if status == 429:
        return RateLimited(
            message,
            retry_after=retry_after(headers.get("Retry-After"), now),
            status=status,
            code=code,
            details=details,
            request_id=request_id,
        )
    if status == 408:
        # Who gave up waiting for the request, or for its answer, is not said (section 15.7).
        return Unavailable(message, status=status, request_id=request_id, ambiguous=write)
    # The API writes JSON. A page of HTML is of something in front of it, whatever its status.
    if 400 <= status < 500 and not _is_html(body):
        kind = _KINDS.get(status, Rejected)
        return kind(message, status=status, code=code, details=details, request_id=request_id)
    return Unavailable(
        message,
        status=status,
        code=code,
        details=details,
        request_id=request_id,
        ambiguous=write and not 400 <= status < 500,
    )


def retry_after(value: str | None, now: datetime) -> float | None:
    """Read a ``Retry-After`` header: seconds, or a date (RFC 9110, section 10.2.3).

    Returns
    -------
    float or None
        Seconds from ``now``, never negative; ``None`` when the header says nothing readable.
    """
    text = (value or "").strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    moment = read_date(text)
    return None if moment is None else max(0.0, (moment - now).total_seconds())


def read_date(text: str | None) -> datetime | None:
    """Read a date as HTTP writes it; aware, ``None`` when it is none."""
    try:
        moment = parsedate_to_datetime(text or "")
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=timezone.utc)
        return moment.astimezone(timezone.utc)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def _document(body: bytes) -> object:
    try:
        return decode_json(body)
    except MalformedJson:
        return None


def _content(document: object) -> Mapping[str, object]:
    """What describes the error: ``error`` where that is an object, else the whole."""
    top = as_mapping(document)
    inner = top.get("error")
    return as_mapping(inner) if isinstance(inner, Mapping) else top


def _message(document: object, content: Mapping[str, object]) -> str | None:
    return _first_text("message", content, as_mapping(document)) or _first_text(
        "error", as_mapping(document)
    )


def _first_text(name: str, *places: Mapping[str, object]) -> str | None:
    texts = (parse_text(place.get(name)) for place in places)
    return next((text for text in texts if text and text.strip()), None)


def _details(content: Mapping[str, object]) -> tuple[Detail, ...]:
    entries = (as_mapping(entry) for entry in as_list(content.get("details")))
    return tuple(
        Detail(parse_id(entry.get("field")) or "", parse_text(entry.get("message")) or "")
        for entry in entries
        if entry.get("field") or entry.get("message")
    )


def _is_html(body: bytes) -> bool:
    return body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")

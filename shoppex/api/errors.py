"""Errors of the Dev API, by what a caller would do about them."""

from __future__ import annotations

import re
from typing import NamedTuple

from .fields import clean_text

_LONGEST_MESSAGE = 300
_MOST_DETAILS = 20
_MASK = "***"
# Shoppex may repeat what was sent. Prefixes of secrets: contract, section 1.
_SECRET = re.compile(
    r"[^\s@\"'<>]+@[^\s@\"'<>]+|\b(?:shx|shoc|shcs|shoa|shpat|shprt|whsec)_\w+", re.ASCII
)
_WORD = re.compile(r"[A-Za-z0-9_.:/-]{1,64}")


class Detail(NamedTuple):
    """Error in one field of a request."""

    field: str
    message: str


class ApiError(Exception):
    """A request that did not succeed.

    As text it is only what may be logged: status, code and request id. `message` is for the
    eyes of whoever made the request, since Shoppex may repeat in it what was sent.

    Parameters
    ----------
    message
        Shoppex's own sentence, or ours where it gave none; at most 300 characters, on one line,
        without e-mail addresses and keys.
    status
        HTTP status; ``None`` when there was no answer.
    code
        Shoppex's word for the error, such as ``VALIDATION_ERROR``.
    details
        What is wrong with which field.
    request_id
        Shoppex's id of the request, for its support.
    ambiguous
        Whether this was a write that may have happened all the same.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        code: str | None = None,
        details: tuple[Detail, ...] = (),
        request_id: str | None = None,
        ambiguous: bool = False,
    ) -> None:
        self.message = _safe(message)
        self.status = status
        self.code = _word(code)
        self.details = tuple(
            Detail(_safe(detail.field), _safe(detail.message))
            for detail in details[:_MOST_DETAILS]
        )
        self.request_id = _word(request_id)
        self.ambiguous = ambiguous
        super().__init__(self._summary())

    def _summary(self) -> str:
        parts = [
            "no answer" if self.status is None else f"HTTP {self.status}",
            self.code,
            self.request_id and f"request {self.request_id}",
        ]
        return ", ".join(part for part in parts if part)


class Unauthorized(ApiError):
    """401: the API key is wrong, or was replaced by a new one."""


class Forbidden(ApiError):
    """403: the key lacks a scope, or the shop is suspended; only the message tells (C19)."""


class NotFound(ApiError):
    """404: there is no such thing in this shop."""


class Rejected(ApiError):
    """400, 422 and other 4xx: a business rule or a validation. The same request fails again."""


class RateLimited(ApiError):
    """429: too many requests.

    Parameters
    ----------
    retry_after
        Seconds that Shoppex asked to wait; ``None`` when it did not say.
    """

    def __init__(
        self,
        message: str,
        *,
        retry_after: float | None = None,
        status: int | None = None,
        code: str | None = None,
        details: tuple[Detail, ...] = (),
        request_id: str | None = None,
    ) -> None:
        super().__init__(message, status=status, code=code, details=details, request_id=request_id)
        self.retry_after = retry_after


class Blocked(ApiError):
    """Cloudflare refuses this machine or its user agent (error 1010; contract, fact 10)."""


class Unavailable(ApiError):
    """No usable answer: 5xx, time-out, no connection, a page of Cloudflare, unreadable data."""


class MalformedRecord(ValueError):
    """Data that does not say what it is about. Its text quotes nothing of the data."""


def unreadable(what: str, *, write: bool = False) -> Unavailable:
    """Make the error for an answer in which ``what`` could not be found.

    Parameters
    ----------
    write
        Whether it was the answer to a write, which then may have happened.
    """
    return Unavailable(f"Shoppex answered without a readable {what}.", ambiguous=write)


def _safe(text: str) -> str:
    # Cut before the search, so that a huge text costs little; and after it, as masks add up.
    one_line = " ".join(clean_text(text[: 4 * _LONGEST_MESSAGE]).split())
    masked = _SECRET.sub(_MASK, one_line)
    printable = "".join(character for character in masked if character.isprintable())
    return printable[:_LONGEST_MESSAGE]


def _word(text: str | None) -> str | None:
    return text if text is not None and _WORD.fullmatch(text) else None

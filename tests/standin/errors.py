"""Errors that the Dev API answers with (contract, section 1, *Error envelope*)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from .switches import ErrorShape


class Problem(NamedTuple):
    """One entry of ``error.details``."""

    field: str
    message: str


class ApiError(Exception):
    """An answer that is an error.

    Parameters
    ----------
    status
        HTTP status.
    code
        ``error.code``.
    message
        ``error.message``.
    details
        ``error.details``; left out of the answer when empty.
    """

    def __init__(
        self, status: int, code: str, message: str, details: tuple[Problem, ...] = ()
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = details


def not_found(what: str) -> ApiError:
    """404: there is no such ``what``."""
    return ApiError(404, "NOT_FOUND", f"{what} not found")


def invalid(*problems: Problem) -> ApiError:
    """422: the request has a bad shape or field.

    The message repeats the details, so that the fields are named in the flat envelopes too.
    """
    text = "; ".join(f"{problem.field} {problem.message}" for problem in problems)
    return ApiError(422, "VALIDATION_ERROR", f"Validation failed: {text}", problems)


def refused(message: str) -> ApiError:
    """400: well-formed, but against a business rule. The code's name is our choice."""
    return ApiError(400, "BAD_REQUEST", message)


def forbidden(message: str) -> ApiError:
    """403: a missing scope or a suspended shop (contradiction C19: the same code for both)."""
    return ApiError(403, "FORBIDDEN", message)


def envelope(error: ApiError, shape: ErrorShape) -> dict[str, Any]:
    """The body of an answer that is an error, in one of the shapes of section 1."""
    if shape == "flat":
        return {"message": error.message, "code": error.code}
    if shape == "text":
        return {"error": error.message}
    content: dict[str, Any] = {
        "code": error.code,
        "message": error.message,
        "doc_url": f"https://docs.shoppex.io/api-reference/errors#{error.code.lower()}",
    }
    if error.details:
        content["details"] = [problem._asdict() for problem in error.details]
    return {"error": content}

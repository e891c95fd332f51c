"""Errors that Discord answers with.

https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
"""

from __future__ import annotations

from typing import Any

_UNKNOWN = {
    "Channel": 10003,
    "Guild": 10004,
    "Member": 10007,
    "Message": 10008,
    "Role": 10011,
    "User": 10013,
    "Webhook": 10015,
    "Interaction": 10062,
}


class DiscordError(Exception):
    """An answer that is an error.

    Parameters
    ----------
    status
        HTTP status.
    code
        Discord's own code; 0 when there is none.
    errors
        What is wrong with each field of a form.
    """

    def __init__(
        self, status: int, code: int, message: str, errors: dict[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors

    def to_json(self) -> dict[str, Any]:
        """The body of the answer."""
        body: dict[str, Any] = {"message": self.message, "code": self.code}
        return body if self.errors is None else {**body, "errors": self.errors}


def unknown(what: str) -> DiscordError:
    """404: there is no such ``what``."""
    return DiscordError(404, _UNKNOWN[what], f"Unknown {what}")


def invalid(field: str, message: str) -> DiscordError:
    """400: a field of the form is wrong."""
    problem = {"_errors": [{"code": "INVALID", "message": message}]}
    return DiscordError(400, 50035, "Invalid Form Body", {field: problem})


def missing_permissions() -> DiscordError:
    """403: the bot lacks a permission, or stands too low for it."""
    return DiscordError(403, 50013, "Missing Permissions")

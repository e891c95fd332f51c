"""Errors of setting up a shop."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from ..api import ApiError, Forbidden, Rejected, Unauthorized


class SetupErrorKind(Enum):
    """The kinds, by what staff would do about them."""

    NO_KEY = "no API key yet"
    NOT_A_KEY = "not an API key"
    KEY_UNKNOWN = "Shoppex does not know the key"
    SCOPES_MISSING = "the key lacks permissions"
    REFUSED = "Shoppex refused, and says why"
    UNREACHABLE = "Shoppex cannot be asked"
    NOT_AN_ADDRESS = "not a web address"
    NOT_LISTENING = "the listener does not run"
    NO_ADDRESS = "no public address yet"
    NO_EVENTS = "Shoppex has no event that tells of a payment"
    NO_WEBHOOK = "there is no webhook for this address"
    WEBHOOK_DOUBTFUL = "nobody knows whether the webhook was made"
    NOT_A_SECRET = "not a webhook secret"  # noqa: S105
    SECRET_DOUBTFUL = "nobody knows whether the secret was replaced"  # noqa: S105
    SECRET_UNTOLD = "Shoppex does not tell the secret"  # noqa: S105
    SECRET_LOST = "the new secret could not be kept"  # noqa: S105


class SetupError(Exception):
    """Something that staff can mend.

    Parameters
    ----------
    scopes
        The permissions that are missing.
    said
        Shoppex's own sentence.
    """

    def __init__(
        self, trouble: SetupErrorKind, *, scopes: Sequence[str] = (), said: str = ""
    ) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble
        self.scopes = tuple(scopes)
        self.said = said


def trouble_from(error: ApiError) -> SetupError:
    """A failed request, as what staff can do about it."""
    if isinstance(error, Unauthorized):
        return SetupError(SetupErrorKind.KEY_UNKNOWN)
    if isinstance(error, (Forbidden, Rejected)):
        return SetupError(SetupErrorKind.REFUSED, said=error.message)
    return SetupError(SetupErrorKind.UNREACHABLE)

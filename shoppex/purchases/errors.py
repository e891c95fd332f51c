"""Refusals to a buyer or to staff. Each is shown as a sentence of its own."""

from __future__ import annotations

from dataclasses import dataclass

from ..api import ApiError, Forbidden, NotFound, Rejected, Unauthorized
from ..errors import Refusal, ShopUnavailable


class NotTheirs(Refusal):
    """There is no such purchase, or it is somebody else's."""


class NotStaff(Refusal):
    """Only the server's staff may do that."""


class NotPaid(Refusal):
    """It is not paid, or what was paid went back."""


class NothingYet(Refusal):
    """Shoppex has delivered nothing for it so far."""


class HandedOver(Refusal):
    """It was handed over, and nobody keeps it any more."""


class AlreadyDecided(Refusal):
    """It was asked for before, or is decided already."""


class ResetsOff(Refusal):
    """Buyers may not free their licences from a machine in this server."""


class NotActive(Refusal):
    """The licence is suspended, revoked or expired."""


class NotBound(Refusal):
    """The licence is bound to no machine."""


class MoneyBack(Refusal):
    """What was paid for the licence went back; only staff change it now."""


class NeverEnds(Refusal):
    """The licence lasts for ever, so it cannot last longer."""


class EndUnreadable(Refusal):
    """The licence expires at a time that cannot be read, so it cannot be counted on from it."""


class Gone(Refusal):
    """Shoppex does not know it any more."""


class KeyRefused(Refusal):
    """Shoppex does not let the shop's key do this; staff must act."""


class ChangeRefused(Refusal):
    """Shoppex understood the question, and said no."""


class ScopeMissing(Refusal):
    """The shop's key may not give out another key; it can be done in Shoppex's dashboard."""


class ReplacementUnclear(Refusal):
    """Shoppex was asked for another key and did not say whether it gave one out."""


@dataclass(eq=False)
class NoReplacement(Refusal):
    """Shoppex gives out no other key, in its own words."""

    said: str


# Contract, section 6. Documented for validations, which the bot never makes; a refusal of
# something else may use the same words.
_LICENSE_CODES: dict[str, type[Refusal]] = {
    "LICENSE_NOT_FOUND": Gone,
    "LICENSE_SUSPENDED": NotActive,
    "LICENSE_REVOKED": NotActive,
    "LICENSE_EXPIRED": NotActive,
    "LICENSE_HWID_MISMATCH": ChangeRefused,
    "LICENSE_IP_BLOCKED": ChangeRefused,
    "LICENSE_MAX_USES_REACHED": ChangeRefused,
}


def understood(error: ApiError) -> Refusal:
    """A failed request, as what it means for whoever owns a thing, or looks after it."""
    known = _LICENSE_CODES.get(error.code or "")
    if known is not None:
        return known()
    if isinstance(error, NotFound):
        return Gone()
    if isinstance(error, (Unauthorized, Forbidden)):
        return KeyRefused()
    return ChangeRefused() if isinstance(error, Rejected) else ShopUnavailable()

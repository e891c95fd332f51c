"""Why a buyer, or staff, cannot be served. Each is shown as a sentence of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ..selling.errors import Refusal


class NotTheirs(Refusal):
    """There is no such purchase, or it is somebody else's."""


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


@dataclass(eq=False)
class TooOften(Refusal):
    """Asked too often; ``until`` then."""

    until: datetime

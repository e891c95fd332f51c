"""Refusals that every feature knows: base class and common ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


class Refusal(Exception):
    """What somebody asked for does not take place; nothing was changed, nothing is owed."""


class NotSetUp(Refusal):
    """The guild has no shop, or nothing in it."""


class ShopUnavailable(Refusal):
    """Shoppex cannot be reached, or answers badly. Nothing was lost; later may work."""


@dataclass(eq=False)
class TooOften(Refusal):
    """Asked too often; ``until`` then."""

    until: datetime

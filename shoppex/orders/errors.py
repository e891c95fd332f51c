"""Refusals of an action of staff. Each is shown as a sentence of its own."""

from __future__ import annotations

from ..errors import Refusal


class NoSuchPurchase(Refusal):
    """There is none of that number in this server."""


class GivesNothing(Refusal):
    """It is not paid, the money went back, it is held, or it was taken back."""


class AlreadyRevoked(Refusal):
    """It was taken back before."""


class NotRevoked(Refusal):
    """It was not taken back, so it cannot be given back."""


class NothingToGive(Refusal):
    """What is to be given as a gift has neither a role nor a pool of keys."""


class NotAMember(Refusal):
    """A bot cannot have purchases."""


class SameMember(Refusal):
    """Both accounts are the same."""


class NothingHeld(Refusal):
    """Nothing is to be decided about it any more."""


class NothingToMove(Refusal):
    """The account from which is to be moved has bought nothing."""


class WasBanned(Refusal):
    """One of the two was banned: what was bought before a ban gives nothing."""


class Busy(Refusal):
    """Keys are being taken out of a pool, or another move is not finished."""


class Unfinished(Refusal):
    """It is begun and cannot be saved; it is finished as soon as it can."""

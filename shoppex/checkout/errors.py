"""Refusals of a purchase. Each is shown to the buyer as a sentence of its own."""

from __future__ import annotations

from dataclasses import dataclass

from ..domain.account import Order
from ..domain.money import Money
from ..domain.offer import Offer
from ..errors import Refusal


class NotForSale(Refusal):
    """Nothing of that name is for sale here."""


@dataclass(eq=False)
class SeveralNamed(Refusal):
    """Several things have that name; each as it can be told from the others, with its id."""

    each: tuple[tuple[str, str], ...]


@dataclass(eq=False)
class VariantNeeded(Refusal):
    """The product comes in variants and none, or an unknown one, was chosen."""

    offer: Offer


@dataclass(eq=False)
class SoldOut(Refusal):
    """Less is left than was asked for; ``left`` pieces, ``None`` where nobody is to know."""

    left: int | None


@dataclass(eq=False)
class QuantityOutOfRange(Refusal):
    """So many, or so few, are not sold at once; ``maximum`` is ``None`` without a limit."""

    minimum: int
    maximum: int | None


@dataclass(eq=False)
class RoleRequired(Refusal):
    """Only who has a certain role may buy this.

    Parameters
    ----------
    role
        As it can be shown: a mention in its own server, else its name.
    server
        The name of the server that it belongs to; ``None`` for this one.
    """

    role: str
    server: str | None = None


class CouponRejected(Refusal):
    """The coupon does not exist, has ended, or is not for this product."""


class EmailRejected(Refusal):
    """That is no e-mail address, or Shoppex does not take it."""


class AlreadyPaid(Refusal):
    """The order that was to be continued is paid; its delivery is on the way."""


class BeingConfirmed(Refusal):
    """The order that was to be continued is paid, and the payment is being confirmed."""


@dataclass(eq=False)
class Underpaid(Refusal):
    """Too little arrived for the order that was to be continued."""

    order: Order


@dataclass(eq=False)
class PaymentHeld(Refusal):
    """A payment for it came that is not what was quoted; staff must look."""

    uniqid: str


class ShopMisconfigured(Refusal):
    """Shoppex refuses the shop's key; staff must act."""


@dataclass(eq=False)
class ShopRefused(Refusal):
    """Shoppex refused the order for a reason of its own, in its own words."""

    said: str


@dataclass(eq=False)
class BelowMinimum(Refusal):
    """The total is less than Shoppex takes."""

    minimum: Money

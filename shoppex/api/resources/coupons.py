"""Coupons: checking whether a code is valid, and for what."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum

from ...domain.money import parse_amount
from ..errors import NotFound, unreadable
from ..fields import as_mapping, clean_text, parse_text, unwrap
from ..transport import Transport

_LONGEST_CODE = 128
# Contract, C20: the same number has three names.
_VALUES = ("value", "discount_value", "discount")
_KINDS = ("type", "discount_type")


class CouponKind(str, Enum):
    """Kind of a coupon, which says what its value means."""

    PERCENTAGE = "percentage"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True)
class Coupon:
    """A good coupon.

    Parameters
    ----------
    code
        As Shoppex writes it, which is in lower case. Kept out of ``repr``.
    value
        Per cent, or major units of the shop's currency; by ``kind``.
    """

    code: str = field(repr=False)
    kind: CouponKind
    value: Decimal


class CouponResource:
    """``/coupons`` (contract, section 7)."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def check(self, code: str, product_id: str, variant_id: str | None = None) -> Coupon:
        """Ask whether a code is good for a product.

        Raises
        ------
        NotFound
            When there is no such code; also for text that can be none.
        Rejected
            When it is not good for this product, or not now.
        ApiError
            When Shoppex cannot be asked.
        """
        wanted = clean_text(code).strip()
        if wanted in ("", ".", "..") or len(wanted) > _LONGEST_CODE:
            raise NotFound("There is no such coupon.")
        answer = await self._transport.request(
            "GET",
            "coupons",
            "code",
            wanted,
            params={"product_id": product_id, "variant_id": variant_id},
        )
        coupon = _parse(answer.data, wanted)
        if coupon is None:
            raise unreadable("coupon")
        return coupon


def _parse(value: object, code: str) -> Coupon | None:
    data = as_mapping(unwrap(value, "coupon"))
    amounts = (parse_amount(data.get(name)) for name in _VALUES)
    amount = next((amount for amount in amounts if amount is not None), None)
    kinds = (_kind(data.get(name)) for name in _KINDS)
    kind = next((kind for kind in kinds if kind is not None), None)
    if amount is None or amount < 0 or kind is None:
        return None
    return Coupon(parse_text(data.get("code")) or code, kind, amount)


def _kind(word: object) -> CouponKind | None:
    text = (parse_text(word) or "").strip().lower()
    return next((kind for kind in CouponKind if kind.value == text), None)

"""What a coupon leaves to pay."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoppex.api import Coupon, CouponKind
from shoppex.checkout.service import discounted
from shoppex.domain.money import Money

PERCENTAGE, FIXED = CouponKind.PERCENTAGE, CouponKind.FIXED


@pytest.mark.parametrize(
    ("total", "currency", "kind", "value", "left"),
    [
        ("9.99", "EUR", PERCENTAGE, "10", "8.99"),
        ("9.99", "EUR", PERCENTAGE, "50", "5.00"),
        ("10.00", "EUR", PERCENTAGE, "33.333", "6.67"),
        ("0.05", "EUR", PERCENTAGE, "50", "0.03"),
        ("9.99", "EUR", FIXED, "2.50", "7.49"),
        ("9.99", "EUR", FIXED, "9.99", "0"),
        ("9.99", "EUR", FIXED, "20", "0"),
        ("9.99", "EUR", PERCENTAGE, "100", "0"),
        ("9.99", "EUR", PERCENTAGE, "150", "0"),
        ("999", "JPY", PERCENTAGE, "10", "899"),
        ("995", "JPY", PERCENTAGE, "10", "896"),
        ("1000", "JPY", FIXED, "0.5", "1000"),
        ("9.999", "KWD", PERCENTAGE, "10", "8.999"),
    ],
)
def test_what_is_left_is_rounded_to_what_the_currency_can_pay(
    total: str, currency: str, kind: CouponKind, value: str, left: str
) -> None:
    coupon = Coupon("save", kind, Decimal(value))
    assert discounted(Money(Decimal(total), currency), coupon) == Money(Decimal(left), currency)


@given(
    st.decimals(min_value=0, max_value=10**6, places=2),
    st.sampled_from([("EUR", "0.01"), ("JPY", "1"), ("KWD", "0.001")]),
    st.sampled_from(CouponKind),
    st.decimals(min_value=0, max_value=10**6, places=3),
)
def test_what_is_left_is_never_below_zero_and_never_in_parts_that_do_not_exist(
    amount: Decimal, currency: tuple[str, str], kind: CouponKind, value: Decimal
) -> None:
    code, smallest = currency[0], Decimal(currency[1])
    left = discounted(Money(amount, code), Coupon("save", kind, value))
    assert left.currency == code
    assert left.amount >= 0
    assert left.amount % smallest == 0
    discount = amount * value / 100 if kind is PERCENTAGE else value
    assert abs(left.amount - max(Decimal(0), amount - discount)) <= smallest / 2

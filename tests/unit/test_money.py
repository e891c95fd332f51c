"""Amounts are read exactly, or not at all."""

from __future__ import annotations

import string
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoppex.domain.money import Money, parse_amount, parse_currency, parse_money

exact = st.decimals(min_value=-(10**9), max_value=10**9, places=8)


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        (10, "10"),
        (0, "0"),
        (-5, "-5"),
        (9.99, "9.99"),
        (0.1, "0.1"),
        ("9.99", "9.99"),
        (" 9.990 ", "9.990"),
        ("1e2", "1e2"),
        (Decimal("19.50"), "19.50"),
        (999_999_999_999, "999999999999"),
    ],
)
def test_numbers_and_text_are_read_to_the_last_digit(value: object, amount: str) -> None:
    read = parse_amount(value)
    assert str(read) == str(Decimal(amount))


@given(exact)
def test_no_digit_is_lost(amount: Decimal) -> None:
    assert str(parse_amount(amount)) == str(amount)
    assert str(parse_amount(str(amount))) == str(amount)


@given(st.integers(min_value=-(10**9), max_value=10**9))
def test_cents_in_a_float_are_read_as_they_are_written(cents: int) -> None:
    assert parse_amount(cents / 100) == Decimal(cents) / 100


@pytest.mark.parametrize("value", [True, False])
def test_a_truth_value_is_no_amount(value: object) -> None:
    assert parse_amount(value) is None


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("inf"),
        float("-inf"),
        Decimal("NaN"),
        Decimal("sNaN"),
        Decimal("Infinity"),
        "NaN",
        "sNaN1",
        "inf",
        "-Infinity",
    ],
)
def test_what_is_not_finite_is_no_amount(value: object) -> None:
    assert parse_amount(value) is None


@pytest.mark.parametrize(
    "value",
    [
        10**12,
        -(10**12),
        10**400,
        1e300,
        "1e12",
        "1e999999",
        "1e99999999999999999999",
        Decimal("1e999999"),
        "9" * 5000,
        "0." + "1" * 5000,
    ],
)
def test_huge_amounts_are_none(value: object) -> None:
    assert parse_amount(value) is None


def test_a_number_too_long_to_be_written_out_is_no_amount() -> None:
    assert parse_amount(10**5000) is None


@pytest.mark.parametrize(
    "value", [None, "", " ", "free", "9,99", "€9.99", "9.99 EUR", "0x10", b"9", [9], {"amount": 9}]
)
def test_what_cannot_be_read_is_not_zero(value: object) -> None:
    assert parse_amount(value) is None


@given(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.decimals()
    | st.text()
    | st.text("0123456789.eE+-_ ")
)
def test_whatever_is_read_is_finite_and_sane(value: object) -> None:
    amount = parse_amount(value)
    assert amount is None or (amount.is_finite() and abs(amount) < 10**12)


@pytest.mark.parametrize("value", ["EUR", "eur", " Eur\n"])
def test_a_currency_is_read_in_any_case(value: str) -> None:
    assert parse_currency(value) == "EUR"


@pytest.mark.parametrize(
    "value", [None, 978, True, "", "EU", "EURO", "E R", "€", "ÄÖÜ", "E1R", b"EUR", "EUR\nUSD"]
)
def test_garbage_is_no_currency(value: object) -> None:
    assert parse_currency(value) is None


@given(st.text())
def test_a_currency_is_three_letters(value: str) -> None:
    code = parse_currency(value)
    assert code is None or (len(code) == 3 and set(code) <= set(string.ascii_uppercase))


def test_money_is_an_amount_with_a_currency() -> None:
    assert parse_money("9.99", "eur") == Money(Decimal("9.99"), "EUR")


@pytest.mark.parametrize(
    ("amount", "currency"), [(None, "EUR"), ("9.99", None), (True, "EUR"), (9, "EURO"), (0, "")]
)
def test_half_of_it_is_not_money(amount: object, currency: object) -> None:
    assert parse_money(amount, currency) is None


def test_nothing_to_pay_is_money_too() -> None:
    assert parse_money(0, "EUR") == Money(Decimal(0), "EUR")


@given(st.decimals(min_value=0, max_value=10**9, places=2), st.integers(1, 1000))
def test_many_pieces_cost_as_much_as_one_after_another(price: Decimal, count: int) -> None:
    total = Money(price, "EUR").times(count)
    assert total == Money(sum([price] * count, Decimal(0)), "EUR")

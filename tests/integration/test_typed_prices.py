"""A price that people type is judged as it stands, and never sold for a thousandth."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redbot.core import commands

from harness import World
from shoppex.ui.converters import read_price


@pytest.mark.parametrize(
    ("typed", "currency", "whole"),
    [
        ("1,000", "USD", "1000"),
        ("1.000", "EUR", "1000"),
        ("1,000", "JPY", "1000"),
        ("10,000", "KRW", "10000"),
        ("1,250", "USD", "1250"),
        ("12.500", "EUR", "12500"),
    ],
)
async def test_a_thousand_is_not_sold_for_one(
    bare_world: World, typed: str, currency: str, whole: str
) -> None:
    await bare_world.give_api_key(bare_world.shop.api_key)
    answer = await bare_world.sell_item("Big", typed, currency)
    assert "can mean two prices" in answer
    assert f"Write `{whole}` or " in answer


@pytest.mark.parametrize(
    ("typed", "currency", "amount"),
    [
        ("9.99", "EUR", "9.99"),
        ("9,99", "EUR", "9.99"),
        (" 1000 ", "USD", "1000.00"),
        ("1500000", "VND", "1500000"),
        ("5000000", "IRR", "5000000"),
        ("1500", "JPY", "1500"),
        # Where there are thousandths, that is what they are.
        ("1.250", "KWD", "1.250"),
        ("0.5", "EUR", "0.50"),
    ],
)
def test_what_is_clear_is_taken(typed: str, currency: str, amount: str) -> None:
    assert str(read_price(typed, currency).amount) == amount


@pytest.mark.parametrize(
    ("typed", "currency"),
    [
        *[
            (text, "EUR")
            for text in ("1_000", "1e3", "٩٫٩٩", "１０", "1 000", "1'000", "-5", "+5")
        ],
        *[(text, "EUR") for text in ("1,000.00", "1.000,00", "0", "0.00", "9.999", "", "1'000")],
        *[(text, "JPY") for text in ("9.5", "0.01", "12,50")],
        ("9" * 30, "EUR"),
    ],
)
def test_what_is_not_a_price_is_refused(typed: str, currency: str) -> None:
    with pytest.raises(commands.BadArgument):
        read_price(typed, currency)


@pytest.mark.parametrize("currency", ["VND", "JPY", "EUR", "KWD", "IRR", "USD"])
def test_the_example_can_be_typed(currency: str) -> None:
    with pytest.raises(commands.BadArgument) as refused:
        read_price("a lot", currency)
    example = re.split(r"such as |[,:] ", str(refused.value).partition("Write ")[2])[1]
    assert read_price(example, currency).currency == currency


@given(st.text("0123456789.,_e '+-", max_size=12), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_nothing_is_sold_for_another_number_than_is_written(typed: str, currency: str) -> None:
    try:
        price = read_price(typed, currency)
    except commands.BadArgument:
        return
    written = typed.strip().replace(",", ".")
    assert price.amount == type(price.amount)(written)
    assert "_" not in typed

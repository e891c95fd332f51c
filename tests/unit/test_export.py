"""The orders of a period as a table: nothing secret, no formula, never too large."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoppex.domain.account import OfferKind, Order
from shoppex.domain.money import Money
from shoppex.domain.staff_action import StaffAction
from shoppex.domain.status import OrderStatus
from shoppex.statistics.csv_export import HEADER, Sheet, SheetFile
from shoppex.statistics.periods import Period, windows_of
from strategies import orders, texts

NOW = datetime(2026, 3, 31, 15, 30, tzinfo=timezone.utc)
WINDOW = windows_of(Period.MONTH, NOW)[0]
PRICE = Money(Decimal("9.99"), "EUR")
USER = 123456789012345678
ORDER = Order(
    nonce="secret-nonce",
    kind=OfferKind.PRODUCT,
    offer_id="gold",
    title="Gold",
    created_at=NOW - timedelta(days=2),
    paid_at=NOW - timedelta(days=1),
    status=OrderStatus.PAID,
    uniqid="u-1",
    quote=PRICE,
    quantity=2,
    variant_title="Large",
    coupon="SECRET20",
    url="https://pay.example/secret",
    goods=("KEY-SECRET",),
)


def table(file: SheetFile) -> list[dict[str, str]]:
    data = file.data
    if file.extension == "zip":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            data = archive.read("orders.csv")
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def sheet(*found: Order, period: Period = Period.MONTH) -> list[dict[str, str]]:
    made = Sheet(windows_of(period, NOW)[0])
    for order in found:
        made.add(USER, order)
    return table(made.file())


def test_an_order_is_a_row() -> None:
    [row] = sheet(ORDER)
    assert row == {
        "paid_at_utc": "2026-03-30 15:30:00",
        "last_change_utc": "",
        "order": "u-1",
        "buyer": f"<@{USER}>",
        "product": "Gold",
        "variant": "Large",
        "quantity": "2",
        "amount": "9.99",
        "currency": "EUR",
        "status": "paid",
        "refunded": "",
        "renewal": "",
        "subscription": "",
        "gift": "",
        "revenue_in_period": "9.99",
        "refunded_in_period": "",
    }


def test_what_is_secret_stays_out() -> None:
    made = Sheet(WINDOW)
    made.add(USER, ORDER)
    text = made.file().data.decode("utf-8-sig")
    assert "secret" not in text.casefold()
    assert "mail" not in text


def test_tests_unpaid_and_held_orders_are_no_rows() -> None:
    unpaid = replace(ORDER, paid_at=None, status=OrderStatus.PENDING)
    assert sheet(replace(ORDER, test=True), unpaid, replace(ORDER, held="other_total")) == []


def test_a_gift_costs_nothing_and_names_no_reason() -> None:
    act = StaffAction(7, NOW - timedelta(days=3), "a private reason")
    [row] = sheet(replace(ORDER, gift=act, uniqid=None, quote=None))
    assert (row["gift"], row["amount"], row["order"]) == ("yes", "", "")
    assert row["paid_at_utc"] == "2026-03-28 15:30:00"
    assert "private" not in str(row)


def test_an_older_order_that_went_back_now_brings_no_revenue() -> None:
    old = replace(
        ORDER,
        paid_at=NOW - timedelta(days=60),
        status=OrderStatus.REFUNDED,
        changed_at=NOW - timedelta(days=1),
    )
    [row] = sheet(old)
    assert (row["amount"], row["refunded"]) == ("9.99", "9.99")
    assert (row["revenue_in_period"], row["refunded_in_period"]) == ("", "9.99")


def test_the_latest_comes_first() -> None:
    older = replace(ORDER, uniqid="u-0", paid_at=NOW - timedelta(days=9))
    assert [row["order"] for row in sheet(older, ORDER)] == ["u-1", "u-0"]


@pytest.mark.parametrize("title", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r=1", "\n=1"])
def test_no_spreadsheet_takes_a_title_for_a_formula(title: str) -> None:
    [row] = sheet(replace(ORDER, title=title))
    assert row["product"] == f"'{title}"


def test_any_script_survives() -> None:
    title = 'Gold "Pass", 金 🏆\nnew'
    assert [row["product"] for row in sheet(replace(ORDER, title=title))] == [title]


@given(st.lists(orders, max_size=5), st.sampled_from(Period))
def test_every_row_is_whole_and_harmless(found: list[Order], period: Period) -> None:
    made = Sheet(windows_of(period, NOW)[0])
    for order in found:
        made.add(USER, order)
    for row in table(made.file()):
        assert tuple(row) == HEADER
        for cell in row.values():
            assert not cell.lstrip().startswith(("=", "+", "-", "@"))


@given(st.lists(texts, max_size=30))
def test_a_table_is_never_larger_than_allowed(titles: list[str]) -> None:
    made = Sheet(WINDOW)
    for title in titles:
        made.add(USER, replace(ORDER, title=title))
    file = made.file(limit=1000)
    assert len(file.data) <= 1000
    assert file.rows + file.left_out == len(titles)
    assert len(table(file)) == file.rows


def test_the_oldest_have_no_room() -> None:
    made = Sheet(WINDOW, most_rows=10)
    for number in range(35):
        paid_at = NOW - timedelta(hours=number * 8 % 35)
        made.add(USER, replace(ORDER, uniqid=f"u-{number}", paid_at=paid_at))
    file = made.file()
    assert (file.rows, file.left_out) == (10, 25)
    shown = [row["paid_at_utc"] for row in table(file)]
    newest = [f"{NOW - timedelta(hours=hours):%Y-%m-%d %H:%M:%S}" for hours in range(10)]
    assert shown == newest


def test_days_that_have_no_room_are_forgotten() -> None:
    made = Sheet(windows_of(Period.YEAR, NOW)[0], most_rows=10)
    for number in range(200):
        paid_at = NOW - timedelta(days=number * 7 % 200)
        made.add(USER, replace(ORDER, uniqid=f"u-{number}", paid_at=paid_at))
        assert sum(len(day) for day in made._days.values()) <= 20
    file = made.file()
    assert (file.rows, file.left_out) == (10, 190)
    newest = [f"{NOW - timedelta(days=days):%Y-%m-%d %H:%M:%S}" for days in range(10)]
    assert [row["paid_at_utc"] for row in table(file)] == newest


def test_a_large_table_is_packed() -> None:
    made = Sheet(WINDOW)
    for number in range(60_000):
        made.add(USER, replace(ORDER, uniqid=f"u-{number}"))
    file = made.file()
    assert (file.extension, file.rows) == ("zip", 60_000)
    assert re.fullmatch(r"u-\d+", table(file)[0]["order"])

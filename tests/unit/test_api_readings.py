"""Orders, payments, products and stock out of JSON."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoppex.api import (
    MalformedOrder,
    MalformedProduct,
    parse_order,
    parse_payment,
    parse_product,
    parse_stock,
)
from shoppex.domain.money import Money
from shoppex.domain.payment import Payment
from shoppex.domain.product import RoleBot, Stock, Variant
from shoppex.domain.remote import LineItem, RemoteOrder
from shoppex.domain.status import OrderStatus
from strategies import json_values

ORDER: dict[str, object] = {
    "id": 7,
    "uniqid": "u-1",
    "status": "COMPLETED",
    "total": Decimal("9.90"),
    "currency": "EUR",
    "checkout_url": "https://checkout.shoppex.io/invoice/u-1",
    "custom_fields": {"nonce": "00ff"},
    "created_at": 1772366400,
    "updated_at": "2026-03-01T12:01:00Z",
    "subscription_id": "sub_1",
    "customer_id": "cus_1",
    "customer_email": "bob@example.org",
    "gateway": "stripe",
    "items": [
        {
            "product_id": 12,
            "product_title": "Key",
            "quantity": "2",
            "delivered_items": {"serials": ["A", "B"]},
        }
    ],
}
PRODUCT: dict[str, object] = {
    "id": 12,
    "uniqid": "p-1",
    "slug": "vip",
    "title": " VIP ",
    "type": "serials",
    "currency": "EUR",
    "price": "9.90",
    "quantity_min": 1,
    "quantity_max": -1,
    "stock": 5,
    "unlisted": False,
    "private": 0,
    "on_hold": "false",
}


def test_an_order() -> None:
    assert parse_order(ORDER) == RemoteOrder(
        uniqid="u-1",
        status=OrderStatus.PAID,
        total=Money(Decimal("9.90"), "EUR"),
        url="https://checkout.shoppex.io/invoice/u-1",
        custom_fields={"nonce": "00ff"},
        payment=Payment(Money(Decimal("9.90"), "EUR")),
        items=(LineItem("12", "Key", 2, ("A", "B"), ("12",), keys=2),),
        goods=("A", "B"),
        keys=2,
        key_texts=("A", "B"),
        created_at=datetime(2026, 3, 1, 12, tzinfo=timezone.utc),
        updated_at=datetime(2026, 3, 1, 12, 1, tzinfo=timezone.utc),
        id="7",
        product_ids=("12",),
        subscription_id="sub_1",
        customer_id="cus_1",
        gateway="STRIPE",
        email="bob@example.org",
    )


def test_the_short_form_of_a_webhook() -> None:
    data = {"uniqid": "u-1", "status": "COMPLETED", "total": "49.99", "currency": "usd"}
    total = Money(Decimal("49.99"), "USD")
    assert parse_order(data) == RemoteOrder("u-1", OrderStatus.PAID, total, Payment(total))


@pytest.mark.parametrize("uniqid", [None, "", " ", True, [], "x" * 200])
def test_an_order_without_a_name(uniqid: object) -> None:
    with pytest.raises(MalformedOrder):
        parse_order({**ORDER, "uniqid": uniqid})


def test_an_order_wrapped_once_more() -> None:
    assert parse_order({"order": ORDER}) == parse_order(ORDER)


def test_goods_are_found_in_all_three_places_and_once() -> None:
    order = parse_order({**ORDER, "serials": ["C", "A"], "delivered_items": ["D", "C"]})
    assert order.goods == ("C", "A", "D", "B")


def test_custom_fields_of_the_items_where_the_order_has_none() -> None:
    items = [
        {"custom_fields": [{"name": "nonce", "value": "1"}]},
        {"custom_fields": {"nonce": "2", "more": "3"}},
    ]
    order = parse_order({**ORDER, "custom_fields": None, "items": items})
    assert order.custom_fields == {"nonce": "1", "more": "3"}
    assert parse_order({**ORDER, "items": items}).custom_fields == {"nonce": "00ff"}


def test_amounts_that_cannot_be_read_are_not_zero() -> None:
    assert parse_order({**ORDER, "total": "?"}).total is None
    assert parse_order({**ORDER, "currency": None}).total is None


def test_links_of_orders_and_payments() -> None:
    links = {
        "url": "https://shop.example/pay",
        "url_branded": "https://own.example/pay",
        "checkout_url": "https://provider.example/pay",
    }
    data = {**ORDER, **links}
    assert parse_order(data).url == links["checkout_url"]
    assert parse_payment(data).url == links["url_branded"]
    assert parse_payment({**data, "url_branded": None}).url == links["url"]
    assert (
        parse_payment({**data, "url_branded": "javascript:x", "url": ""}).url
        == (links["checkout_url"])
    )
    assert parse_order({**data, "checkout_url": "javascript:x"}).url is None


def test_every_id_of_every_product_is_kept() -> None:
    order = parse_order(
        {
            "uniqid": "u-1",
            "product_id": "12",
            "product": {"uniqid": "p-1", "id": 12, "slug": "vip", "title": "VIP"},
            "products": [{"uniqid": "p-1"}, {"uniqid": "p-2", "id": "13"}, None],
            "items": [{"product_id": "14"}, {"product": {"uniqid": "p-5"}}, "junk"],
        }
    )
    assert order.product_ids == ("p-1", "p-2", "12", "13", "vip", "14", "p-5")


@pytest.mark.parametrize(
    ("data", "names"),
    [
        ({}, (None, None, None, None)),
        (
            {
                "subscription": {"id": 5},
                "customer": {"id": 6, "email": " a@b.example "},
                "gateway": None,
            },
            ("5", "6", None, "a@b.example"),
        ),
        (
            {"subscription": {"uniqid": "s", "id": 5}, "email": "a@b.example", "gateway": " "},
            ("s", None, None, "a@b.example"),
        ),
        ({"customer_email": "hidden", "email": "a@" + "b" * 400}, (None, None, None, None)),
    ],
)
def test_what_else_an_order_names(data: dict[str, object], names: tuple[str | None, ...]) -> None:
    order = parse_order({"uniqid": "u-1", **data})
    found = (order.subscription_id, order.customer_id, order.gateway, order.email)
    assert found == names


@pytest.mark.parametrize(
    ("data", "amount"),
    [
        ({}, None),
        ({"refunded_amount": "2.50"}, "2.50"),
        ({"amount_refunded": 2.5}, "2.5"),
        ({"refund_amount": Decimal("2.50")}, "2.50"),
        ({"total_refunded": 2}, "2"),
        ({"refund_amount": 1, "total_refunded": 3}, "3"),
        ({"refunded_amount": 0, "refunds": [{"amount": "1.10"}, {"amount": "2.20"}]}, "3.30"),
        ({"refunds": ["1.10", 2, {"value": 1}, {"refund_amount": 1}]}, "5.10"),
        ({"refunds": [{"amount": 1, "status": "failed"}, {"amount": 2, "status": "OK"}]}, "2"),
        ({"refunds": [{"amount": 1, "currency": "USD"}, {"amount": 2, "currency": "eur"}]}, "2"),
        ({"refunds": [{"amount": -1}, {"amount": "?"}, None, {"amount": 2}]}, "2"),
        ({"refunded_amount": -5}, None),
        ({"refunded_amount": "?", "refunds": "?"}, None),
        ({"refunded_amount": 2, "currency": None}, None),
    ],
)
def test_what_was_given_back(data: dict[str, object], amount: str | None) -> None:
    refunded = None if amount is None else Money(Decimal(amount), "EUR")
    assert parse_order({**ORDER, **data}).refunded == refunded


@pytest.mark.parametrize(
    ("data", "status", "partially"),
    [
        ({"status": "PARTIALLY_REFUNDED"}, OrderStatus.PAID, True),
        ({"status": "partial refund"}, OrderStatus.PAID, True),
        ({"refunded_amount": "9.89"}, OrderStatus.PAID, True),
        ({"refunded_amount": "9.90"}, OrderStatus.REFUNDED, False),
        ({"refunded_amount": 1, "total": None}, OrderStatus.PAID, False),
        ({"status": "REFUNDED", "refunded_amount": 1}, OrderStatus.REFUNDED, False),
        ({"status": "REFUNDED_MAYBE", "refunded_amount": 1}, OrderStatus.UNKNOWN, False),
    ],
)
def test_a_part_given_back_leaves_an_order_paid(
    data: dict[str, object],
    status: OrderStatus,
    partially: bool,  # noqa: FBT001
) -> None:
    order = parse_order({**ORDER, **data})
    assert (order.status, order.partially_refunded) == (status, partially)


def test_an_order_may_be_logged() -> None:
    shown = repr(parse_order({**ORDER, "delivered_items": ["KEY-1"]}))
    for secret in ("bob@", "KEY-1", "'A'", "00ff", "checkout"):
        assert secret not in shown


def test_a_product() -> None:
    product = parse_product(PRODUCT)
    assert (product.id, product.uniqid, product.slug) == ("12", "p-1", "vip")
    assert (product.title, product.type) == ("VIP", "SERIALS")
    assert product.price == Money(Decimal("9.90"), "EUR")
    assert product.stock == Stock(5)
    assert (product.quantity_min, product.quantity_max) == (1, None)
    assert not product.hidden


@pytest.mark.parametrize("flag", ["unlisted", "private", "on_hold"])
@pytest.mark.parametrize("value", [True, 1, "true"])
def test_each_flag_hides(flag: str, value: object) -> None:
    assert parse_product({**PRODUCT, flag: value}).hidden


@pytest.mark.parametrize(
    ("data", "role_bot"),
    [
        ({}, None),
        ({"discord_server_id": "1", "discord_role_id": "2"}, None),
        ({"discord_integration": False, "discord_set_role": True}, None),
        ({"discord_integration": True, "discord_set_role": 0}, None),
        ({"discord_integration": True}, RoleBot()),
        ({"discord_set_role": 1, "discord_role_id": 2}, RoleBot(None, "2")),
        (
            {
                "discord_integration": 1,
                "discord_set_role": "true",
                "discord_server_id": "1",
                "discord_role_id": "2",
            },
            RoleBot("1", "2"),
        ),
        ({"discord_integration": {"odd": []}, "discord_set_role": "perhaps"}, None),
    ],
)
def test_what_shoppex_s_own_bot_does(data: dict[str, object], role_bot: RoleBot | None) -> None:
    assert parse_product({**PRODUCT, **data}).role_bot == role_bot


def test_quantities() -> None:
    product = parse_product({**PRODUCT, "quantity_min": 2, "quantity_max": 10})
    assert (product.quantity_min, product.quantity_max) == (2, 10)
    product = parse_product({**PRODUCT, "quantity_min": 0, "quantity_max": None})
    assert (product.quantity_min, product.quantity_max) == (1, None)


@pytest.mark.parametrize("missing", [("id", "uniqid"), ("price",), ("currency",)])
def test_products_that_cannot_be_read(missing: tuple[str, ...]) -> None:
    data = {name: value for name, value in PRODUCT.items() if name not in missing}
    with pytest.raises(MalformedProduct):
        parse_product(data)


def test_variants_share_the_products_currency_and_type() -> None:
    product = parse_product(
        {
            **PRODUCT,
            "type": "SERVICE",
            "variants": [
                {"id": 1, "uniqid": "v-1", "title": "Month", "price": "4.50", "stock": 0},
                {"id": 2, "title": "Year", "price": None, "stock": 3},
                {"title": "nameless"},
                None,
            ],
        }
    )
    assert product.variants == (
        Variant("v-1", "Month", Money(Decimal("4.50"), "EUR"), Stock(None)),
        Variant("2", "Year", Money(Decimal("9.90"), "EUR"), Stock(3)),
    )


@pytest.mark.parametrize(
    ("data", "type_", "available"),
    [
        ({"stock": 5}, "SERIALS", 5),
        ({"stock": 0}, "SERIALS", 0),
        ({"stock": "0"}, "FILE", 0),
        ({"stock": -1}, "SERIALS", None),
        ({"stock": None}, "SERIALS", None),
        ({}, "SERIALS", None),
        ({"stock": 0}, "DYNAMIC", None),
        ({"stock": 0}, "SERVICE", None),
        ({"stock": 2}, "SERVICE", 2),
        ({"available_stock": 3, "stock": 9}, "SERIALS", 3),
        ({"available_stock": 0, "stock": 9}, "SERIALS", 0),
        ({"available_stock": None, "unlimited": True, "stock": 0}, "SERIALS", None),
        ({"unlimited": False, "stock": 4}, "SERIALS", 4),
        ({"available_stock": -1}, "SERIALS", None),
        ({"orderable": True, "available_stock": 0}, "SERIALS", None),
        ({"orderable": True, "available_stock": 2}, "SERIALS", 2),
        ({"orderable": False, "available_stock": 2}, "SERIALS", 0),
        ({"orderable": False, "unlimited": True}, "DYNAMIC", 0),
    ],
)
def test_stock(data: dict[str, object], type_: str, available: int | None) -> None:
    assert parse_stock(data, type_) == Stock(available)


def _fuzzed(base: dict[str, object]) -> st.SearchStrategy[dict[str, object]]:
    names = [*base, "variants", "available_stock", "orderable", "delivered_items", "url"]
    names += ["refunds", "refunded_amount", "product", "products", "subscription", "customer"]
    return st.dictionaries(st.sampled_from(names), json_values).map(lambda odd: {**base, **odd})


@pytest.mark.parametrize("parse", [parse_order, parse_payment])
@given(data=_fuzzed(ORDER))
def test_odd_orders_are_read_or_refused(
    parse: Callable[[dict[str, object]], RemoteOrder], data: dict[str, object]
) -> None:
    try:
        order = parse(data)
    except MalformedOrder:
        return
    assert order.uniqid.strip()
    assert order.total is None or order.total.amount.is_finite()
    assert order.refunded is None or order.refunded.amount > 0
    assert order.status is OrderStatus.PAID or not order.partially_refunded
    assert order.gateway is None or order.gateway == order.gateway.upper()
    assert data["status"] == "COMPLETED" or order.status is OrderStatus.UNKNOWN


@given(_fuzzed(PRODUCT))
def test_odd_products_are_read_or_refused(data: dict[str, object]) -> None:
    try:
        product = parse_product(data)
    except MalformedProduct:
        return
    assert product.title
    assert product.quantity_min >= 1

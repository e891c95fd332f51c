"""What the stand-in answers fits the shapes of the contract (sections 15.1 to 15.6)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

import pytest
from jsonschema import Draft202012Validator

import standin
from peers import Caller
from standin import Addon, StandIn

_FOLDER = Path(standin.__file__).parent / "schema"


def check(name: str, value: object) -> None:
    schema = json.loads((_FOLDER / f"{name}.json").read_text())
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(value)


@pytest.mark.parametrize("money", ["number", "text"])
@pytest.mark.parametrize("shape", ["object", "list", "text", "null", "serials", "summary"])
async def test_orders_in_each_state(
    shop: StandIn,
    caller: Caller,
    money: Literal["number", "text"],
    shape: Literal["object", "list", "text", "null", "serials", "summary"],
) -> None:
    shop.switches.money, shop.switches.delivered_items = money, shape
    shop.switches.delivery_summary = shop.switches.delivery_info = True
    keys = shop.add_product(title="Keys", price=10, type="SERIALS", serials=["A", "B"])
    link = shop.add_product(title="File", price=5, access_url="https://example.org/x")
    uniqid = (await caller.order(keys))["uniqid"]

    async def check_all() -> None:
        for family in ("orders", "invoices"):
            check("order", await caller.read(f"/{family}/{uniqid}"))

    await check_all()
    shop.edit_checkout(uniqid, tip=1, country="DE", currency="USD", add=[(link, 1)])
    await check_all()
    await shop.underpay(uniqid, 1, reason="PROVIDER_SESSION_CLOSED")
    await check_all()
    shop.ask_later(uniqid, "Nickname")
    await shop.pay(uniqid)
    await check_all()
    await shop.fill_fields(uniqid)
    await check_all()
    status, answer = await caller.call("POST", f"/invoices/{uniqid}/replacements")
    assert status == 201
    check("replacement", answer["data"])
    await check_all()


async def test_payments(shop: StandIn, caller: Caller) -> None:
    body = {"title": "Gift", "email": "a@example.org", "value": 3, "currency": "EUR"}
    _, answer = await caller.call("POST", "/payments", body)
    check("order", answer["data"])
    await shop.pay(answer["data"]["uniqid"])
    check("order", await caller.read(f"/payments/{answer['data']['uniqid']}"))


async def test_products(shop: StandIn, caller: Caller) -> None:
    product = shop.add_product(title="X", price=1)
    check("product", await caller.read(f"/products/{product.id}"))
    product.addons = (Addon("Wrap", product.price),)
    product.shown = {"orderable": 0, "hide_stock_counter": None, "license_period": 0}
    check("product", await caller.read(f"/products/{product.id}"))


async def test_the_portal_spells_in_camel_case(shop: StandIn, caller: Caller) -> None:
    shop.switches.camel_case = shop.switches.delivery_summary = True
    product = shop.add_product(title="X", price=1, service_text="Hello")
    order = await caller.order(product, custom_fields={"discord_user_id": "1"})
    await shop.pay(order["uniqid"])
    now = await caller.read(f"/orders/{order['uniqid']}")
    assert now["totalDisplay"] == "1.00 EUR"
    assert now["lineItems"][0]["deliverySummary"]["notes"] == ["Hello"]
    assert now["custom_fields"] == {"discord_user_id": "1"}

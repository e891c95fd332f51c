"""What a buyer changes at the checkout of the stand-in (contract, sections 15.1 to 15.4)."""

from __future__ import annotations

from decimal import Decimal

import aiohttp
import pytest

from peers import Caller, Json, events_of, open_inbox
from standin import Addon, StandIn


async def placed(shop: StandIn, caller: Caller) -> Json:
    return await caller.order(shop.add_product(title="VIP", price=100))


async def read(caller: Caller, order: Json) -> Json:
    data: Json = await caller.read(f"/orders/{order['uniqid']}")
    return data


async def test_the_total_follows_from_what_the_buyer_chose(shop: StandIn, caller: Caller) -> None:
    order = await placed(shop, caller)
    shop.add_coupon("TEN", percent=10)
    shop.give_credit("a@example.org", 20)
    shop.edit_checkout(
        order["uniqid"], coupon="TEN", tip=5, gateway="PAYPAL", country="DE", credit=20
    )
    now = await read(caller, order)
    # 100 - 10 + 5 tip + 4.50 fee (5 %) + 17.10 tax (19 %)
    assert (now["subtotal"], now["discount"], now["total"]) == (100, 10, 116.6)
    assert (now["tax"], now["tax_percentage"], now["tip_amount"]) == (17.1, 19, 5)
    assert (now["balance_paid_amount"], now["remaining_amount"]) == (20, 96.6)
    assert now["coupon_applied"] is True
    assert now["pricing_breakdown"]["gateway_fee"] == 4.5
    assert now["pricing_breakdown"]["amount_due"] == 96.6
    await shop.pay(order["uniqid"])
    assert (await read(caller, order))["remaining_amount"] == 0


async def test_another_currency_keeps_the_worth(shop: StandIn, caller: Caller) -> None:
    order = await placed(shop, caller)
    shop.edit_checkout(order["uniqid"], currency="USD")
    now = await read(caller, order)
    assert (now["currency"], now["total"], now["total_display"]) == ("USD", 110, "110.00 USD")
    assert now["rates_snapshot"] == {"EUR": 1, "USD": 1.1}
    shop.edit_checkout(order["uniqid"], currency="EUR")
    assert (await read(caller, order))["total"] == 100
    with pytest.raises(ValueError, match="not enabled"):
        shop.edit_checkout(order["uniqid"], currency="JPY")


async def test_a_total_of_nothing_needs_no_gateway(shop: StandIn, caller: Caller) -> None:
    order = await placed(shop, caller)
    shop.add_coupon("ALL", percent=100)
    shop.edit_checkout(order["uniqid"], coupon="ALL")
    await shop.pay(order["uniqid"])
    now = await read(caller, order)
    assert (now["status"], now["total"], now["gateway"]) == ("COMPLETED", 0, None)


async def test_lines_are_changed(shop: StandIn, caller: Caller) -> None:
    order = await placed(shop, caller)
    other = shop.add_product(title="Other", price=7)
    other.addons = (Addon("Gift wrap", Decimal(2)),)
    [line] = shop.order(order["uniqid"]).items
    shop.edit_checkout(order["uniqid"], quantities={line.id: 2}, add=[(other, 1)])
    added = shop.order(order["uniqid"]).items[1]
    shop.edit_checkout(order["uniqid"], addons={added.id: ["Gift wrap"]})
    assert (await read(caller, order))["total"] == 209
    shop.edit_checkout(order["uniqid"], remove=[line.id])
    now = await read(caller, order)
    assert ([item["product_title"] for item in now["items"]], now["total"]) == (["Other"], 9)
    with pytest.raises(ValueError, match="at least one line"):
        shop.edit_checkout(order["uniqid"], remove=[added.id])
    await shop.pay(order["uniqid"])
    with pytest.raises(ValueError, match="cannot be changed"):
        shop.edit_checkout(order["uniqid"], tip=1)


async def test_the_page_has_forms(shop: StandIn, caller: Caller) -> None:
    order = await placed(shop, caller)
    shop.add_coupon("TEN", percent=10)
    url = f"{shop.url}/invoice/{order['uniqid']}"
    async with aiohttp.ClientSession() as session:
        sent = {"coupon": "ten", "tip": "1", "country": "DE", "currency": "EUR"}
        async with session.post(f"{url}/edit", data=sent) as answer:
            page = await answer.text()
        assert "Pay 108.10 EUR" in page
        assert 'name="coupon"' in page
        async with session.post(f"{url}/edit", data={"tip": "much"}) as answer:
            assert answer.status == 400
        async with session.post(f"{url}/edit", data={"coupon": "NONE"}) as answer:
            assert answer.status == 400
        [line] = shop.order(order["uniqid"]).items
        shop.ask_later(order["uniqid"], "Nickname")
        async with session.post(f"{url}/pay") as answer:
            assert f'name="{line.id}:Nickname"' in await answer.text()
        pending = (await read(caller, order))["pending_custom_fields"]
        assert pending["line_items"][0]["fields"][0]["name"] == "Nickname"
        assert (await read(caller, order))["items"][0]["delivery_status"] == "PENDING"
        async with session.post(f"{url}/fields", data={f"{line.id}:Nickname": "Ann"}) as answer:
            assert answer.status == 200
    now = await read(caller, order)
    assert now["pending_custom_fields"] is None
    assert now["items"][0]["delivery_status"] == "DELIVERED"


async def test_a_seller_delivers_a_line_later(shop: StandIn, caller: Caller) -> None:
    product = shop.add_product(title="Keys", price=1, type="SERIALS", serials=["A"])
    order = await caller.order(product)
    shop.hold_line(order["uniqid"])

    async def line() -> Json:
        item: Json = (await read(caller, order))["items"][0]
        return item

    assert (await line())["delivery_status"] == "PENDING"
    await shop.pay(order["uniqid"])
    assert (await line())["delivery_status"] == "AWAITING_FULFILLMENT"
    assert (await line())["delivered_items"] is None
    await shop.fail_line(order["uniqid"])
    assert (await line())["delivery_status"] == "FAILED"
    async with open_inbox() as inbox:
        shop.add_webhook(inbox.url, events=["order:updated"])
        assert events_of(await shop.deliver_line(order["uniqid"])) == ["order:updated"]
    assert (await line())["delivery_status"] == "DELIVERED"
    assert (await line())["delivered_items"] == {"serials": ["A"]}
    assert (await line())["delivered_at"] is not None


async def test_an_underpaid_order_is_topped_up(shop: StandIn, caller: Caller) -> None:
    order = await placed(shop, caller)
    await shop.underpay(order["uniqid"], 60, reason="MERCHANT_REVIEW_REQUIRED")
    now = await read(caller, order)
    assert (now["status"], now["remaining_amount"]) == ("PARTIAL", 40)
    assert now["underpayment"]["active"] is True
    assert now["underpayment"]["buyer_action_reason"] == "MERCHANT_REVIEW_REQUIRED"
    with pytest.raises(ValueError, match="a part"):
        await shop.underpay(order["uniqid"], 40)
    await shop.pay(order["uniqid"])
    now = await read(caller, order)
    assert (now["status"], now["underpayment"]["active"]) == ("COMPLETED", False)
    assert [row["status"] for row in now["status_history"]] == ["PARTIAL", "COMPLETED"]


async def test_products_show_more_when_it_is_set(shop: StandIn, caller: Caller) -> None:
    product = shop.add_product(title="X", price=1)
    assert "orderable" not in await caller.read(f"/products/{product.id}")
    product.shown = {"orderable": 0, "supplier_backed": True, "unlisted": 0}
    shown = await caller.read(f"/products/{product.id}")
    assert (shown["orderable"], shown["supplier_backed"], shown["unlisted"]) == (0, True, 0)


async def test_lines_repeat_the_time_that_is_promised(shop: StandIn, caller: Caller) -> None:
    order = await placed(shop, caller)
    assert "delivery_time" not in (await read(caller, order))["items"][0]
    shop.products[0].shown = {"delivery_time": 3, "delivery_time_unit": "hours"}
    [line] = (await read(caller, order))["items"]
    assert (line["delivery_time"], line["delivery_time_unit"]) == (3, "hours")

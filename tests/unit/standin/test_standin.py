"""The stand-in keeps the contract by itself, so that tests of the cog may lean on it."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from datetime import timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime

import aiohttp
import pytest

from peers import Caller, Clock, open_inbox
from standin import Hang, StandIn, Variant, sign_legacy, sign_v2, v2_header


def test_signatures_are_those_of_the_contract() -> None:
    body = b'{"event":"order:paid"}'
    v2 = hmac.new(b"whsec_k", b"whd_1.1700000000." + body, hashlib.sha256).hexdigest()
    assert sign_v2("whsec_k", "whd_1", 1700000000, body) == v2
    assert v2_header("whsec_k", "whd_1", 1700000000, body) == f"v1,t=1700000000,h={v2}"
    assert sign_legacy("k", body) == hmac.new(b"k", body, hashlib.sha512).hexdigest()


def test_signature_known_answer() -> None:
    """Computed once with ``openssl dgst -sha256 -hmac whsec_k`` over ``whd_1.1.{}``."""
    assert sign_v2("whsec_k", "whd_1", 1, b"{}") == (
        "541520e4d9fd8645ff7a569e63919ce8c7c90de29094a8787d9f897fc5072082"
    )


async def test_key_scopes_and_suspension_are_checked(shop: StandIn, caller: Caller) -> None:
    status, answer = await caller.call("GET", "/me", Authorization="Bearer shx_wrong")
    assert (status, answer["error"]["code"]) == (401, "UNAUTHORIZED")

    shop.switches.scopes = {"products.read"}
    assert (await caller.call("GET", "/me/capabilities"))[1]["data"]["scopes"] == ["products.read"]
    assert (await caller.call("GET", "/products"))[0] == 200
    status, answer = await caller.call("GET", "/orders")
    assert (status, answer["error"]["code"]) == (403, "FORBIDDEN")
    assert "orders.read" in answer["error"]["message"]

    shop.switches.suspended = True
    status, answer = await caller.call("GET", "/products")
    assert (status, "suspended" in answer["error"]["message"]) == (403, True)


async def test_cloudflare_refuses_the_agent_of_urllib(caller: Caller) -> None:
    status, page = await caller.call("GET", "/me", User_Agent="Python-urllib/3.11")
    assert status == 403
    assert "1010" in page


async def test_answers_tell_the_time_of_shoppex_s_clock(shop: StandIn, clock: Clock) -> None:
    shop.switches.clock_ahead = timedelta(minutes=5)
    async with aiohttp.ClientSession() as session, session.get(f"{shop.api_url}/me") as answer:
        told = parsedate_to_datetime(answer.headers["Date"])
    assert told == (clock() + timedelta(minutes=5)).replace(microsecond=0)


async def test_products_show_what_shoppex_s_own_bot_does(shop: StandIn, caller: Caller) -> None:
    product = shop.add_product(title="X", price=1)
    assert (await caller.read(f"/products/{product.id}"))["discord_set_role"] is False
    product.discord_role = ("1", "2")
    shown = await caller.read(f"/products/{product.id}")
    assert (shown["discord_integration"], shown["discord_set_role"]) == (True, True)
    assert (shown["discord_server_id"], shown["discord_role_id"]) == ("1", "2")
    shop.switches.discord_fields = False
    assert "discord_set_role" not in await caller.read(f"/products/{product.id}")


async def test_products_come_in_pages_and_by_each_name(shop: StandIn, caller: Caller) -> None:
    made = [shop.add_product(title="Same name", price="1.50") for _ in range(5)]
    seen: list[str] = []
    cursor = ""
    while True:
        status, answer = await caller.call("GET", f"/products?limit=2{cursor}")
        assert status == 200
        seen += [product["uniqid"] for product in answer["data"]]
        if not answer["pagination"]["has_more"]:
            assert answer["pagination"]["next_cursor"] is None
            break
        cursor = f"&cursor={answer['pagination']['next_cursor']}"
    assert seen == [product.uniqid for product in made]

    for name in (made[1].id, made[1].uniqid, made[1].slug):
        _, answer = await caller.call("GET", f"/products/{name}")
        assert answer["data"]["uniqid"] == made[1].uniqid
    for limit in ("0", "101", "x"):
        assert (await caller.call("GET", f"/products?limit={limit}"))[0] == 422


async def test_variants_only_when_asked_for(shop: StandIn, caller: Caller) -> None:
    gold = Variant("Gold", Decimal(20), stock=3)
    product = shop.add_product(title="VIP", price=10, variants=[gold])
    _, plain = await caller.call("GET", f"/products/{product.id}")
    assert "variants" not in plain["data"]
    _, full = await caller.call("GET", f"/products/{product.id}?include_variants=true")
    assert full["data"]["variants"][0]["title"] == "Gold"
    _, variants = await caller.call("GET", f"/products/{product.id}/variants")
    assert variants["data"] == full["data"]["variants"]
    _, stock = await caller.call("GET", f"/products/{product.id}/stock")
    assert stock["data"]["available_stock"] == 3
    assert stock["data"]["unlimited"] is False

    shop.switches.variants_in_list = True
    _, listed = await caller.call("GET", "/products")
    assert listed["data"][0]["variants"]


async def test_an_order_is_totalled_exactly(shop: StandIn, caller: Caller) -> None:
    product = shop.add_product(title="Cent", price="0.10")
    shop.add_coupon("TEN", percent=10)
    fields = {"discord_user_id": "1", "odd": [1, None]}
    order = await caller.order(product, 3, coupon_code="ten", custom_fields=fields)
    assert (order["subtotal"], order["discount"], order["total"]) == (0.3, 0.03, 0.27)
    assert shop.orders[0].total == Decimal("0.27")
    assert order["custom_fields"] == fields
    assert order["checkout_url"] == f"{shop.url}/invoice/{order['uniqid']}"

    shop.switches.money = "text"
    shop.switches.custom_fields_in_api = "list"
    _, again = await caller.call("GET", f"/orders/{order['uniqid']}")
    assert again["data"]["total"] == "0.27"
    assert again["data"]["custom_fields"][0] == {"name": "discord_user_id", "value": "1"}


async def test_refusals_of_orders(shop: StandIn, caller: Caller) -> None:
    plain = shop.add_product(title="Plain", price=1, quantity_min=2, quantity_max=3)
    keys = shop.add_product(title="Keys", price=1, type="SERIALS", serials=["A"])

    async def refusal(product_id: str, quantity: int, **more: object) -> tuple[int, str]:
        items = [{"product_id": product_id, "quantity": quantity}]
        body = {"email": "a@example.org", "items": items, **more}
        status, answer = await caller.call("POST", "/orders", body)
        return status, answer["error"]["message"]

    assert (await refusal("nothing", 1))[0] == 404
    assert (await refusal(plain.uniqid, 1))[0] == 422
    assert (await refusal(plain.uniqid, 4))[0] == 422
    assert await refusal(keys.uniqid, 2) == (400, "Keys is out of stock")
    status, message = await refusal(keys.uniqid, 1, coupon_code="NOPE")
    assert (status, "coupon_code" in message) == (422, True)
    assert not shop.orders


async def test_the_email_may_be_wanted_under_another_name(shop: StandIn, caller: Caller) -> None:
    shop.switches.order_email_field = "customer_email"
    product = shop.add_product(title="X", price=1)
    body = {"email": "a@example.org", "items": [{"product_id": product.uniqid}]}
    status, answer = await caller.call("POST", "/orders", body)
    assert status == 422
    assert answer["error"]["details"] == [{"field": "customer_email", "message": "is required"}]


async def test_payments_check_each_required_field(shop: StandIn, caller: Caller) -> None:
    status, answer = await caller.call("POST", "/payments", {"value": 0.001, "currency": "EURO"})
    assert status == 422
    named = [detail["field"] for detail in answer["error"]["details"]]
    assert named == ["title", "email", "value", "currency"]

    body = {"title": "Coffee", "email": "a@example.org", "value": 2.5, "currency": "EUR"}
    status, answer = await caller.call("POST", "/payments", body | {"webhook": "http://x.invalid"})
    payment = answer["data"]
    assert status == 201
    assert payment["url"].startswith(shop.url)
    assert payment["webhook_secret"].startswith("whsec_")
    assert payment["is_developer_invoice"] is True
    _, again = await caller.call("GET", f"/payments/{payment['uniqid']}")
    assert "webhook_secret" not in again["data"]
    assert (await caller.call("GET", "/orders"))[1]["data"] == []


async def test_coupons_are_checked_by_product(shop: StandIn, caller: Caller) -> None:
    mine = shop.add_product(title="Mine", price=1)
    other = shop.add_product(title="Other", price=1)
    shop.add_coupon("SUMMER", amount="0.50", products=[mine])
    status, answer = await caller.call("GET", f"/coupons/code/Summer?product_id={mine.uniqid}")
    assert status == 200
    assert answer["data"]["coupon"] == {"code": "summer", "type": "FIXED", "value": "0.50"}
    assert (await caller.call("GET", f"/coupons/code/summer?product_id={other.id}"))[0] == 400
    assert (await caller.call("GET", "/coupons/code/winter"))[0] == 404


async def test_an_idempotency_key_orders_once(shop: StandIn, caller: Caller) -> None:
    product = shop.add_product(title="X", price=1)
    body = {"email": "a@example.org", "items": [{"product_id": product.uniqid}]}
    shop.fail_next("POST", "/orders", status=502, after=True)
    assert (await caller.call("POST", "/orders", body, Idempotency_Key="k"))[0] == 502
    status, answer = await caller.call("POST", "/orders", body, Idempotency_Key="k")
    assert status == 201
    assert [order.uniqid for order in shop.orders] == [answer["data"]["uniqid"]]
    other = body | {"email": "b@example.org"}
    assert (await caller.call("POST", "/orders", other, Idempotency_Key="k"))[0] == 422
    assert [request.path for request in shop.requests] == ["/orders"] * 3
    assert shop.requests[0].json == body


async def test_faults_meet_the_calls_they_are_meant_for(shop: StandIn, caller: Caller) -> None:
    shop.rate_limit_next("GET", "/products*", retry_after=7)
    shop.cloudflare_next("GET", "/products")
    assert (await caller.call("GET", "/me"))[0] == 200
    assert (await caller.call("GET", "/products"))[0] == 429
    status, page = await caller.call("GET", "/products")
    assert (status, "<html>" in page) == (502, True)
    # A write, because aiohttp itself repeats a GET on a connection that was kept alive.
    shop.drop_next("POST", "/orders")
    with pytest.raises(aiohttp.ClientConnectionError):
        await caller.call("POST", "/orders", {})
    shop.switches.error_shape = "text"
    shop.fail_next(status=500)
    assert (await caller.call("GET", "/me")) == (500, {"error": "Fault with 500"})


async def test_a_hanging_call_goes_on_when_released(shop: StandIn, caller: Caller) -> None:
    hang: Hang = shop.hang_next("GET", "/me")
    call = asyncio.create_task(caller.call("GET", "/me"))
    await hang.reached()
    assert not call.done()
    hang.release()
    assert (await call)[0] == 200


async def test_paying_sends_a_signed_event(shop: StandIn, caller: Caller, clock: Clock) -> None:
    product = shop.add_product(title="Key", price="9.99", type="SERIALS", serials=["A", "B", "C"])
    async with open_inbox() as inbox:
        endpoint = shop.add_webhook(inbox.url, events=["order:paid", "order:paid:product"])
        order = await caller.order(product, 2, custom_fields={"nonce": "n"})
        first, twin = await shop.pay(order["uniqid"])

    headers, body = inbox.received[0]
    event = json.loads(body)
    timestamp = str(int(clock.now.timestamp()))
    assert headers["User-Agent"] == "Shoppex-Webhook/1.0"
    assert headers["X-Shoppex-Event"] == event["event"]
    assert headers["X-Shoppex-Timestamp"] == timestamp
    signed = f"{headers['X-Shoppex-Delivery']}.{timestamp}.".encode() + body
    digest = hmac.new(endpoint.secret.encode(), signed, hashlib.sha256).hexdigest()
    assert headers["X-Shoppex-Signature-V2"] == f"v1,t={timestamp},h={digest}"
    assert headers["X-Shoppex-Signature"] == sign_legacy(endpoint.secret, body)
    assert first.ok
    assert first.id != twin.id
    assert first.data["uniqid"] == order["uniqid"]
    assert first.data["status"] == "COMPLETED"
    assert first.data["total"] == 19.98
    assert first.data["custom_fields"] == {"nonce": "n"}
    assert "products" not in first.data
    assert twin.data["products"][0]["uniqid"] == product.uniqid

    _, answer = await caller.call("GET", f"/orders/{order['uniqid']}")
    assert answer["data"]["items"][0]["delivered_items"] == {"serials": ["A", "B"]}
    assert product.serials == ["C"]


async def test_links_may_be_signed_anew_each_time(shop: StandIn, caller: Caller) -> None:
    product = shop.add_product(title="Pack", price=1, type="FILE", access_url="https://x.example")
    shop.switches.signed_links = True
    order = await caller.order(product)
    await shop.pay(order["uniqid"])
    links = set()
    for _ in range(2):
        _, answer = await caller.call("GET", f"/orders/{order['uniqid']}")
        links.add(answer["data"]["items"][0]["delivered_items"]["access_url"])
    assert len(links) == 2
    assert {link.partition("?")[0] for link in links} == {"https://x.example"}


async def test_goods_may_be_late(shop: StandIn, caller: Caller) -> None:
    product = shop.add_product(title="Key", price=1, type="SERIALS", serials=["A"])
    shop.switches.deliver_late = True
    order = await caller.order(product)
    await shop.pay(order["uniqid"])
    path = f"/invoices/{order['uniqid']}"
    _, before = await caller.call("GET", path)
    assert before["data"]["items"][0]["delivered_items"] is None
    shop.release_goods(order["uniqid"])
    shop.switches.delivered_items = "text"
    _, after = await caller.call("GET", path)
    assert after["data"]["items"][0]["delivered_items"] == "A"


@pytest.mark.parametrize("resign", [True, False])
async def test_failed_webhooks_are_retried_four_times(
    shop: StandIn, caller: Caller, clock: Clock, *, resign: bool
) -> None:
    shop.switches.resign_retries = resign
    order = await caller.order(shop.add_product(title="X", price=1))
    async with open_inbox() as inbox:
        shop.add_webhook(inbox.url)
        inbox.statuses = [500, 301, 404, 503, 500]
        (delivery,) = await shop.cancel(order["uniqid"])
        for minutes in (2, 4, 8, 16):
            assert shop.pending_deliveries == [delivery]
            assert delivery.due_at == clock.now + timedelta(minutes=minutes)
            clock.now = delivery.due_at
            await shop.retry_pending()
        assert not shop.pending_deliveries
        assert [answer.status for answer in delivery.attempts] == [500, 301, 404, 503, 500]
        assert (await shop.redeliver(delivery)).body == "seen"

    assert delivery.event == "order:cancelled"
    sent = [headers for headers, _ in inbox.received]
    assert {headers["X-Shoppex-Delivery"] for headers in sent} == {delivery.id}
    assert len({headers["X-Shoppex-Signature-V2"] for headers in sent}) == (5 if resign else 1)


async def test_an_endpoint_that_is_away_leaves_the_delivery_pending(
    shop: StandIn, caller: Caller
) -> None:
    async with open_inbox() as inbox:
        url = inbox.url
    shop.add_webhook(url)
    await caller.order(shop.add_product(title="X", price=1))
    await shop.settle()
    (delivery,) = shop.pending_deliveries
    assert (delivery.event, delivery.attempts[0].status) == ("order:created", None)


async def test_deliveries_with_chosen_faults(shop: StandIn) -> None:
    async with open_inbox() as inbox:
        endpoint = shop.add_webhook(inbox.url)
        answer = await shop.deliver(
            endpoint,
            "order:paid",
            {},
            delivery_id="whd_1",
            timestamp=1,
            secret="other",  # noqa: S106 - nobody's secret
            body=b"sent",
            signed_body=b"signed",
            headers={"X-Extra": "1"},
            omit=["x-shoppex-signature"],
        )
    assert (answer.status, answer.body) == (200, "seen")
    headers, body = inbox.received[0]
    assert body == b"sent"
    assert headers["X-Shoppex-Signature-V2"] == v2_header("other", "whd_1", 1, b"signed")
    assert headers["X-Extra"] == "1"
    assert "X-Shoppex-Signature" not in headers
    assert not shop.deliveries


async def test_the_checkout_page_takes_the_money(shop: StandIn, caller: Caller) -> None:
    body = {
        "title": "<script>",
        "email": "a@example.org",
        "value": 2,
        "currency": "EUR",
        "return_url": "https://example.org/?a=1&b=2",
    }
    shop.switches.checkout_url = "long"
    _, answer = await caller.call("POST", "/payments", body)
    payment = answer["data"]
    assert len(payment["url"]) > 512
    async with caller.session.get(payment["url"]) as page:
        text = await page.text()
    assert "&lt;script&gt;" in text
    assert "<script>" not in text
    assert "Pay 2.00 EUR" in text

    pay_url = f"{shop.url}/invoice/{payment['uniqid']}/pay"
    async with caller.session.post(pay_url) as page:
        text = await page.text()
    assert "Paid" in text
    assert 'href="https://example.org/?a=1&amp;b=2"' in text
    assert shop.order(payment["uniqid"]).status == "COMPLETED"
    async with caller.session.post(pay_url) as page:
        assert page.status == 409


async def test_mistakes_of_tests_are_explained(clock: Clock) -> None:
    shop = StandIn(clock=clock)
    with pytest.raises(RuntimeError, match="async with"):
        _ = shop.url
    with pytest.raises(ValueError, match="SERIALS"):
        shop.add_product(title="X", price=1, serials=["A"])
    with pytest.raises(ValueError, match="percent or amount"):
        shop.add_coupon("X")
    with pytest.raises(LookupError, match="there are: none"):
        shop.order("x")

"""The client against a real server on loopback: what goes out, comes back, and is repeated."""

from __future__ import annotations

import logging
import traceback
from collections.abc import AsyncIterator
from datetime import datetime, timezone
from decimal import Decimal

import aiohttp
import pytest
from aiohttp import web

from scripted_shop import (
    API_KEY,
    Answerer,
    Shop,
    Sleeper,
    drop,
    hang,
    problem,
    quick,
    reply,
)
from shoppex.api import (
    DEFAULT_BASE_URL,
    ApiError,
    ClientPool,
    Coupon,
    CouponKind,
    Forbidden,
    NotFound,
    OrderLine,
    RateLimited,
    Rejected,
    ShopInfo,
    ShoppexClient,
    Transport,
    Unauthorized,
    Unavailable,
    base_url_from_env,
)
from shoppex.domain.money import Money
from shoppex.domain.product import Product
from shoppex.domain.status import OrderStatus
from shoppex.rate_limit import TokenBucket

EMAIL = "bob@example.org"


async def write(transport: Transport, key: str | None = "key") -> object:
    answer = await transport.request("POST", "orders", json={"a": 1}, idempotency_key=key)
    return answer.data


# --- What goes out ---------------------------------------------------------------------------


async def test_headers(shop: Shop, transport: Transport) -> None:
    shop.answers = [reply({})]
    await write(transport, "key-1")
    headers = shop.seen[0].headers
    assert headers["Authorization"] == f"Bearer {API_KEY}"
    assert headers["User-Agent"] == "shoppex-red/1"
    assert headers["Content-Type"] == "application/json"
    assert headers["Idempotency-Key"] == "key-1"


async def test_parts_of_the_path_cannot_reach_elsewhere(shop: Shop, transport: Transport) -> None:
    shop.answers = [reply({})]
    await transport.request(
        "GET", "coupons", "a/../b?c=d#e%2F ü", params={"x": "1&y=2/é", "n": None}
    )
    assert shop.seen[0].raw_path == (
        "/dev/v1/coupons/a%2F..%2Fb%3Fc%3Dd%23e%252F%20%C3%BC?x=1%26y%3D2%2F%C3%A9"
    )


@pytest.mark.parametrize("part", ["", ".", "..", "\ud800"])
async def test_parts_that_are_none(shop: Shop, transport: Transport, part: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        await transport.request("GET", "orders", part)
    assert shop.seen == []


@pytest.mark.parametrize("key", ["", "x" * 129, "schlüssel", "a b", "a\nb"])
async def test_unfit_idempotency_keys(shop: Shop, transport: Transport, key: str) -> None:
    with pytest.raises(ValueError, match="idempotency"):
        await write(transport, key)
    assert shop.seen == []


async def test_decimals_are_sent_exactly(shop: Shop, transport: Transport) -> None:
    shop.answers = [reply({})]
    value = Decimal("12345678901234567.10")
    await transport.request("POST", "payments", json={"value": value, "list": [value]})
    assert shop.seen[0].body == ('{"value":12345678901234567.10,"list":[12345678901234567.10]}')


@pytest.mark.parametrize("key", ["shx_ü", "shx a", "shx\r\nX: y", ""])
async def test_a_key_that_cannot_be_one(
    shop: Shop, session: aiohttp.ClientSession, base_url: str, key: str
) -> None:
    transport = Transport(session, base_url, key, quick(), user_agent="x")
    with pytest.raises(Unauthorized):
        await transport.request("GET", "me")
    assert shop.seen == []


# --- What comes back -------------------------------------------------------------------------


async def test_numbers_come_back_exactly(shop: Shop, transport: Transport) -> None:
    shop.answers = [web.Response(body=b'{"data": {"total": 0.10}}')]
    answer = await transport.request("GET", "orders", "1")
    assert str(answer.data) == str({"total": Decimal("0.10")})


async def test_an_empty_answer(shop: Shop, transport: Transport) -> None:
    shop.answers = [web.Response(status=204)]
    assert (await transport.request("DELETE", "webhooks", "1")).data is None


async def test_redirects_are_not_followed(shop: Shop, transport: Transport) -> None:
    shop.answers = [web.Response(status=307, headers={"Location": "/elsewhere"})]
    with pytest.raises(Unavailable) as caught:
        await write(transport, None)
    assert caught.value.status == 307
    assert len(shop.seen) == 1


async def test_huge_answers_are_not_read(shop: Shop, transport: Transport) -> None:
    shop.answers = [web.Response(body=b'"' + b"x" * (4 * 1024 * 1024) + b'"')]
    with pytest.raises(Unavailable, match="HTTP 200") as caught:
        await write(transport, None)
    assert caught.value.ambiguous
    assert "too large" in caught.value.message


async def test_answers_that_are_not_json(shop: Shop, transport: Transport) -> None:
    shop.answers = [web.Response(text="<html>", headers={"x-request-id": "r1"})]
    with pytest.raises(Unavailable) as caught:
        await write(transport, None)
    assert caught.value.ambiguous
    assert caught.value.request_id == "r1"


# --- Trying again ----------------------------------------------------------------------------

FLEETING: list[web.Response | Answerer] = [
    problem(429),
    problem(500),
    web.Response(status=502, text="<html>"),
    web.Response(text="not json"),
    drop,
]


@pytest.mark.parametrize("fault", FLEETING)
async def test_reads_and_writes_with_a_key_are_repeated(
    shop: Shop, transport: Transport, sleeper: Sleeper, fault: web.Response | Answerer
) -> None:
    shop.answers = [fault, fault, reply("done")]
    assert (await transport.request("GET", "me")).data == "done"
    assert sleeper.slept == [0.5, 1.0]
    shop.seen.clear()
    assert await write(transport, "key-1") == "done"
    assert len(shop.seen) == 3
    assert {seen.headers["Idempotency-Key"] for seen in shop.seen} == {"key-1"}
    assert len({seen.body for seen in shop.seen}) == 1


@pytest.mark.parametrize("fault", FLEETING)
async def test_a_write_without_a_key_is_never_repeated(
    shop: Shop, transport: Transport, sleeper: Sleeper, fault: web.Response | Answerer
) -> None:
    shop.answers = [fault, reply("done")]
    with pytest.raises((Unavailable, RateLimited)) as caught:
        await write(transport, None)
    assert len(shop.seen) == 1
    assert sleeper.slept == []
    assert caught.value.ambiguous is isinstance(caught.value, Unavailable)


async def test_three_tries_are_the_end(shop: Shop, transport: Transport, sleeper: Sleeper) -> None:
    shop.answers = [problem(503)]
    with pytest.raises(Unavailable) as caught:
        await transport.request("GET", "me")
    assert not caught.value.ambiguous
    assert len(shop.seen) == 3
    assert len(sleeper.slept) == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422])
async def test_refusals_are_not_repeated(shop: Shop, transport: Transport, status: int) -> None:
    shop.answers = [problem(status)]
    with pytest.raises(ApiError):
        await write(transport)
    assert len(shop.seen) == 1


async def test_doubt_outlives_a_later_refusal(shop: Shop, transport: Transport) -> None:
    shop.answers = [drop, problem(409)]
    with pytest.raises(Rejected) as caught:
        await write(transport)
    assert caught.value.ambiguous
    shop.seen.clear()
    shop.answers = [problem(429), problem(409)]
    with pytest.raises(Rejected) as caught:
        await write(transport)
    assert not caught.value.ambiguous


async def test_retry_after_is_honoured(shop: Shop, transport: Transport, sleeper: Sleeper) -> None:
    shop.answers = [problem(429, Retry_After="7"), reply("done")]
    assert await write(transport) == "done"
    assert sleeper.slept == [7.0]


async def test_a_long_retry_after_is_left_to_the_caller(
    shop: Shop, transport: Transport, sleeper: Sleeper
) -> None:
    shop.answers = [problem(429, Retry_After="31")]
    with pytest.raises(RateLimited) as caught:
        await transport.request("GET", "me")
    assert caught.value.retry_after == 31.0
    assert len(shop.seen) == 1
    assert sleeper.slept == []


async def test_a_slow_server(
    shop: Shop, session: aiohttp.ClientSession, base_url: str, sleeper: Sleeper
) -> None:
    shop.answers = [hang]
    transport = Transport(
        session,
        base_url,
        API_KEY,
        quick(),
        user_agent="x",
        timeout=aiohttp.ClientTimeout(total=0.05),
        sleep=sleeper,
    )
    with pytest.raises(Unavailable) as caught:
        await write(transport)
    assert caught.value.ambiguous
    assert caught.value.status is None
    assert len(shop.seen) == 3


async def test_nobody_there_is_not_ambiguous(
    session: aiohttp.ClientSession, sleeper: Sleeper, unused_tcp_port: int
) -> None:
    base = f"http://127.0.0.1:{unused_tcp_port}"
    transport = Transport(session, base, API_KEY, quick(), user_agent="x", sleep=sleeper)
    with pytest.raises(Unavailable) as caught:
        await write(transport)
    assert not caught.value.ambiguous
    assert len(sleeper.slept) == 2


async def test_every_try_waits_for_its_turn(
    shop: Shop, session: aiohttp.ClientSession, base_url: str, sleeper: Sleeper
) -> None:
    paces = Sleeper()
    limiter = TokenBucket(1.0, 1, monotonic=lambda: 0.0, sleep=paces)
    transport = Transport(session, base_url, API_KEY, limiter, user_agent="x", sleep=sleeper)
    shop.answers = [problem(500), problem(500), reply("done")]
    await transport.request("GET", "me")
    assert paces.slept == [1.0, 2.0]


async def test_nothing_secret_is_logged_or_raised(
    shop: Shop,
    client: ShoppexClient,
    unused_tcp_port: int,
    session: aiohttp.ClientSession,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    dead = Transport(
        session,
        f"http://127.0.0.1:{unused_tcp_port}",
        API_KEY,
        quick(),
        user_agent="x",
        sleep=Sleeper(),
    )
    texts = [repr(client), repr(dead)]
    shop.answers = [problem(422, f"{EMAIL} may not use SAVE10 with {API_KEY}")]
    for asked in (client, ShoppexClient(dead)):
        for call in (
            asked.coupons.check("SAVE10", "p"),
            asked.orders.create([OrderLine("p")], EMAIL, {}, "SAVE10", idempotency_key="k"),
        ):
            with pytest.raises(ApiError) as caught:
                await call
            texts += traceback.format_exception(caught.value)
            texts += [repr(caught.value), repr(caught.value.__context__)]
            assert EMAIL not in caught.value.message
            assert API_KEY not in caught.value.message
    said = "\n".join([*texts, *(r.getMessage() for r in caplog.records if "shoppex" in r.name)])
    assert "HTTP 422" in said
    for secret in (EMAIL, "SAVE10", API_KEY):
        # The source lines of this very test are quoted by the traceback.
        assert secret not in said.replace('"SAVE10"', "")


# --- The resources ---------------------------------------------------------------------------

ORDER = {"uniqid": "u-1", "status": "PENDING", "total": 9.9, "currency": "EUR"}
PRODUCT = {
    "id": 1,
    "uniqid": "p-1",
    "title": "VIP",
    "type": "SERIALS",
    "price": 5,
    "currency": "EUR",
}


async def collect(products: AsyncIterator[Product]) -> list[str]:
    return [product.uniqid async for product in products]


async def test_me(shop: Shop, client: ShoppexClient) -> None:
    shop.answers = [reply({"id": 7, "name": "Keys"}), reply({"shop": {"name": "Keys"}}), reply({})]
    assert await client.shop.me() == ShopInfo("7", "Keys")
    assert await client.shop.me() == ShopInfo(None, "Keys")
    assert await client.shop.me() == ShopInfo(None, None)
    assert shop.seen[0].raw_path == "/dev/v1/me"


@pytest.mark.parametrize(
    "data",
    [
        {"scopes": ["orders.read", "orders.write"]},
        ["orders.read", "orders.write"],
        {"scopes": "orders.read orders.write"},
        {"capabilities": {"orders.read": True, "orders.write": True, "themes.write": False}},
        {
            "scopes": [
                {"scope": "orders.read"},
                {"name": "orders.write", "granted": True},
                {"name": "themes.write", "granted": False},
            ]
        },
    ],
)
async def test_capabilities(shop: Shop, client: ShoppexClient, data: object) -> None:
    shop.answers = [reply(data)]
    assert await client.shop.capabilities() == {"orders.read", "orders.write"}
    assert shop.seen[0].raw_path == "/dev/v1/me/capabilities"


@pytest.mark.parametrize(
    ("date", "time"),
    [
        ("Sun, 01 Mar 2026 12:00:00 GMT", datetime(2026, 3, 1, 12, tzinfo=timezone.utc)),
        ("Sun, 01 Mar 2026 14:00:00 +0200", datetime(2026, 3, 1, 12, tzinfo=timezone.utc)),
        ("yesterday", None),
    ],
)
async def test_the_time_at_shoppex(
    shop: Shop, client: ShoppexClient, date: str, time: datetime | None
) -> None:
    shop.answers = [web.json_response({"data": {}}, headers={"Date": date})]
    assert await client.shop.time() == time


async def test_no_readable_scopes_is_not_no_scopes(shop: Shop, client: ShoppexClient) -> None:
    shop.answers = [reply({"payment_methods": ["STRIPE"]})]
    with pytest.raises(Unavailable):
        await client.shop.capabilities()


async def test_all_pages(shop: Shop, client: ShoppexClient) -> None:
    second = {**PRODUCT, "uniqid": "p-2"}
    shop.answers = [
        reply([PRODUCT, {"title": "unreadable"}], next_cursor="c/1", has_more=True),
        reply([second], next_cursor=None, has_more=False),
    ]
    assert await collect(client.products.list()) == ["p-1", "p-2"]
    assert [seen.raw_path for seen in shop.seen] == [
        "/dev/v1/products?limit=100",
        "/dev/v1/products?limit=100&cursor=c%2F1",
    ]


@pytest.mark.parametrize(
    ("last", "pages"),
    [
        (reply([PRODUCT], next_cursor="c", has_more=False), 1),
        (reply([], next_cursor="c", has_more=True), 1),
        (reply([PRODUCT], has_more=True), 1),
        (reply([PRODUCT]), 1),
        (reply([PRODUCT], next_cursor="c", has_more=True), 2),
    ],
)
async def test_every_list_ends(
    shop: Shop, client: ShoppexClient, last: web.Response, pages: int
) -> None:
    shop.answers = [last]
    await collect(client.products.list())
    assert len(shop.seen) == pages


async def test_a_list_without_end_is_cut(
    shop: Shop, client: ShoppexClient, caplog: pytest.LogCaptureFixture
) -> None:
    async def another(_request: web.Request) -> web.StreamResponse:
        return reply([PRODUCT], next_cursor=str(len(shop.seen)), has_more=True)

    shop.answers = [another]
    assert len(await collect(client.products.list())) == 100
    assert "goes on after 100 pages" in caplog.text


async def test_a_broken_page_is_an_error(shop: Shop, client: ShoppexClient) -> None:
    shop.answers = [reply([PRODUCT], next_cursor="c", has_more=True), reply({"oh": "no"})]
    with pytest.raises(Unavailable):
        await collect(client.products.list())


async def test_one_product(shop: Shop, client: ShoppexClient) -> None:
    variant = {"id": 5, "uniqid": "v-1", "title": "Month", "price": "4.50", "stock": 2}
    shop.answers = [reply({**PRODUCT, "variants": [variant]}), reply({})]
    product = await client.products.get("p-1")
    assert product.variants[0].price == Money(Decimal("4.50"), "EUR")
    with pytest.raises(Unavailable):
        await client.products.get("p-1")
    assert shop.seen[0].raw_path == "/dev/v1/products/p-1?include_variants=true"


async def test_an_order_is_made(shop: Shop, client: ShoppexClient) -> None:
    shop.answers = [reply({**ORDER, "checkout_url": "https://pay.example/1"}, status=201)]
    order = await client.orders.create(
        [OrderLine("p-1", 2, "v-1"), OrderLine("p-2")],
        EMAIL,
        {"nonce": "00ff"},
        "SAVE10",
        idempotency_key="k" * 126,
    )
    assert order.url == "https://pay.example/1"
    assert order.total == Money(Decimal("9.9"), "EUR")
    assert (shop.seen[0].method, shop.seen[0].raw_path) == ("POST", "/dev/v1/orders")
    assert shop.seen[0].json == {
        "items": [
            {"product_id": "p-1", "quantity": 2, "variant_id": "v-1"},
            {"product_id": "p-2", "quantity": 1},
        ],
        "custom_fields": {"nonce": "00ff"},
        "coupon_code": "SAVE10",
        "email": EMAIL,
    }


@pytest.mark.parametrize(
    "refusal",
    [
        {"error": {"message": "bad", "details": [{"field": "customer_email", "message": "?"}]}},
        {"message": "customer_email is required", "code": "VALIDATION_ERROR"},
        {"error": "customer_email is required"},
    ],
)
async def test_the_other_name_of_the_address(
    shop: Shop, client: ShoppexClient, refusal: object
) -> None:
    shop.answers = [web.json_response(refusal, status=422), reply(ORDER)]
    await client.orders.create([OrderLine("p")], EMAIL, {}, idempotency_key="k")
    first, second = shop.seen
    assert '"customer_email"' not in first.body
    assert '"email"' not in second.body
    assert isinstance(second.json, dict)
    assert second.json["customer_email"] == EMAIL
    assert first.headers["Idempotency-Key"] != second.headers["Idempotency-Key"]


async def test_the_other_name_is_tried_once_and_only_when_named(
    shop: Shop, client: ShoppexClient
) -> None:
    shop.answers = [problem(422, "customer_email is required")]
    with pytest.raises(Rejected):
        await client.orders.create([OrderLine("p")], EMAIL, {}, idempotency_key="k")
    assert len(shop.seen) == 2
    shop.seen.clear()
    shop.answers = [problem(422, "email is bad")]
    with pytest.raises(Rejected):
        await client.orders.create([OrderLine("p")], EMAIL, {}, idempotency_key="k")
    assert len(shop.seen) == 1


async def test_a_key_without_room_for_the_second_try(shop: Shop, client: ShoppexClient) -> None:
    with pytest.raises(ValueError, match="too long"):
        await client.orders.create([], EMAIL, {}, idempotency_key="k" * 127)
    assert shop.seen == []


async def test_an_order_that_cannot_be_read_may_exist(shop: Shop, client: ShoppexClient) -> None:
    shop.answers = [reply({"ok": True})]
    with pytest.raises(Unavailable) as caught:
        await client.orders.create([OrderLine("p")], EMAIL, {}, idempotency_key="k")
    assert caught.value.ambiguous
    with pytest.raises(Unavailable) as caught:
        await client.orders.get("u-1")
    assert not caught.value.ambiguous


async def test_orders_are_read(shop: Shop, client: ShoppexClient) -> None:
    shop.answers = [reply({**ORDER, "status": "COMPLETED"}), reply([ORDER, {"id": 1}])]
    assert (await client.orders.get("u-1")).status is OrderStatus.PAID
    assert [order.uniqid async for order in client.orders.list("PENDING")] == ["u-1"]
    assert [seen.raw_path for seen in shop.seen] == [
        "/dev/v1/orders/u-1",
        "/dev/v1/orders?status=PENDING&limit=100",
    ]


async def test_a_payment_is_made_and_read(shop: Shop, client: ShoppexClient) -> None:
    shop.answers = [
        reply({**ORDER, "url": "https://s.example/1", "checkout_url": "https://p.example"})
    ]
    payment = await client.payments.create(
        "x" * 200,
        EMAIL,
        Money(Decimal("9.90"), "EUR"),
        {"nonce": "00ff"},
        return_url="https://discord.com/channels/1",
        idempotency_key="k",
    )
    assert payment.url == "https://s.example/1"
    seen = shop.seen[0]
    assert '"value":9.90,' in seen.body
    assert seen.json == {
        "title": "x" * 128,
        "email": EMAIL,
        "value": 9.9,
        "currency": "EUR",
        "custom_fields": [{"name": "nonce", "value": "00ff"}],
        "return_url": "https://discord.com/channels/1",
    }
    assert seen.headers["Idempotency-Key"] == "k"
    assert await client.payments.get("u-1") == payment
    assert shop.seen[1].raw_path == "/dev/v1/payments/u-1"


async def test_a_payment_that_cannot_be_read(shop: Shop, client: ShoppexClient) -> None:
    shop.answers = [reply([])]
    with pytest.raises(Unavailable) as caught:
        await client.payments.create("x", EMAIL, Money(Decimal(1), "EUR"), {}, idempotency_key="k")
    assert caught.value.ambiguous
    with pytest.raises(Unavailable) as caught:
        await client.payments.get("u-1")
    assert not caught.value.ambiguous


@pytest.mark.parametrize(
    ("data", "kind", "value"),
    [
        ({"type": "PERCENTAGE", "value": "10"}, CouponKind.PERCENTAGE, "10"),
        ({"type": "fixed", "value": "2.50"}, CouponKind.FIXED, "2.50"),
        ({"discount_type": "FIXED", "discount_value": 3}, CouponKind.FIXED, "3"),
        ({"type": "FIXED", "discount": 4}, CouponKind.FIXED, "4"),
    ],
)
async def test_a_coupon(
    shop: Shop, client: ShoppexClient, data: dict[str, object], kind: CouponKind, value: str
) -> None:
    shop.answers = [
        reply({"coupon": {"code": "save10", **data}}),
        reply({"code": "save10", **data}),
    ]
    coupon = await client.coupons.check(" SAVE10/x ", "p-1")
    assert coupon == Coupon("save10", kind, Decimal(value))
    assert await client.coupons.check("SAVE10", "p-1", "v-1") == coupon
    assert "save10" not in repr(coupon)
    assert [seen.raw_path for seen in shop.seen] == [
        "/dev/v1/coupons/code/SAVE10%2Fx?product_id=p-1",
        "/dev/v1/coupons/code/SAVE10?product_id=p-1&variant_id=v-1",
    ]


@pytest.mark.parametrize("code", ["", " ", ".", "..", "\x00", "\ud800", "x" * 129])
async def test_text_that_is_no_coupon(shop: Shop, client: ShoppexClient, code: str) -> None:
    with pytest.raises(NotFound):
        await client.coupons.check(code, "p-1")
    assert shop.seen == []


@pytest.mark.parametrize(
    "data", [{}, {"type": "GIFT", "value": 1}, {"type": "FIXED"}, {"type": "FIXED", "value": -1}]
)
async def test_a_coupon_that_cannot_be_read(
    shop: Shop, client: ShoppexClient, data: dict[str, object]
) -> None:
    shop.answers = [reply({"coupon": data})]
    with pytest.raises(Unavailable):
        await client.coupons.check("SAVE10", "p-1")


# --- The pool --------------------------------------------------------------------------------


async def test_one_client_for_each_key(shop: Shop, base_url: str) -> None:
    pool = ClientPool(base_url, "2.0")
    shop.answers = [reply({"name": "Keys"})]
    try:
        assert pool.client_for("shx_a") is pool.client_for("shx_a")
        assert pool.client_for("shx_a") is not pool.client_for("shx_b")
        await pool.client_for("shx_b").shop.me()
    finally:
        await pool.close()
    assert shop.seen[0].headers["User-Agent"] == "shoppex-red/2.0"
    assert shop.seen[0].headers["Authorization"] == "Bearer shx_b"


async def test_shops_share_no_cookies(shop: Shop, base_url: str) -> None:
    pool = ClientPool(base_url.replace("127.0.0.1", "localhost"), "1")
    shop.answers = [web.json_response({}, headers={"Set-Cookie": "who=a; Path=/"})]
    try:
        await pool.client_for("shx_a").shop.me()
        await pool.client_for("shx_b").shop.me()
    finally:
        await pool.close()
    assert "Cookie" not in shop.seen[1].headers


async def test_each_shop_has_its_own_pace(base_url: str) -> None:
    made: list[TokenBucket] = []

    def limiter() -> TokenBucket:
        made.append(quick())
        return made[-1]

    pool = ClientPool(base_url, "1", limiter_factory=limiter)
    for key in ("shx_a", "shx_b", "shx_a"):
        pool.client_for(key)
    await pool.close()
    assert len(made) == 2


async def test_the_pool_forgets_who_was_longest_away(base_url: str) -> None:
    pool = ClientPool(base_url, "1")
    kept, lost = pool.client_for("kept"), pool.client_for("lost")
    for number in range(255):
        pool.client_for(str(number))
        assert pool.client_for("kept") is kept
    assert pool.client_for("lost") is not lost
    await pool.close()


async def test_a_closed_pool_is_closed(base_url: str) -> None:
    sessions: list[aiohttp.ClientSession] = []

    def factory() -> aiohttp.ClientSession:
        sessions.append(aiohttp.ClientSession())
        return sessions[-1]

    pool = ClientPool(base_url, "1", factory)
    assert sessions == []
    pool.client_for("shx_a")
    await pool.close()
    await pool.close()
    assert [session.closed for session in sessions] == [True]
    with pytest.raises(RuntimeError):
        pool.client_for("shx_a")


async def test_refusals_carry_shoppex_own_words(shop: Shop, client: ShoppexClient) -> None:
    shop.answers = [problem(403, "This shop is suspended", x_request_id="req_9")]
    with pytest.raises(Forbidden) as caught:
        await client.shop.me()
    assert caught.value.message == "This shop is suspended"
    assert caught.value.request_id == "req_9"


def test_the_base_url_comes_from_the_environment() -> None:
    assert base_url_from_env({}) == DEFAULT_BASE_URL == "https://api.shoppex.io/dev/v1"
    assert base_url_from_env({"SHOPPEX_API_URL": " "}) == DEFAULT_BASE_URL
    assert (
        base_url_from_env({"SHOPPEX_API_URL": "http://127.0.0.1:1/v1/"}) == "http://127.0.0.1:1/v1"
    )
    with pytest.raises(ValueError, match="SHOPPEX_API_URL"):
        base_url_from_env({"SHOPPEX_API_URL": "api.shoppex.io"})

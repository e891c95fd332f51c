"""Trouble with the API of the stand-in: lists that lie, keys of another shop."""

from __future__ import annotations

import asyncio
from typing import Any, Literal

import aiohttp
import pytest

from peers import Caller, open_inbox, plan
from standin import ALWAYS, StandIn


async def page(caller: Caller, path: str) -> tuple[int, dict[str, Any]]:
    """How many records a list has, and what it says of its pages."""
    status, answer = await caller.call("GET", path)
    assert status == 200, answer
    return len(answer["data"]), answer["pagination"]


async def test_a_list_is_empty_though_there_are_records(shop: StandIn, caller: Caller) -> None:
    product = shop.add_product(title="X", price=1)
    order = await caller.order(product)
    fault = shop.empty_pages("/orders*")
    for _ in range(3):
        assert await page(caller, "/orders") == (0, {"next_cursor": None, "has_more": False})
    assert (await caller.read(f"/orders/{order['uniqid']}"))["uniqid"] == order["uniqid"]
    assert (await page(caller, "/products"))[0] == 1
    await caller.order(product)
    fault.stop()
    assert (await page(caller, "/orders"))[0] == 2

    shop.empty_pages("/orders", times=1)
    assert (await page(caller, "/orders"))[0] == 0
    assert (await page(caller, "/orders"))[0] == 2


async def test_a_list_lacks_most_of_its_records(shop: StandIn, caller: Caller) -> None:
    made = [await caller.subscribe(plan(shop)) for _ in range(4)]
    fault = shop.thin_pages("/subscriptions", keep=1)
    assert fault.times == ALWAYS
    count, pagination = await page(caller, "/subscriptions?limit=2")
    assert (count, pagination["has_more"]) == (1, False)
    [kept] = await caller.read("/subscriptions")
    assert kept["id"] == made[-1].id


@pytest.mark.parametrize("model", ["limit", "per_page"])
async def test_numbered_pages_can_lie_too(
    shop: StandIn, caller: Caller, model: Literal["limit", "per_page"]
) -> None:
    shop.switches.page_model = model
    async with open_inbox() as inbox:
        shop.add_webhook(inbox.url)
        for _ in range(3):
            await caller.order(shop.add_product(title="X", price=1))
        await shop.settle()
    shop.thin_pages("/webhooks/logs", keep=2)
    count, pagination = await page(caller, "/webhooks/logs")
    assert (count, pagination["total"], pagination["total_pages"]) == (2, 2, 1)
    assert ("next_cursor" in pagination, "has_more" in pagination) == (False, model == "limit")


async def test_a_call_that_hangs_times_out(shop: StandIn, caller: Caller) -> None:
    shop.hang_next("GET", "/orders")
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.05)) as session:
        with pytest.raises(asyncio.TimeoutError):
            await Caller(shop, session).call("GET", "/orders")
    assert (await caller.call("GET", "/orders"))[0] == 200


async def test_the_shop_can_be_named(shop: StandIn, caller: Caller) -> None:
    shop.profile.id, shop.profile.name = "7", "The Cellar"
    shop.add_product(title="X", price=1)
    me = await caller.read("/me")
    assert (me["id"], me["name"]) == ("7", "The Cellar")
    [product] = await caller.read("/products")
    assert product["shop_id"] == "7"


@pytest.mark.parametrize("lists", ["empty", "not_found"])
@pytest.mark.parametrize("how", ["key", "switch"])
async def test_a_key_may_open_another_shop(
    shop: StandIn, caller: Caller, how: str, lists: Literal["empty", "not_found"]
) -> None:
    order = await caller.order(shop.add_product(title="X", price=1))
    shop.switches.other_shop_lists = lists
    shop.switches.other_shop = how == "switch"
    key = shop.api_key if how == "switch" else shop.other_key
    headers = {"Authorization": f"Bearer {key}"}

    _, answer = await caller.call("GET", "/me", **headers)
    assert answer["data"]["id"] == shop.other_profile.id != shop.profile.id
    assert (await caller.call("GET", "/me/capabilities", **headers))[0] == 200
    assert (await caller.call("GET", f"/orders/{order['uniqid']}", **headers))[0] == 404
    body = {"email": "a@example.org", "items": [{"product_id": shop.products[0].id}]}
    assert (await caller.call("POST", "/orders", body, **headers))[0] == 404
    assert len(shop.orders) == 1
    for path in ("/orders", "/products", "/subscriptions", "/webhooks/logs"):
        status, answer = await caller.call("GET", path, **headers)
        if lists == "empty":
            assert (status, answer["data"]) == (200, [])
        else:
            assert (status, answer["error"]["code"]) == (404, "NOT_FOUND")

    shop.switches.other_shop = False
    assert len(await caller.read("/orders")) == 1


async def test_a_regenerated_key_kills_the_old_one(shop: StandIn, caller: Caller) -> None:
    old = shop.api_key
    new = shop.regenerate_key()
    assert shop.api_key == new != old
    assert (await caller.call("GET", "/me", Authorization=f"Bearer {old}"))[0] == 401
    assert (await caller.call("GET", "/me"))[0] == 200

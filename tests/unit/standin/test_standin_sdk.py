"""Shoppex's own Python client can shop at the stand-in (contract, section 10.1)."""

from __future__ import annotations

import asyncio

import httpx
from shoppexio import ShoppexClient  # type: ignore[import-untyped]

from standin import StandIn


async def test_the_official_client_buys_something(shop: StandIn) -> None:
    product = shop.add_product(title="VIP", price="9.99")
    headers = {"Authorization": f"Bearer {shop.api_key}"}
    # The client cannot be closed, but one that is handed to it can.
    with httpx.Client(base_url=shop.url, headers=headers) as http:
        client = ShoppexClient(api_key=shop.api_key, base_url=shop.url, http_client=http)
        listed = await asyncio.to_thread(client.products.list_all)
        assert [each.raw["uniqid"] for each in listed] == [product.uniqid]
        body = {
            "email": "a@example.org",
            "items": [{"product_id": product.uniqid, "quantity": 1}],
        }
        made = (await asyncio.to_thread(client.orders.create, body, "key-1")).data
        again = (await asyncio.to_thread(client.orders.create, body, "key-1")).data
        assert made.raw["uniqid"] == again.raw["uniqid"]
        await shop.pay(made.raw["uniqid"])
        seen = (await asyncio.to_thread(client.orders.get, made.raw["uniqid"])).data
        assert (seen.raw["status"], seen.raw["total"]) == ("COMPLETED", 9.99)

"""Whoever talks to the stand-in over HTTP: a program, and a receiver of its webhooks."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

import aiohttp
from aiohttp import web

from standin import SUBSCRIPTION_EVENTS, Delivery, Product, StandIn, Subscription

Json = dict[str, Any]

RENEWAL_EVENTS = ("order:paid", "order:cancelled", *SUBSCRIPTION_EVENTS)
"""All that is told of the life of a subscription."""


@dataclass
class Clock:
    now: datetime = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Inbox:
    """A receiver of webhooks; answers with `statuses` in turn, then with 200."""

    url: str
    statuses: list[int] = field(default_factory=list)
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def events(self) -> list[str]:
        """What it was told, in the order in which it came."""
        return [json.loads(body)["event"] for _, body in self.received]

    async def take(self, request: web.Request) -> web.Response:
        self.received.append((dict(request.headers), await request.read()))
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200, text="seen")


@asynccontextmanager
async def open_inbox() -> AsyncIterator[Inbox]:
    inbox = Inbox("")
    app = web.Application()
    app.router.add_post("/hook", inbox.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    inbox.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield inbox
    finally:
        await runner.cleanup()


def events_of(deliveries: Sequence[Delivery]) -> list[str]:
    """The names of the events that a verb sent."""
    return [delivery.event for delivery in deliveries]


class Caller:
    """Calls the Dev API as any program would."""

    def __init__(self, shop: StandIn, session: aiohttp.ClientSession) -> None:
        self.shop = shop
        self.session = session

    async def call(
        self, method: str, path: str, json: object = None, **headers: str
    ) -> tuple[int, Any]:
        used = {"Authorization": f"Bearer {self.shop.api_key}"}
        used |= {name.replace("_", "-"): value for name, value in headers.items()}
        url = self.shop.api_url + path
        async with self.session.request(method, url, json=json, headers=used) as answer:
            assert answer.headers["x-request-id"]
            is_json = answer.content_type == "application/json"
            return answer.status, await (answer.json() if is_json else answer.text())

    async def read(self, path: str) -> Any:
        """What there is to read at a path."""
        status, answer = await self.call("GET", path)
        assert status == 200, answer
        return answer["data"]

    async def order(self, product: Product, quantity: int = 1, **more: object) -> Json:
        items = [{"product_id": product.uniqid, "quantity": quantity}]
        body = {"email": "a@example.org", "items": items, **more}
        status, answer = await self.call("POST", "/orders", body)
        assert status == 201, answer
        data: Json = answer["data"]
        return data

    async def subscribe(self, product: Product, gateway: str = "STRIPE") -> Subscription:
        """Order a subscription and pay for it."""
        order = await self.order(product, custom_fields={"nonce": "n"})
        await self.shop.pay(order["uniqid"], gateway=gateway)
        return self.shop.subscriptions[-1]

    async def read_subscription(self, subscription: Subscription) -> Json:
        """A subscription as it is read alone."""
        data: Json = await self.read(f"/subscriptions/{subscription.uniqid}")
        return data


def plan(shop: StandIn, title: str = "Gold", price: int = 10, **more: Any) -> Product:
    """A subscription on sale, monthly unless it is said otherwise."""
    return shop.add_product(title=title, price=price, type="SUBSCRIPTION", **more)

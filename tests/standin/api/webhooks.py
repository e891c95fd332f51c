"""Webhooks, their test and their log (contract, section 4.8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from ..errors import not_found
from ..events import TWIN
from ..forms.base import parse_object
from ..forms.webhooks import read_test, read_webhook
from ..logs import log_entries
from ..samples import sample_news
from .calls import Calls, answer, message, page_by_cursor, page_by_number

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from ..endpoints import Endpoints
    from ..logs import LogEntry
    from ..postman import Postman
    from ..render.orders import OrderRender
    from ..render.subscriptions import SubscriptionRender
    from ..render.webhooks import WebhookRender
    from ..switches import Switches
    from ..webhooks import WebhookEndpoint


class WebhookCalls(Calls):
    """Webhooks are managed. What is sent because of a call is sent after its answer."""

    def __init__(
        self,
        clock: Callable[[], datetime],
        switches: Switches,
        endpoints: Endpoints,
        postman: Postman,
        render: WebhookRender,
        orders: OrderRender,
        subscriptions: SubscriptionRender,
    ) -> None:
        super().__init__(switches)
        self._clock = clock
        self._endpoints = endpoints
        self._postman = postman
        self._render = render
        self._orders = orders
        self._subscriptions = subscriptions

    def routes(self) -> list[web.RouteDef]:
        """All routes; those with a fixed word stand before the one with an id."""
        read, write = "webhooks.read", "webhooks.write"
        one = "/webhooks/{id}"
        return [
            self._route("GET", "/webhooks", read, self._list),
            self._route("POST", "/webhooks", write, self._create),
            self._route("GET", "/webhooks/events", read, self._events),
            self._route("GET", "/webhooks/logs", read, self._logs),
            self._route("POST", "/webhooks/logs/{id}/retry", write, self._retry),
            self._route("GET", one, read, self._one),
            self._route("PATCH", one, write, self._change),
            self._route("DELETE", one, write, self._delete),
            self._route("POST", f"{one}/rotate-secret", write, self._rotate),
            self._route("POST", f"{one}/test", write, self._test),
        ]

    async def _list(self, request: web.Request) -> web.Response:
        page, pagination = page_by_cursor(request, self._endpoints.listed())
        return answer([self._render.endpoint(endpoint) for endpoint in page], pagination)

    async def _create(self, request: web.Request) -> web.Response:
        form = read_webhook(parse_object(await request.read()), is_new=True)
        endpoint = self._endpoints.add(
            form.url or "", None, form.events or (), type=form.type or "paylix"
        )
        return answer(self._render.created(endpoint), status=self._switches.create_status)

    async def _events(self, _request: web.Request) -> web.Response:
        return answer(self._render.events())

    async def _one(self, request: web.Request) -> web.Response:
        return answer(self._render.endpoint(self._named(request)))

    async def _change(self, request: web.Request) -> web.Response:
        form = read_webhook(parse_object(await request.read()), is_new=False)
        endpoint = self._named(request)
        endpoint.url = form.url or endpoint.url
        endpoint.events = form.events or endpoint.events
        endpoint.type = form.type or endpoint.type
        return answer(self._render.endpoint(endpoint))

    async def _delete(self, request: web.Request) -> web.Response:
        self._endpoints.remove(self._named(request))
        return web.Response(status=204)

    async def _rotate(self, request: web.Request) -> web.Response:
        endpoint = self._named(request)
        self._endpoints.rotate(endpoint)
        return answer(self._render.rotated(endpoint))

    async def _test(self, request: web.Request) -> web.Response:
        event = read_test(parse_object(await request.read()))
        endpoint = self._named(request)
        news = sample_news(event, self._clock(), self._orders, self._subscriptions)
        data = news.twin if event.endswith(TWIN) else news.data
        self._postman.send_soon(endpoint, event, data)
        return message("The test webhook has been queued")

    async def _logs(self, request: web.Request) -> web.Response:
        entries = self._entries()
        if self._switches.log_filters:
            status, event = request.query.get("status"), request.query.get("event")
            entries = [
                entry
                for entry in entries
                if status in (None, entry.status) and event in (None, entry.delivery.event)
            ]
        page, pagination = page_by_number(request, entries, self._switches.page_model)
        return answer([self._render.log(entry) for entry in page], pagination)

    async def _retry(self, request: web.Request) -> web.Response:
        name = request.match_info["id"]
        for entry in self._entries():
            if name in (entry.id, self._render.log(entry)["uniqid"]):
                self._postman.retry_soon(entry.delivery)
                return message("The webhook has been queued again")
        raise not_found("Webhook log")

    def _entries(self) -> list[LogEntry]:
        return log_entries(self._postman.deliveries, self._switches.log_rows)

    def _named(self, request: web.Request) -> WebhookEndpoint:
        return self._endpoints.named(request.match_info["id"])

"""Subscriptions (contract, section 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..forms.base import Form, parse_object, parse_optional_object
from ..subscriptions import CANCELED
from .calls import Calls, answer, page_by_cursor

if TYPE_CHECKING:
    from aiohttp import web

    from ..billing import Billing
    from ..postman import Postman
    from ..render.subscriptions import SubscriptionRender
    from ..sales import Sales
    from ..state import State
    from ..subscriptions import Subscription
    from ..switches import Switches
    from ..webhooks import News


class SubscriptionCalls(Calls):
    """Subscriptions are read and changed.

    The bodies of cancel, pause and resume are unknown: here they may be empty, and the
    ``reason`` of a cancellation is kept. Each change answers with the subscription.
    """

    def __init__(
        self,
        state: State,
        switches: Switches,
        render: SubscriptionRender,
        billing: Billing,
        sales: Sales,
        postman: Postman,
    ) -> None:
        super().__init__(switches)
        self._state = state
        self._render = render
        self._billing = billing
        self._sales = sales
        self._postman = postman

    def routes(self) -> list[web.RouteDef]:
        """All routes."""
        one = "/subscriptions/{id}"
        read, write = "subscriptions.read", "subscriptions.write"
        return [
            self._route("GET", "/subscriptions", read, self._list),
            self._route("GET", one, read, self._one),
            self._route("GET", f"{one}/billing-history", read, self._history),
            self._route("POST", f"{one}/cancel", write, self._cancel),
            self._route("POST", f"{one}/pause", write, self._pause),
            self._route("POST", f"{one}/resume", write, self._resume),
            self._route("POST", f"{one}/change-plan", write, self._change_plan),
        ]

    async def _list(self, request: web.Request) -> web.Response:
        status = request.query.get("status")
        matching = [
            subscription
            for subscription in reversed(self._state.subscriptions)
            if status is None or self._has_status(subscription, status)
        ]
        page, pagination = page_by_cursor(request, matching)
        return answer([self._render.subscription(each) for each in page], pagination)

    def _has_status(self, subscription: Subscription, asked: str) -> bool:
        if self._switches.cancelled_filter == "either" and asked in ("CANCELED", "CANCELLED"):
            return subscription.status == CANCELED
        return self._render.status(subscription) == asked

    async def _one(self, request: web.Request) -> web.Response:
        return answer(self._render.with_invoices(self._named(request)))

    async def _history(self, request: web.Request) -> web.Response:
        page, pagination = page_by_cursor(request, self._named(request).invoices[::-1])
        return answer([self._render.billing(order) for order in page], pagination)

    async def _cancel(self, request: web.Request) -> web.Response:
        form = Form(parse_optional_object(await request.read()))
        reason = form.text("reason")
        form.check()
        subscription = self._named(request)
        return self._changed(subscription, self._billing.cancelled(subscription, comment=reason))

    async def _pause(self, request: web.Request) -> web.Response:
        subscription = self._named(request)
        return self._changed(subscription, self._billing.paused(subscription))

    async def _resume(self, request: web.Request) -> web.Response:
        subscription = self._named(request)
        return self._changed(subscription, self._billing.resumed(subscription))

    async def _change_plan(self, request: web.Request) -> web.Response:
        form = Form(parse_object(await request.read()))
        product_id = form.required("product_id", form.text("product_id"), "")
        form.check()
        subscription = self._named(request)
        product = self._state.product(product_id)
        return self._changed(subscription, self._sales.change_plan(subscription, product))

    def _changed(self, subscription: Subscription, news: list[list[News]]) -> web.Response:
        self._postman.announce_soon(news)
        return answer(self._render.subscription(subscription))

    def _named(self, request: web.Request) -> Subscription:
        return self._state.subscription(request.match_info["id"])

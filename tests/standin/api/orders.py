"""Orders, payments and invoices: views on one record (contract, section 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..forms.base import parse_object
from ..forms.orders import read_order, read_payment
from ..placing import place_order, place_payment
from .calls import Calls, answer, page_by_cursor

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from aiohttp import web

    from ..postman import Postman
    from ..render.orders import OrderRender
    from ..sales import Sales
    from ..state import State
    from ..switches import Switches


class OrderCalls(Calls):
    """Orders are made and read.

    The contract does not name the scopes of payments and of reading invoices: here they ask
    for those of orders.
    """

    def __init__(
        self,
        state: State,
        clock: Callable[[], datetime],
        switches: Switches,
        render: OrderRender,
        sales: Sales,
        postman: Postman,
    ) -> None:
        super().__init__(switches)
        self._state = state
        self._clock = clock
        self._render = render
        self._sales = sales
        self._postman = postman

    def routes(self) -> list[web.RouteDef]:
        """All routes."""
        return [
            self._route("POST", "/orders", "orders.write", self._create_order),
            self._route("GET", "/orders", "orders.read", self._orders),
            self._route("GET", "/orders/{id}", "orders.read", self._order),
            self._route("GET", "/invoices/{id}", "orders.read", self._invoice),
            self._route("POST", "/payments", "orders.write", self._create_payment),
            self._route("GET", "/payments", "orders.read", self._payments),
            self._route("GET", "/payments/{id}", "orders.read", self._payment),
        ]

    async def _create_order(self, request: web.Request) -> web.Response:
        form = read_order(parse_object(await request.read()), self._switches.order_email_field)
        order = place_order(
            self._state, form, self._clock(), trial_is_free=self._switches.trial_is_free
        )
        self._postman.announce_soon(self._sales.placed(order))
        return answer(self._render.order(order), status=self._switches.create_status)

    async def _orders(self, request: web.Request) -> web.Response:
        status = request.query.get("status")
        email = request.query.get("customerEmail")
        matching = [
            order
            for order in reversed(self._state.orders)
            if not order.is_payment
            and status in (None, order.status)
            and email in (None, order.email)
        ]
        page, pagination = page_by_cursor(request, matching)
        return answer([self._render.order(order) for order in page], pagination)

    async def _order(self, request: web.Request) -> web.Response:
        order = self._state.order(request.match_info["id"], is_payment=False)
        return answer(self._render.order(order))

    async def _invoice(self, request: web.Request) -> web.Response:
        return answer(self._render.order(self._state.order(request.match_info["id"])))

    async def _create_payment(self, request: web.Request) -> web.Response:
        form = read_payment(parse_object(await request.read()))
        order = place_payment(self._state, form, self._clock())
        data = self._render.payment(order)
        if form.webhook is not None:
            data["webhook_secret"] = self._postman.add(
                form.webhook, events=("order:paid",), order_uniqid=order.uniqid
            ).secret
        self._postman.announce_soon(self._sales.placed(order))
        return answer(data, status=self._switches.create_status)

    async def _payments(self, request: web.Request) -> web.Response:
        payments = [order for order in reversed(self._state.orders) if order.is_payment]
        page, pagination = page_by_cursor(request, payments)
        return answer([self._render.payment(order) for order in page], pagination)

    async def _payment(self, request: web.Request) -> web.Response:
        order = self._state.order(request.match_info["id"], is_payment=True)
        return answer(self._render.payment(order))

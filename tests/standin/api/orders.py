"""Orders, payments and invoices: views on one record (contract, section 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import Problem, invalid
from ..forms.base import parse_object, parse_optional_object
from ..forms.orders import check_completion, read_order, read_payment, read_refund
from ..orders import MANUAL_PENDING, PAID, VOIDED
from ..placing import place_order, place_payment
from .calls import Calls, answer, message, page_by_cursor

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from aiohttp import web

    from ..endpoints import Endpoints
    from ..orders import Order
    from ..postman import Postman
    from ..render.orders import OrderRender
    from ..sales import Sales
    from ..state import State
    from ..switches import Switches

# Contract, section 2.2: what the filter of invoices calls the statuses.
_WORDS = {"pending": "PENDING", "paid": PAID, "cancelled": VOIDED, "refunded": "REFUNDED"}
# Contract, section 2.2: the gateways whose refunds can be asked for by program.
_REFUNDING = ("STRIPE", "PAYPAL")


class OrderCalls(Calls):
    """Orders are made and read.

    The contract does not name the scopes of payments: here they ask for those of orders.
    """

    def __init__(
        self,
        state: State,
        clock: Callable[[], datetime],
        switches: Switches,
        render: OrderRender,
        sales: Sales,
        endpoints: Endpoints,
        postman: Postman,
    ) -> None:
        super().__init__(switches)
        self._state = state
        self._clock = clock
        self._render = render
        self._sales = sales
        self._endpoints = endpoints
        self._postman = postman

    def routes(self) -> list[web.RouteDef]:
        """All routes."""
        return [
            self._route("POST", "/orders", "orders.write", self._create_order),
            self._route("GET", "/orders", "orders.read", self._orders),
            self._route("GET", "/orders/{id}", "orders.read", self._order),
            self._route("POST", "/orders/{id}/complete", "orders.write", self._complete_order),
            self._route("POST", "/orders/{id}/fulfill", "orders.write", self._fulfil),
            self._route("POST", "/orders/{id}/refund", "orders.write", self._refund),
            self._route("GET", "/invoices", "invoices.read", self._invoices),
            self._route("GET", "/invoices/{id}", "invoices.read", self._invoice),
            self._route("POST", "/invoices/{id}/complete", "invoices.write", self._complete),
            self._route("POST", "/payments", "orders.write", self._create_payment),
            self._route("GET", "/payments", "orders.read", self._payments),
            self._route("GET", "/payments/{id}", "orders.read", self._payment),
            self._route("POST", "/payments/{id}/complete", "orders.write", self._complete_payment),
        ]

    async def _create_order(self, request: web.Request) -> web.Response:
        form = read_order(parse_object(await request.read()), self._switches.order_email_field)
        order = place_order(
            self._state, form, self._clock(), trial_is_free=self._switches.trial_is_free
        )
        self._postman.announce_soon(self._sales.placed(order))
        return answer(self._render.order(order), status=self._switches.create_status)

    async def _orders(self, request: web.Request) -> web.Response:
        page, pagination = page_by_cursor(request, self._matching(request, is_payment=False))
        return answer([self._render.order(order) for order in page], pagination)

    async def _order(self, request: web.Request) -> web.Response:
        order = self._state.order(request.match_info["id"], is_payment=False)
        return answer(self._render.order(order))

    async def _invoice(self, request: web.Request) -> web.Response:
        return answer(self._render.invoice(self._state.order(request.match_info["id"])))

    async def _invoices(self, request: web.Request) -> web.Response:
        page, pagination = page_by_cursor(request, self._matching(request, is_payment=None))
        return answer([self._render.invoice(order) for order in page], pagination)

    async def _create_payment(self, request: web.Request) -> web.Response:
        form = read_payment(parse_object(await request.read()))
        order = place_payment(self._state, form, self._clock())
        data = self._render.payment(order)
        if form.webhook is not None:
            data["webhook_secret"] = self._endpoints.add(
                form.webhook, None, ("order:paid",), order_uniqid=order.uniqid
            ).secret
        self._postman.announce_soon(self._sales.placed(order))
        return answer(data, status=self._switches.create_status)

    async def _payments(self, request: web.Request) -> web.Response:
        page, pagination = page_by_cursor(request, self._matching(request, is_payment=True))
        return answer([self._render.payment(order) for order in page], pagination)

    async def _payment(self, request: web.Request) -> web.Response:
        order = self._state.order(request.match_info["id"], is_payment=True)
        return answer(self._render.payment(order))

    async def _complete_order(self, request: web.Request) -> web.Response:
        self._state.order(request.match_info["id"], is_payment=False)
        return await self._complete(request)

    async def _complete_payment(self, request: web.Request) -> web.Response:
        self._state.order(request.match_info["id"], is_payment=True)
        return await self._complete(request)

    async def _complete(self, request: web.Request) -> web.Response:
        """Finish what is pending, as if it had been paid by hand."""
        check_completion(parse_optional_object(await request.read()))
        order = self._state.order(request.match_info["id"])
        if not order.payable and order.status != MANUAL_PENDING:
            raise invalid(Problem("status", f"is {order.status}: nothing to complete"))
        self._postman.announce_soon(self._sales.pay(order, order.gateway or "MANUAL"))
        return answer(self._render.completed(order))

    async def _fulfil(self, request: web.Request) -> web.Response:
        """Deliver what a paid order lacks."""
        check_completion(parse_optional_object(await request.read()))
        order = self._state.order(request.match_info["id"], is_payment=False)
        if order.status != PAID:
            raise invalid(Problem("status", f"is {order.status}: nothing to fulfil"))
        self._sales.deliver(order)
        return answer(self._render.completed(order))

    async def _refund(self, request: web.Request) -> web.Response:
        amount = read_refund(parse_optional_object(await request.read()))
        order = self._state.order(request.match_info["id"], is_payment=False)
        if order.gateway not in _REFUNDING:
            text = f"refunds are not supported for {order.gateway}"
            raise invalid(Problem("gateway", text))
        self._postman.announce_soon(self._sales.refund(order, amount))
        return message("The order has been refunded")

    def _matching(self, request: web.Request, *, is_payment: bool | None) -> list[Order]:
        """The records of one kind, or of both, that the filters let through; newest first."""
        status = request.query.get("status")
        status = _WORDS.get(status or "", status)
        email = request.query.get("customerEmail")
        return [
            order
            for order in reversed(self._state.orders)
            if is_payment in (None, order.is_payment)
            and status in (None, order.status)
            and email in (None, order.email)
        ]

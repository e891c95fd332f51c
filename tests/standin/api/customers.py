"""Customers (contract, section 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .calls import Calls, answer, page_by_cursor

if TYPE_CHECKING:
    from aiohttp import web

    from ..render.customers import CustomerRender
    from ..state import State
    from ..switches import Switches


class CustomerCalls(Calls):
    """Customers are read. That ``email`` filters the list is our choice."""

    def __init__(self, state: State, switches: Switches, render: CustomerRender) -> None:
        super().__init__(switches)
        self._state = state
        self._render = render

    def routes(self) -> list[web.RouteDef]:
        """All routes."""
        return [
            self._route("GET", "/customers", "customers.read", self._list),
            self._route("GET", "/customers/{id}", "customers.read", self._one),
        ]

    async def _list(self, request: web.Request) -> web.Response:
        email = request.query.get("email")
        customers = [
            customer
            for customer in reversed(self._state.customers.values())
            if email is None or customer.email.casefold() == email.casefold()
        ]
        page, pagination = page_by_cursor(request, customers)
        return answer([self._render.customer(customer) for customer in page], pagination)

    async def _one(self, request: web.Request) -> web.Response:
        customer = self._state.customer(request.match_info["id"])
        invoices = [order for order in self._state.orders if order.customer_id == customer.id]
        subscriptions = [each for each in self._state.subscriptions if each.customer is customer]
        return answer(self._render.full(customer, invoices, subscriptions))

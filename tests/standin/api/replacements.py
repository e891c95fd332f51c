"""Replacement of serials (contract, section 15.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import Problem, invalid, refused
from ..forms.base import parse_optional_object
from ..forms.replacements import read_replacement
from ..orders import PAID
from .calls import Calls, answer

if TYPE_CHECKING:
    from aiohttp import web

    from ..orders import LineItem, Order
    from ..postman import Postman
    from ..render.orders import OrderRender
    from ..sales import Sales
    from ..state import State
    from ..switches import Switches


class ReplacementCalls(Calls):
    """New serials are handed out for old ones."""

    def __init__(
        self, state: State, switches: Switches, render: OrderRender, sales: Sales, postman: Postman
    ) -> None:
        super().__init__(switches)
        self._state = state
        self._render = render
        self._sales = sales
        self._postman = postman

    def routes(self) -> list[web.RouteDef]:
        """The only route."""
        path = "/invoices/{id}/replacements"
        return [self._route("POST", path, "invoices.write", self._replace)]

    async def _replace(self, request: web.Request) -> web.Response:
        form = read_replacement(parse_optional_object(await request.read()))
        order = self._state.order(request.match_info["id"])
        if order.status != PAID:
            raise refused(f"An order that is {order.status} gets no replacement")
        line = _line(order, form.product_id)
        delivered = len(line.goods.pieces) if line.goods else 0
        quantity = delivered if form.full else form.quantity
        if quantity > delivered and not form.override_remaining_quantity:
            raise invalid(Problem("quantity", f"must be at most {delivered}"))
        self._postman.announce_soon(self._sales.replace(order, line, quantity))
        data = self._render.replacement(order, line, quantity)
        return answer(data, status=self._switches.create_status)


def _line(order: Order, product_id: str | None) -> LineItem:
    """The line of that product, or the first one with serials."""
    for line in order.items:
        is_wanted = product_id is None or (line.product and line.product.is_named(product_id))
        if is_wanted and line.goods is not None and line.goods.name == "serials":
            return line
    raise refused("The order has no delivered serials to replace")

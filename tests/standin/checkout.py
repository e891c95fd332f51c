"""The hosted checkout page, as a buyer sees it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from aiohttp import web

from .errors import ApiError
from .orders import PAID

if TYPE_CHECKING:
    from decimal import Decimal

    from .orders import LineItem, Order
    from .postman import Postman
    from .sales import Sales
    from .state import State

_STYLE = """
body { margin: 0; background: #f4f4f7; color: #1c1c28; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 26rem; margin: 10vh auto; padding: 2rem; background: #fff; border-radius: 1rem;
       box-shadow: 0 .5rem 2rem rgb(0 0 0 / 8%); }
h1 { margin: 0 0 1rem; font-size: 1.3rem; }
table { width: 100%; border-collapse: collapse; }
td { padding: .5rem 0; border-bottom: 1px solid #eee; }
td + td { text-align: right; white-space: nowrap; }
.total td { border: 0; font-weight: 700; font-size: 1.15rem; }
.muted { color: #77778a; font-size: .85rem; }
.status { font-weight: 600; }
.paid { color: #15803d; }
button { width: 100%; padding: .8rem; border: 0; border-radius: .6rem; background: #5865f2;
         color: #fff; font: inherit; font-weight: 600; cursor: pointer; }
"""


class Checkout:
    """The pages under ``/invoice/{uniqid}``."""

    def __init__(self, state: State, sales: Sales, postman: Postman) -> None:
        self._state = state
        self._sales = sales
        self._postman = postman

    def routes(self) -> list[web.RouteDef]:
        """All routes."""
        return [
            web.get("/invoice/{uniqid}", self._show),
            web.post("/invoice/{uniqid}/pay", self._paid),
        ]

    async def _show(self, request: web.Request) -> web.Response:
        return _html(_page(self._order(request)))

    async def _paid(self, request: web.Request) -> web.Response:
        order = self._order(request)
        if not order.payable:
            return _html(_page(order), status=409)
        await self._postman.announce(self._sales.pay(order))
        raise web.HTTPSeeOther(f"/invoice/{order.uniqid}")

    def _order(self, request: web.Request) -> Order:
        try:
            return self._state.order(request.match_info["uniqid"])
        except ApiError:
            raise web.HTTPNotFound(text="There is no such invoice.") from None


def _html(text: str, status: int = 200) -> web.Response:
    return web.Response(status=status, text=text, content_type="text/html")


def _page(order: Order) -> str:
    title = escape(order.title or order.items[0].title)
    rows = "".join(_row(item, order) for item in order.items)
    discount = (
        f"<tr><td>Discount</td><td>-{_money(order.discount, order)}</td></tr>"
        if order.discount
        else ""
    )
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Checkout - {title}</title><style>{_STYLE}</style></head><body><main>"
        f"<h1>{title}</h1><table>{rows}{discount}"
        f'<tr class="total"><td>Total</td><td>{_money(order.total, order)}</td></tr></table>'
        f'<p class="muted">Invoice {escape(order.uniqid)} for {escape(order.email)}</p>'
        f"{_state_of(order)}</main></body></html>"
    )


def _row(item: LineItem, order: Order) -> str:
    variant = f" ({escape(item.variant.title)})" if item.variant else ""
    return (
        f"<tr><td>{item.quantity} x {escape(item.title)}{variant}</td>"
        f"<td>{_money(item.total, order)}</td></tr>"
    )


def _state_of(order: Order) -> str:
    """The status line, and what the buyer can do next."""
    if order.payable:
        return (
            f'<p class="status">Status: {escape(order.status)}</p>'
            f'<form method="post" action="/invoice/{escape(order.uniqid)}/pay">'
            f"<button>Pay {_money(order.total, order)}</button></form>"
        )
    if order.status != PAID:
        return f'<p class="status">Status: {escape(order.status)}</p>'
    back = (
        f'<p><a href="{escape(order.return_url)}">Back to the shop</a></p>'
        if order.return_url
        else ""
    )
    return f'<p class="status paid">Paid</p>{back}'


def _money(amount: Decimal, order: Order) -> str:
    return f"{amount:.2f} {escape(order.currency)}"

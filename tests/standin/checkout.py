"""The hosted checkout page, as a buyer sees it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from aiohttp import web

from .checkout_form import edit_form, read_edit
from .errors import ApiError
from .orders import PAID

if TYPE_CHECKING:
    from decimal import Decimal

    from .editing import Editing
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

    def __init__(self, state: State, sales: Sales, editing: Editing, postman: Postman) -> None:
        self._state = state
        self._sales = sales
        self._editing = editing
        self._postman = postman

    def routes(self) -> list[web.RouteDef]:
        """All routes."""
        return [
            web.get("/invoice/{uniqid}", self._show),
            web.post("/invoice/{uniqid}/pay", self._paid),
            web.post("/invoice/{uniqid}/edit", self._edited),
            web.post("/invoice/{uniqid}/fields", self._filled),
        ]

    async def _show(self, request: web.Request) -> web.Response:
        return self._answer(self._order(request))

    async def _paid(self, request: web.Request) -> web.Response:
        order = self._order(request)
        if not order.payable:
            return self._answer(order, status=409)
        await self._postman.announce(self._sales.pay(order))
        raise web.HTTPSeeOther(f"/invoice/{order.uniqid}")

    async def _edited(self, request: web.Request) -> web.Response:
        order = self._order(request)
        try:
            self._editing.apply(order, read_edit(self._state, order, await request.post()))
        except (ApiError, ArithmeticError, ValueError) as error:
            raise web.HTTPBadRequest(text=str(error)) from None
        raise web.HTTPSeeOther(f"/invoice/{order.uniqid}")

    async def _filled(self, request: web.Request) -> web.Response:
        """All fields that are filled in are done; the line ships when none is left."""
        order = self._order(request)
        sent = await request.post()
        for line in order.items:
            line.asked = tuple(name for name in line.asked if not sent.get(f"{line.id}:{name}"))
        await self._postman.announce(self._sales.line_moved(order))
        raise web.HTTPSeeOther(f"/invoice/{order.uniqid}")

    def _answer(self, order: Order, status: int = 200) -> web.Response:
        return _html(_page(order, edit_form(self._state, order)), status=status)

    def _order(self, request: web.Request) -> Order:
        try:
            return self._state.order(request.match_info["uniqid"])
        except ApiError:
            raise web.HTTPNotFound(text="There is no such invoice.") from None


def _html(text: str, status: int = 200) -> web.Response:
    return web.Response(status=status, text=text, content_type="text/html")


def _page(order: Order, form: str) -> str:
    title = escape(order.title or order.items[0].title)
    rows = "".join(_row(item, order) for item in order.items)
    discount = (
        f"<tr><td>Discount</td><td>-{_money(order.discount, order)}</td></tr>"
        if order.discount
        else ""
    )
    extras = "".join(
        f"<tr><td>{name}</td><td>{_money(amount, order)}</td></tr>"
        for name, amount in (
            ("Tip", order.price.tip),
            ("Gateway fee", order.price.gateway_fee),
            ("Tax", order.price.tax),
            ("Store credit", -order.price.credit),
        )
        if amount
    )
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Checkout - {title}</title><style>{_STYLE}</style></head><body><main>"
        f"<h1>{title}</h1><table>{rows}{discount}{extras}"
        f'<tr class="total"><td>Total</td><td>{_money(order.total, order)}</td></tr></table>'
        f'<p class="muted">Invoice {escape(order.uniqid)} for {escape(order.email)}</p>'
        f"{_state_of(order)}{form}</main></body></html>"
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
            f"<button>Pay {_money(order.remaining, order)}</button></form>"
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

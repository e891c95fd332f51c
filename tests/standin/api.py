"""The handlers of the Dev API (contract, sections 1, 2, 3 and 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from aiohttp import web

from .errors import Problem, forbidden, invalid, not_found, refused
from .forms import parse_object, read_order, read_payment

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from .catalogue import Product
    from .orders import Order
    from .render import Render
    from .state import State
    from .switches import Switches
    from .webhooks import Postman

    Handler = Callable[[web.Request], Awaitable[web.Response]]
    Record = TypeVar("Record", Product, Order)

API_PREFIX = "/dev/v1"
_DEFAULT_LIMIT = 50
_LARGEST_LIMIT = 100


class DevApi:
    """The calls of the Dev API.

    The contract does not name the scopes of payments, coupons and invoices. Here payments
    and invoices ask for those of orders, and coupons for ``products.read``.
    """

    def __init__(
        self,
        state: State,
        switches: Switches,
        render: Render,
        postman: Postman,
    ) -> None:
        self._state = state
        self._switches = switches
        self._render = render
        self._postman = postman

    def routes(self) -> list[web.RouteDef]:
        """All routes."""
        return [
            web.get(f"{API_PREFIX}/me", self._me),
            web.get(f"{API_PREFIX}/me/capabilities", self._capabilities),
            self._route("GET", "/products", "products.read", self._products),
            self._route("GET", "/products/{id}", "products.read", self._product),
            self._route("GET", "/products/{id}/stock", "products.read", self._stock),
            self._route("GET", "/products/{id}/variants", "products.read", self._variants),
            self._route("GET", "/coupons/code/{code}", "products.read", self._coupon),
            self._route("POST", "/orders", "orders.write", self._create_order),
            self._route("GET", "/orders", "orders.read", self._orders),
            self._route("GET", "/orders/{id}", "orders.read", self._order),
            self._route("GET", "/invoices/{id}", "orders.read", self._invoice),
            self._route("POST", "/payments", "orders.write", self._create_payment),
            self._route("GET", "/payments", "orders.read", self._payments),
            self._route("GET", "/payments/{id}", "orders.read", self._payment),
        ]

    def _route(self, method: str, path: str, scope: str, handler: Handler) -> web.RouteDef:
        async def scoped(request: web.Request) -> web.Response:
            if not self._switches.scopes & {"*", scope}:
                raise forbidden(f"The key lacks the scope {scope}")
            return await handler(request)

        return web.route(method, API_PREFIX + path, scoped)

    async def _me(self, _request: web.Request) -> web.Response:
        return _data({"id": "1", "name": "Stand-in", "currency": "EUR"})

    async def _capabilities(self, _request: web.Request) -> web.Response:
        scopes = sorted(self._switches.scopes)
        return _data({"scopes": scopes, "payment_methods": ["STRIPE", "PAYPAL"]})

    async def _products(self, request: web.Request) -> web.Response:
        page, pagination = _page(request, self._state.products)
        with_variants = self._switches.variants_in_list
        return _data(
            [self._render.product(product, variants=with_variants) for product in page], pagination
        )

    async def _product(self, request: web.Request) -> web.Response:
        asked = request.query.get("include_variants", "").lower() in ("1", "true")
        return _data(self._render.product(self._named_product(request), variants=asked))

    async def _stock(self, request: web.Request) -> web.Response:
        return _data(self._render.stock(self._named_product(request)))

    async def _variants(self, request: web.Request) -> web.Response:
        return _data(self._render.variants(self._named_product(request)))

    async def _coupon(self, request: web.Request) -> web.Response:
        coupon = self._state.coupon(request.match_info["code"])
        if coupon is None:
            raise not_found("Coupon")
        product_id = request.query.get("product_id")
        if product_id is not None:
            product = self._state.product(product_id)
            variant_id = request.query.get("variant_id")
            if variant_id is not None and product.variant(variant_id) is None:
                raise not_found("Variant")
            if not coupon.covers(product):
                raise refused("The coupon is not valid for this product")
        return _data(self._render.coupon(coupon))

    async def _create_order(self, request: web.Request) -> web.Response:
        body = parse_object(await request.read())
        order = self._state.place_order(read_order(body, self._switches.order_email_field))
        self._postman.announce_soon(order, "order:created")
        return _data(self._render.order(order), status=self._switches.create_status)

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
        page, pagination = _page(request, matching)
        return _data([self._render.order(order) for order in page], pagination)

    async def _order(self, request: web.Request) -> web.Response:
        order = self._state.order(request.match_info["id"], is_payment=False)
        return _data(self._render.order(order))

    async def _invoice(self, request: web.Request) -> web.Response:
        return _data(self._render.order(self._state.order(request.match_info["id"])))

    async def _create_payment(self, request: web.Request) -> web.Response:
        form = read_payment(parse_object(await request.read()))
        order = self._state.place_payment(form)
        answer = self._render.payment(order)
        if form.webhook is not None:
            answer["webhook_secret"] = self._postman.add(
                form.webhook, events=("order:paid",), order_uniqid=order.uniqid
            ).secret
        self._postman.announce_soon(order, "order:created")
        return _data(answer, status=self._switches.create_status)

    async def _payments(self, request: web.Request) -> web.Response:
        payments = [order for order in reversed(self._state.orders) if order.is_payment]
        page, pagination = _page(request, payments)
        return _data([self._render.payment(order) for order in page], pagination)

    async def _payment(self, request: web.Request) -> web.Response:
        order = self._state.order(request.match_info["id"], is_payment=True)
        return _data(self._render.payment(order))

    def _named_product(self, request: web.Request) -> Product:
        return self._state.product(request.match_info["id"])


def _data(
    data: object, pagination: dict[str, Any] | None = None, *, status: int = 200
) -> web.Response:
    body = {"data": data}
    if pagination is not None:
        body["pagination"] = pagination
    return web.json_response(body, status=status)


def _page(
    request: web.Request, records: Sequence[Record]
) -> tuple[Sequence[Record], dict[str, Any]]:
    """One page by cursor (contract, section 1, *Pagination*): the id of the last record seen."""
    limit = request.query.get("limit", str(_DEFAULT_LIMIT))
    if not limit.isdecimal() or not 1 <= int(limit) <= _LARGEST_LIMIT:
        raise invalid(Problem("limit", f"must be 1 to {_LARGEST_LIMIT}"))
    start = 0
    cursor = request.query.get("cursor")
    if cursor is not None:
        ids = [record.id for record in records]
        if cursor not in ids:
            raise invalid(Problem("cursor", "is unknown"))
        start = ids.index(cursor) + 1
    page = records[start : start + int(limit)]
    has_more = start + len(page) < len(records)
    return page, {"next_cursor": page[-1].id if has_more else None, "has_more": has_more}

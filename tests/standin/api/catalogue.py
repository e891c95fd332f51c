"""The shop itself, its products and coupons (contract, sections 1, 3 and 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from ..errors import not_found, refused
from .calls import API_PREFIX, Calls, answer, is_other_shop, page_by_cursor

if TYPE_CHECKING:
    from ..catalogue import Product
    from ..render.catalogue import CatalogueRender
    from ..state import State
    from ..switches import Switches


class CatalogueCalls(Calls):
    """Who am I, and what do I sell.

    The contract does not name the scope of coupons: here they ask for ``products.read``.
    """

    def __init__(self, state: State, switches: Switches, render: CatalogueRender) -> None:
        super().__init__(switches)
        self._state = state
        self._render = render

    def routes(self) -> list[web.RouteDef]:
        """All routes."""
        return [
            web.get(f"{API_PREFIX}/me", self._me),
            web.get(f"{API_PREFIX}/me/capabilities", self._capabilities),
            self._route("GET", "/products", "products.read", self._products),
            # Shoppex's own client asks with the slash (contract, section 1).
            self._route("GET", "/products/", "products.read", self._products),
            self._route("GET", "/products/{id}", "products.read", self._product),
            self._route("GET", "/products/{id}/stock", "products.read", self._stock),
            self._route("GET", "/products/{id}/variants", "products.read", self._variants),
            self._route("GET", "/coupons/code/{code}", "products.read", self._coupon),
        ]

    async def _me(self, request: web.Request) -> web.Response:
        state = self._state
        profile = state.other_profile if is_other_shop(request) else state.profile
        return answer({"id": profile.id, "name": profile.name, "currency": profile.currency})

    async def _capabilities(self, _request: web.Request) -> web.Response:
        scopes = sorted(self._switches.scopes)
        return answer({"scopes": scopes, "payment_methods": ["STRIPE", "PAYPAL"]})

    async def _products(self, request: web.Request) -> web.Response:
        page, pagination = page_by_cursor(request, self._state.products)
        with_variants = self._switches.variants_in_list
        return answer(
            [self._render.product(product, variants=with_variants) for product in page], pagination
        )

    async def _product(self, request: web.Request) -> web.Response:
        asked = request.query.get("include_variants", "").lower() in ("1", "true")
        return answer(self._render.product(self._named(request), variants=asked))

    async def _stock(self, request: web.Request) -> web.Response:
        return answer(self._render.stock(self._named(request)))

    async def _variants(self, request: web.Request) -> web.Response:
        return answer(self._render.variants(self._named(request)))

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
        return answer(self._render.coupon(coupon))

    def _named(self, request: web.Request) -> Product:
        return self._state.product(request.match_info["id"])

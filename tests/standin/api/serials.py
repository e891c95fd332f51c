"""The pools of keys (contract, section 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import not_found, refused
from ..forms.base import parse_object
from ..forms.serials import read_claim, read_serials
from .calls import Calls, answer, page_by_number

if TYPE_CHECKING:
    from aiohttp import web

    from ..catalogue import Product, Variant
    from ..render.catalogue import CatalogueRender
    from ..state import State
    from ..switches import Switches


class SerialCalls(Calls):
    """Serials are listed, added and claimed.

    The contract does not name their scopes: here reading asks for ``products.read``, adding
    and claiming for ``products.write``.
    """

    def __init__(self, state: State, switches: Switches, render: CatalogueRender) -> None:
        super().__init__(switches)
        self._state = state
        self._render = render

    def routes(self) -> list[web.RouteDef]:
        """All routes."""
        read, write = "products.read", "products.write"
        own = "/products/{id}/serials"
        of_variant = "/products/{id}/variants/{variant_id}/serials"
        return [
            self._route("POST", f"{own}/claim", write, self._claim),
            *(self._route("GET", path, read, self._list) for path in (own, of_variant)),
            *(self._route("POST", path, write, self._add) for path in (own, of_variant)),
        ]

    async def _list(self, request: web.Request) -> web.Response:
        """The pool of a product, or of one variant; without one, those of all variants too."""
        product, variant = self._named(request)
        listings = [variant] if variant else [None, *product.variants]
        rows = [
            self._render.serial(serial, shelf)
            for shelf in listings
            for serial in (shelf or product).serials
        ]
        page, pagination = page_by_number(request, rows, self._switches.page_model)
        return answer(page, pagination)

    async def _add(self, request: web.Request) -> web.Response:
        product, variant = self._named(request)
        pool = (variant or product).serials
        added = read_serials(parse_object(await request.read()), pool)
        pool += added
        return answer({"added_count": len(added)}, status=self._switches.create_status)

    async def _claim(self, request: web.Request) -> web.Response:
        """Take serials out of the pool for ever; ``claim_short`` is for too few of them."""
        amount = read_claim(parse_object(await request.read()))
        product, _ = self._named(request)
        if product.variants:
            raise refused("Serials of a product with variants cannot be claimed")
        if amount > len(product.serials) and self._switches.claim_short == "refuse":
            raise refused(f"Only {len(product.serials)} serials are left")
        claimed = product.serials[:amount]
        del product.serials[:amount]
        data = {
            "claimed_count": len(claimed),
            "remaining_stock": len(product.serials),
            "serials": [self._render.serial(serial, None) for serial in claimed],
        }
        return answer(data)

    def _named(self, request: web.Request) -> tuple[Product, Variant | None]:
        product = self._state.product(request.match_info["id"])
        if not product.delivers_serials:
            raise refused(f"{product.title} has no serials")
        variant_id = request.match_info.get("variant_id")
        if variant_id is None:
            return product, None
        variant = product.variant(variant_id)
        if variant is None:
            raise not_found("Variant")
        return product, variant

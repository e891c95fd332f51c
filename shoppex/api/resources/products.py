"""The catalogue."""

from __future__ import annotations

from collections.abc import AsyncIterator

from ...domain.product import Product, Variant
from ..errors import unreadable
from ..fields import as_mapping, unwrap
from ..pagination import entries
from ..payloads.product import StockLevels, parse_levels, parse_product, parse_variants
from ..records import read_record, read_records
from ..transport import Transport


class ProductResource:
    """``/products`` (contract, section 3). Each call raises `ApiError` when it fails."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self) -> AsyncIterator[Product]:
        """Give every product, hidden ones too. Variants may be missing: `get` has them."""
        return read_records(entries(self._transport, "products"), parse_product, "product")

    async def get(self, product_id: str) -> Product:
        """Read one product with its variants, by id or uniqid."""
        answer = await self._transport.request(
            "GET", "products", product_id, params={"include_variants": "true"}
        )
        return read_record(unwrap(answer.data, "product"), parse_product, "product")

    async def stock(self, product_id: str) -> StockLevels:
        """Read how many can be sold now."""
        answer = await self._transport.request("GET", "products", product_id, "stock")
        data = as_mapping(answer.data)
        if not data:
            raise unreadable("stock")
        return parse_levels(data)

    async def variants(self, product: Product) -> tuple[Variant, ...]:
        """Read the variants of a product, whose currency they share."""
        answer = await self._transport.request("GET", "products", product.uniqid, "variants")
        found = unwrap(answer.data, "variants")
        if not isinstance(found, list):
            raise unreadable("list of variants")
        secret = product.stock.secret
        return parse_variants({"variants": found}, product.price, product.type, secret=secret)

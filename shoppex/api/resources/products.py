"""Products of the catalogue."""

from __future__ import annotations

from collections.abc import AsyncIterator

from ...domain.product import Product
from ..fields import unwrap
from ..pagination import entries
from ..payloads.product import parse_product
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

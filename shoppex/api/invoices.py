"""Invoices: another view of orders, which sometimes knows more of what was delivered."""

from __future__ import annotations

from ..domain.remote import RemoteOrder
from .order_reading import parse_order
from .parsing import unwrap
from .reading import read_record
from .transport import Transport


class InvoiceResource:
    """``/invoices`` (contract, sections 2.5 and 4.5)."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def get(self, uniqid: str) -> RemoteOrder:
        """Read one invoice; an order's uniqid is its invoice's.

        Raises
        ------
        ApiError
            When Shoppex refuses or cannot be asked.
        """
        answer = await self._transport.request("GET", "invoices", uniqid)
        return read_record(unwrap(answer.data, "invoice"), parse_order, "invoice")

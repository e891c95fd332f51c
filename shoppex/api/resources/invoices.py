"""Invoices: another view of orders, which sometimes knows more of what was delivered."""

from __future__ import annotations

from ...domain.remote import RemoteOrder
from ..fields import unwrap
from ..payloads.order import parse_order
from ..records import read_record
from ..transport import Transport

# Contract, section 15.6; how long a reason may be is not said.
_LONGEST_REASON = 200


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

    async def replace_key(self, uniqid: str, *, reason: str, idempotency_key: str) -> None:
        """Give out another serial in place of one of an order's (contract, section 15.6).

        It is asked once, whatever comes of it: two keys would be given out. Needs the scope
        ``invoices.write``.

        Raises
        ------
        ApiError
            When Shoppex refuses, or may have done it all the same (`ApiError.ambiguous`).
        """
        await self._transport.request(
            "POST",
            "invoices",
            uniqid,
            "replacements",
            json={"full": "false", "quantity": 1, "reason": reason[:_LONGEST_REASON]},
            idempotency_key=idempotency_key,
            once=True,
        )

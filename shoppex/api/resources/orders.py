"""Orders: purchases of catalogue products, which Shoppex fulfils."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ...domain.remote import RemoteOrder
from ..envelope import Answer
from ..errors import Rejected
from ..pagination import entries
from ..payloads.order import parse_order
from ..records import read_record, read_records
from ..transport import LONGEST_IDEMPOTENCY_KEY, Transport

log = logging.getLogger("red.shoppex.shoppex.api.resources.orders")

_EMAIL = "email"
_OTHER_EMAIL = "customer_email"
_OTHER_SUFFIX = "-2"


@dataclass(frozen=True, slots=True)
class OrderLine:
    """Line of an order that is to be made.

    Parameters
    ----------
    product_id
        Id or uniqid.
    """

    product_id: str
    quantity: int = 1
    variant_id: str | None = None

    def to_json(self) -> dict[str, object]:
        """The form in which ``POST /orders`` takes it (contract, section 2.1)."""
        line: dict[str, object] = {"product_id": self.product_id, "quantity": self.quantity}
        return line if self.variant_id is None else {**line, "variant_id": self.variant_id}


class OrderResource:
    """``/orders`` (contract, sections 2.1 and 2.2). Each call raises `ApiError` on failure."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def create(
        self,
        items: Sequence[OrderLine],
        email: str,
        custom_fields: Mapping[str, str],
        coupon_code: str | None = None,
        *,
        idempotency_key: str,
    ) -> RemoteOrder:
        """Make an order, to be paid at its `RemoteOrder.url`.

        Parameters
        ----------
        email
            The buyer's.
        idempotency_key
            At most 126 printable ASCII characters; the same for a repeat of this very order.

        Raises
        ------
        ApiError
            When Shoppex refuses or cannot be asked; `ApiError.ambiguous` says whether the order
            may exist.
        ValueError
            When the idempotency key is unfit.
        """
        if len(idempotency_key) + len(_OTHER_SUFFIX) > LONGEST_IDEMPOTENCY_KEY:
            raise ValueError("the idempotency key is too long")
        body: dict[str, object] = {
            "items": [item.to_json() for item in items],
            "custom_fields": dict(custom_fields),
        }
        if coupon_code is not None:
            body["coupon_code"] = coupon_code
        try:
            answer = await self._post({**body, _EMAIL: email}, idempotency_key)
        except Rejected as error:
            if not _wants_other_email(error):
                raise
            log.info("POST /orders wants the address as %s", _OTHER_EMAIL)
            # Contract, C8. Another body needs another key.
            other_key = idempotency_key + _OTHER_SUFFIX
            answer = await self._post({**body, _OTHER_EMAIL: email}, other_key)
        return read_record(answer.data, parse_order, "order", write=True)

    async def get(self, order_id: str) -> RemoteOrder:
        """Read one order, by id or uniqid."""
        answer = await self._transport.request("GET", "orders", order_id)
        return read_record(answer.data, parse_order, "order")

    def list(self, status: str | None = None) -> AsyncIterator[RemoteOrder]:
        """Give every order, or those with Shoppex's word for a status, such as ``PENDING``."""
        found = entries(self._transport, "orders", params={"status": status})
        return read_records(found, parse_order, "order")

    async def complete(
        self,
        order_id: str,
        *,
        note: str | None = None,
        suppress_emails: bool | None = None,
    ) -> RemoteOrder:
        """Take a pending order for paid: Shoppex delivers, writes to the buyer, tells webhooks.

        Never tried twice. An order that is complete already is refused.

        Parameters
        ----------
        note
            For whoever reads the order at Shoppex.
        suppress_emails
            Whether the buyer gets no mail; ``None`` for Shoppex's own habit.
        """
        body: dict[str, object] = {} if note is None else {"note": note}
        if suppress_emails is not None:
            body["suppress_emails"] = suppress_emails
        answer = await self._transport.request("POST", "orders", order_id, "complete", json=body)
        return read_record(answer.data, parse_order, "order", write=True)

    async def refund(
        self, order_id: str, amount: Decimal | None = None, *, reason: str | None = None
    ) -> None:
        """Give money back, which takes back neither keys nor roles (contract, section 4.7).

        Never tried twice: after an ambiguous failure read the order before anything else. Only
        what was paid by Stripe or PayPal can be given back so.

        Parameters
        ----------
        amount
            Major units of the order's currency; ``None`` for all of it.

        Raises
        ------
        ApiError
            When Shoppex refuses or cannot be asked.
        ValueError
            When the amount is not above zero.
        """
        body: dict[str, object] = {} if reason is None else {"reason": reason}
        if amount is not None:
            if not amount.is_finite() or amount <= 0:
                raise ValueError("an amount that cannot be given back")
            body["amount"] = f"{amount:f}"
        await self._transport.request("POST", "orders", order_id, "refund", json=body)

    async def _post(self, body: Mapping[str, object], idempotency_key: str) -> Answer:
        return await self._transport.request(
            "POST", "orders", json=body, idempotency_key=idempotency_key
        )


def _wants_other_email(error: Rejected) -> bool:
    named = (error.message, *(text for detail in error.details for text in detail))
    return any(_OTHER_EMAIL in text for text in named)

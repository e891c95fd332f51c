"""Payments: sums of the bot's own making, which Shoppex collects and delivers nothing for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

from ...domain.money import Money
from ...domain.remote import RemoteOrder
from ..fields import clean_text
from ..pagination import entries
from ..payloads.order import parse_payment
from ..records import read_record, read_records
from ..transport import Transport

_LONGEST_TITLE = 128


class PaymentResource:
    """``/payments`` (contract, section 2.3). Each call raises `ApiError` on failure."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def create(
        self,
        title: str,
        email: str,
        value: Money,
        custom_fields: Mapping[str, str],
        *,
        idempotency_key: str,
        return_url: str | None = None,
        cancel_url: str | None = None,
    ) -> RemoteOrder:
        """Make a payment, to be paid at its `RemoteOrder.url`.

        Parameters
        ----------
        title
            What the buyer reads; cut to 128 characters.
        email
            The buyer's.
        value
            The whole sum; at least 0.01.
        idempotency_key
            At most 128 printable ASCII characters; the same for a repeat of this very payment.
        return_url, cancel_url
            Where the buyer goes afterwards.

        Raises
        ------
        ApiError
            When Shoppex refuses or cannot be asked; `ApiError.ambiguous` says whether the
            payment may exist.
        ValueError
            When the idempotency key is unfit.
        """
        body: dict[str, object] = {
            "title": clean_text(title)[:_LONGEST_TITLE],
            "email": email,
            "value": value.amount,
            "currency": value.currency,
            "custom_fields": [
                {"name": name, "value": text} for name, text in custom_fields.items()
            ],
        }
        links = {"return_url": return_url, "cancel_url": cancel_url}
        body.update((name, url) for name, url in links.items() if url is not None)
        answer = await self._transport.request(
            "POST", "payments", json=body, idempotency_key=idempotency_key
        )
        return read_record(answer.data, parse_payment, "payment", write=True)

    async def get(self, uniqid: str) -> RemoteOrder:
        """Read one payment."""
        answer = await self._transport.request("GET", "payments", uniqid)
        return read_record(answer.data, parse_payment, "payment")

    def list(self, status: str | None = None) -> AsyncIterator[RemoteOrder]:
        """Give every payment, or those with Shoppex's word for a status, such as ``PENDING``."""
        found = entries(self._transport, "payments", params={"status": status})
        return read_records(found, parse_payment, "payment")

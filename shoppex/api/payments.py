"""Payments: sums of the bot's own making, which Shoppex collects and delivers nothing for."""

from __future__ import annotations

from collections.abc import Mapping

from ..domain.money import Money
from ..domain.remote import RemoteOrder
from .envelope import Answer
from .errors import unreadable
from .order_reading import MalformedOrder, parse_payment
from .parsing import as_mapping, clean_text
from .transport import Transport

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
        return _read(answer, write=True)

    async def get(self, uniqid: str) -> RemoteOrder:
        """Read one payment."""
        return _read(await self._transport.request("GET", "payments", uniqid))


def _read(answer: Answer, *, write: bool = False) -> RemoteOrder:
    try:
        return parse_payment(as_mapping(answer.data))
    except MalformedOrder:
        raise unreadable("payment", write=write) from None

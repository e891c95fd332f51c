"""Licences: reading and changing them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timezone
from enum import Enum
from typing import Final

from ...domain.license import License, LicenseStatus
from ..pagination import filtered_entries
from ..payloads.license import LIST_WRAPPERS, parse_license
from ..records import read_record, read_records
from ..transport import Transport


class Unchanged(Enum):
    """The type of `UNCHANGED`."""

    UNCHANGED = "unchanged"


UNCHANGED: Final = Unchanged.UNCHANGED
"""Leaves a field as it is, where ``None`` would empty it."""


class LicenseResource:
    """``/licenses`` (contract, section 6). Each call raises `ApiError` when it fails.

    ``/licenses/validate`` is left out on purpose. It is for the program that a licence is for:
    it counts a use, binds the machine that asks, and takes the bot's address for the buyer's.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def get(self, license_id: str) -> License:
        """Read one licence, by id or uniqid."""
        answer = await self._transport.request("GET", "licenses", license_id)
        return read_record(answer.data, parse_license, "licence")

    async def list(
        self,
        *,
        key: str | None = None,
        invoice_id: str | None = None,
        product_id: str | None = None,
        customer_id: str | None = None,
    ) -> AsyncIterator[License]:
        """Give every licence, or those that say to be of one key, order, product or customer.

        Shoppex documents no filter. They are sent, and whatever comes back is compared: a
        licence that does not say whose it is belongs to nobody. So ask by order rather than by
        customer, and by the id, public or internal, that this shop's licences use.
        """
        filters = {
            "license_key": key,
            "invoice_id": invoice_id,
            "product_id": product_id,
            "customer_id": customer_id,
        }
        found = filtered_entries(
            self._transport, "licenses", filters=filters, numbered=True, wrappers=LIST_WRAPPERS
        )
        async for entry in read_records(found, parse_license, "licence"):
            if (
                key in (None, entry.key)
                and invoice_id in (None, *entry.invoice_ids)
                and product_id in (None, *entry.product_ids)
                and customer_id in (None, entry.customer_id)
            ):
                yield entry

    async def update(
        self,
        license_id: str,
        *,
        hardware_id: str | Unchanged | None = UNCHANGED,
        expires_at: datetime | Unchanged | None = UNCHANGED,
        status: LicenseStatus | Unchanged = UNCHANGED,
    ) -> License:
        """Change a licence.

        Parameters
        ----------
        hardware_id
            ``None`` to unbind the machine. Whether the next one is bound then is not known:
            read the licence and look at `License.hwid_pending`.
        expires_at
            Aware; ``None`` for never.

        Returns
        -------
        License
            As Shoppex answered, which may be no more than what was changed: read it again for
            the whole.

        Raises
        ------
        ApiError
            When Shoppex refuses or cannot be asked.
        ValueError
            When a time is not aware, or the status is ``UNKNOWN``.
        """
        body: dict[str, object] = {}
        if not isinstance(hardware_id, Unchanged):
            body["hardware_id"] = hardware_id
        if not isinstance(expires_at, Unchanged):
            body["expires_at"] = None if expires_at is None else _iso(expires_at)
        if not isinstance(status, Unchanged):
            if status is LicenseStatus.UNKNOWN:
                raise ValueError("a licence cannot be made unknown")
            body["status"] = status.value.upper()
        answer = await self._transport.request("PATCH", "licenses", license_id, json=body)
        return read_record(answer.data, parse_license, "licence", write=True)


def _iso(moment: datetime) -> str:
    """The form in which Shoppex writes the times of licences."""
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    utc = moment.astimezone(timezone.utc)
    return utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")

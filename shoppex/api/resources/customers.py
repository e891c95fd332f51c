"""Customers."""

from __future__ import annotations

from collections.abc import Mapping

from ...domain.customer import Customer
from ...domain.remote import RemoteSubscription
from ..errors import MalformedRecord
from ..fields import as_list, as_mapping, parse_id, parse_text, parse_time
from ..pagination import filtered_entries
from ..payloads.references import parse_uniqids
from ..payloads.subscription import MalformedSubscription, parse_subscription
from ..records import read_record, read_records
from ..transport import Transport

_MOST_SUBSCRIPTIONS = 200


class MalformedCustomer(MalformedRecord):
    """Data that does not say which customer it is about."""


class CustomerResource:
    """``/customers`` (contract, section 7). Each call raises `ApiError` when it fails."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def get(self, customer_id: str) -> Customer:
        """Read one customer."""
        answer = await self._transport.request("GET", "customers", customer_id)
        return read_record(answer.data, parse_customer, "customer")

    async def by_email(self, email: str) -> Customer | None:
        """Look for the customer with an address, in any case; ``None`` when there is none.

        The filter is not documented. Where Shoppex overlooks it, up to 10,000 customers are
        read; more are not, and the answer may then be ``None`` although there is one.
        """
        wanted = email.strip().casefold()
        if "@" not in wanted:
            return None
        found = filtered_entries(
            self._transport, "customers", filters={"filters": f"email:{email.strip()}"}
        )
        async for customer in read_records(found, parse_customer, "customer"):
            if customer.email is not None and customer.email.casefold() == wanted:
                return customer
        return None


def parse_customer(data: Mapping[str, object]) -> Customer:
    """Read a customer.

    Raises
    ------
    MalformedCustomer
        When there is no id.
    """
    data = as_mapping(data.get("customer")) or data
    name = parse_id(data.get("id")) or parse_id(data.get("uniqid"))
    if name is None:
        raise MalformedCustomer("a customer without an id")
    listed = as_list(data.get("subscriptions"))[:_MOST_SUBSCRIPTIONS]
    subscriptions = map(_subscription, listed)
    return Customer(
        id=name,
        email=(parse_text(data.get("email")) or "").strip() or None,
        invoices=parse_uniqids(data.get("invoices")),
        subscriptions=tuple(found for found in subscriptions if found is not None),
        created_at=parse_time(data.get("created_at")),
    )


def _subscription(entry: object) -> RemoteSubscription | None:
    try:
        return parse_subscription(as_mapping(entry))
    except MalformedSubscription:
        return None

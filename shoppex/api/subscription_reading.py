"""Reading subscriptions. Webhook payloads have the form of the API's answers, or a part of it."""

from __future__ import annotations

from collections.abc import Mapping

from ..domain.remote import RemoteSubscription
from ..domain.subscription_status import parse_subscription_status
from .custom_fields import normalise
from .errors import MalformedRecord
from .parsing import as_mapping, parse_id, parse_time
from .references import (
    parse_customer_id,
    parse_gateway,
    parse_product_ids,
    parse_product_title,
    parse_uniqids,
)


class MalformedSubscription(MalformedRecord):
    """Data that does not say which subscription it is about."""


def parse_subscription(data: Mapping[str, object]) -> RemoteSubscription:
    """Read a subscription, out of an answer of the API or the ``data`` of a webhook.

    Contract, sections 4.4 and 5. Whatever cannot be read is left out.

    Raises
    ------
    MalformedSubscription
        When there is no id of a subscription.
    """
    data = as_mapping(data.get("subscription")) or data
    uniqid, internal = _ids(data)
    cancelled = parse_time(data.get("cancelled_at")) or parse_time(data.get("canceled_at"))
    return RemoteSubscription(
        uniqid=uniqid,
        id=internal,
        status=parse_subscription_status(data.get("status")),
        product_ids=parse_product_ids([data]),
        product_title=parse_product_title(data),
        customer_id=parse_customer_id(data),
        gateway=parse_gateway(data),
        period_start=parse_time(data.get("current_period_start")),
        period_end=parse_time(data.get("current_period_end")),
        trial_end=parse_time(data.get("trial_end")),
        cancelled_at=cancelled,
        created_at=parse_time(data.get("created_at")),
        updated_at=parse_time(data.get("updated_at")),
        custom_fields=normalise(data.get("custom_fields")),
        invoices=parse_uniqids(data.get("invoices")),
    )


def _ids(data: Mapping[str, object]) -> tuple[str, str]:
    """The public and the internal id."""
    public, internal = parse_id(data.get("uniqid")), parse_id(data.get("id"))
    named = parse_id(data.get("subscription_id"))
    if named is not None and named not in (public, internal):
        # The other ids are then of something that belongs to the subscription: an invoice.
        return named, named
    uniqid = public or internal
    if uniqid is None:
        raise MalformedSubscription("a subscription without an id")
    return uniqid, internal or uniqid

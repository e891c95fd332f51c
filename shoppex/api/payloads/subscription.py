"""Parsing of subscriptions. Webhook payloads have the API's form, or a part of it."""

from __future__ import annotations

from collections.abc import Mapping

from ...domain.money import Money, parse_money
from ...domain.remote import RemoteSubscription
from ...domain.subscription_status import SubscriptionStatus, parse_subscription_status
from ..errors import MalformedRecord
from ..fields import as_list, as_mapping, is_unreadable_end, parse_end, parse_id, parse_time
from .custom_fields import normalise
from .references import (
    parse_customer_id,
    parse_gateway,
    parse_invoices,
    parse_product_ids,
    parse_product_title,
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
    status = parse_subscription_status(data.get("status"))
    ends = [record.get("current_period_end") for record in (data, _first_item(data))]
    if status is SubscriptionStatus.TRIALING:
        ends.append(data.get("trial_end"))
    period_end = next((end for end in map(parse_end, ends) if end is not None), None)
    starts = (record.get("current_period_start") for record in (data, _first_item(data)))
    return RemoteSubscription(
        uniqid=uniqid,
        id=internal,
        status=status,
        product_ids=parse_product_ids([data]),
        product_title=parse_product_title(data),
        customer_id=parse_customer_id(data),
        gateway=parse_gateway(data),
        period_start=next((start for start in map(parse_time, starts) if start), None),
        period_end=period_end,
        end_unreadable=period_end is None and any(map(is_unreadable_end, ends)),
        price=_price(data),
        cancelled_at=cancelled,
        created_at=parse_time(data.get("created_at")),
        updated_at=parse_time(data.get("updated_at")),
        custom_fields=normalise(data.get("custom_fields")),
        invoices=parse_invoices(data.get("invoices")),
    )


def _first_item(data: Mapping[str, object]) -> Mapping[str, object]:
    """The first of its items, which is where Stripe keeps the period of late."""
    items = data.get("items")
    entries = as_list(items) or as_list(as_mapping(items).get("data"))
    return as_mapping(entries[0]) if entries else {}


def _price(data: Mapping[str, object]) -> Money | None:
    product = as_mapping(data.get("product"))
    return parse_money(product.get("price"), product.get("currency"))


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

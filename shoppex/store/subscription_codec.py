"""JSON codec for subscriptions; see `account_codec`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..domain.subscription import Subscription
from ..domain.subscription_status import SubscriptionStatus
from .codec_parts import (
    Record,
    act_from_json,
    act_to_json,
    delivery_from_record,
    delivery_to_record,
    money_from_json,
    money_to_json,
    time_from_json,
    time_to_json,
    without_empty,
)


def subscription_to_record(subscription: Subscription) -> Record:
    """The JSON form of a subscription, without its id."""
    asking = subscription.asking
    return without_empty(
        nonce=subscription.nonce,
        known=time_to_json(subscription.known_since),
        other=subscription.other_id,
        offers=list(subscription.offer_ids),
        title=subscription.title,
        roles=[str(role_id) for role_id in subscription.roles],
        status=subscription.status.value,
        gateway=subscription.gateway,
        customer=subscription.customer_id,
        start=time_to_json(subscription.period_start),
        end=time_to_json(subscription.period_end),
        unsure=subscription.end_unsure,
        cancelled=time_to_json(subscription.cancelled_at),
        heard=subscription.cancel_heard,
        overdue=subscription.overdue,
        moved=subscription.moved,
        price=money_to_json(subscription.price),
        read=time_to_json(subscription.read_at),
        asking=None if asking is None else [delivery_to_record(asking)],
        invoices=list(subscription.invoices),
        fulfilled=subscription.fulfilled,
        kept=subscription.kept,
        revoked=act_to_json(subscription.revoked),
    )


def subscription_from_record(name: str, record: Mapping[str, Any]) -> Subscription:
    """The subscription that :func:`subscription_to_record` wrote."""
    known_since = time_from_json(record["known"])
    if known_since is None:
        raise ValueError("a subscription that nobody ever heard of")
    return Subscription(
        id=name,
        nonce=record["nonce"],
        known_since=known_since,
        other_id=record.get("other", ""),
        offer_ids=tuple(record.get("offers", ())),
        title=record.get("title", ""),
        roles=tuple(int(role_id) for role_id in record.get("roles", ())),
        status=SubscriptionStatus(record["status"]),
        gateway=record.get("gateway"),
        customer_id=record.get("customer"),
        period_start=time_from_json(record.get("start")),
        period_end=time_from_json(record.get("end")),
        end_unsure=record.get("unsure", False),
        cancelled_at=time_from_json(record.get("cancelled")),
        cancel_heard=record.get("heard", False),
        overdue=record.get("overdue", False),
        moved=record.get("moved", False),
        price=money_from_json(record.get("price")),
        read_at=time_from_json(record.get("read")),
        asking=delivery_from_record(record["asking"][0]) if "asking" in record else None,
        invoices=tuple(record.get("invoices", ())),
        fulfilled=record.get("fulfilled", False),
        kept=record.get("kept", False),
        revoked=act_from_json(record.get("revoked")),
    )

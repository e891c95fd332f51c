"""Accounts as JSON text and back.

Red's JSON driver encodes a file in Python, value by value, holding the interpreter meanwhile;
one text per account costs it a fifth of the nested form, in time and in memory. What equals its
default is left out: most of a ledger is defaults.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from functools import lru_cache
from typing import Any

from ..domain.account import (
    Account,
    AccountKey,
    Delivery,
    DeliveryState,
    Grant,
    OfferKind,
    Order,
    Promise,
)
from ..domain.money import Money
from ..domain.status import OrderStatus

Record = dict[str, Any]

_EPOCH = datetime.fromtimestamp(0, timezone.utc)
_MICROSECOND = timedelta(microseconds=1)
_DECODED = 1024


def account_to_text(account: Account) -> str:
    """An account, without its key; the empty text for one of which nothing is known.

    Only ASCII, so that PostgreSQL takes every character a shop may send.
    """
    record = account_to_record(account)
    return json.dumps(record, separators=(",", ":")) if record else ""


# Whoever is worked on is read several times in a row.
@lru_cache(maxsize=_DECODED)
def account_from_text(key: AccountKey, text: str) -> Account:
    """The account that :func:`account_to_text` wrote."""
    return account_from_record(key, json.loads(text)) if text else Account(key)


def account_to_record(account: Account) -> Record:
    """The JSON form of an account, without its key."""
    return _without_empty(
        orders={nonce: order_to_record(order) for nonce, order in account.orders.items()},
        grants={str(role_id): _grant_to_record(g) for role_id, g in account.grants.items()},
        email=account.email,
    )


def account_from_record(key: AccountKey, record: Mapping[str, Any]) -> Account:
    """The account that :func:`account_to_record` wrote."""
    return Account(
        key=key,
        orders={
            nonce: order_from_record(nonce, order)
            for nonce, order in record.get("orders", {}).items()
        },
        grants={
            int(role_id): _grant_from_record(grant)
            for role_id, grant in record.get("grants", {}).items()
        },
        email=record.get("email"),
    )


def order_to_record(order: Order) -> Record:
    """The JSON form of an order, without its nonce."""
    return _without_empty(
        kind=order.kind.value,
        offer=order.offer_id,
        title=order.title,
        created=_time_to_json(order.created_at),
        quantity=order.quantity if order.quantity != 1 else None,
        variant=order.variant_id,
        variant_title=order.variant_title,
        coupon=order.coupon,
        roles=[str(role_id) for role_id in order.roles],
        promise=order.promise.value if order.promise is not Promise.NOTHING else None,
        status=order.status.value,
        uniqid=order.uniqid,
        quote=None if order.quote is None else [str(order.quote.amount), order.quote.currency],
        url=order.url,
        paid=_time_to_json(order.paid_at),
        held=order.held,
        asking=None if order.asking is None else [_delivery_to_record(order.asking)],
        reading=_delivery_to_record(order.reading),
        goods=list(order.goods),
        handed=list(order.handed),
        told=order.told,
        fulfilled=order.fulfilled,
        message=_delivery_to_record(order.message),
        seen=list(order.seen),
    )


def order_from_record(nonce: str, record: Mapping[str, Any]) -> Order:
    """The order that :func:`order_to_record` wrote."""
    quote = record.get("quote")
    created_at = _time_from_json(record["created"])
    if created_at is None:
        raise ValueError("an order without a time of creation")
    return Order(
        nonce=nonce,
        kind=OfferKind(record["kind"]),
        offer_id=record["offer"],
        title=record.get("title", ""),
        created_at=created_at,
        quantity=record.get("quantity", 1),
        variant_id=record.get("variant"),
        variant_title=record.get("variant_title"),
        coupon=record.get("coupon"),
        roles=tuple(int(role_id) for role_id in record.get("roles", ())),
        promise=Promise(record.get("promise", Promise.NOTHING.value)),
        status=OrderStatus(record["status"]),
        uniqid=record.get("uniqid"),
        quote=None if quote is None else Money(Decimal(quote[0]), quote[1]),
        url=record.get("url"),
        paid_at=_time_from_json(record.get("paid")),
        held=record.get("held"),
        asking=_delivery_from_record(record["asking"][0]) if "asking" in record else None,
        reading=_delivery_from_record(record.get("reading", {})),
        goods=tuple(record.get("goods", ())),
        handed=tuple(record.get("handed", ())),
        told=record.get("told", 0),
        fulfilled=record.get("fulfilled", False),
        message=_delivery_from_record(record.get("message", {})),
        seen=tuple(record.get("seen", ())),
    )


def _grant_to_record(grant: Grant) -> Record | str:
    record = _delivery_to_record(grant.delivery)
    return record if grant.ours else {"found": record}


def _grant_from_record(record: Mapping[str, Any] | str) -> Grant:
    if isinstance(record, str):
        return Grant(delivery=_delivery_from_record(record))
    if "found" in record:
        return Grant(ours=False, delivery=_delivery_from_record(record["found"]))
    # Version 1 had the mark beside what it marks.
    return Grant(ours=record.get("ours", True), delivery=_delivery_from_record(record))


def _delivery_to_record(delivery: Delivery) -> Record | str:
    if delivery == Delivery(delivery.state) and not delivery.waits:
        return delivery.state.value
    return _without_empty(
        state=delivery.state.value if delivery.state is not DeliveryState.PENDING else None,
        reason=delivery.reason,
        attempts=delivery.attempts,
        begun=_time_to_json(delivery.begun_at),
        next=_time_to_json(delivery.next_try),
    )


def _delivery_from_record(record: Mapping[str, Any] | str) -> Delivery:
    if isinstance(record, str):
        return Delivery(DeliveryState(record))
    return Delivery(
        state=DeliveryState(record.get("state", DeliveryState.PENDING.value)),
        reason=record.get("reason"),
        attempts=record.get("attempts", 0),
        begun_at=_time_from_json(record.get("begun")),
        next_try=_time_from_json(record.get("next")),
    )


def _time_to_json(time: datetime | None) -> int | None:
    return None if time is None else (time - _EPOCH) // _MICROSECOND


def _time_from_json(value: int | str | None) -> datetime | None:
    if isinstance(value, str):
        # As version 1 wrote it.
        return datetime.fromisoformat(value)
    return None if value is None else _EPOCH + value * _MICROSECOND


def _without_empty(**fields: object) -> Record:
    return {name: value for name, value in fields.items() if value}

"""Accounts as JSON text and back.

Red's JSON driver encodes a file in Python, value by value, holding the interpreter meanwhile;
one text per account costs it a fifth of the nested form, in time and in memory. What equals its
default is left out: most of a ledger is defaults.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import lru_cache
from typing import Any

from ..domain.account import (
    Account,
    AccountKey,
    Grant,
    OfferKind,
    Order,
    Promise,
    Replacement,
    Reset,
)
from ..domain.line import Line
from ..domain.status import OrderStatus
from ..domain.subscription_status import SubscriptionStatus
from .codec_parts import (
    Noted,
    Record,
    act_from_json,
    act_to_json,
    delivery_from_record,
    delivery_to_record,
    money_from_json,
    money_to_json,
    outstanding_from_json,
    outstanding_to_json,
    payment_from_json,
    payment_to_json,
    refuse_unknown,
    time_from_json,
    time_to_json,
    underpayment_from_json,
    underpayment_to_json,
    without_empty,
)
from .subscription_codec import subscription_from_record, subscription_to_record

_DECODED = 1024
_OF_LINE = frozenset(
    {
        "kind",
        "offer",
        "title",
        "quantity",
        "variant_title",
        "roles",
        "lasts",
        "promise",
        "recurring",
    }
)
_OF_GRANT = frozenset({"grant", "found", "given", "removal"})
# What earlier versions wrote and nobody needs any more.
_FORMER = frozenset({"reread", "wants_goods"})
# Earlier versions held every payment that was not the quoted one.
_HELD_BEFORE = {"other_total": "paid_too_little", "other_currency": "paid_too_little"}


def account_to_text(account: Account) -> str:
    """An account, without its key; the empty text for one of which nothing is known.

    Only ASCII, so that PostgreSQL takes every character a shop may send.
    """
    record = account_to_record(account)
    return json.dumps(record, separators=(",", ":")) if record else ""


# Whoever is worked on is read several times in a row.
@lru_cache(maxsize=_DECODED)
def account_from_text(key: AccountKey, text: str) -> Account:
    """The account that :func:`account_to_text` wrote.

    Raises
    ------
    NewerLedger
        When there is something in it that this version would lose with its next write.
    """
    if not text:
        return Account(key)
    record = json.loads(text)
    account = account_from_record(key, record)
    refuse_unknown(record, _OF_ACCOUNT)
    for order in record.get("orders", {}).values():
        refuse_unknown(order, _OF_ORDER)
    for subscription in record.get("subs", {}).values():
        refuse_unknown(subscription, _OF_SUBSCRIPTION)
    return account


def _asked_by(read: Callable[[Noted], object], record: Record) -> frozenset[str]:
    """The names that a reader asks a record for, whether they are there or not."""
    noted = Noted(record)
    read(noted)
    return frozenset(noted.asked)


def account_to_record(account: Account) -> Record:
    """The JSON form of an account, without its key."""
    return without_empty(
        orders={nonce: order_to_record(order) for nonce, order in account.orders.items()},
        subs={s.id: subscription_to_record(s) for s in account.subscriptions.values()},
        grants={str(role_id): _grant_to_record(g) for role_id, g in account.grants.items()},
        notices={name: delivery_to_record(d) for name, d in account.notices.items()},
        customers=list(account.customers),
        email=account.email,
        silent=not account.reminders,
        banned=time_to_json(account.banned_at),
        resets=[[reset.license_id, time_to_json(reset.at)] for reset in account.resets],
        took=None if account.took is None else str(account.took),
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
        subscriptions={
            name: subscription_from_record(name, subscription)
            for name, subscription in record.get("subs", {}).items()
        },
        notices={
            name: delivery_from_record(notice)
            for name, notice in record.get("notices", {}).items()
        },
        customers=tuple(record.get("customers", ())),
        email=record.get("email"),
        reminders=not record.get("silent", False),
        banned_at=time_from_json(record.get("banned")),
        resets=tuple(
            Reset(name, at)
            for name, moment in record.get("resets", ())
            if (at := time_from_json(moment)) is not None
        ),
        took=int(record["took"]) if "took" in record else None,
    )


def order_to_record(order: Order) -> Record:
    """The JSON form of an order, without its nonce."""
    return without_empty(
        kind=order.kind.value,
        offer=order.offer_id,
        title=order.title,
        created=time_to_json(order.created_at),
        quantity=order.quantity if order.quantity != 1 else None,
        variant=order.variant_id,
        variant_title=order.variant_title,
        coupon=order.coupon,
        roles=[str(role_id) for role_id in order.roles],
        promise=order.promise.value if order.promise is not Promise.NOTHING else None,
        status=order.status.value,
        uniqid=order.uniqid,
        quote=money_to_json(order.quote),
        shown=money_to_json(order.shown),
        address=order.address,
        url=order.url,
        paid=time_to_json(order.paid_at),
        ids=list(order.product_ids),
        lines=[_line_to_record(line) for line in order.lines],
        lines_open=order.lines_open,
        payment=payment_to_json(order.payment),
        heard_paid=time_to_json(order.heard_paid_at),
        held=order.held,
        came=list(order.came),
        accepted=act_to_json(order.accepted),
        left=act_to_json(order.left),
        asking=None if order.asking is None else [delivery_to_record(order.asking)],
        reading=delivery_to_record(order.reading),
        goods=list(order.goods),
        key_links=list(order.key_links),
        unread=list(order.unread),
        handed=list(order.handed),
        told=order.told,
        fulfilled=order.fulfilled,
        message=delivery_to_record(order.message),
        carried=None if order.carried is None else [order.carried],
        seen=list(order.seen),
        lasts=None if order.lasts is None else int(order.lasts.total_seconds()),
        recurring=order.recurring,
        sub=order.subscription,
        renewal=order.renewal,
        changed=time_to_json(order.changed_at),
        refunded=money_to_json(order.refunded),
        kept=order.kept,
        pool=order.pool,
        claim=None if order.claim is None else [delivery_to_record(order.claim)],
        replacement=None if order.replacement is None else order.replacement.value,
        had=None if order.had is None else [order.had],
        replacing=time_to_json(order.replacing_since),
        exchanged=order.exchanged,
        gift=act_to_json(order.gift),
        revoked=act_to_json(order.revoked),
        arrived=order.arrived,
        origin=None if order.origin is None else str(order.origin),
        outstanding=outstanding_to_json(order.outstanding),
        underpaid=underpayment_to_json(order.underpayment),
        stalled=order.stalled,
        test=order.test,
    )


def order_from_record(nonce: str, record: Mapping[str, Any]) -> Order:
    """The order that :func:`order_to_record` wrote."""
    created_at = time_from_json(record["created"])
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
        quote=money_from_json(record.get("quote")),
        shown=money_from_json(record.get("shown")),
        address=record.get("address"),
        url=record.get("url"),
        paid_at=time_from_json(record.get("paid")),
        product_ids=tuple(record.get("ids", ())),
        lines=tuple(_line_from_record(line) for line in record.get("lines", ())),
        lines_open=record.get("lines_open", False),
        payment=payment_from_json(record.get("payment")),
        heard_paid_at=time_from_json(record.get("heard_paid")),
        held=_HELD_BEFORE.get(record.get("held", ""), record.get("held")),
        came=tuple(record.get("came", ())),
        accepted=act_from_json(record.get("accepted")),
        left=act_from_json(record.get("left")),
        asking=delivery_from_record(record["asking"][0]) if "asking" in record else None,
        reading=delivery_from_record(record.get("reading", {})),
        goods=tuple(record.get("goods", ())),
        key_links=tuple(record.get("key_links", ())),
        unread=tuple(record.get("unread", ())),
        handed=tuple(record.get("handed", ())),
        told=record.get("told", 0),
        fulfilled=record.get("fulfilled", False),
        message=delivery_from_record(record.get("message", {})),
        carried=record["carried"][0] if "carried" in record else None,
        seen=tuple(record.get("seen", ())),
        lasts=timedelta(seconds=record["lasts"]) if "lasts" in record else None,
        recurring=record.get("recurring", False),
        subscription=record.get("sub"),
        renewal=record.get("renewal", False),
        changed_at=time_from_json(record.get("changed")),
        refunded=money_from_json(record.get("refunded")),
        kept=record.get("kept", False),
        pool=record.get("pool"),
        claim=delivery_from_record(record["claim"][0]) if "claim" in record else None,
        replacement=Replacement(record["replacement"]) if "replacement" in record else None,
        had=record["had"][0] if "had" in record else None,
        replacing_since=time_from_json(record.get("replacing")),
        exchanged=record.get("exchanged", False),
        gift=act_from_json(record.get("gift")),
        revoked=act_from_json(record.get("revoked")),
        arrived=record.get("arrived", False),
        origin=int(record["origin"]) if "origin" in record else None,
        outstanding=outstanding_from_json(record.get("outstanding")),
        underpayment=underpayment_from_json(record.get("underpaid")),
        stalled=record.get("stalled"),
        test=record.get("test", False),
    )


def _line_to_record(line: Line) -> Record:
    return without_empty(
        kind=line.kind.value,
        offer=line.offer_id,
        title=line.title,
        quantity=line.quantity if line.quantity != 1 else None,
        variant_title=line.variant_title,
        roles=[str(role_id) for role_id in line.roles],
        lasts=None if line.lasts is None else int(line.lasts.total_seconds()),
        promise=line.promise.value if line.promise is not Promise.NOTHING else None,
        recurring=line.recurring,
    )


def _line_from_record(record: Mapping[str, Any]) -> Line:
    refuse_unknown(record, _OF_LINE)
    return Line(
        kind=OfferKind(record["kind"]),
        offer_id=record["offer"],
        title=record.get("title", ""),
        quantity=record.get("quantity", 1),
        variant_title=record.get("variant_title"),
        roles=tuple(int(role_id) for role_id in record.get("roles", ())),
        lasts=timedelta(seconds=record["lasts"]) if "lasts" in record else None,
        promise=Promise(record.get("promise", Promise.NOTHING.value)),
        recurring=record.get("recurring", False),
    )


def _grant_to_record(grant: Grant) -> Record | str:
    record = delivery_to_record(grant.delivery)
    if grant == Grant(delivery=grant.delivery):
        return record
    return without_empty(
        grant=record or grant.delivery.state.value,
        found=not grant.ours,
        given=time_to_json(grant.given_at),
        removal=None if grant.removal is None else [delivery_to_record(grant.removal)],
    )


def _grant_from_record(record: Mapping[str, Any] | str) -> Grant:
    if isinstance(record, str):
        return Grant(delivery=delivery_from_record(record))
    if "grant" not in record:
        # Version 1 had the mark within what it marks.
        return Grant(ours=record.get("ours", True), delivery=delivery_from_record(record))
    refuse_unknown(record, _OF_GRANT)
    return Grant(
        ours=not record.get("found", False),
        delivery=delivery_from_record(record["grant"]),
        given_at=time_from_json(record.get("given")),
        removal=delivery_from_record(record["removal"][0]) if "removal" in record else None,
    )


_OF_ACCOUNT = _asked_by(lambda noted: account_from_record(AccountKey(0, 0), noted), {})
_OF_ORDER = _FORMER | _asked_by(
    lambda noted: order_from_record("", noted),
    {
        "created": 0,
        "kind": OfferKind.ITEM.value,
        "offer": "",
        "status": OrderStatus.PENDING.value,
    },
)
_OF_SUBSCRIPTION = _asked_by(
    lambda noted: subscription_from_record("", noted),
    {"known": 0, "nonce": "", "status": SubscriptionStatus.ACTIVE.value},
)

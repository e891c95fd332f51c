"""What hypothesis draws, and how much: any JSON, and accounts with all that they can have."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st

from shoppex.domain.account import (
    Account,
    AccountKey,
    Grant,
    OfferKind,
    Order,
    Promise,
    Replacement,
    Reset,
)
from shoppex.domain.delivery import Delivery, DeliveryState
from shoppex.domain.line import Line
from shoppex.domain.money import Money
from shoppex.domain.outstanding import Outstanding, Underpayment
from shoppex.domain.staff_action import StaffAction
from shoppex.domain.status import OrderStatus
from shoppex.domain.subscription import Subscription
from shoppex.domain.subscription_status import SubscriptionStatus


def examples(share: float) -> settings:
    """As many examples as that share of what the profile says, for a rule that is slow to try."""
    whole: int = settings().max_examples
    return settings(max_examples=max(1, round(whole * share)))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.decimals() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=6,
)
snowflakes = st.integers(min_value=1, max_value=2**64 - 1)
# Text as it comes out of the API's reading: without NUL and lone surrogates.
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20)
# What follows is made of one number each: an account holds dozens, and hypothesis takes as long
# for each digit or field as for a number.
_FIRST, _LAST = (datetime(year, 1, 1, tzinfo=timezone.utc) for year in (2020, 2100))
_MICROSECOND = timedelta(microseconds=1)
moments = st.integers(0, (_LAST - _FIRST) // _MICROSECOND).map(
    lambda passed: _FIRST + passed * _MICROSECOND
)
nonces = st.integers(0, 2**128 - 1).map("{:032x}".format)
amounts = st.builds(
    lambda digits, places: Decimal(digits).scaleb(-places),
    st.integers(0, 10**9),
    st.integers(0, 12),
)
currencies = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=3, max_size=3)
money = st.builds(Money, amounts, currencies)
statuses = st.sampled_from(OrderStatus)

deliveries = st.builds(
    Delivery,
    state=st.sampled_from(DeliveryState),
    reason=st.none() | texts,
    attempts=st.integers(min_value=0, max_value=1000),
    begun_at=st.none() | moments,
    next_try=st.none() | moments,
)
grants = st.builds(
    Grant,
    ours=st.booleans(),
    delivery=deliveries,
    given_at=st.none() | moments,
    removal=st.none() | deliveries,
)
order_actions = st.builds(StaffAction, snowflakes, moments, texts)
digests = st.integers(0, 2**64 - 1).map("{:016x}".format)
roles = st.lists(snowflakes, unique=True, max_size=3).map(tuple)
lines = st.builds(
    Line,
    kind=st.sampled_from(OfferKind),
    offer_id=texts,
    title=texts,
    quantity=st.integers(min_value=1, max_value=10**6),
    variant_title=st.none() | texts,
    roles=roles,
    lasts=st.none() | st.integers(1, 3650).map(lambda days: timedelta(days=days)),
    promise=st.sampled_from(Promise),
    recurring=st.booleans(),
)
orders = st.builds(
    Order,
    nonce=nonces,
    kind=st.sampled_from(OfferKind),
    offer_id=texts,
    title=texts,
    created_at=moments,
    quantity=st.integers(min_value=1, max_value=10**6),
    variant_id=st.none() | texts,
    variant_title=st.none() | texts,
    coupon=st.none() | texts,
    roles=roles,
    promise=st.sampled_from(Promise),
    status=statuses,
    uniqid=st.none() | texts,
    quote=st.none() | money,
    url=st.none() | texts,
    paid_at=st.none() | moments,
    lines=st.lists(lines, max_size=2).map(tuple),
    lines_open=st.booleans(),
    heard_paid_at=st.none() | moments,
    held=st.none() | texts,
    asking=st.none() | deliveries,
    reading=deliveries,
    goods=st.lists(texts, max_size=3).map(tuple),
    handed=st.lists(digests, unique=True, max_size=3).map(tuple),
    told=st.integers(0, 9),
    fulfilled=st.booleans(),
    message=deliveries,
    carried=st.none() | st.integers(0, 3),
    seen=st.lists(texts, max_size=8).map(tuple),
    lasts=st.none() | st.integers(1, 3650).map(lambda days: timedelta(days=days)),
    recurring=st.booleans(),
    subscription=st.none() | texts,
    renewal=st.booleans(),
    changed_at=st.none() | moments,
    refunded=st.none() | money,
    kept=st.booleans(),
    pool=st.none() | texts,
    claim=st.none() | deliveries,
    replacement=st.none() | st.sampled_from(Replacement),
    gift=st.none() | order_actions,
    revoked=st.none() | order_actions,
    arrived=st.booleans(),
    origin=st.none() | snowflakes,
    outstanding=st.none()
    | st.builds(
        Outstanding,
        by_seller=st.booleans(),
        within=st.none() | st.integers(1, 10**6).map(lambda s: timedelta(seconds=s)),
        failed=st.sampled_from([True]),
        questions=st.lists(texts, max_size=2).map(tuple),
    ),
    underpayment=st.none() | st.builds(Underpayment),
    stalled=st.sampled_from([None, "underpaid"]),
    shown=st.none() | money,
    address=st.none() | texts,
    had=st.none() | st.integers(0, 9),
    replacing_since=st.none() | moments,
    exchanged=st.booleans(),
    key_links=st.lists(texts, max_size=2).map(tuple),
    unread=st.lists(texts, max_size=2).map(tuple),
    test=st.booleans(),
)
subscriptions = st.builds(
    Subscription,
    id=texts,
    nonce=nonces,
    known_since=moments,
    other_id=st.just("") | texts,
    offer_ids=st.lists(texts, max_size=2).map(tuple),
    title=texts,
    roles=roles,
    status=st.sampled_from(SubscriptionStatus),
    gateway=st.none() | st.sampled_from(["STRIPE", "PAYPAL"]),
    customer_id=st.none() | texts,
    period_start=st.none() | moments,
    period_end=st.none() | moments,
    end_unsure=st.booleans(),
    cancelled_at=st.none() | moments,
    cancel_heard=st.booleans(),
    overdue=st.booleans(),
    moved=st.booleans(),
    price=st.none() | money,
    read_at=st.none() | moments,
    asking=st.none() | deliveries,
    invoices=st.lists(texts, max_size=3).map(tuple),
    fulfilled=st.booleans(),
    kept=st.booleans(),
    revoked=st.none() | order_actions,
)
keys = st.builds(AccountKey, snowflakes, snowflakes)
accounts = st.builds(
    Account,
    key=keys,
    orders=st.lists(orders, max_size=3, unique_by=lambda order: order.nonce).map(
        lambda drawn: {order.nonce: order for order in drawn}
    ),
    subscriptions=st.lists(subscriptions, max_size=2, unique_by=lambda sub: sub.id).map(
        lambda drawn: {sub.id: sub for sub in drawn}
    ),
    grants=st.dictionaries(snowflakes, grants, max_size=3),
    notices=st.dictionaries(texts, deliveries, max_size=2),
    customers=st.lists(texts, max_size=2, unique=True).map(tuple),
    email=st.none() | texts,
    reminders=st.booleans(),
    banned_at=st.none() | moments,
    resets=st.lists(st.builds(Reset, texts, moments), max_size=3).map(tuple),
    took=st.none() | snowflakes,
)

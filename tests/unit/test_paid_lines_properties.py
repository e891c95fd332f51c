"""What a buyer gets follows from the lines of the paid order, whatever the price became."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from shoppex.api import parse_order
from shoppex.domain.account import Account, AccountKey, OfferKind, Order, Promise
from shoppex.domain.money import Money
from shoppex.domain.order_metadata import OrderTag
from shoppex.domain.policy import OfferTerms, Terms
from shoppex.fulfilment.entitlement.claims import line_ends_of
from shoppex.fulfilment.entitlement.desired_state import desired
from shoppex.fulfilment.intake.order_updates import learn

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
KEY = AccountKey(111, 222)
ORDER = Order(
    nonce="00ff",
    kind=OfferKind.PRODUCT,
    offer_id="p-1",
    title="Gold",
    created_at=NOW,
    promise=Promise.KEYS,
    uniqid="u-1",
    quote=Money(Decimal("9.99"), "EUR"),
    lasts=timedelta(days=30),
)
TERMS = Terms(
    {
        "product:p-1": OfferTerms((1,), lasts=timedelta(days=30)),
        "product:p-2": OfferTerms((2, 3)),
        "product:p-3": OfferTerms((), lasts=timedelta(days=7)),
    }
)
FIELDS = OrderTag(KEY.user_id, KEY.guild_id, ORDER.nonce).to_fields()

amounts = (
    st.none()
    | st.decimals(-100, 10**6, places=2).map(float)
    | st.decimals(-100, 10**6, places=2).map(str)
    | st.sampled_from(["", "free", 0, "0.00", {}, True])
)
breakdowns = st.none() | st.dictionaries(
    st.sampled_from(
        [
            *("subtotal", "discount", "volume_discount", "discount_label", "affiliate_code"),
            *("tip", "gateway_fee", "platform_fee", "processing_fee", "already_paid"),
            *("amount_due", "total", "currency"),
        ]
    ),
    amounts | st.sampled_from(["USD", "SUMMER", "friend-1"]),
)
prices = st.fixed_dictionaries(
    {},
    optional={
        "total": amounts,
        "total_display": amounts,
        "totalDisplay": amounts,
        "subtotal": amounts,
        "discount": amounts,
        "discount_display": amounts,
        "tax": amounts,
        "tax_percentage": amounts,
        "tip_amount": amounts,
        "tip_amount_display": amounts,
        "balance_paid_amount": amounts,
        "already_paid_amount": amounts,
        "remaining_amount": amounts,
        "coupon_applied": st.sampled_from([True, 1, "SUMMER", None]),
        "currency": st.sampled_from(["EUR", "USD", "JPY", "", None]),
        "rates_snapshot": st.none() | st.dictionaries(st.sampled_from(["EUR", "USD"]), amounts),
        "pricing_breakdown": breakdowns,
        "pricingBreakdown": breakdowns,
    },
)
lines = st.lists(
    st.fixed_dictionaries(
        {
            "product_id": st.sampled_from(["p-1", "p-2", "p-3", "addon"]),
            "quantity": st.integers(0, 4),
            "product_type": st.sampled_from(["SERIALS", "SERVICE"]),
        }
    ),
    min_size=1,
    max_size=5,
)


class Got(NamedTuple):
    """What somebody has of an order."""

    held: str | None
    roles: frozenset[int]
    keys: int
    bought: object
    ends: object


def got(cart: list[dict[str, Any]], price: dict[str, Any], name: str = "items") -> Got:
    """What comes of a paid order that was read from Shoppex."""
    raw = {"uniqid": "u-1", "status": "COMPLETED", "custom_fields": FIELDS, name: cart, **price}
    news = replace(parse_order(raw), looked_up=True)
    order = learn(KEY, ORDER, news, NOW, NOW, TERMS)
    account = Account(KEY).with_order(order)
    wanted = desired(account, TERMS, NOW + timedelta(seconds=1))
    return Got(
        order.held,
        frozenset(wanted.roles),
        order.keys_due,
        order.bought,
        line_ends_of(account, TERMS),
    )


@given(cart=lines, one=prices, other=prices)
def test_no_change_of_price_gives_or_takes_anything(
    cart: list[dict[str, Any]], one: dict[str, Any], other: dict[str, Any]
) -> None:
    assert got(cart, one) == got(cart, other)


@given(cart=lines, price=prices)
def test_both_spellings_give_the_same(cart: list[dict[str, Any]], price: dict[str, Any]) -> None:
    assert got(cart, price) == got(cart, price, "lineItems")


@given(cart=lines, price=prices)
def test_add_ons_and_removed_lines_change_nothing(
    cart: list[dict[str, Any]], price: dict[str, Any]
) -> None:
    known = [line for line in cart if line["product_id"] != "addon" and line["quantity"]]
    if known:
        assert got(cart, price) == got(known, price)


@given(cart=lines, price=prices)
def test_roles_and_keys_are_those_of_the_lines(
    cart: list[dict[str, Any]], price: dict[str, Any]
) -> None:
    quantities = {f"p-{number}": 0 for number in (1, 2, 3)}
    keys = 0
    for line in cart:
        if line["product_id"] in quantities:
            quantities[line["product_id"]] += line["quantity"]
    here = {name for name, quantity in quantities.items() if quantity}
    found = got(cart, price)
    if not here:
        return
    expected = {role for name in here for role in TERMS.offers[f"product:{name}"].roles}
    assert found.held is None
    assert found.roles == expected
    # What was ordered promises keys; of others the line says what they are.
    assert found.keys >= quantities["p-1"] + keys

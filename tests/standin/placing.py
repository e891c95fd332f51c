"""How orders and payments come about, or are refused."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from .catalogue import to_cents
from .errors import Problem, invalid, refused
from .orders import LineItem, Order

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from .catalogue import Product, Variant
    from .forms.orders import LineForm, OrderForm, PaymentForm
    from .state import State


def place_order(state: State, form: OrderForm, now: datetime, *, trial_is_free: bool) -> Order:
    """Make an order, or refuse it with an ``ApiError``.

    Stock is checked here and falls when the order is paid: nothing is reserved.
    """
    items = [make_line(state, line, f"items[{i}]") for i, line in enumerate(form.items)]
    for item in items:
        if trial_is_free and item.product and item.product.trial_period:
            item.unit_price = Decimal(0)
    currencies = {item.product.currency for item in items if item.product}
    if len(currencies) > 1:
        raise invalid(Problem("items", "must share one currency"))
    order = Order(
        email=form.email,
        currency=currencies.pop(),
        items=items,
        created_at=now,
        updated_at=now,
        custom_fields=form.custom_fields,
        title=form.title,
        gateway=form.gateway,
        customer_id=state.customer_of(form.email, now).id,
    )
    if form.coupon_code:
        order.coupon = form.coupon_code.lower()
        order.discount = _discount(state, form.coupon_code, items)
    state.orders.append(order)
    return order


def place_payment(state: State, form: PaymentForm, now: datetime) -> Order:
    """Make a bare payment of ``value`` times ``quantity``."""
    order = Order(
        email=form.email,
        currency=form.currency,
        items=[LineItem(form.title, form.quantity, to_cents(form.value))],
        created_at=now,
        updated_at=now,
        custom_fields=form.custom_fields,
        title=form.title,
        gateway=form.gateway,
        return_url=form.return_url,
        cancel_url=form.cancel_url,
        customer_id=form.customer_id or state.customer_of(form.email, now).id,
        is_payment=True,
    )
    state.orders.append(order)
    return order


def make_line(state: State, line: LineForm, where: str) -> LineItem:
    """A line of an order, or an ``ApiError``; ``where`` names it in that error."""
    product = state.product(line.product_id)
    variant = _chosen(product, line.variant_id, where)
    if product.on_hold:
        raise refused(f"{product.title} is on hold")
    if line.quantity < product.quantity_min:
        raise invalid(Problem(f"{where}.quantity", f"must be >= {product.quantity_min}"))
    if line.quantity > product.quantity_max != -1:
        raise invalid(Problem(f"{where}.quantity", f"must be <= {product.quantity_max}"))
    available = product.available(variant)
    if available is not None and available < line.quantity:
        raise refused(f"{product.title} is out of stock")
    return LineItem(
        title=product.title,
        quantity=line.quantity,
        unit_price=(variant or product).price,
        product=product,
        variant=variant,
        delivery_instructions=line.delivery_instructions,
    )


def _chosen(product: Product, variant_id: str | None, where: str) -> Variant | None:
    if variant_id is None:
        if product.variants:
            raise invalid(Problem(f"{where}.variant_id", "is required for this product"))
        return None
    variant = product.variant(variant_id)
    if variant is None:
        raise invalid(Problem(f"{where}.variant_id", "is not a variant of this product"))
    return variant


def _discount(state: State, code: str, items: Sequence[LineItem]) -> Decimal:
    coupon = state.coupon(code)
    if coupon is None:
        raise invalid(Problem("coupon_code", "is unknown"))
    covered = [item.total for item in items if item.product and coupon.covers(item.product)]
    if not covered:
        raise invalid(Problem("coupon_code", "is not valid for these products"))
    return coupon.discount(sum(covered, start=Decimal(0)))

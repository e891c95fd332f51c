"""All records of the shop, and the rules by which they come about."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from .catalogue import Coupon, Product, Variant, to_cents
from .errors import Problem, invalid, not_found, refused
from .orders import LineItem, Order

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from .forms import LineForm, OrderForm, PaymentForm


class State:
    """Products, coupons, orders and payments, oldest first.

    Stock is checked when an order is made and falls when it is paid: nothing is reserved.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self.products: list[Product] = []
        self.coupons: dict[str, Coupon] = {}
        self.orders: list[Order] = []

    def product(self, name: str) -> Product:
        """The product with that id, uniqid or slug; 404 when there is none."""
        for product in self.products:
            if product.is_named(name):
                return product
        raise not_found("Product")

    def order(self, name: str, *, is_payment: bool | None = None) -> Order:
        """The order or payment with that id or uniqid; 404 when there is none.

        ``is_payment`` narrows it to one of the two kinds.
        """
        for order in self.orders:
            if order.is_named(name) and is_payment in (None, order.is_payment):
                return order
        raise not_found("Payment" if is_payment else "Order")

    def coupon(self, code: str) -> Coupon | None:
        """The coupon with that code, in any case."""
        return self.coupons.get(code.lower())

    def free_slug(self, title: str) -> str:
        """A web name for a product, which no other product has."""
        base = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "product"
        taken = {product.slug for product in self.products}
        slug, count = base, 1
        while slug in taken:
            count += 1
            slug = f"{base}-{count}"
        return slug

    def place_order(self, form: OrderForm) -> Order:
        """Make an order, or refuse it with an ``ApiError``."""
        items = [self._line(line, f"items[{i}]") for i, line in enumerate(form.items)]
        currencies = {item.product.currency for item in items if item.product}
        if len(currencies) > 1:
            raise invalid(Problem("items", "must share one currency"))
        now = self._clock()
        order = Order(
            email=form.email,
            currency=currencies.pop(),
            items=items,
            created_at=now,
            updated_at=now,
            custom_fields=form.custom_fields,
            title=form.title,
            gateway=form.gateway,
        )
        if form.coupon_code:
            order.coupon = form.coupon_code.lower()
            order.discount = self._discount(form.coupon_code, items)
        self.orders.append(order)
        return order

    def place_payment(self, form: PaymentForm) -> Order:
        """Make a bare payment of ``value`` times ``quantity``."""
        now = self._clock()
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
            customer_id=form.customer_id,
            is_payment=True,
        )
        self.orders.append(order)
        return order

    def set_status(self, order: Order, status: str) -> None:
        """Move an order to any status; the contract forbids no step."""
        order.status = status
        order.updated_at = self._clock()

    def _line(self, line: LineForm, where: str) -> LineItem:
        product = self.product(line.product_id)
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

    def _discount(self, code: str, items: Sequence[LineItem]) -> Decimal:
        coupon = self.coupon(code)
        if coupon is None:
            raise invalid(Problem("coupon_code", "is unknown"))
        covered = [item.total for item in items if item.product and coupon.covers(item.product)]
        if not covered:
            raise invalid(Problem("coupon_code", "is not valid for these products"))
        return coupon.discount(sum(covered, start=Decimal(0)))


def _chosen(product: Product, variant_id: str | None, where: str) -> Variant | None:
    if variant_id is None:
        if product.variants:
            raise invalid(Problem(f"{where}.variant_id", "is required for this product"))
        return None
    variant = product.variant(variant_id)
    if variant is None:
        raise invalid(Problem(f"{where}.variant_id", "is not a variant of this product"))
    return variant

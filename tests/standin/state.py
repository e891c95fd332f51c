"""All records of the shop, and how they are found."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from .customers import Customer
from .errors import not_found

if TYPE_CHECKING:
    from datetime import datetime

    from .catalogue import Coupon, Product
    from .licenses import License
    from .orders import Order
    from .subscriptions import Subscription


@dataclass(slots=True)
class Profile:
    """What ``GET /me`` says of the shop. Change its fields to make it another shop.

    The rest counts at the checkout only: fees of gateways and taxes of countries in per cent,
    and what one unit of `currency` is worth in the other currencies that are enabled.
    """

    id: str = "1"
    name: str = "Stand-in"
    currency: str = "EUR"
    gateway_fees: dict[str, Decimal] = field(default_factory=lambda: {"PAYPAL": Decimal(5)})
    taxes: dict[str, Decimal] = field(default_factory=lambda: {"DE": Decimal(19)})
    rates: dict[str, Decimal] = field(default_factory=lambda: {"USD": Decimal("1.1")})


class State:
    """Whatever the shop keeps, oldest first."""

    def __init__(self) -> None:
        self.profile = Profile()
        self.other_profile = Profile("2", "Somebody else's")
        self.products: list[Product] = []
        self.coupons: dict[str, Coupon] = {}
        self.orders: list[Order] = []
        self.subscriptions: list[Subscription] = []
        self.customers: dict[str, Customer] = {}
        self.licenses: list[License] = []
        self.credit: dict[str, Decimal] = {}

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

    def subscription(self, name: str) -> Subscription:
        """The subscription with that id or uniqid; 404 when there is none."""
        for subscription in self.subscriptions:
            if subscription.is_named(name):
                return subscription
        raise not_found("Subscription")

    def license(self, name: str) -> License:
        """The licence with that id or uniqid; 404 when there is none."""
        for license_ in self.licenses:
            if license_.is_named(name):
                return license_
        raise not_found("License")

    def customer(self, name: str) -> Customer:
        """The customer with that id or uniqid; 404 when there is none."""
        for customer in self.customers.values():
            if customer.is_named(name):
                return customer
        raise not_found("Customer")

    def customer_of(self, email: str, now: datetime) -> Customer:
        """The customer with that address, who is made when there is none."""
        return self.customers.setdefault(email.casefold(), Customer(email, now))

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

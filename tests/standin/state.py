"""All records of the shop, and how they are found."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .errors import not_found

if TYPE_CHECKING:
    from .catalogue import Coupon, Product
    from .orders import Order


@dataclass(slots=True)
class Profile:
    """What ``GET /me`` says of the shop. Change its fields to make it another shop."""

    id: str = "1"
    name: str = "Stand-in"
    currency: str = "EUR"


class State:
    """Products, coupons, orders and payments, oldest first."""

    def __init__(self) -> None:
        self.profile = Profile()
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

"""What the buyer changes at the checkout, and what that costs (contract, section 15.1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from .catalogue import to_cents
from .errors import Problem, invalid, refused
from .forms.orders import LineForm
from .placing import make_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .catalogue import Product
    from .orders import LineItem, Order
    from .state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutEdit:
    """Changes of one visit; what is ``None`` or empty stays as it is.

    Parameters
    ----------
    coupon
        A code; an empty one takes the coupon away.
    tip, credit
        Major units of the currency that is paid in; ``credit`` is store credit.
    gateway, country, currency
        Out of the tables of `Profile`.
    quantities
        New quantity by the id of a line.
    remove
        Ids of lines.
    add
        Products, each with a quantity.
    addons
        Titles of add-ons by the id of a line; they cost once for each line.
    """

    coupon: str | None = None
    tip: Decimal | None = None
    gateway: str | None = None
    country: str | None = None
    currency: str | None = None
    credit: Decimal | None = None
    quantities: Mapping[str, int] = field(default_factory=dict)
    remove: Sequence[str] = ()
    add: Sequence[tuple[Product, int]] = ()
    addons: Mapping[str, Sequence[str]] = field(default_factory=dict)


class Editing:
    """Applies edits to orders that are not paid yet."""

    def __init__(self, state: State) -> None:
        self._state = state

    def apply(self, order: Order, edit: CheckoutEdit) -> None:
        """Change an order, or refuse to with an ``ApiError``."""
        if not order.payable:
            raise refused(f"An order that is {order.status} cannot be changed")
        order.price.edited = True
        self._change_lines(order, edit)
        if edit.currency is not None:
            self._convert(order, edit.currency)
        if edit.coupon is not None:
            self._use_coupon(order, edit.coupon)
        if edit.tip is not None:
            order.price.tip = to_cents(edit.tip)
        if edit.gateway is not None:
            order.gateway = edit.gateway
        if edit.country is not None:
            order.price.country = edit.country
        self._price(order)
        if edit.credit is not None:
            self._use_credit(order, edit.credit)
        order.price.credit = min(order.price.credit, order.total)

    def _change_lines(self, order: Order, edit: CheckoutEdit) -> None:
        for name, quantity in edit.quantities.items():
            line = _line(order, name)
            if quantity < 1:
                raise invalid(Problem("quantity", "must be at least 1"))
            line.quantity = quantity
        for name, titles in edit.addons.items():
            line = _line(order, name)
            known = {addon.title: addon for addon in line.product.addons} if line.product else {}
            if not set(titles) <= set(known):
                raise invalid(Problem("addons", "must be add-ons of the product"))
            line.addons = tuple(
                (title, to_cents(known[title].price * order.price.rate)) for title in titles
            )
        for product, quantity in edit.add:
            form = LineForm(product.uniqid, None, quantity, None)
            line = make_line(self._state, form, "items")
            line.unit_price = to_cents(line.unit_price * order.price.rate)
            order.items.append(line)
        removed = [_line(order, name) for name in edit.remove]
        if removed and len(removed) >= len(order.items):
            raise refused("An order keeps at least one line")
        order.items = [line for line in order.items if line not in removed]

    def _convert(self, order: Order, currency: str) -> None:
        base = order.price.base_currency or order.currency
        rates = {base: Decimal(1), **self._state.profile.rates}
        if currency not in rates:
            raise invalid(Problem("currency", "is not enabled in this shop"))
        price = order.price
        factor = rates[currency] / price.rate
        for line in order.items:
            line.unit_price = to_cents(line.unit_price * factor)
            line.addons = tuple((title, to_cents(cost * factor)) for title, cost in line.addons)
        order.discount = to_cents(order.discount * factor)
        price.tip, price.credit = to_cents(price.tip * factor), to_cents(price.credit * factor)
        price.base_currency, price.rate, price.rates = base, rates[currency], rates
        order.currency = currency

    def _use_coupon(self, order: Order, code: str) -> None:
        if code and self._state.coupon(code) is None:
            raise invalid(Problem("coupon_code", "is unknown"))
        order.coupon = code.lower() or None
        order.discount = Decimal(0)

    def _use_credit(self, order: Order, credit: Decimal) -> None:
        owned = self._state.credit.get(order.email.casefold(), Decimal(0))
        if credit > to_cents(owned * order.price.rate):
            raise refused("There is not so much store credit")
        order.price.credit = to_cents(credit)

    def _price(self, order: Order) -> None:
        price, profile = order.price, self._state.profile
        coupon = self._state.coupon(order.coupon) if order.coupon else None
        if coupon is not None:
            covered = [
                line.total for line in order.items if line.product and coupon.covers(line.product)
            ]
            base = sum(covered, start=Decimal(0)) / price.rate
            order.discount = to_cents(coupon.discount(base) * price.rate)
        goods = order.subtotal - order.discount
        price.tax_percentage = profile.taxes.get(price.country or "", Decimal(0))
        price.tax = to_cents(goods * price.tax_percentage / 100)
        fee = profile.gateway_fees.get(order.gateway or "", Decimal(0))
        price.gateway_fee = to_cents(goods * fee / 100)


def _line(order: Order, name: str) -> LineItem:
    for line in order.items:
        if line.id == name:
            return line
    raise invalid(Problem("line", "is unknown"))

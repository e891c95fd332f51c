"""The forms on the checkout page: changes before paying, open fields after it."""

from __future__ import annotations

from decimal import Decimal
from html import escape
from typing import TYPE_CHECKING

from .editing import CheckoutEdit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .orders import LineItem, Order
    from .state import State


def edit_form(state: State, order: Order) -> str:
    """The form that the buyer can use now; empty when there is none."""
    action = f"/invoice/{escape(order.uniqid)}"
    if not order.payable:
        asked = "".join(
            _input(f"{line.id}:{name}", name) for line in order.items for name in line.asked
        )
        return _form(f"{action}/fields", asked, "Send") if asked and order.paid_at else ""
    profile = state.profile
    currencies = [order.price.base_currency or order.currency, *profile.rates]
    products = {product.uniqid: product.title for product in state.products}
    fields = [
        *(_line_fields(line) for line in order.items),
        _select("add", "Add", {"": "-"} | products),
        _input("coupon", "Coupon", order.coupon or ""),
        _input("tip", "Tip", str(order.price.tip)),
        _input("credit", "Store credit", str(order.price.credit)),
        _choice("gateway", "Gateway", ["STRIPE", *profile.gateway_fees], order.gateway),
        _choice("country", "Country", profile.taxes, order.price.country),
        _choice("currency", "Currency", currencies, order.currency),
    ]
    return _form(f"{action}/edit", "".join(fields), "Update")


def read_edit(state: State, order: Order, sent: Mapping[str, object]) -> CheckoutEdit:
    """Read what was sent.

    Raises
    ------
    ValueError, ArithmeticError
        A number is not one.
    ApiError
        There is no such product.
    """
    texts = {name: str(value) for name, value in sent.items()}
    quantities = {
        line.id: int(texts[f"quantity:{line.id}"])
        for line in order.items
        if f"quantity:{line.id}" in texts
    }
    added = texts.get("add")
    return CheckoutEdit(
        coupon=texts.get("coupon"),
        tip=Decimal(texts["tip"]) if texts.get("tip") else None,
        credit=Decimal(texts["credit"]) if texts.get("credit") else None,
        gateway=texts.get("gateway") or None,
        country=texts.get("country") or None,
        currency=texts.get("currency") or None,
        quantities=quantities,
        remove=[line.id for line in order.items if f"remove:{line.id}" in texts],
        add=[(state.product(added), 1)] if added else [],
        addons={line.id: _chosen_addons(line, texts) for line in order.items if line.product},
    )


def _chosen_addons(line: LineItem, texts: Mapping[str, str]) -> list[str]:
    addons = line.product.addons if line.product else ()
    return [addon.title for addon in addons if f"addon:{line.id}:{addon.title}" in texts]


def _line_fields(line: LineItem) -> str:
    chosen = {title for title, _ in line.addons}
    addons = "".join(
        _box(f"addon:{line.id}:{addon.title}", addon.title, checked=addon.title in chosen)
        for addon in (line.product.addons if line.product else ())
    )
    quantity = _input(f"quantity:{line.id}", f"Quantity of {line.title}", str(line.quantity))
    return quantity + addons + _box(f"remove:{line.id}", f"Remove {line.title}")


def _form(action: str, fields: str, button: str) -> str:
    return f'<form method="post" action="{action}">{fields}<button>{button}</button></form>'


def _input(name: str, label: str, value: str = "") -> str:
    return (
        f'<p><label>{escape(label)} <input name="{escape(name)}" '
        f'value="{escape(value)}"></label></p>'
    )


def _box(name: str, label: str, *, checked: bool = False) -> str:
    mark = " checked" if checked else ""
    return (
        f'<p><label><input type="checkbox" name="{escape(name)}"{mark}> '
        f"{escape(label)}</label></p>"
    )


def _choice(name: str, label: str, values: Iterable[str], chosen: str | None) -> str:
    return _select(name, label, {"": "-"} | {value: value for value in values}, chosen or "")


def _select(name: str, label: str, options: Mapping[str, str], chosen: str = "") -> str:
    listed = "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>'
        f"{escape(text)}</option>"
        for value, text in options.items()
    )
    return f'<p><label>{escape(label)} <select name="{name}">{listed}</select></label></p>'

"""The bodies of orders and payments (contract, sections 2.1 and 2.3)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from .base import URL, Form, Rule, is_list_of_objects, is_object

if TYPE_CHECKING:
    from collections.abc import Mapping

_EMAIL = Rule(re.compile(r"[^@\s]+@[^@\s]+"), "must be an email address")
_TITLE = Rule(re.compile(r".{1,128}", re.DOTALL), "must have 1 to 128 characters")
_CURRENCY = Rule(re.compile(r"[A-Za-z]{3}"), "must have 3 letters")


@dataclass(frozen=True, slots=True)
class LineForm:
    """One entry of ``items`` of ``POST /orders``."""

    product_id: str
    variant_id: str | None
    quantity: int
    delivery_instructions: str | None


@dataclass(frozen=True, slots=True)
class OrderForm:
    """The body of ``POST /orders`` (contract, section 2.1)."""

    email: str
    items: tuple[LineForm, ...]
    coupon_code: str | None
    gateway: str | None
    title: str | None
    custom_fields: object


@dataclass(frozen=True, slots=True)
class PaymentForm:
    """The body of ``POST /payments`` (contract, section 2.3)."""

    title: str
    email: str
    value: Decimal
    currency: str
    quantity: int
    gateway: str | None
    webhook: str | None
    return_url: str | None
    cancel_url: str | None
    customer_id: str | None
    custom_fields: object


def read_order(body: Mapping[str, object], email_field: str) -> OrderForm:
    """Read the body of ``POST /orders``; ``email_field`` names the address (C8)."""
    form = Form(body)
    result = OrderForm(
        email=form.required(email_field, form.text(email_field, _EMAIL), ""),
        items=_read_lines(form),
        coupon_code=form.text("coupon_code"),
        gateway=form.text("gateway"),
        title=form.text("title"),
        custom_fields=form.custom_fields(is_object, "must be an object"),
    )
    form.check()
    return result


def read_payment(body: Mapping[str, object]) -> PaymentForm:
    """Read the body of ``POST /payments``."""
    form = Form(body)
    form.count("confirmations")
    result = PaymentForm(
        title=form.required("title", form.text("title", _TITLE), ""),
        email=form.required("email", form.text("email", _EMAIL), ""),
        value=form.required("value", form.amount("value"), Decimal(0)),
        currency=form.required("currency", form.text("currency", _CURRENCY), "").upper(),
        quantity=form.count("quantity"),
        gateway=form.text("gateway"),
        webhook=form.text("webhook", URL),
        return_url=form.text("return_url", URL),
        cancel_url=form.text("cancel_url", URL),
        customer_id=form.text("customer_id"),
        custom_fields=form.custom_fields(is_list_of_objects, "must be an array of objects"),
    )
    form.check()
    return result


def read_refund(body: Mapping[str, object]) -> Decimal | None:
    """Read the body of a refund (contract, section 2.2): the amount, ``None`` for all of it."""
    form = Form(body)
    form.text("reason")
    amount = form.text_amount("amount")
    form.check()
    return amount


def check_completion(body: Mapping[str, object]) -> None:
    """Check the body of ``complete`` and ``fulfill`` (contract, section 2.2)."""
    form = Form(body)
    form.text("note")
    form.flag("suppress_emails")
    form.check()


def _read_lines(form: Form) -> tuple[LineForm, ...]:
    entries = form.body.get("items")
    if not is_list_of_objects(entries) or not entries:
        form.complain("items", "must be an array of at least one object")
        return ()
    return tuple(_read_line(form, index, entry) for index, entry in enumerate(entries))


def _read_line(parent: Form, index: int, entry: Mapping[str, object]) -> LineForm:
    form = Form(entry, f"items[{index}].", parent.problems)
    return LineForm(
        product_id=form.required("product_id", form.text("product_id"), ""),
        variant_id=form.text("variant_id"),
        quantity=form.count("quantity"),
        delivery_instructions=form.text("delivery_instructions"),
    )

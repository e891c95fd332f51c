"""Bodies of writes, read field by field; all problems are reported at once."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from .catalogue import CENT
from .errors import Problem, invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeGuard

T = TypeVar("T")


class _Rule(NamedTuple):
    pattern: re.Pattern[str]
    message: str


_EMAIL = _Rule(re.compile(r"[^@\s]+@[^@\s]+"), "must be an email address")
_TITLE = _Rule(re.compile(r".{1,128}", re.DOTALL), "must have 1 to 128 characters")
_CURRENCY = _Rule(re.compile(r"[A-Za-z]{3}"), "must have 3 letters")
_URL = _Rule(re.compile(r"https?://\S+"), "must be a web address")


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


def parse_object(body: bytes) -> dict[str, object]:
    """Read a JSON object.

    Raises
    ------
    ApiError
        422 when the body is not one.
    """
    try:
        value = json.loads(body)
    except ValueError:
        raise invalid(Problem("body", "is not JSON")) from None
    if not isinstance(value, dict):
        raise invalid(Problem("body", "must be an object"))
    return value


def read_order(body: Mapping[str, object], email_field: str) -> OrderForm:
    """Read the body of ``POST /orders``; ``email_field`` names the address (C8)."""
    form = _Form(body)
    result = OrderForm(
        email=form.required(email_field, form.text(email_field, _EMAIL), ""),
        items=_read_lines(form),
        coupon_code=form.text("coupon_code"),
        gateway=form.text("gateway"),
        title=form.text("title"),
        custom_fields=form.custom_fields(_is_object, "must be an object"),
    )
    form.check()
    return result


def read_payment(body: Mapping[str, object]) -> PaymentForm:
    """Read the body of ``POST /payments``."""
    form = _Form(body)
    form.count("confirmations")
    result = PaymentForm(
        title=form.required("title", form.text("title", _TITLE), ""),
        email=form.required("email", form.text("email", _EMAIL), ""),
        value=form.required("value", form.amount("value"), Decimal(0)),
        currency=form.required("currency", form.text("currency", _CURRENCY), "").upper(),
        quantity=form.count("quantity"),
        gateway=form.text("gateway"),
        webhook=form.text("webhook", _URL),
        return_url=form.text("return_url", _URL),
        cancel_url=form.text("cancel_url", _URL),
        customer_id=form.text("customer_id"),
        custom_fields=form.custom_fields(_is_list_of_objects, "must be an array of objects"),
    )
    form.check()
    return result


def _read_lines(form: _Form) -> tuple[LineForm, ...]:
    entries = form.body.get("items")
    if not _is_list_of_objects(entries) or not entries:
        form.complain("items", "must be an array of at least one object")
        return ()
    return tuple(_read_line(form, index, entry) for index, entry in enumerate(entries))


def _read_line(parent: _Form, index: int, entry: Mapping[str, object]) -> LineForm:
    form = _Form(entry, f"items[{index}].", parent.problems)
    return LineForm(
        product_id=form.required("product_id", form.text("product_id"), ""),
        variant_id=form.text("variant_id"),
        quantity=form.count("quantity"),
        delivery_instructions=form.text("delivery_instructions"),
    )


def _is_object(value: object) -> bool:
    return isinstance(value, dict)


def _is_list_of_objects(value: object) -> TypeGuard[list[dict[str, object]]]:
    return isinstance(value, list) and all(isinstance(entry, dict) for entry in value)


class _Form:
    """Reads fields and notes what is wrong with them.

    A field with a problem reads as if it was absent; `check` then refuses the whole form.
    """

    def __init__(
        self,
        body: Mapping[str, object],
        prefix: str = "",
        problems: list[Problem] | None = None,
    ) -> None:
        self.body = body
        self.problems: list[Problem] = [] if problems is None else problems
        self._prefix = prefix

    def complain(self, name: str, message: str) -> None:
        self.problems.append(Problem(self._prefix + name, message))

    def check(self) -> None:
        if self.problems:
            raise invalid(*self.problems)

    def required(self, name: str, value: T | None, blank: T) -> T:
        if value is not None:
            return value
        if self.body.get(name) is None:
            self.complain(name, "is required")
        return blank

    def text(self, name: str, rule: _Rule | None = None) -> str | None:
        value = self.body.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            self.complain(name, "must be text")
            return None
        if rule and not rule.pattern.fullmatch(value):
            self.complain(name, rule.message)
            return None
        return value

    def count(self, name: str) -> int:
        value = self.body.get(name, 1)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
            return value
        self.complain(name, "must be a whole number of at least 1")
        return 1

    def amount(self, name: str) -> Decimal | None:
        value = self.body.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            self.complain(name, "must be a number")
            return None
        amount = Decimal(str(value))
        if not amount.is_finite() or amount < CENT:
            self.complain(name, f"must be at least {CENT}")
            return None
        return amount

    def custom_fields(self, is_good: Callable[[object], bool], message: str) -> object:
        value = self.body.get("custom_fields")
        if value is not None and not is_good(value):
            self.complain("custom_fields", message)
        return value

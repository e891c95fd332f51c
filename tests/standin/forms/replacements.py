"""The body of a replacement (contract, section 15.6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .base import Form

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class ReplacementForm:
    """The body of ``POST /invoices/{uniqid}/replacements``."""

    full: bool
    quantity: int
    product_id: str | None
    override_remaining_quantity: bool


def read_replacement(body: Mapping[str, object]) -> ReplacementForm:
    """Read the body; ``full`` is a text, ``"true"`` or ``"false"``."""
    form = Form({name: value for name, value in body.items() if value is not None})
    full = form.text("full")
    if full not in (None, "true", "false"):
        form.complain("full", 'must be "true" or "false"')
    form.text("reason")
    result = ReplacementForm(
        full=full == "true",
        quantity=form.count("quantity"),
        product_id=form.text("product_id"),
        override_remaining_quantity=form.flag("override_remaining_quantity"),
    )
    form.check()
    return result

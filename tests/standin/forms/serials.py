"""The bodies of serials (contract, section 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .base import Form

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST_CLAIMED = 500


def read_claim(body: Mapping[str, object]) -> int:
    """Read a claim: how many."""
    form = Form(body)
    amount = form.count("amount")
    if body.get("amount") is None:
        form.complain("amount", "is required")
    if amount > _MOST_CLAIMED:
        form.complain("amount", f"must be 1 to {_MOST_CLAIMED}")
    form.check()
    return amount


def read_serials(body: Mapping[str, object], pool: list[str]) -> list[str]:
    """Read serials that are to be added to a pool: text with one on each line."""
    form = Form(body)
    text = form.required("serials", form.text("serials"), "")
    alone = form.flag("remove_duplicates")
    form.check()
    serials = [line.strip() for line in text.splitlines() if line.strip()]
    if not alone:
        return serials
    return [serial for serial in dict.fromkeys(serials) if serial not in pool]

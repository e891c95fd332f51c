"""The bodies of licences (contract, section 6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from ..licenses import STATUSES
from .base import Form

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class ValidationForm:
    """The body of ``POST /licenses/validate``."""

    key: str
    product_id: str
    hardware_id: str | None
    ip: str | None


@dataclass(frozen=True, slots=True)
class CreationForm:
    """The body of ``POST /licenses``."""

    product_id: str
    invoice_id: str
    license_key: str


@dataclass(frozen=True, slots=True)
class ChangeForm:
    """The body of ``PATCH /licenses/{id}``; ``sent`` names its fields, null ones too."""

    sent: frozenset[str]
    hardware_id: str | None
    expires_at: datetime | None
    status: str | None


def read_validation(body: Mapping[str, object]) -> ValidationForm:
    """Read what is to be validated."""
    form = Form(body)
    result = ValidationForm(
        key=form.required("key", form.text("key"), ""),
        product_id=form.required("product_id", form.text("product_id"), ""),
        hardware_id=form.text("hardware_id"),
        ip=form.text("ip"),
    )
    form.check()
    return result


def read_creation(body: Mapping[str, object]) -> CreationForm:
    """Read a new licence."""
    form = Form(body)
    result = CreationForm(
        product_id=form.required("product_id", form.text("product_id"), ""),
        invoice_id=form.required("invoice_id", form.text("invoice_id"), ""),
        license_key=form.required("license_key", form.text("license_key"), ""),
    )
    form.check()
    return result


def read_change(body: Mapping[str, object]) -> ChangeForm:
    """Read a change."""
    form = Form(body)
    status = form.text("status")
    if status is not None and status not in STATUSES:
        form.complain("status", f"must be one of {', '.join(STATUSES)}")
    result = ChangeForm(frozenset(body), form.text("hardware_id"), form.time("expires_at"), status)
    form.check()
    return result

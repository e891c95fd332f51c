"""What all shapes have in common: amounts, times, custom fields."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from ..catalogue import Product, Variant
    from ..orders import Order
    from ..state import Profile
    from ..subscriptions import Subscription
    from ..switches import FieldsShape, Switches

Json = dict[str, Any]


class Render:
    """Turns records into JSON values. ``base_url`` is where the checkout pages live."""

    def __init__(self, switches: Switches, profile: Profile, base_url: str) -> None:
        self._switches = switches
        self._profile = profile
        self._base_url = base_url

    def _money(self, amount: Decimal) -> float | str:
        return f"{amount:.2f}" if self._switches.money == "text" else float(amount)

    def _reference(self, record: Product | Variant | Order | Subscription) -> str:
        """How one record names another (section 1, *Ids*)."""
        return record.id if self._switches.refer_by == "id" else record.uniqid

    def _event_time(self, time: datetime) -> int | str:
        """A time within a webhook (C5)."""
        return unix(time) if self._switches.webhook_times == "unix" else iso(time)


def display(amount: Decimal, currency: str) -> str:
    """An amount as people read it."""
    return f"{amount:.2f} {currency}"


def unix(time: datetime) -> int:
    """Whole seconds since 1970."""
    return int(time.timestamp())


def iso(time: datetime) -> str:
    """ISO 8601 in UTC, to the second."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def custom_fields(sent: object, shape: FieldsShape) -> Json:
    """The ``custom_fields`` entry of an answer in one of the shapes of section 4.6."""
    pairs = _pairs(sent)
    listed = [{"name": name, "value": value} for name, value in pairs.items()]
    shapes: dict[FieldsShape, Json] = {
        "as_sent": {"custom_fields": sent},
        "map": {"custom_fields": pairs},
        "list": {"custom_fields": listed},
        "json": {"custom_fields": json.dumps(pairs)},
        "wrapped": {"custom_fields": {"customFields": listed}},
        "null": {"custom_fields": None},
        "missing": {},
    }
    return shapes[shape]


def _pairs(sent: object) -> Json:
    if isinstance(sent, dict):
        return sent
    if isinstance(sent, list):
        return {str(entry.get("name")): entry.get("value") for entry in sent}
    return {}

"""Webhooks: the events, who hears them, and what came of it (contract, section 4)."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

ORDER_EVENTS = (
    "order:created",
    "order:updated",
    "order:partial",
    "order:paid",
    "order:cancelled",
    "order:disputed",
)
SUBSCRIPTION_EVENTS = (
    "subscription:created",
    "subscription:updated",
    "subscription:renewed",
    "subscription:cancelled",
    "subscription:upcoming",
    "subscription:trial:started",
    "subscription:trial:ended",
)
# Contract, section 4.3: the set of 12 that it suggests.
SUGGESTED_EVENTS = (
    "order:paid",
    "order:cancelled",
    "order:disputed",
    "order:updated",
    "order:partial",
    "subscription:created",
    "subscription:updated",
    "subscription:renewed",
    "subscription:cancelled",
    "subscription:trial:started",
    "subscription:trial:ended",
    "product:stock",
)
TWIN = ":product"


def new_delivery_id() -> str:
    """A fresh ``X-Shoppex-Delivery``."""
    return f"whd_{secrets.token_hex(12)}"


class News(NamedTuple):
    """One event, as it is to be told.

    Parameters
    ----------
    data, twin
        ``data`` of the event, and of its ``:product`` twin.
    order_uniqid
        The order or payment that it is about, if it is about one.
    """

    event: str
    data: Mapping[str, object]
    twin: Mapping[str, object]
    order_uniqid: str | None = None


@dataclass(frozen=True, slots=True)
class WebhookEndpoint:
    """Where events go.

    Parameters
    ----------
    order_uniqid
        Set for the webhook of one payment, which hears of that payment only (section 2.3).
    """

    url: str
    secret: str
    events: tuple[str, ...] = ORDER_EVENTS
    order_uniqid: str | None = None

    def hears(self, event: str, order_uniqid: str | None) -> bool:
        """Whether that event of that order goes here."""
        return event in self.events and self.order_uniqid in (None, order_uniqid)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one attempt.

    Parameters
    ----------
    status
        HTTP status; ``None`` when no answer came.
    body
        The answer's text, or why there is none.
    """

    at: datetime
    status: int | None
    body: str

    @property
    def ok(self) -> bool:
        """Whether Shoppex counts this as received."""
        return self.status is not None and 200 <= self.status < 300


@dataclass(slots=True)
class Delivery:
    """One event on its way to one endpoint.

    Parameters
    ----------
    id
        ``whd_…``, the same in each attempt.
    body
        The raw body, the same in each attempt.
    signed_at
        Unix seconds: ``X-Shoppex-Timestamp`` of the last attempt.
    attempts
        The answers, oldest first.
    due_at
        When the next attempt should be; ``None`` when there will be none.
    """

    endpoint: WebhookEndpoint
    event: str
    body: bytes
    signed_at: int
    id: str = field(default_factory=new_delivery_id)
    attempts: list[Answer] = field(default_factory=list)
    due_at: datetime | None = None

    @property
    def url(self) -> str:
        """Where it goes."""
        return self.endpoint.url

    @property
    def ok(self) -> bool:
        """Whether it has been received."""
        return any(answer.ok for answer in self.attempts)

    @property
    def data(self) -> dict[str, Any]:
        """``data`` of the body."""
        data: dict[str, Any] = json.loads(self.body)["data"]
        return data

"""Webhooks: what is told, who hears it, and what came of it (contract, section 4)."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from .catalogue import new_id
from .events import ORDER_EVENTS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


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


@dataclass(slots=True, eq=False)
class WebhookEndpoint:
    """Where events go. Change ``url`` and ``events`` at any time.

    Parameters
    ----------
    order_uniqid
        Set for the webhook of one payment, which hears of that payment only (section 2.3).
    previous_secret, rotated_at
        Set by a rotation of the secret.
    """

    url: str
    secret: str
    events: tuple[str, ...] = ORDER_EVENTS
    order_uniqid: str | None = None
    type: str = "paylix"
    created_at: datetime | None = None
    previous_secret: str | None = None
    rotated_at: datetime | None = None
    id: str = field(default_factory=new_id)
    uniqid: str = field(default_factory=new_id)

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
    duration_ms
        Real milliseconds.
    """

    at: datetime
    status: int | None
    body: str
    sent_headers: Mapping[str, str]
    headers: Mapping[str, str]
    duration_ms: int

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
    signed_at, secret
        Of the last attempt: ``X-Shoppex-Timestamp`` in Unix seconds, and the secret.
    attempts
        The answers, oldest first.
    due_at
        When the next attempt should be; ``None`` when there will be none.
    """

    endpoint: WebhookEndpoint
    event: str
    body: bytes
    created_at: datetime
    signed_at: int
    secret: str
    log_id: str = field(default_factory=new_id)
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

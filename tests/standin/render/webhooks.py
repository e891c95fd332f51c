"""Webhooks and their log (contract, section 4.8)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ..events import ALL_EVENTS
from .base import Json, Render, iso, unix

if TYPE_CHECKING:
    from datetime import datetime

    from ..logs import LogEntry
    from ..webhooks import WebhookEndpoint


class WebhookRender(Render):
    """Webhooks as JSON. Lists and single reads never show a secret."""

    def endpoint(self, endpoint: WebhookEndpoint) -> Json:
        """A webhook as it is read."""
        return {
            "id": endpoint.id,
            "uniqid": endpoint.uniqid,
            "shop_id": self._profile.id,
            "url": endpoint.url,
            "events": list(endpoint.events),
            "type": endpoint.type,
            "created_at": unix(endpoint.created_at) if endpoint.created_at else None,
        }

    def created(self, endpoint: WebhookEndpoint) -> Json:
        """A webhook as the answer to its creation: only its id, or all and the secret (C18)."""
        if self._switches.webhook_create_answer == "id_only":
            return {"id": endpoint.id}
        return self.endpoint(endpoint) | self._secret(endpoint)

    def rotated(self, endpoint: WebhookEndpoint) -> Json:
        """The answer to a rotation."""
        return {"id": endpoint.id, **self._secret(endpoint)}

    def events(self) -> object:
        """The allowlist. The contract does not show its shape."""
        shape = self._switches.events_shape
        if shape == "names":
            return list(ALL_EVENTS)
        if shape == "objects":
            return [{"name": event, "description": ""} for event in ALL_EVENTS]
        families = dict.fromkeys(event.partition(":")[0] for event in ALL_EVENTS)
        return {
            family: [event for event in ALL_EVENTS if event.startswith(f"{family}:")]
            for family in families
        }

    def log(self, entry: LogEntry) -> Json:
        """One row of the log."""
        switches = self._switches
        delivery, answer = entry.delivery, entry.answer
        payload = json.loads(delivery.body)
        got_none = answer is None or answer.status is None
        return {
            "id": entry.id,
            "uniqid": delivery.id if switches.log_uniqid == "delivery" else f"log_{entry.id}",
            "webhook_uniqid": delivery.endpoint.uniqid,
            "event_type": delivery.event,
            "url": delivery.url,
            "payload": payload if switches.log_payload == "object" else json.dumps(payload),
            "request_headers": dict(answer.sent_headers) if answer else {},
            "response": None if got_none or answer is None else answer.body,
            "response_headers": dict(answer.headers) if answer else {},
            "status": entry.status,
            "status_code": answer.status if answer else None,
            "attempt": entry.attempt,
            "duration_ms": answer.duration_ms if answer else None,
            "error_message": answer.body if got_none and answer else None,
            "created_at": self._log_time(entry.created_at),
            "delivered_at": self._log_time(entry.delivered_at),
        }

    def _secret(self, endpoint: WebhookEndpoint) -> Json:
        return {self._switches.secret_field: endpoint.secret}

    def _log_time(self, time: datetime | None) -> int | str | None:
        if time is None:
            return None
        return unix(time) if self._switches.log_times == "unix" else iso(time)

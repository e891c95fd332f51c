"""The bodies of webhooks (contract, section 4.8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..events import ALL_EVENTS, MOST_EVENTS
from .base import URL, Form

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class WebhookForm:
    """The body that makes or changes a webhook; what is ``None`` was not sent."""

    url: str | None
    events: tuple[str, ...] | None
    type: str | None


def read_webhook(body: Mapping[str, object], *, is_new: bool) -> WebhookForm:
    """Read the body of ``POST`` or ``PATCH``; a new webhook needs its url and its events."""
    form = Form(body)
    result = WebhookForm(form.text("url", URL), _read_events(form), form.text("type"))
    if is_new:
        form.required("url", result.url, "")
        form.required("events", result.events, ())
    form.check()
    return result


def read_test(body: Mapping[str, object]) -> str:
    """Read the body of a test: the event."""
    form = Form(body)
    event = form.required("event", form.text("event"), "")
    if event and event not in ALL_EVENTS:
        form.complain("event", "is unknown")
    form.check()
    return event


def _read_events(form: Form) -> tuple[str, ...] | None:
    value = form.body.get("events")
    if value is None:
        return None
    problem = problem_with_events(value)
    if problem is None and isinstance(value, list):
        return tuple(value)
    form.complain("events", problem or "must be a list")
    return None


def problem_with_events(events: object) -> str | None:
    """What is wrong with a list of events; wildcards are unknown like any other name (C9)."""
    if not isinstance(events, list) or not 1 <= len(events) <= MOST_EVENTS:
        return f"must be a list of 1 to {MOST_EVENTS}"
    unknown = [event for event in events if event not in ALL_EVENTS]
    return f"has unknown names: {unknown}" if unknown else None

"""Parsing of webhooks, their events and the logs of deliveries (contract, section 4.8)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from ...domain.status_words import fold_word
from ..errors import MalformedRecord
from ..fields import as_mapping, parse_count, parse_http_url, parse_id, parse_text, parse_time
from ..json_codec import decode_text
from .custom_fields import normalise

_EVENT = re.compile(r"[a-z][a-z0-9_-]*(?::[a-z0-9_-]+)+")
_LONGEST_EVENT = 64
_MOST_EVENTS = 500
_DEEPEST = 6
_SECRETS = ("secret", "signing_secret", "webhook_secret")
_LONGEST_SECRET = 512
_LONGEST_ERROR = 300
# What some services show in the place of a secret.
_MASKS = ("*", "…", "•")
# Contract, section 4.1: whichever is present.
_DELIVERY_HEADERS = ("x-shoppex-delivery", "x-shoppex-delivery-id")


class MalformedWebhook(MalformedRecord):
    """Data that does not say which webhook, or which delivery of one, it is about."""


class LogStatus(str, Enum):
    """Outcome of a webhook delivery; ``UNKNOWN`` is a word that we do not know."""

    PENDING = "pending"
    SUCCESS = "success"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address to which Shoppex sends events.

    Parameters
    ----------
    id, uniqid
        Its internal and its public id; the same where Shoppex named only one. Logs name it by
        the public one.
    url
        ``None`` when it cannot be read.
    """

    id: str
    uniqid: str
    url: str | None
    events: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewWebhook:
    """A webhook that was just made.

    Parameters
    ----------
    secret
        With which it signs; ``None`` when Shoppex did not tell it (C18). Kept out of ``repr``.
    """

    id: str
    secret: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class WebhookLog:
    """One delivery of an event, or one try of it.

    Parameters
    ----------
    payload
        What was sent, as in the request's body; empty when it cannot be read. Kept out of
        ``repr``, as it holds addresses and keys.
    delivery_id
        What the request's header said; ``None`` when the log does not tell.
    webhook_id
        Public id of the webhook.
    status_code
        HTTP status of the answer; ``None`` when there was none, or the log does not tell.
    error
        Why there was no answer, in Shoppex's words; empty when it did not say.
    """

    id: str
    event_type: str
    payload: Mapping[str, object] = field(repr=False)
    status: LogStatus
    delivery_id: str | None = None
    webhook_id: str | None = None
    created_at: datetime | None = None
    delivered_at: datetime | None = None
    status_code: int | None = None
    error: str = ""


def parse_webhook(data: Mapping[str, object]) -> Webhook:
    """Read a webhook.

    Raises
    ------
    MalformedWebhook
        When there is no id.
    """
    data = as_mapping(data.get("webhook")) or data
    internal, public = parse_id(data.get("id")), parse_id(data.get("uniqid"))
    name = internal or public
    if name is None:
        raise MalformedWebhook("a webhook without an id")
    return Webhook(
        id=name,
        uniqid=public or name,
        url=parse_http_url(data.get("url")),
        events=parse_event_names(data.get("events")),
    )


def parse_new_webhook(data: Mapping[str, object]) -> NewWebhook:
    """Read the answer to a webhook's creation.

    Raises
    ------
    MalformedWebhook
        When there is no id.
    """
    return NewWebhook(parse_webhook(data).id, parse_secret(data))


def parse_secret(data: Mapping[str, object]) -> str | None:
    """Find the secret in an answer; ``None`` when it is not shown, or only masked."""
    places = (data, as_mapping(data.get("webhook")))
    texts = (parse_text(place.get(name)) for place in places for name in _SECRETS)
    found = next((text.strip() for text in texts if text and text.strip()), None)
    if found is None or len(found) > _LONGEST_SECRET or any(mask in found for mask in _MASKS):
        return None
    return found


def parse_event_names(value: object) -> tuple[str, ...]:
    """Collect the names of events out of any form of a list: by group, as objects, as a map."""
    return tuple(dict.fromkeys(_event_names(value, _DEEPEST)))[:_MOST_EVENTS]


def parse_log(data: Mapping[str, object]) -> WebhookLog:
    """Read the log of a delivery. Its payload and headers may come as JSON text.

    Raises
    ------
    MalformedWebhook
        When there is no id.
    """
    name = parse_id(data.get("id")) or parse_id(data.get("uniqid"))
    if name is None:
        raise MalformedWebhook("a log without an id")
    sent = data.get("payload")
    payload = as_mapping(decode_text(sent) if isinstance(sent, str) else sent)
    return WebhookLog(
        id=name,
        event_type=parse_id(data.get("event_type")) or parse_id(payload.get("event")) or "",
        payload=payload,
        status=_log_status(data.get("status")),
        delivery_id=_delivery_id(data.get("request_headers")),
        webhook_id=parse_id(data.get("webhook_uniqid")),
        created_at=parse_time(data.get("created_at")),
        delivered_at=parse_time(data.get("delivered_at")),
        status_code=parse_count(data.get("status_code")) or None,
        error=(parse_text(data.get("error_message")) or "").strip()[:_LONGEST_ERROR],
    )


def _event_names(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        if len(value) <= _LONGEST_EVENT and _EVENT.fullmatch(value):
            yield value
    elif depth > 0 and isinstance(value, (list, Mapping)):
        for part in value:
            yield from _event_names(part, depth - 1)
        if isinstance(value, Mapping):
            for part in value.values():
                yield from _event_names(part, depth - 1)


def _log_status(word: object) -> LogStatus:
    folded = fold_word(word).lower()
    return next((status for status in LogStatus if status.value == folded), LogStatus.UNKNOWN)


def _delivery_id(headers: object) -> str | None:
    # Headers have the shapes that custom fields have: a map, a list of pairs, either as text.
    by_name = {name.lower(): text for name, text in normalise(headers).items()}
    ids = (parse_id(by_name.get(name)) for name in _DELIVERY_HEADERS)
    return next((found for found in ids if found is not None), None)

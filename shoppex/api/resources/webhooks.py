"""Webhooks: registering them, and the logs of their deliveries."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from ..errors import unreadable
from ..fields import as_mapping
from ..pagination import entries, filtered_entries
from ..payloads.webhook import (
    LogStatus,
    NewWebhook,
    Webhook,
    WebhookLog,
    parse_event_names,
    parse_log,
    parse_new_webhook,
    parse_secret,
    parse_webhook,
)
from ..records import read_record, read_records
from ..transport import Transport

# Contract, section 4.3: an old page allows no more for one webhook.
MOST_WEBHOOK_EVENTS = 12


class WebhookResource:
    """``/webhooks`` (contract, section 4.8). Each call raises `ApiError` when it fails."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self) -> AsyncIterator[Webhook]:
        """Give every webhook of the shop, other programs' too."""
        return read_records(entries(self._transport, "webhooks"), parse_webhook, "webhook")

    async def create(self, url: str, events: Sequence[str]) -> NewWebhook:
        """Have events sent to an address.

        Never tried twice. After an ambiguous failure the list tells whether it was made.

        Parameters
        ----------
        events
            From `events`; at most `MOST_WEBHOOK_EVENTS`.
        """
        answer = await self._transport.request(
            "POST", "webhooks", json={"url": url, "events": [*events]}
        )
        return read_record(answer.data, parse_new_webhook, "webhook", write=True)

    async def update(
        self, webhook_id: str, *, url: str | None = None, events: Sequence[str] | None = None
    ) -> None:
        """Change the address or the events, or both; ``None`` leaves one as it is."""
        body: dict[str, object] = {} if url is None else {"url": url}
        if events is not None:
            body["events"] = [*events]
        await self._transport.request("PATCH", "webhooks", webhook_id, json=body)

    async def events(self) -> frozenset[str]:
        """Ask for the names of all events that there are, such as ``order:paid``."""
        answer = await self._transport.request("GET", "webhooks", "events")
        names = frozenset(parse_event_names(answer.data))
        if not names:
            raise unreadable("list of events")
        return names

    async def rotate_secret(self, webhook_id: str) -> str | None:
        """Have a new secret made; ``None`` when Shoppex made one but does not tell it.

        How long the old one is still used is not known: accept both for a while.
        """
        answer = await self._transport.request(
            "POST", "webhooks", webhook_id, "rotate-secret", json={}
        )
        return parse_secret(as_mapping(answer.data))

    async def test(self, webhook_id: str, event: str) -> None:
        """Have an event with invented values sent there, signed as a real one is."""
        await self._transport.request(
            "POST", "webhooks", webhook_id, "test", json={"event": event}
        )

    async def logs(self, status: LogStatus | None = None) -> AsyncIterator[WebhookLog]:
        """Give the deliveries of all webhooks of the shop, or those with one outcome.

        Shoppex lists them by page, so one may come twice when others arrive meanwhile.
        """
        found = filtered_entries(
            self._transport,
            "webhooks",
            "logs",
            filters={"status": None if status is None else status.value},
            numbered=True,
        )
        async for entry in read_records(found, parse_log, "webhook log"):
            if status in (None, entry.status):
                yield entry

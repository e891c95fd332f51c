"""Which webhooks there are, and what they are signed with (contract, section 4.8)."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from .errors import not_found
from .webhooks import WebhookEndpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from .switches import Switches


class Endpoints:
    """All webhooks, oldest first; those of single payments are no part of the API's list."""

    def __init__(self, clock: Callable[[], datetime], switches: Switches) -> None:
        self._clock = clock
        self._switches = switches
        self._endpoints: list[WebhookEndpoint] = []

    def __iter__(self) -> Iterator[WebhookEndpoint]:
        return iter(tuple(self._endpoints))

    def add(
        self,
        url: str,
        secret: str | None,
        events: Iterable[str],
        *,
        type: str = "paylix",  # noqa: A002 - Shoppex's own word
        order_uniqid: str | None = None,
    ) -> WebhookEndpoint:
        """Register one; without ``secret`` it gets a fresh one."""
        endpoint = WebhookEndpoint(url, secret or _new_secret(), tuple(events), order_uniqid)
        endpoint.type = type
        endpoint.created_at = self._clock()
        self._endpoints.append(endpoint)
        return endpoint

    def remove(self, endpoint: WebhookEndpoint) -> None:
        """Forget one. What it has not received yet is still tried."""
        self._endpoints.remove(endpoint)

    def rotate(self, endpoint: WebhookEndpoint) -> None:
        """Give one a fresh secret; ``secret_overlap`` says from when on it is used."""
        endpoint.previous_secret = self.secret_of(endpoint)
        endpoint.secret = _new_secret()
        endpoint.rotated_at = self._clock()

    def secret_of(self, endpoint: WebhookEndpoint) -> str:
        """What is signed with now."""
        if endpoint.previous_secret is None or endpoint.rotated_at is None:
            return endpoint.secret
        is_over = self._clock() >= endpoint.rotated_at + self._switches.secret_overlap
        return endpoint.secret if is_over else endpoint.previous_secret

    def listed(self) -> list[WebhookEndpoint]:
        """Those that the API knows of."""
        return [endpoint for endpoint in self._endpoints if endpoint.order_uniqid is None]

    def named(self, name: str) -> WebhookEndpoint:
        """The one with that id or uniqid; 404 when there is none."""
        for endpoint in self.listed():
            if name in (endpoint.id, endpoint.uniqid):
                return endpoint
        raise not_found("Webhook")


def _new_secret() -> str:
    return f"whsec_{secrets.token_hex(16)}"

"""Webhooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..events import ORDER_EVENTS
from ..forms.webhooks import problem_with_events
from ..life import Life
from ..webhooks import Answer, Delivery, WebhookEndpoint

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence


class WebhookVerbs(Life):
    """What is sent, what came of it, and what is sent again."""

    @property
    def deliveries(self) -> Sequence[Delivery]:
        """The log of webhooks, oldest first."""
        return self._alive().postman.deliveries

    @property
    def pending_deliveries(self) -> Sequence[Delivery]:
        """The deliveries that failed so far and of which another attempt is due some time."""
        return self._alive().postman.pending

    def add_webhook(
        self, url: str, secret: str | None = None, events: Iterable[str] = ORDER_EVENTS
    ) -> WebhookEndpoint:
        """Register an endpoint; without ``secret`` it gets one of the form ``whsec_…``."""
        names = list(events)
        problem = problem_with_events(names)
        if problem is not None:
            raise ValueError(f"webhook events: {problem}")
        return self._endpoints.add(url, secret, names)

    def remove_webhook(self, endpoint: WebhookEndpoint) -> None:
        """Remove an endpoint, as in the dashboard."""
        self._endpoints.remove(endpoint)

    def rotate_secret(self, endpoint: WebhookEndpoint) -> str:
        """Give an endpoint a new secret, as in the dashboard; see ``secret_overlap``."""
        self._endpoints.rotate(endpoint)
        return endpoint.secret

    @property
    def webhooks(self) -> Sequence[WebhookEndpoint]:
        """The endpoints of the shop, oldest first; none of single payments."""
        return self._endpoints.listed()

    async def settle(self) -> None:
        """Wait until each webhook that an API call set off got its first answer."""
        await self._alive().postman.settle()

    async def retry_pending(self) -> Sequence[Delivery]:
        """Perform the next attempt of each pending delivery, whether due or not.

        To be true to Shoppex, move the clock to ``due_at`` first.
        """
        return await self._alive().postman.retry_pending()

    async def redeliver(self, delivery: Delivery) -> Answer:
        """Send a delivery again under the same id; ``resign_retries`` says how it is signed."""
        return await self._alive().postman.redeliver(delivery)

    async def deliver(
        self,
        endpoint: WebhookEndpoint,
        event: str,
        data: Mapping[str, object],
        *,
        delivery_id: str | None = None,
        timestamp: int | None = None,
        secret: str | None = None,
        body: bytes | None = None,
        signed_body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        omit: Collection[str] = (),
    ) -> Answer:
        """Send anything, with chosen faults; it is neither logged nor repeated.

        Parameters
        ----------
        delivery_id
            ``X-Shoppex-Delivery``; fresh by default.
        timestamp
            Unix seconds in the header and the V2 signature; the clock's by default.
        secret
            What to sign with; the endpoint's by default.
        body
            Raw bytes to send in place of the envelope of ``event`` and ``data``.
        signed_body
            What the signatures are made of, if not of what is sent: a tampered delivery.
        headers
            Added last, over what is there.
        omit
            Names of headers to leave out.
        """
        return await self._alive().postman.deliver(
            endpoint,
            event,
            data,
            delivery_id=delivery_id,
            timestamp=timestamp,
            secret=secret,
            body=body,
            signed_body=signed_body,
            headers=headers,
            omit=omit,
        )

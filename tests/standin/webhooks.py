"""Sending webhooks: signed deliveries, their retries and their log (contract, section 4)."""

from __future__ import annotations

import asyncio
import json
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import aiohttp

from .signing import sign_legacy, v2_header

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from datetime import datetime

    from .orders import Order
    from .render import Json, Render
    from .switches import Switches

ORDER_EVENTS = (
    "order:created",
    "order:updated",
    "order:partial",
    "order:paid",
    "order:cancelled",
    "order:disputed",
)
_TWIN = ":product"

# Contract, section 4.8, variant B: counted from the attempt before.
_RETRY_DELAYS = tuple(timedelta(minutes=minutes) for minutes in (2, 4, 8, 16))


def _new_delivery_id() -> str:
    return f"whd_{secrets.token_hex(12)}"


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

    def hears(self, event: str, order: Order) -> bool:
        """Whether that event of that order goes here."""
        return event in self.events and self.order_uniqid in (None, order.uniqid)


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
    id: str = field(default_factory=_new_delivery_id)
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
    def data(self) -> Json:
        """``data`` of the body."""
        data: Json = json.loads(self.body)["data"]
        return data


class Postman:
    """Sends events, and keeps the log of it.

    Nothing is repeated by itself: failed deliveries wait for `retry_pending`.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        clock: Callable[[], datetime],
        switches: Switches,
        render: Render,
    ) -> None:
        self._session = session
        self._clock = clock
        self._switches = switches
        self._render = render
        self._tasks: set[asyncio.Task[list[Delivery]]] = set()
        self.endpoints: list[WebhookEndpoint] = []
        self.deliveries: list[Delivery] = []

    @property
    def pending(self) -> list[Delivery]:
        """The deliveries of which another attempt is due some time."""
        return [delivery for delivery in self.deliveries if delivery.due_at is not None]

    def add(
        self,
        url: str,
        secret: str | None = None,
        events: Iterable[str] = ORDER_EVENTS,
        order_uniqid: str | None = None,
    ) -> WebhookEndpoint:
        """Register an endpoint."""
        names = tuple(events)
        if any("*" in name for name in names):
            raise ValueError("webhook events: name each one, Shoppex has no wildcards (C9)")
        secret = secret or f"whsec_{secrets.token_hex(16)}"
        endpoint = WebhookEndpoint(url, secret, names, order_uniqid)
        self.endpoints.append(endpoint)
        return endpoint

    async def announce(self, order: Order, event: str) -> list[Delivery]:
        """Tell each endpoint, and wait for the first answer of each.

        An endpoint that also listens to the ``:product`` twin gets that as well.
        """
        made = [
            self._new_delivery(endpoint, name, order)
            for endpoint in self.endpoints
            for name in (event, event + _TWIN)
            if endpoint.hears(name, order)
        ]
        self.deliveries.extend(made)
        await asyncio.gather(*(self._attempt_and_plan(delivery) for delivery in made))
        return made

    def announce_soon(self, order: Order, event: str) -> None:
        """Tell each endpoint without waiting; `settle` waits for it."""
        task = asyncio.create_task(self.announce(order, event))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settle(self) -> None:
        """Wait until all that is on its way got its first answer."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def close(self) -> None:
        """Give up what is on its way."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def retry_pending(self) -> list[Delivery]:
        """Perform the next attempt of each pending delivery, due or not."""
        pending = self.pending
        for delivery in pending:
            self._resign(delivery)
        await asyncio.gather(*(self._attempt_and_plan(delivery) for delivery in pending))
        return pending

    async def redeliver(self, delivery: Delivery) -> Answer:
        """Send a delivery again under its own id, outside of the retries."""
        self._resign(delivery)
        answer = await self._attempt(delivery)
        if answer.ok:
            delivery.due_at = None
        return answer

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
        """Send anything, once and outside of the log. See `StandIn.deliver`."""
        sent = self._envelope(event, data) if body is None else body
        used = self._headers(
            secret or endpoint.secret,
            event,
            delivery_id or _new_delivery_id(),
            self._now() if timestamp is None else timestamp,
            sent if signed_body is None else signed_body,
        )
        dropped = {name.lower() for name in omit}
        kept = {name: text for name, text in used.items() if name.lower() not in dropped}
        return await self._post(endpoint.url, sent, kept | dict(headers or {}))

    def _new_delivery(self, endpoint: WebhookEndpoint, event: str, order: Order) -> Delivery:
        data = self._render.event(order, with_products=event.endswith(_TWIN))
        return Delivery(endpoint, event, self._envelope(event, data), self._now())

    def _envelope(self, event: str, data: Mapping[str, object]) -> bytes:
        return json.dumps({"event": event, "data": data, "created_at": self._now()}).encode()

    def _resign(self, delivery: Delivery) -> None:
        if self._switches.resign_retries:
            delivery.signed_at = self._now()

    async def _attempt_and_plan(self, delivery: Delivery) -> None:
        answer = await self._attempt(delivery)
        failures = len(delivery.attempts)
        if answer.ok or failures > len(_RETRY_DELAYS):
            delivery.due_at = None
        else:
            delivery.due_at = answer.at + _RETRY_DELAYS[failures - 1]

    async def _attempt(self, delivery: Delivery) -> Answer:
        headers = self._headers(
            delivery.endpoint.secret,
            delivery.event,
            delivery.id,
            delivery.signed_at,
            delivery.body,
        )
        answer = await self._post(delivery.url, delivery.body, headers)
        delivery.attempts.append(answer)
        return answer

    def _headers(
        self, secret: str, event: str, delivery_id: str, timestamp: int, body: bytes
    ) -> dict[str, str]:
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Shoppex-Webhook/1.0",
            "X-Shoppex-Event": event,
            "X-Shoppex-Delivery": delivery_id,
            "X-Shoppex-Timestamp": str(timestamp),
        }
        if self._switches.sign_v2:
            headers["X-Shoppex-Signature-V2"] = v2_header(secret, delivery_id, timestamp, body)
            headers["X-Shoppex-Signature-V2-Algorithm"] = "HMAC-SHA256"
        if self._switches.sign_legacy:
            headers["X-Shoppex-Signature"] = sign_legacy(secret, body)
            headers["X-Shoppex-Signature-Algorithm"] = "HMAC-SHA512"
        return headers

    async def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        at = self._clock()
        try:
            async with self._session.post(
                url, data=body, headers=headers, allow_redirects=False
            ) as response:
                return Answer(at, response.status, await response.text())
        except (aiohttp.ClientError, TimeoutError) as error:
            return Answer(at, None, repr(error))

    def _now(self) -> int:
        return int(self._clock().timestamp())

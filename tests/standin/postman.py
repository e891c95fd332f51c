"""Sending webhooks: signed deliveries, their retries and their log (contract, section 4)."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import aiohttp

from .events import TWIN
from .signing import sign_legacy, v2_header
from .webhooks import Answer, Delivery, new_delivery_id

if TYPE_CHECKING:
    from collections.abc import (
        Callable,
        Collection,
        Coroutine,
        Iterable,
        Iterator,
        Mapping,
        Sequence,
    )
    from datetime import datetime

    from .endpoints import Endpoints
    from .switches import Switches
    from .webhooks import News, WebhookEndpoint

# Contract, section 4.8, variant B: counted from the attempt before.
_RETRY_DELAYS = tuple(timedelta(minutes=minutes) for minutes in (2, 4, 8, 16))


class Postman:
    """Sends events, and keeps the log of it.

    Nothing is repeated by itself: failed deliveries wait for `retry_pending`.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        clock: Callable[[], datetime],
        switches: Switches,
        endpoints: Endpoints,
    ) -> None:
        self._session = session
        self._clock = clock
        self._switches = switches
        self._endpoints = endpoints
        self._tasks: set[asyncio.Task[object]] = set()
        self.deliveries: list[Delivery] = []

    @property
    def pending(self) -> list[Delivery]:
        """The deliveries of which another attempt is due some time."""
        return [delivery for delivery in self.deliveries if delivery.due_at is not None]

    async def announce(self, monitor: Iterable[Sequence[News]]) -> list[Delivery]:
        """Tell each endpoint, and wait for the first answer of each.

        The news of one round are sent at the same time; a round begins when the one before
        has been answered.
        """
        made = []
        for news in monitor:
            batch = [delivery for each in news for delivery in self._deliveries_of(each)]
            made += batch
            await self._send(batch)
        return made

    def announce_soon(self, monitor: Iterable[Sequence[News]]) -> None:
        """Tell each endpoint without waiting; `settle` waits for it."""
        self._do_soon(self.announce(monitor))

    def send_soon(self, endpoint: WebhookEndpoint, event: str, data: Mapping[str, object]) -> None:
        """Tell one endpoint, whatever it listens to; `settle` waits for it."""
        self._do_soon(self._send([self._new_delivery(endpoint, event, data)]))

    def retry_soon(self, delivery: Delivery) -> None:
        """Send a delivery again, as asked for in the log; `settle` waits for it.

        ``retry_keeps_id`` says whether that is the same delivery or a new one.
        """
        if self._switches.retry_keeps_id:
            self._do_soon(self.redeliver(delivery))
        else:
            data = delivery.data
            self._do_soon(
                self._send([self._new_delivery(delivery.endpoint, delivery.event, data)])
            )

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
            secret or self._endpoints.secret_of(endpoint),
            event,
            delivery_id or new_delivery_id(),
            self._now() if timestamp is None else timestamp,
            sent if signed_body is None else signed_body,
        )
        dropped = {name.lower() for name in omit}
        kept = {name: text for name, text in used.items() if name.lower() not in dropped}
        return await self._post(endpoint.url, sent, kept | dict(headers or {}))

    def _deliveries_of(self, news: News) -> Iterator[Delivery]:
        """One for each endpoint that hears of it, and another for the ``:product`` twin."""
        twin = news.event + TWIN
        for endpoint in self._endpoints:
            hears = endpoint.hears(news.event, news.order_uniqid)
            unasked = hears and self._switches.twins == "always"
            if hears:
                yield self._new_delivery(endpoint, news.event, news.data)
            if unasked or endpoint.hears(twin, news.order_uniqid):
                yield self._new_delivery(endpoint, twin, news.twin)

    def _new_delivery(
        self, endpoint: WebhookEndpoint, event: str, data: Mapping[str, object]
    ) -> Delivery:
        return Delivery(
            endpoint=endpoint,
            event=event,
            body=self._envelope(event, data),
            created_at=self._clock(),
            signed_at=self._now(),
            secret=self._endpoints.secret_of(endpoint),
        )

    async def _send(self, batch: Sequence[Delivery]) -> None:
        self.deliveries.extend(batch)
        await asyncio.gather(*(self._attempt_and_plan(delivery) for delivery in batch))

    def _do_soon(self, work: Coroutine[object, object, object]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _envelope(self, event: str, data: Mapping[str, object]) -> bytes:
        return json.dumps({"event": event, "data": data, "created_at": self._now()}).encode()

    def _resign(self, delivery: Delivery) -> None:
        if self._switches.resign_retries:
            delivery.signed_at = self._now()
            delivery.secret = self._endpoints.secret_of(delivery.endpoint)

    async def _attempt_and_plan(self, delivery: Delivery) -> None:
        answer = await self._attempt(delivery)
        failures = len(delivery.attempts)
        if answer.ok or failures > len(_RETRY_DELAYS):
            delivery.due_at = None
        else:
            delivery.due_at = answer.at + _RETRY_DELAYS[failures - 1]

    async def _attempt(self, delivery: Delivery) -> Answer:
        headers = self._headers(
            delivery.secret,
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
        at, began = self._clock(), time.monotonic()
        status: int | None = None
        got: Mapping[str, str] = {}
        try:
            async with self._session.post(
                url, data=body, headers=headers, allow_redirects=False
            ) as response:
                text = await response.text()
                status, got = response.status, response.headers
        except (aiohttp.ClientError, asyncio.TimeoutError) as error:
            text = repr(error)
        return Answer(at, status, text, headers, got, round((time.monotonic() - began) * 1000))

    def _now(self) -> int:
        return int(self._clock().timestamp())

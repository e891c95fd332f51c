"""Listener for webhooks: one aiohttp application in the bot's loop. Design, section 5."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from functools import partial
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.http_exceptions import BadHttpMessage
from aiohttp.http_parser import RawRequestMessage
from yarl import URL

from ..api import MalformedJson, decode_json
from ..fulfilment.intake.recorder import Outcome, Recorder, WebhookEvent, read_event
from ..fulfilment.intake.unknown_payments import UnknownPayments
from ..store.errors import StoreUnavailable
from ..store.settings import Settings
from ..store.settings_model import MOST_SECRETS
from .connections import ConnectionLimits
from .delivery_waiter import DeliveryWaiter
from .limits import MAX_AT_ONCE, MAX_BODY, BodyLimits
from .refusal_log import RefusalLog
from .signature import SignatureResult, Trust, malformed, verify

log = logging.getLogger("red.shoppex.shoppex.webhook.listener")

_SILENCE = logging.getLogger("red.shoppex.shoppex.webhook.http")
_SILENCE.disabled = True

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_BODY_SECONDS = 3.0
# A body up to this size is read before it is refused: who hangs up on what still comes may well
# take the answer back.
_SMALL = 64 * 1024
# Of a larger one so much is passed over, for the same reason.
_PASSED_OVER = 4 * 1024 * 1024
_PASSED_OVER_SECONDS = 0.5
_SHUTDOWN_SECONDS = 5.0
# Shorter than anybody waits for an answer, and longer than Shoppex takes to tell a new secret.
_NEW_SECRET_SECONDS = 10.0
_SNOWFLAKE_DIGITS = 20


class Listener:
    """Receives webhooks, from start to stop.

    Parameters
    ----------
    clock
        Gives the time that signatures are measured against.
    strays
        Looks at payments for orders that are not known.

    Attributes
    ----------
    arrivals
        Tells those who wait for it what came in for a server that has a secret.
    """

    def __init__(
        self,
        settings: Settings,
        recorder: Recorder,
        clock: Callable[[], datetime],
        unknown_payments: UnknownPayments | None = None,
    ) -> None:
        self._unknown_payments = unknown_payments
        self._settings = settings
        self._recorder = recorder
        self._clock = clock
        self.arrivals = DeliveryWaiter()
        self._runner: web.AppRunner | None = None
        self._server: asyncio.Server | None = None
        self._connections: ConnectionLimits | None = None
        self._bodies = BodyLimits()
        self._refusals = RefusalLog()
        self._at_once = 0
        self._awaited: dict[int, asyncio.Event] = {}
        # Signs in place of the secrets that a guild does not have, so that its answer takes as
        # long as any other and nobody learns from the clock which guilds sell.
        self._nobody = secrets.token_hex(32)

    @property
    def running(self) -> bool:
        """Whether webhooks can arrive."""
        return self._runner is not None

    async def start(self, host: str, port: int) -> None:
        """Bind and serve.

        Raises
        ------
        OSError
            When the address cannot be bound; nothing is left behind then.
        """
        # aiohttp refuses a body that reaches its limit, not only one that exceeds it.
        app = web.Application(client_max_size=MAX_BODY + 1, middlewares=[_log_our_own_faults])
        app.add_routes(
            [
                web.get("/shoppex/health", self._health),
                web.post("/shoppex/{guild_id}", self._receive),
            ]
        )
        # The defaults log every hit, log what is no HTTP as it came (an e-mail, a key), and
        # let a small compressed body fill the memory.
        runner = web.AppRunner(
            app,
            access_log=None,
            logger=_SILENCE,
            auto_decompress=False,
            shutdown_timeout=_SHUTDOWN_SECONDS,
            lingering_time=0,
        )
        await runner.setup()
        server = runner.server
        if server is None:
            raise RuntimeError("a runner that is set up has a server")
        server.request_factory = partial(_request_of, server.request_factory)
        connections = ConnectionLimits(server)
        try:
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(connections, host, port)
        except OSError as error:
            await runner.cleanup()
            # asyncio wraps the system's few words in a sentence of its own.
            raise OSError(error.errno, os.strerror(error.errno or 0)) from error
        self._runner, self._connections = runner, connections

    async def stop(self) -> None:
        """Let requests that are under way end, at most five seconds, and close the port."""
        self._refusals.tell()
        if self._server is not None:
            self._server.close()
            self._server = None
        if self._runner is not None:
            runner, self._runner = self._runner, None
            await runner.cleanup()

    @asynccontextmanager
    async def awaiting_secret(self, guild_id: int) -> AsyncIterator[None]:
        """Hold what is signed with a guild's new secret until that has arrived.

        Shoppex may use it before it has told it. A refusal would come again, but minutes later.
        Enter it for one secret of a guild at a time.
        """
        arrived = self._awaited[guild_id] = asyncio.Event()
        try:
            yield
        finally:
            del self._awaited[guild_id]
            arrived.set()

    async def _health(self, _request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def _receive(self, request: web.Request) -> web.Response:
        if self._connections is None:
            return await self._judge(request)
        with self._connections.answering(request.transport):
            return await self._judge(request)

    async def _judge(self, request: web.Request) -> web.Response:
        guild_id = _guild_id(request.match_info["guild_id"])
        early = self._refuse_early(request, guild_id)
        if early is not None:
            await _pass_over(request)
            return early
        size = MAX_BODY if request.content_length is None else request.content_length
        try:
            with self._bodies.place(guild_id, size, request.transport):
                body = await asyncio.wait_for(request.read(), _BODY_SECONDS)
        except web.HTTPRequestEntityTooLarge:
            return _too_large()
        except asyncio.TimeoutError:
            return _answer(408, "the body took too long to arrive")
        except (ConnectionError, BadHttpMessage, aiohttp.ClientPayloadError) as error:
            # The sender hung up, or made room for another: nobody hears the answer.
            log.debug("A body never came whole: %s", type(error).__name__)
            return _answer(400, "the body is not complete")
        verdict = self._verify(request, body, guild_id)
        if verdict.trust is Trust.FORGED and guild_id in self._awaited:
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._awaited[guild_id].wait(), _NEW_SECRET_SECONDS)
            verdict = self._verify(request, body, guild_id)
        if self._settings.guild(guild_id).secret is None:
            return _no_shop()
        self.arrivals.note(guild_id, verdict)
        if verdict.trust is Trust.FORGED:
            self._refusals.note(guild_id, verdict.reason)
            return _answer(401, verdict.reason)
        if self._at_once >= MAX_AT_ONCE:
            return _answer(429, "too many requests at once", headers={"Retry-After": "1"})
        self._at_once += 1
        try:
            return await self._hear(request, guild_id, body, verdict)
        finally:
            self._at_once -= 1

    def _refuse_early(self, request: web.Request, guild_id: int) -> web.Response | None:
        """The answer to a large body that no signature could fit; it is not read."""
        if "Content-Encoding" in request.headers:
            return _answer(415, "compressed bodies are not taken")
        if (request.content_length or 0) > MAX_BODY:
            return _too_large()
        if request.content_length is not None and request.content_length <= _SMALL:
            return None
        shop = self._settings.guild(guild_id)
        verdict = malformed(request.headers, legacy=shop.legacy_signatures)
        if verdict is None:
            return None
        if shop.secret is None and guild_id not in self._awaited:
            return _no_shop()
        self.arrivals.note(guild_id, verdict)
        self._refusals.note(guild_id, verdict.reason)
        return _answer(401, verdict.reason)

    async def _hear(
        self, request: web.Request, guild_id: int, body: bytes, verdict: SignatureResult
    ) -> web.Response:
        try:
            event = read_event(decode_json(body), request.headers.get("X-Shoppex-Event"))
        except MalformedJson as error:
            log.warning("A signed webhook for guild %s is not JSON: %s", guild_id, error)
            return _answer(400, f"the body is not JSON: {error}")
        if event is None:
            log.warning("A signed webhook for guild %s is no event", guild_id)
            return _answer(400, "the body is not an event: `event` and `data` are needed")
        return await self._record(guild_id, event, verdict.delivery_id, verdict.trust)

    def _verify(self, request: web.Request, body: bytes, guild_id: int) -> SignatureResult:
        shop, now = self._settings.guild(guild_id), self._clock()
        known = shop.secrets(now)
        return verify(
            request.headers,
            body,
            (*known, *(self._nobody,) * (MOST_SECRETS - len(known))),
            now.timestamp(),
            legacy=shop.legacy_signatures,
        )

    async def _record(
        self, guild_id: int, event: WebhookEvent, delivery_id: str, trust: Trust
    ) -> web.Response:
        try:
            outcome = await self._recorder.hear(
                guild_id, event, delivery_id, fresh=trust is Trust.GENUINE
            )
            if outcome is Outcome.UNKNOWN_ORDER and self._unknown_payments is not None:
                outcome = await self._unknown_payments.hear(guild_id, event)
        except StoreUnavailable as error:
            log.error("A webhook for guild %s could not be kept: %s", guild_id, error)
            return _answer(503, "not kept, please send it again", headers={"Retry-After": "60"})
        log.debug("Webhook %s %s: %s", delivery_id, event.name, outcome.value)
        return web.json_response({"status": outcome.value})


@web.middleware
async def _log_our_own_faults(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer for a bug of ours; aiohttp's own log, which would tell of it, is silenced."""
    try:
        return await handler(request)
    except (web.HTTPException, ConnectionError):
        raise
    except Exception:
        log.exception("A webhook met a fault of the cog")
        return _answer(500, "something went wrong here, please send it again")


async def _pass_over(request: web.Request) -> None:
    """Let a body that nobody wants go by, for a moment."""

    async def read() -> None:
        left = _PASSED_OVER
        async for chunk in request.content.iter_any():
            left -= len(chunk)
            if left < 0:
                return

    with suppress(asyncio.TimeoutError, ConnectionError, BadHttpMessage, aiohttp.ClientError):
        await asyncio.wait_for(read(), _PASSED_OVER_SECONDS)


def _too_large() -> web.Response:
    return _answer(413, f"the body is larger than {MAX_BODY} bytes")


def _no_shop() -> web.Response:
    return _answer(404, "no shop here")


def _guild_id(text: str) -> int:
    """The guild named in the path; 0, which is nobody's, when it names none."""
    if text.isascii() and text.isdigit() and len(text) <= _SNOWFLAKE_DIGITS:
        return int(text)
    return 0


def _request_of(
    make: Callable[..., web.BaseRequest], message: RawRequestMessage, *rest: Any
) -> web.BaseRequest:
    """Return a request, also where its target is no address, which aiohttp would stumble over.

    A stranger's traceback in the log for each such line would bury everything else.
    """
    try:
        _ = message.url.host
    except ValueError:
        message = message._replace(url=URL("/"), path="/")
    return make(message, *rest)


def _answer(status: int, reason: str, *, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response({"error": reason}, status=status, headers=headers)

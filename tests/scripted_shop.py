"""A server on loopback that gives the answers that a test puts in, and notes what was asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

from shoppex.rate_limit import TokenBucket

API_KEY = "shx_0123456789abcdef0123456789abcdef"
Answerer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Seen:
    """One request, as it came in."""

    method: str
    raw_path: str
    headers: dict[str, str]
    body: str

    @property
    def json(self) -> object:
        """The body, read."""
        return json.loads(self.body)


@dataclass
class Shop:
    """A server that gives the answers that were put in, in turn; the last one for ever."""

    answers: list[web.Response | Answerer] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Note the request and give the next answer."""
        body = (await request.read()).decode()
        self.seen.append(Seen(request.method, request.raw_path, dict(request.headers), body))
        index = min(len(self.seen), len(self.answers)) - 1
        answer = self.answers[index]
        if isinstance(answer, web.Response):
            # A response can be sent once only.
            return web.Response(status=answer.status, headers=answer.headers, body=answer.body)
        return await answer(request)


def reply(data: object, status: int = 200, **pagination: object) -> web.Response:
    document = {"data": data, **({"pagination": pagination} if pagination else {})}
    return web.json_response(document, status=status)


def problem(status: int, message: str = "no", **headers: str) -> web.Response:
    document = {"error": {"code": "CODE", "message": message}}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return web.json_response(document, status=status, headers=named)


async def drop(request: web.Request) -> web.StreamResponse:
    """Cut the connection instead of answering."""
    assert request.transport is not None
    request.transport.close()
    return web.Response()


async def hang(_request: web.Request) -> web.StreamResponse:
    await asyncio.sleep(30)
    return web.Response()


class Sleeper:
    """Sleeps that are only written down."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    async def __call__(self, seconds: float) -> None:
        """Do not wait."""
        self.slept.append(seconds)


def quick() -> TokenBucket:
    return TokenBucket(rate=1e6, burst=5)

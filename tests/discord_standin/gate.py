"""What each request passes: record, token, rate limits, faults, and errors as Discord has them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web

from .errors import DiscordError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from standin.faults import Fault, Faults

    from .news import News
    from .rate_limits import Buckets, Verdict

    Serve = Callable[[web.Request], Awaitable[web.StreamResponse]]

API_PREFIX = "/api/v10"

# https://discord.com/developers/docs/topics/rate-limits: what buckets are apart by.
_MAJOR = ("guild_id", "channel_id", "webhook_id", "token")


@dataclass(slots=True)
class RecordedRequest:
    """One request, as it came in.

    Parameters
    ----------
    path
        Below ``/api/v10``, without the query.
    body
        The JSON, also that of a form with files; ``None`` when there was none.
    status
        Of the answer; ``None`` while there is none yet.
    """

    method: str
    path: str
    query: Mapping[str, str]
    body: Any
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A request, as a handler sees it.

    Parameters
    ----------
    ids
        The parts of the path that have a name.
    files
        Name and content of each.
    """

    ids: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    files: list[tuple[str, bytes]] = field(default_factory=list)


class Gate:
    """Stands in front of all handlers of the API.

    A handler gives what the answer's JSON is made of, or ``None`` for 204. None of them
    waits for anything, so each request is performed at once and whole.

    Parameters
    ----------
    buckets
        ``None`` when there are no limits.
    """

    def __init__(
        self,
        token: str,
        faults: Faults,
        buckets: Buckets | None,
        requests: list[RecordedRequest],
        news: News,
    ) -> None:
        self._authorization = f"Bot {token}"
        self._faults = faults
        self._buckets = buckets
        self._requests = requests
        self._news = news

    def guard(
        self, handler: Callable[[Call], object], bucket: str, *, public: bool = False
    ) -> Serve:
        """A handler, behind the gate.

        Parameters
        ----------
        bucket
            The name of its rate limit.
        public
            Whether the path itself is the key, as for interactions; such a request does not
            count among those of the whole bot.
        """

        async def serve(request: web.Request) -> web.StreamResponse:
            body, files = await _read(request)
            path = request.path.removeprefix(API_PREFIX)
            record = RecordedRequest(request.method, path, dict(request.query), body)
            self._requests.append(record)
            verdict = self._take(bucket, request.match_info, public=public)
            if verdict is not None and verdict.retry_after is not None:
                response: web.StreamResponse = _too_many(verdict)
            elif not public and request.headers.get("Authorization") != self._authorization:
                response = _refusal(DiscordError(401, 0, "401: Unauthorized"))
            else:
                call = Call(request.match_info, request.query, body, files)
                fault = self._faults.take(request.method, path)
                response = await _perform(handler, call, fault, request)
            if verdict is not None:
                response.headers.update(verdict.headers)
            record.status = response.status
            self._news.tell()
            return response

        return serve

    def _take(self, bucket: str, ids: Mapping[str, str], *, public: bool) -> Verdict | None:
        if self._buckets is None:
            return None
        place = "/".join(ids[name] for name in _MAJOR if name in ids)
        return self._buckets.take(bucket, place, counts_globally=not public)


def answer(data: object, status: int = 200) -> web.Response:
    """JSON, with the content type that discord.py insists on: no charset."""
    return web.Response(
        status=status, body=json.dumps(data).encode(), content_type="application/json"
    )


async def _perform(
    handler: Callable[[Call], object], call: Call, fault: Fault | None, request: web.Request
) -> web.StreamResponse:
    if fault is None:
        return _perform_now(handler, call)
    # Compared with None throughout: an aiohttp response counts as false.
    performed = _perform_now(handler, call) if fault.after else None
    instead = await fault.act(request, performed)
    if instead is not None:
        return instead
    return _perform_now(handler, call) if performed is None else performed


def _perform_now(handler: Callable[[Call], object], call: Call) -> web.Response:
    try:
        data = handler(call)
    except DiscordError as error:
        return _refusal(error)
    return web.Response(status=204) if data is None else answer(data)


def _refusal(error: DiscordError) -> web.Response:
    return answer(error.to_json(), error.status)


def _too_many(verdict: Verdict) -> web.Response:
    return answer(
        {
            "message": "You are being rate limited.",
            "retry_after": verdict.retry_after,
            "global": verdict.is_global,
        },
        429,
    )


async def _read(request: web.Request) -> tuple[Any, list[tuple[str, bytes]]]:
    """The JSON and the files of a request; both may come in one form."""
    if request.content_type == "application/json":
        return json.loads(await request.read() or b"null"), []
    if request.content_type != "multipart/form-data":
        return None, []
    form = await request.post()
    files = []
    for part in form.values():
        if isinstance(part, web.FileField):
            with part.file as file:
                files.append((part.filename, file.read()))
    payload = form.get("payload_json")
    return (json.loads(payload) if isinstance(payload, str) else None), files

"""What each call of the Dev API passes: record, faults, key, idempotency, error envelope."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from aiohttp import web
from multidict import CIMultiDict

from .api.calls import API_PREFIX, OTHER_SHOP, is_other_shop
from .errors import ApiError, Problem, envelope, forbidden, invalid, not_found
from .faults import cloudflare_page, shortened

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime

    from .faults import Faults
    from .switches import Switches

    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_LONGEST_IDEMPOTENCY_KEY = 128


def new_key() -> str:
    """A fresh API key: ``shx_`` and 32 characters."""
    return f"shx_{secrets.token_hex(16)}"


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """One call of the Dev API, as it came in.

    Parameters
    ----------
    path
        Below ``/dev/v1``, without the query.
    headers
        Names compare in any case.
    json
        The body; ``None`` when there was none or it was not JSON.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    json: Any


@dataclass(slots=True)
class Keys:
    """What opens the Dev API: the key of this shop, and that of another one."""

    own: str = field(default_factory=new_key)
    other: str = field(default_factory=new_key)


class _Stored(NamedTuple):
    call: tuple[str, str, bytes]
    status: int
    body: bytes


class Gate:
    """The middleware in front of all handlers of the Dev API.

    It sits in the one application, not in a sub-application: aiohttp 3.9 cannot route to one
    with the yarl that Red pins.

    Idempotency (contract, section 1, leaves open what is not said here): a write that
    succeeded is remembered under its ``Idempotency-Key`` for ever. The same key with the same
    method, path and body gives the same answer again; with another one it is refused with
    422, and so is a key of more than 128 characters. Writes that were refused are not
    remembered, nor are claims of serials under ``claim_repeats``.
    """

    def __init__(
        self,
        keys: Keys,
        switches: Switches,
        faults: Faults,
        requests: list[RecordedRequest],
        clock: Callable[[], datetime],
    ) -> None:
        self._clock = clock
        self._keys = keys
        self._switches = switches
        self._faults = faults
        self._requests = requests
        self._answers: dict[str, _Stored] = {}

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer one call; those of the checkout pages pass untouched."""
        if not request.path.startswith(f"{API_PREFIX}/"):
            return await handler(request)
        path = request.path.removeprefix(API_PREFIX)
        self._requests.append(
            RecordedRequest(
                request.method,
                path,
                dict(request.query),
                CIMultiDict(request.headers),
                _json_or_none(await request.read()),
            )
        )
        response = await self._meet_faults(request, path, handler)
        response.headers.setdefault("x-request-id", f"req_{secrets.token_hex(8)}")
        now = self._clock() + self._switches.clock_ahead
        response.headers["Date"] = format_datetime(now, usegmt=True)
        return response

    async def _meet_faults(
        self, request: web.Request, path: str, handler: Handler
    ) -> web.StreamResponse:
        if request.headers.get("User-Agent", "").startswith("Python-urllib"):
            return cloudflare_page(403, "Error 1010: Access denied")
        fault = self._faults.take(request.method, path)
        if fault is None:
            return await self._perform(request, handler)
        # Compared with None throughout: an aiohttp response counts as false.
        performed = await self._perform(request, handler) if fault.after else None
        answer = await fault.act(request, performed)
        if answer is not None:
            return answer
        return await self._perform(request, handler) if performed is None else performed

    async def _perform(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            self._authenticate(request)
            if is_other_shop(request):
                return await self._answer_as_other_shop(request, handler)
            return await self._once(request, handler)
        except web.HTTPMethodNotAllowed:
            return self._refusal(ApiError(405, "METHOD_NOT_ALLOWED", "Method not allowed"))
        except web.HTTPNotFound:
            return self._refusal(ApiError(404, "NOT_FOUND", "Route not found"))
        except ApiError as error:
            return self._refusal(error)

    def _authenticate(self, request: web.Request) -> None:
        allowed = request.headers.get("Authorization")
        opens_other = allowed == f"Bearer {self._keys.other}"
        if allowed != f"Bearer {self._keys.own}" and not opens_other:
            raise ApiError(401, "UNAUTHORIZED", "The API key is missing or wrong")
        request[OTHER_SHOP] = self._switches.other_shop or opens_other
        if self._switches.suspended:
            raise forbidden("This shop is suspended")

    async def _answer_as_other_shop(
        self, request: web.Request, handler: Handler
    ) -> web.StreamResponse:
        """Answer as a shop that exists and has nothing of this one."""
        if request.path.startswith(f"{API_PREFIX}/me"):
            return await handler(request)
        if request.method == "GET" and self._switches.other_shop_lists == "empty":
            page = shortened(await handler(request), 0)
            if page is not None:
                return page
        raise not_found("Record")

    async def _once(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        key = request.headers.get("Idempotency-Key")
        is_claim = request.path.endswith("/serials/claim")
        ignores = is_claim and self._switches.claim_repeats
        if key is None or request.method == "GET" or ignores:
            return await handler(request)
        if not 1 <= len(key) <= _LONGEST_IDEMPOTENCY_KEY:
            raise invalid(Problem("Idempotency-Key", "must have 1 to 128 characters"))
        call = (request.method, request.path, await request.read())
        stored = self._answers.get(key)
        if stored is None:
            response = await handler(request)
            if isinstance(response, web.Response) and isinstance(response.body, bytes):
                self._answers[key] = _Stored(call, response.status, response.body)
            return response
        if stored.call != call:
            raise invalid(Problem("Idempotency-Key", "was used for another request"))
        return web.Response(
            status=stored.status, body=stored.body, content_type="application/json"
        )

    def _refusal(self, error: ApiError) -> web.Response:
        is_validation = error.code == "VALIDATION_ERROR"
        status = self._switches.validation_status if is_validation else error.status
        return web.json_response(envelope(error, self._switches.error_shape), status=status)


def _json_or_none(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None

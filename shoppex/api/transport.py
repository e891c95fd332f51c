"""Transport of one request to the Dev API: sending, limits and retries."""

from __future__ import annotations

import asyncio
import logging
import random as random_module
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime, timezone
from urllib.parse import quote, urlencode

import aiohttp
from yarl import URL

from ..rate_limit import TokenBucket
from .envelope import Answer, read_answer, read_date, read_error
from .errors import ApiError, RateLimited, Unauthorized, Unavailable
from .json_codec import MalformedJson, encode_json

log = logging.getLogger("red.shoppex.shoppex.api.transport")

# Contract, section 1, *Idempotency*.
LONGEST_IDEMPOTENCY_KEY = 128
# Seconds. A buyer waits behind these, in front of a deferred answer.
DEFAULT_TIMEOUT = aiohttp.ClientTimeout(total=20, connect=8)

_MAX_BODY = 4 * 1024 * 1024
_CHUNK = 64 * 1024
_MOST_TRIES = 3
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 8.0
_LONGEST_RETRY_AFTER = 30.0
_HEADER_TEXT = re.compile(r"[!-~]+")


class Transport:
    """Sends requests for one API key.

    Reads, and writes with an idempotency key, are tried up to three times. A write without a
    key is never repeated.

    Parameters
    ----------
    session
        Shared with others; not closed here. Its cookie jar should keep nothing.
    base_url
        Such as ``https://api.shoppex.io/dev/v1``, without a slash at the end.
    api_key
        Never logged, and in no error.
    limiter
        The pace of this shop.
    user_agent
        Must be our own: Cloudflare has refused default ones (contract, fact 10).
    timeout
        Of one try, in seconds.
    sleep, random
        Wait that many seconds; give a number from 0 to 1.
    on_date
        Called with the date of each good answer.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        base_url: str,
        api_key: str,
        limiter: TokenBucket,
        *,
        user_agent: str,
        timeout: aiohttp.ClientTimeout = DEFAULT_TIMEOUT,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        random: Callable[[], float] = random_module.random,
        on_date: Callable[[datetime], None] = lambda _date: None,
    ) -> None:
        self._on_date = on_date
        self._session = session
        self._base_url = base_url.rstrip("/")
        self._api_key = api_key
        self._limiter = limiter
        self._user_agent = user_agent
        self._timeout = timeout
        self._sleep = sleep
        self._random = random

    async def request(
        self,
        method: str,
        *path_parts: str,
        params: Mapping[str, str | None] | None = None,
        json: Mapping[str, object] | None = None,
        idempotency_key: str | None = None,
        once: bool = False,
    ) -> Answer:
        """Send one request and read its answer.

        Parameters
        ----------
        path_parts
            Parts of the path below the base; each is escaped, so that an id or a coupon code
            cannot reach another endpoint.
        params
            The query; ``None`` values are left out.
        json
            The body; may hold ``Decimal``.
        idempotency_key
            At most 128 printable ASCII characters. Makes a write repeatable.
        once
            Do not repeat it all the same: nobody says that Shoppex heeds the key there.

        Raises
        ------
        ApiError
            In one of its kinds. After several tries `ApiError.ambiguous` speaks of all of them.
        ValueError
            When a part of the path is empty or made of dots, or the idempotency key unfit.
        """
        url = self._url(path_parts, params)
        headers = self._headers(idempotency_key)
        body = None if json is None else encode_json(json)
        repeatable = not once and (method == "GET" or idempotency_key is not None)
        ambiguous = False
        for tries in range(1, _MOST_TRIES + 1):
            await self._limiter.acquire()
            try:
                return await self._send(method, url, headers, body)
            except ApiError as error:
                ambiguous = error.ambiguous = ambiguous or error.ambiguous
                pause = self._pause(error, tries)
                # Neither the path nor the message: both may hold what a buyer typed.
                log.debug("%s %s, try %d: %s", method, path_parts[0], tries, error)
                if pause is None or not repeatable or tries == _MOST_TRIES:
                    raise
            await self._sleep(pause)
        raise AssertionError("the last try returns or raises")

    def _url(self, path_parts: tuple[str, ...], params: Mapping[str, str | None] | None) -> URL:
        if any(part in ("", ".", "..") for part in path_parts):
            raise ValueError("a part of the path is empty or made of dots")
        path = "/".join(quote(part, safe="") for part in path_parts)
        given = {name: value for name, value in (params or {}).items() if value is not None}
        query = f"?{urlencode(given, quote_via=quote, safe='')}" if given else ""
        return URL(f"{self._base_url}/{path}{query}", encoded=True)

    def _headers(self, idempotency_key: str | None) -> dict[str, str]:
        if not _HEADER_TEXT.fullmatch(self._api_key):
            raise Unauthorized("The API key has characters that no API key has.")
        headers = {
            "Authorization": f"Bearer {self._api_key}",
            "User-Agent": self._user_agent,
            "Accept": "application/json",
        }
        if idempotency_key is not None:
            if len(idempotency_key) > LONGEST_IDEMPOTENCY_KEY or not _HEADER_TEXT.fullmatch(
                idempotency_key
            ):
                raise ValueError("the idempotency key is empty, too long or not plain ASCII")
            headers["Idempotency-Key"] = idempotency_key
        return headers

    async def _send(
        self, method: str, url: URL, headers: Mapping[str, str], body: bytes | None
    ) -> Answer:
        write = method != "GET"
        extra = {} if body is None else {"Content-Type": "application/json"}
        try:
            async with self._session.request(
                method,
                url,
                headers={**headers, **extra},
                data=body,
                timeout=self._timeout,
                allow_redirects=False,
            ) as response:
                raw = await _read(response, write=write)
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            failure = _connection_failure(error, write=write)
        else:
            answer = _understand(response, raw, write=write)
            if answer.sent_at is not None:
                self._on_date(answer.sent_at)
            return answer
        # Raised out here, so that aiohttp's error, which quotes the URL, is not chained to it.
        raise failure

    def _pause(self, error: ApiError, tries: int) -> float | None:
        """Seconds before the next try; ``None`` when another would not help."""
        jittered = self._random() * min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** (tries - 1))
        if isinstance(error, RateLimited):
            asked = error.retry_after or 0.0
            return max(asked, jittered) if asked <= _LONGEST_RETRY_AFTER else None
        return jittered if isinstance(error, Unavailable) else None


async def _read(response: aiohttp.ClientResponse, *, write: bool) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        body += chunk
        if len(body) > _MAX_BODY:
            raise Unavailable(
                "Shoppex's answer is too large.",
                status=response.status,
                ambiguous=write and not 400 <= response.status < 500,
            )
    return bytes(body)


def _understand(response: aiohttp.ClientResponse, raw: bytes, *, write: bool) -> Answer:
    status, headers = response.status, response.headers
    if not 200 <= status < 300:
        raise read_error(status, raw, headers, write=write, now=datetime.now(timezone.utc))
    try:
        return replace(read_answer(raw), sent_at=read_date(headers.get("Date")))
    except MalformedJson:
        raise Unavailable(
            "Shoppex's answer is not JSON.",
            status=status,
            request_id=headers.get("x-request-id"),
            ambiguous=write,
        ) from None


def _connection_failure(error: Exception, *, write: bool) -> Unavailable:
    # Without a time-out for single reads, aiohttp's own time-out error is about connecting
    # only; the one for the whole request is asyncio's.
    if isinstance(error, (aiohttp.ClientConnectorError, aiohttp.ServerTimeoutError)):
        return Unavailable("Shoppex cannot be reached.")
    reason = "took too long" if isinstance(error, asyncio.TimeoutError) else "was cut off"
    return Unavailable(f"The request to Shoppex {reason}.", ambiguous=write)

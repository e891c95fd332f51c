"""Faults on order: what goes wrong with the next calls of the Dev API."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Act = Callable[[web.Request, web.StreamResponse | None], Awaitable[web.StreamResponse | None]]

ALWAYS = sys.maxsize
"""As ``times`` of a fault: until it is stopped."""


@dataclass(slots=True)
class Fault:
    """Something that goes wrong with the next matching calls.

    Parameters
    ----------
    act
        What happens in place of the answer, given what the call was answered if it is performed
        first; ``None`` from it means that the call goes on.
    method
        HTTP method, or ``"*"``.
    path_glob
        Pattern for the path below ``/dev/v1``, such as ``/orders/*``.
    times
        How many calls it still meets; `ALWAYS` is no limit.
    after
        The call is performed first, so that the caller cannot know whether it was.
    """

    act: Act
    method: str = "*"
    path_glob: str = "*"
    times: int = 1
    after: bool = False

    def stop(self) -> None:
        """Let no more calls meet it."""
        self.times = 0

    def meets(self, method: str, path: str) -> bool:
        """Whether a call meets this fault."""
        return (
            self.times > 0 and self.method in ("*", method) and fnmatchcase(path, self.path_glob)
        )


class Faults:
    """All faults on order; of those that match a call, the oldest comes first."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._hangs: list[Hang] = []

    def add(self, fault: Fault) -> Fault:
        """Order a fault."""
        self._faults.append(fault)
        return fault

    def hang(self) -> Hang:
        """A new hang, which `release_all` knows of."""
        hang = Hang()
        self._hangs.append(hang)
        return hang

    def take(self, method: str, path: str) -> Fault | None:
        """The fault that a call meets, used up by one."""
        for fault in self._faults:
            if fault.meets(method, path):
                fault.times -= 1
                return fault
        return None

    def release_all(self) -> None:
        """Let each hanging call go on."""
        for hang in self._hangs:
            hang.release()


class Hang:
    """Calls that get no answer until they are released."""

    def __init__(self) -> None:
        self._reached = asyncio.Event()
        self._released = asyncio.Event()

    async def reached(self) -> None:
        """Wait until a call hangs."""
        await self._reached.wait()

    def release(self) -> None:
        """Let the calls go on; calls that come later do not hang."""
        self._released.set()

    async def act(
        self, _request: web.Request, _performed: web.StreamResponse | None
    ) -> web.StreamResponse | None:
        """Hold a call."""
        self._reached.set()
        await self._released.wait()
        return None


async def drop(
    request: web.Request, _performed: web.StreamResponse | None
) -> web.StreamResponse | None:
    """Cut the connection; no answer reaches the caller."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def shortened(performed: web.StreamResponse | None, keep: int) -> web.Response | None:
    """A page of a list of which only the first ``keep`` records are there, and no more pages.

    ``None`` when the answer was not a page.
    """
    if not isinstance(performed, web.Response) or not isinstance(performed.body, bytes):
        return None
    body = json.loads(performed.body)
    if "pagination" not in body:
        return None
    body["data"] = body["data"][:keep]
    pagination = body["pagination"]
    count = len(body["data"])
    none_left = {"next_cursor": None, "has_more": False, "total": count, "total_pages": 1}
    body["pagination"] = pagination | {
        name: value for name, value in none_left.items() if name in pagination
    }
    return web.json_response(body)


def altered(
    performed: web.StreamResponse | None, change: Callable[[dict[str, object]], None]
) -> web.Response | None:
    """An answer with each of its records altered; ``None`` when it has none."""
    if not isinstance(performed, web.Response) or not isinstance(performed.body, bytes):
        return None
    body = json.loads(performed.body)
    data = body.get("data")
    for record in data if isinstance(data, list) else [data]:
        if isinstance(record, dict):
            change(record)
    return web.json_response(body, status=performed.status)


def cloudflare_page(status: int, title: str) -> web.Response:
    """A page as Cloudflare puts it in front of the API (contract, section 0, fact 10)."""
    return web.Response(
        status=status,
        text=f"<!DOCTYPE html><html><head><title>{title}</title></head>"
        f"<body><h1>{title}</h1><p>Cloudflare</p></body></html>",
        content_type="text/html",
        headers={"Server": "cloudflare"},
    )

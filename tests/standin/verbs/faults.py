"""Faults of the Dev API. Paths are those below /dev/v1, such as "/orders" or "/orders/*"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from ..errors import ApiError, envelope
from ..faults import ALWAYS, Fault, Hang, altered, cloudflare_page, drop, shortened
from ..life import Life

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..faults import Act


class FaultVerbs(Life):
    """What goes wrong with the next calls."""

    def fail_next(
        self,
        method: str = "*",
        path_glob: str = "*",
        *,
        status: int = 500,
        times: int = 1,
        body: str | Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        after: bool = False,
    ) -> Fault:
        """Answer the next matching calls with an error.

        ``body`` is text or a JSON object, by default the error envelope. With ``after`` the
        call is performed first.
        """

        async def answer(
            _request: web.Request, _performed: web.StreamResponse | None
        ) -> web.Response:
            if isinstance(body, str):
                return web.Response(status=status, text=body, headers=headers)
            error = ApiError(status, "ERROR", f"Fault with {status}")
            content = body or envelope(error, self._switches.error_shape)
            return web.json_response(content, status=status, headers=headers)

        return self._fault(answer, method, path_glob, times=times, after=after)

    def rate_limit_next(
        self,
        method: str = "*",
        path_glob: str = "*",
        *,
        retry_after: int | None = None,
        times: int = 1,
    ) -> Fault:
        """Answer the next matching calls with 429; ``retry_after`` is in seconds."""
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        return self.fail_next(method, path_glob, status=429, times=times, headers=headers)

    def cloudflare_next(
        self,
        method: str = "*",
        path_glob: str = "*",
        *,
        status: int = 502,
        times: int = 1,
        after: bool = False,
    ) -> Fault:
        """Answer the next matching calls with a page of HTML from Cloudflare."""

        async def answer(
            _request: web.Request, _performed: web.StreamResponse | None
        ) -> web.Response:
            return cloudflare_page(status, f"Error {status}")

        return self._fault(answer, method, path_glob, times=times, after=after)

    def drop_next(
        self, method: str = "*", path_glob: str = "*", *, times: int = 1, after: bool = False
    ) -> Fault:
        """Cut the connection of the next matching calls."""
        return self._fault(drop, method, path_glob, times=times, after=after)

    def hang_next(
        self, method: str = "*", path_glob: str = "*", *, times: int = 1, after: bool = False
    ) -> Hang:
        """Let the next matching calls hang until the result is released.

        Never released, they end in the caller's time-out.
        """
        hang = self._faults.hang()
        self._fault(hang.act, method, path_glob, times=times, after=after)
        return hang

    def empty_pages(self, path_glob: str, *, times: int = ALWAYS) -> Fault:
        """Let matching lists be empty, whatever there is, until the result is stopped."""
        return self.thin_pages(path_glob, keep=0, times=times)

    def thin_pages(self, path_glob: str, *, keep: int, times: int = ALWAYS) -> Fault:
        """Let matching lists lack all records but the first, until the result is stopped."""

        async def answer(
            _request: web.Request, performed: web.StreamResponse | None
        ) -> web.StreamResponse | None:
            return shortened(performed, keep)

        return self._fault(answer, "GET", path_glob, times=times, after=True)

    def change_records(
        self, path_glob: str, change: Callable[[dict[str, object]], None], *, times: int = ALWAYS
    ) -> Fault:
        """Let ``change`` alter each record that matching reads answer, until it is stopped."""

        async def answer(
            _request: web.Request, performed: web.StreamResponse | None
        ) -> web.StreamResponse | None:
            return altered(performed, change)

        return self._fault(answer, "GET", path_glob, times=times, after=True)

    def _fault(self, act: Act, method: str, path_glob: str, *, times: int, after: bool) -> Fault:
        return self._faults.add(Fault(act, method, path_glob, times, after))

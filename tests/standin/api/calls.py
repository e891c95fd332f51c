"""What all calls of the Dev API have in common: scopes, answers, pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from aiohttp import web

from ..errors import Problem, forbidden, invalid

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from ..switches import PageModel, Switches

    Handler = Callable[[web.Request], Awaitable[web.Response]]

API_PREFIX = "/dev/v1"
OTHER_SHOP = "other_shop"
_DEFAULT_LIMIT = 50
_LARGEST_LIMIT = 100
_LARGEST_PAGE = 1_000_000


class _Record(Protocol):
    @property
    def id(self) -> str: ...


R = TypeVar("R", bound=_Record)
T = TypeVar("T")


def is_other_shop(request: web.Request) -> bool:
    """Whether the key of a call opens another shop."""
    return bool(request.get(OTHER_SHOP))


class Calls:
    """A family of calls."""

    def __init__(self, switches: Switches) -> None:
        self._switches = switches

    def _route(self, method: str, path: str, scope: str, handler: Handler) -> web.RouteDef:
        """A route that asks for a scope."""

        async def scoped(request: web.Request) -> web.Response:
            if not self._switches.scopes & {"*", scope}:
                raise forbidden(f"The key lacks the scope {scope}")
            return await handler(request)

        return web.route(method, API_PREFIX + path, scoped)


def answer(
    data: object, pagination: dict[str, Any] | None = None, *, status: int = 200
) -> web.Response:
    """An answer with ``data``, and ``pagination`` when it is a list."""
    body = {"data": data}
    if pagination is not None:
        body["pagination"] = pagination
    return web.json_response(body, status=status)


def message(text: str) -> web.Response:
    """An answer that says that it is done."""
    return web.json_response({"message": text})


def page_by_cursor(
    request: web.Request, records: Sequence[R]
) -> tuple[Sequence[R], dict[str, Any]]:
    """One page (contract, section 1, *Pagination*): the cursor is the id of the last seen."""
    limit = _number(request, "limit", _DEFAULT_LIMIT, _LARGEST_LIMIT)
    start = 0
    cursor = request.query.get("cursor")
    if cursor is not None:
        ids = [record.id for record in records]
        if cursor not in ids:
            raise invalid(Problem("cursor", "is unknown"))
        start = ids.index(cursor) + 1
    page = records[start : start + limit]
    has_more = start + len(page) < len(records)
    return page, {"next_cursor": page[-1].id if has_more else None, "has_more": has_more}


def page_by_number(
    request: web.Request, records: Sequence[T], model: PageModel
) -> tuple[Sequence[T], dict[str, Any]]:
    """One page of the other model; ``per_page`` is how an older page of the contract has it."""
    size = _number(request, model, _DEFAULT_LIMIT, _LARGEST_LIMIT)
    number = _number(request, "page", 1, _LARGEST_PAGE)
    start = (number - 1) * size
    total_pages = -(-len(records) // size)
    pagination: dict[str, Any] = {
        "total": len(records),
        "page": number,
        model: size,
        "total_pages": total_pages,
    }
    if model == "limit":
        pagination["has_more"] = number < total_pages
    return records[start : start + size], pagination


def _number(request: web.Request, name: str, default: int, largest: int) -> int:
    text = request.query.get(name, str(default))
    if not text.isdecimal() or not 1 <= int(text) <= largest:
        raise invalid(Problem(name, f"must be 1 to {largest}"))
    return int(text)

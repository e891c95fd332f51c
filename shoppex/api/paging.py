"""Walking through a list of the API, page by page (contract, section 1, *Pagination*)."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping

from .errors import unreadable
from .parsing import as_mapping
from .transport import Transport

log = logging.getLogger("red.shoppex.api")

_PAGE_SIZE = "100"
_MOST_PAGES = 100


async def entries(
    transport: Transport, resource: str, params: Mapping[str, str | None] | None = None
) -> AsyncIterator[Mapping[str, object]]:
    """Give each entry of a list, over at most 100 pages of 100.

    Raises
    ------
    ApiError
        When a page cannot be read: a part of a list is not passed off as the whole.
    """
    cursor: str | None = None
    seen: set[str] = set()
    for _ in range(_MOST_PAGES):
        answer = await transport.request(
            "GET", resource, params={**(params or {}), "limit": _PAGE_SIZE, "cursor": cursor}
        )
        if not isinstance(answer.data, list):
            raise unreadable("list")
        for entry in answer.data:
            yield as_mapping(entry)
        cursor = answer.next_cursor
        # A cursor that comes back would send us in circles.
        if not answer.data or answer.has_more is False or cursor is None or cursor in seen:
            return
        seen.add(cursor)
    log.warning("The list of %s goes on after %d pages", resource, _MOST_PAGES)

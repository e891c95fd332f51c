"""Pagination through the lists of the API (contract, section 1, *Pagination*)."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping

from .envelope import Answer
from .errors import Rejected, unreadable
from .fields import as_mapping, parse_count, unwrap
from .transport import Transport

log = logging.getLogger("red.shoppex.shoppex.api.pagination")

_PAGE_SIZE = "100"
_MOST_PAGES = 100


async def entries(
    transport: Transport,
    *path_parts: str,
    params: Mapping[str, str | None] | None = None,
    numbered: bool = False,
    wrappers: tuple[str, ...] = (),
) -> AsyncIterator[Mapping[str, object]]:
    """Give each entry of a list, over at most 100 pages of 100.

    Parameters
    ----------
    numbered
        Whether the pages of this list have numbers. Such a list ends where Shoppex says so, or
        with an empty page, or with one that is the same again (C12). Else the next page is
        where the last one pointed to.
    wrappers
        Names under which the list may stand within ``data``.

    Raises
    ------
    ApiError
        When a page cannot be read: a part of a list is not passed off as the whole.
    """
    position: dict[str, str | None] = {"page": "1"} if numbered else {}
    # Places where we were: a cursor or a page that comes back would send us in circles.
    cursors: set[str] = set()
    before: object = None
    count = 0
    for number in range(1, _MOST_PAGES + 1):
        answer = await transport.request(
            "GET", *path_parts, params={**(params or {}), "limit": _PAGE_SIZE, **position}
        )
        page = unwrap(answer.data, *wrappers)
        if not isinstance(page, list):
            raise unreadable("list")
        if numbered and page == before:
            return
        before = page
        for entry in page:
            yield as_mapping(entry)
        count += len(page)
        if not page or answer.has_more is False or answer.next_cursor in cursors:
            return
        if answer.next_cursor is not None:
            cursors.add(answer.next_cursor)
            position = {"cursor": answer.next_cursor}
        elif numbered and not _is_last(answer, number, count):
            position = {"page": str(number + 1)}
        else:
            return
    log.warning("The list of %s goes on after %d pages", path_parts[0], _MOST_PAGES)


async def filtered_entries(
    transport: Transport,
    *path_parts: str,
    filters: Mapping[str, str | None],
    numbered: bool = False,
    wrappers: tuple[str, ...] = (),
) -> AsyncIterator[Mapping[str, object]]:
    """Give the entries of a list whose filters are not documented.

    Shoppex may overlook them, so the caller filters, too; or refuse them, and then the whole
    list is read.

    Raises
    ------
    ApiError
        As in `entries`.
    """
    begun = False
    try:
        async for entry in entries(
            transport, *path_parts, params=filters, numbered=numbered, wrappers=wrappers
        ):
            begun = True
            yield entry
    except Rejected as error:
        if begun or not any(filters.values()):
            raise
        log.info("The list of %s takes no such filter: %s", path_parts[0], error)
    else:
        return
    async for entry in entries(transport, *path_parts, numbered=numbered, wrappers=wrappers):
        yield entry


def _is_last(answer: Answer, number: int, count: int) -> bool:
    """Whether a page is the last by number, or all entries were there."""
    total = parse_count(as_mapping(answer.data).get("total"))
    if answer.total_pages is not None:
        return number >= answer.total_pages
    return total is not None and count >= total

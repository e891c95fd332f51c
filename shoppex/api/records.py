"""Parsing of the records in an answer: a single one, or those of a list."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Mapping
from typing import TypeVar

from .errors import MalformedRecord, unreadable
from .fields import as_mapping

log = logging.getLogger("red.shoppex.shoppex.api.records")

T = TypeVar("T")


def read_record(
    data: object, parse: Callable[[Mapping[str, object]], T], what: str, *, write: bool = False
) -> T:
    """Read the one record that an answer holds.

    Parameters
    ----------
    what
        Its kind, for the error.
    write
        Whether it is the answer to a write, which then may have happened.

    Raises
    ------
    Unavailable
        When it cannot be read.
    """
    try:
        return parse(as_mapping(data))
    except MalformedRecord:
        raise unreadable(what, write=write) from None


async def read_records(
    entries: AsyncIterator[Mapping[str, object]],
    parse: Callable[[Mapping[str, object]], T],
    what: str,
) -> AsyncIterator[T]:
    """Read the records of a list. One that cannot be read does not hide the others.

    Raises
    ------
    ApiError
        When the list cannot be read.
    """
    async for entry in entries:
        try:
            record = parse(entry)
        except MalformedRecord as error:
            log.warning("In the list of %ss there is %s", what, error)
            continue
        yield record

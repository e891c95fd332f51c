"""Lists of several pages, in both models and with filters (contract, section 1 and C12)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

import pytest
from aiohttp import web

from scripted_shop import Shop, problem, reply
from shoppex.api import Rejected, Transport, Unavailable
from shoppex.api.pagination import entries, filtered_entries


async def ids(found: AsyncIterator[Mapping[str, object]]) -> list[object]:
    return [entry.get("id") async for entry in found]


def page(*numbers: int) -> list[dict[str, object]]:
    return [{"id": number} for number in numbers]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        # The newer form, and the older one without `has_more`.
        (
            [
                reply(page(1, 2), total=3, page=1, limit=2, total_pages=2, has_more=True),
                reply(page(3), total=3, page=2, limit=2, total_pages=2, has_more=False),
            ],
            [1, 2, 3],
        ),
        (
            [
                reply(page(1, 2), total=3, page=1, per_page=2, total_pages=2),
                reply(page(3), total=3, page=2, per_page=2, total_pages=2),
            ],
            [1, 2, 3],
        ),
        # No word of an end: an empty page is it, or the same page again.
        ([reply(page(1, 2)), reply(page(3)), reply([])], [1, 2, 3]),
        ([reply(page(1, 2)), reply(page(3)), reply(page(3))], [1, 2, 3]),
        ([reply([])], []),
        # The total may stand beside a wrapped list.
        (
            [reply({"things": page(1, 2), "total": 3}), reply({"things": page(3), "total": 3})],
            [1, 2, 3],
        ),
        ([reply({"things": page(1), "total": 1})], [1]),
    ],
)
async def test_numbered_pages(
    shop: Shop, transport: Transport, answers: list[web.Response], expected: list[int]
) -> None:
    shop.answers = [*answers]
    found = entries(transport, "things", numbered=True, wrappers=("things",))
    assert await ids(found) == expected
    assert [seen.raw_path for seen in shop.seen] == [
        f"/dev/v1/things?limit=100&page={number}" for number in range(1, len(answers) + 1)
    ]


async def test_a_numbered_list_with_a_cursor_is_followed(shop: Shop, transport: Transport) -> None:
    shop.answers = [
        reply(page(1), next_cursor="c", has_more=True),
        reply(page(2), next_cursor=None, has_more=False),
    ]
    assert await ids(entries(transport, "things", numbered=True)) == [1, 2]
    assert shop.seen[1].raw_path == "/dev/v1/things?limit=100&cursor=c"


async def test_a_broken_page_is_an_error(shop: Shop, transport: Transport) -> None:
    shop.answers = [reply(page(1), total_pages=2), reply({"oh": "no"})]
    with pytest.raises(Unavailable):
        await ids(entries(transport, "things", numbered=True))


async def test_a_numbered_list_without_end_is_cut(
    shop: Shop, transport: Transport, caplog: pytest.LogCaptureFixture
) -> None:
    async def another(_request: web.Request) -> web.StreamResponse:
        return reply(page(len(shop.seen)))

    shop.answers = [another]
    assert await ids(entries(transport, "things", numbered=True)) == list(range(1, 101))
    assert "goes on after 100 pages" in caplog.text


async def test_filters_are_sent(shop: Shop, transport: Transport) -> None:
    shop.answers = [reply(page(1))]
    filters = {"key": "a&b", "other": None}
    assert await ids(filtered_entries(transport, "things", filters=filters)) == [1]
    assert [seen.raw_path for seen in shop.seen] == ["/dev/v1/things?key=a%26b&limit=100"]


@pytest.mark.parametrize("status", [400, 422])
async def test_filters_that_are_refused_are_left_out(
    shop: Shop, transport: Transport, status: int
) -> None:
    shop.answers = [problem(status), reply(page(1, 2))]
    assert await ids(filtered_entries(transport, "things", filters={"key": "a"})) == [1, 2]
    assert [seen.raw_path for seen in shop.seen] == [
        "/dev/v1/things?key=a&limit=100",
        "/dev/v1/things?limit=100",
    ]


async def test_a_refusal_that_is_not_about_filters_is_one(
    shop: Shop, transport: Transport
) -> None:
    shop.answers = [problem(422)]
    with pytest.raises(Rejected):
        await ids(filtered_entries(transport, "things", filters={"key": None}))
    assert len(shop.seen) == 1
    shop.seen.clear()
    shop.answers = [reply(page(1), next_cursor="c"), problem(422)]
    with pytest.raises(Rejected):
        await ids(filtered_entries(transport, "things", filters={"key": "a"}))
    assert len(shop.seen) == 2

"""Claiming keys out of a pool: none is claimed twice, and none is lost without a word."""

from __future__ import annotations

import pytest
from aiohttp import web

from scripted_shop import Answerer, Shop, drop, problem, reply
from shoppex.api import ClaimedSerials, Rejected, Serial, ShoppexClient, Unavailable

# As in the documentation's sample.
CLAIMED = {
    "claimed_count": 2,
    "remaining_stock": 7,
    "serials": [
        {"id": "serial_1", "serial": " ABC-123 ", "variant_id": None, "variant_title": None},
        {"id": 2, "serial": "XYZ-789"},
    ],
}


async def test_a_claim(shop: Shop, client: ShoppexClient) -> None:
    shop.answers = [reply(CLAIMED)]
    claim = await client.serials.claim("p/1", 2)
    assert claim == ClaimedSerials((Serial(" ABC-123 ", "serial_1"), Serial("XYZ-789", "2")), 2)
    assert "ABC" not in repr(claim)
    seen = shop.seen[0]
    assert (seen.method, seen.raw_path) == ("POST", "/dev/v1/products/p%2F1/serials/claim")
    assert seen.json == {"amount": 2}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"serials": ["A", 12]}, ClaimedSerials((Serial("A"), Serial("12")), 2)),
        ({"serials": [], "claimed_count": 0}, ClaimedSerials((), 0)),
        ({"serials": [{"serial": "A"}, {"code": "B"}, None]}, ClaimedSerials((Serial("A"),), 3)),
        (
            {"serials": ["A", "A"], "claimed_count": 5},
            ClaimedSerials((Serial("A"), Serial("A")), 5),
        ),
    ],
)
async def test_keys_that_were_lost_are_counted(
    shop: Shop, client: ShoppexClient, data: dict[str, object], expected: ClaimedSerials
) -> None:
    shop.answers = [reply(data)]
    assert await client.serials.claim("p-1") == expected


@pytest.mark.parametrize(
    "answer",
    [
        drop,
        problem(500),
        web.Response(text="<html>"),
        web.Response(status=204),
        reply({"claimed_count": 1}),
        reply({"claimed_count": 1, "serials": []}),
        reply({"serials": [{"serial": " "}]}),
    ],
)
async def test_keys_that_may_be_gone(
    shop: Shop, client: ShoppexClient, answer: web.Response | Answerer
) -> None:
    shop.answers = [answer]
    with pytest.raises(Unavailable) as caught:
        await client.serials.claim("p-1")
    assert caught.value.ambiguous
    assert len(shop.seen) == 1


async def test_a_refused_claim_took_nothing(shop: Shop, client: ShoppexClient) -> None:
    shop.answers = [problem(422, "Not enough stock")]
    with pytest.raises(Rejected) as caught:
        await client.serials.claim("p-1")
    assert not caught.value.ambiguous


@pytest.mark.parametrize("amount", [0, -1, 501])
async def test_amounts_out_of_bounds(shop: Shop, client: ShoppexClient, amount: int) -> None:
    with pytest.raises(ValueError, match="at once"):
        await client.serials.claim("p-1", amount)
    assert shop.seen == []

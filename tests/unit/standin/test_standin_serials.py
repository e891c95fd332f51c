"""Pools of keys in the stand-in."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import pytest

from peers import Caller, Json
from standin import Product, StandIn, Variant


@pytest.fixture
def keys(shop: StandIn) -> Product:
    return shop.add_product(title="Keys", price=1, type="SERIALS", serials=["A", "B", "C"])


async def claim(caller: Caller, product: Product, amount: object, **headers: str) -> Json:
    path = f"/products/{product.uniqid}/serials/claim"
    status, answer = await caller.call("POST", path, {"amount": amount}, **headers)
    assert status == 200, answer
    data: Json = answer["data"]
    return data


async def test_a_claim_takes_keys_out_of_the_pool(caller: Caller, keys: Product) -> None:
    listed = await caller.read(f"/products/{keys.id}/serials")
    claimed = await claim(caller, keys, 2)
    assert (claimed["claimed_count"], claimed["remaining_stock"]) == (2, 1)
    assert claimed["serials"] == listed[:2]
    assert listed[0] == {
        "id": listed[0]["id"],
        "serial": "A",
        "variant_id": None,
        "variant_title": None,
    }
    assert keys.serials == ["C"]
    assert (await caller.read(f"/products/{keys.id}/stock"))["available_stock"] == 1


@pytest.mark.parametrize("short", ["refuse", "partial"])
async def test_a_claim_of_too_many(
    shop: StandIn, caller: Caller, keys: Product, short: Literal["refuse", "partial"]
) -> None:
    shop.switches.claim_short = short
    path = f"/products/{keys.uniqid}/serials/claim"
    status, _ = await caller.call("POST", path, {"amount": 4})
    assert (status, keys.serials) == ((400, ["A", "B", "C"]) if short == "refuse" else (200, []))


@pytest.mark.parametrize("repeats", [True, False])
async def test_a_claim_may_forget_its_idempotency_key(
    shop: StandIn, caller: Caller, keys: Product, *, repeats: bool
) -> None:
    shop.switches.claim_repeats = repeats
    first = await claim(caller, keys, 1, Idempotency_Key="k")
    again = await claim(caller, keys, 1, Idempotency_Key="k")
    assert (first == again) is not repeats
    assert len(keys.serials) == (1 if repeats else 2)


async def test_a_claim_whose_answer_is_lost_has_happened(
    shop: StandIn, caller: Caller, keys: Product
) -> None:
    shop.cloudflare_next("POST", "*/serials/claim", after=True)
    status, _ = await caller.call("POST", f"/products/{keys.id}/serials/claim", {"amount": 1})
    assert (status, keys.serials) == (502, ["B", "C"])


async def test_claims_that_are_refused(shop: StandIn, caller: Caller, keys: Product) -> None:
    async def refusal(product: Product, amount: object) -> int:
        path = f"/products/{product.id}/serials/claim"
        return (await caller.call("POST", path, {"amount": amount}))[0]

    for amount in (0, 501, "1", True, None):
        assert await refusal(keys, amount) == 422
    gold = Variant("Gold", Decimal(2), serials=["G"])
    varied = shop.add_product(title="Varied", price=1, type="SERIALS", variants=[gold])
    assert await refusal(varied, 1) == 400
    assert await refusal(shop.add_product(title="None", price=1), 1) == 400
    shop.switches.scopes = {"products.read"}
    assert await refusal(keys, 1) == 403
    assert keys.serials == ["A", "B", "C"]


async def test_pools_of_variants_are_listed_and_filled(shop: StandIn, caller: Caller) -> None:
    gold, iron = Variant("Gold", Decimal(2)), Variant("Iron", Decimal(1), serials=["I"])
    product = shop.add_product(title="V", price=1, type="SERIALS", variants=[gold, iron])
    path = f"/products/{product.id}/variants/{gold.id}/serials"
    body = {"serials": "G1\nG2\n\n G1 \n", "remove_duplicates": True}
    status, answer = await caller.call("POST", path, body)
    assert (status, answer["data"]) == (201, {"added_count": 2})
    _, answer = await caller.call("POST", path, {"serials": "G1"})
    assert answer["data"] == {"added_count": 1}
    _, answer = await caller.call("POST", path, body)
    assert answer["data"] == {"added_count": 0}
    assert [row["serial"] for row in await caller.read(path)] == ["G1", "G2", "G1"]

    _, answer = await caller.call("GET", f"/products/{product.id}/serials?limit=3&page=2")
    [row] = answer["data"]
    assert (row["serial"], row["variant_title"]) == ("I", "Iron")
    assert row["variant_id"] == iron.uniqid
    assert answer["pagination"]["total"] == 4
    assert (await caller.call("GET", f"/products/{product.id}/variants/x/serials"))[0] == 404

"""Licences of the stand-in: granted, read, changed and validated."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import pytest

from peers import Caller, Clock, Json, plan
from standin import License, Product, StandIn


async def buy(shop: StandIn, caller: Caller, product: Product, quantity: int = 1) -> Json:
    order = await caller.order(product, quantity)
    await shop.pay(order["uniqid"])
    return order


async def licensed(shop: StandIn, caller: Caller, period: int | None = None) -> License:
    product = shop.add_product(title="App", price=1, licensing_enabled=True, license_period=period)
    await buy(shop, caller, product)
    return shop.licenses[-1]


async def validate(caller: Caller, license_: License, **more: object) -> tuple[int, Json]:
    body = {"key": license_.license_key, "product_id": license_.product.uniqid, **more}
    return await caller.call("POST", "/licenses/validate", body)


async def test_each_piece_comes_with_a_licence(
    shop: StandIn, caller: Caller, clock: Clock
) -> None:
    product = shop.add_product(title="App", price=1, licensing_enabled=True, license_period=30)
    order = await buy(shop, caller, product, 2)
    listed = await caller.read("/licenses")
    assert len({license_["license_key"] for license_ in listed}) == 2
    first = listed[0]
    assert (first["product_id"], first["invoice_id"]) == (product.uniqid, order["uniqid"])
    assert (first["status"], first["uses"], first["max_uses"]) == ("ACTIVE", 0, None)
    assert (first["hardware_id"], first["hwid_pending"]) == (None, True)
    assert first["created_at"] == "2026-01-02T03:04:05Z"
    assert first["expires_at"] == "2026-02-01T03:04:05Z"
    shown = await caller.read(f"/products/{product.id}")
    assert (shown["licensing_enabled"], shown["license_period"]) == (True, 30)

    path = f"/orders/{order['uniqid']}"
    assert (await caller.read(path))["items"][0]["delivered_items"] is None
    shop.switches.license_in_delivered_items = True
    goods = (await caller.read(path))["items"][0]["delivered_items"]
    assert goods == {"license_keys": [license_.license_key for license_ in shop.licenses]}

    clock.now += timedelta(days=30)
    assert (await caller.read(f"/licenses/{first['id']}"))["status"] == "EXPIRED"
    shop.switches.expired_shows = False
    assert (await caller.read(f"/licenses/{first['uniqid']}"))["status"] == "ACTIVE"


async def test_a_key_of_the_pool_is_the_key_of_the_licence(shop: StandIn, caller: Caller) -> None:
    shop.switches.deliver_late = True
    product = shop.add_product(
        title="App", price=1, type="SERIALS", serials=["A"], licensing_enabled=True
    )
    order = await buy(shop, caller, product)
    assert not shop.licenses
    shop.release_goods(order["uniqid"])
    shop.release_goods(order["uniqid"])
    assert [license_.license_key for license_ in shop.licenses] == ["A"]


@pytest.mark.parametrize(("renewal", "count"), [("extend", 1), ("new", 2), ("none", 1)])
async def test_a_renewal_and_its_licence(
    shop: StandIn,
    caller: Caller,
    clock: Clock,
    renewal: Literal["extend", "new", "none"],
    count: int,
) -> None:
    shop.switches.renewal_license = renewal
    product = plan(shop, licensing_enabled=True, license_period=40)
    subscription = await caller.subscribe(product)
    [license_] = shop.licenses
    end = license_.expires_at
    assert end is not None
    clock.now += timedelta(days=31)
    await shop.renew(subscription)
    assert len(shop.licenses) == count
    assert license_.expires_at == end + timedelta(days=40 if renewal == "extend" else 0)


async def test_filters_may_be_ignored(shop: StandIn, caller: Caller) -> None:
    one, other = await licensed(shop, caller), await licensed(shop, caller)
    other.status = "SUSPENDED"

    async def found(query: str) -> list[str]:
        return [entry["id"] for entry in await caller.read(f"/licenses?{query}")]

    for query in (
        f"key={one.license_key}",
        f"license_key={one.license_key}",
        f"invoice_id={one.order.uniqid}",
        f"product_id={one.product.id}",
        "status=ACTIVE",
    ):
        assert await found(query) == [one.id]
    both = [other.id, one.id]
    assert await found(f"customer_id={one.order.customer_id}") == both
    assert await found("limit=1") == [other.id]
    shop.switches.license_filters = False
    assert await found("status=ACTIVE&key=nothing") == both


@pytest.mark.parametrize("rearms", [True, False])
async def test_a_licence_is_changed(shop: StandIn, caller: Caller, *, rearms: bool) -> None:
    shop.switches.null_hwid_rearms = rearms
    license_ = await licensed(shop, caller)
    path = f"/licenses/{license_.uniqid}"

    async def change(**body: object) -> Json:
        status, answer = await caller.call("PATCH", path, body)
        assert status == 200, answer
        assert answer["data"]["productLicense"] == await caller.read(path)
        changed: Json = answer["data"]["productLicense"]
        return changed

    bound = await change(hardware_id="pc-1")
    assert (bound["hardware_id"], bound["hwid_pending"]) == ("pc-1", False)
    later = await change(expires_at="2026-05-06T07:08:09+02:00", status="SUSPENDED")
    assert (later["expires_at"], later["status"]) == ("2026-05-06T05:08:09Z", "SUSPENDED")
    assert later["hardware_id"] == "pc-1"
    free = await change(hardware_id=None, expires_at=None, status="ACTIVE")
    assert (free["hardware_id"], free["hwid_pending"]) == (None, rearms)
    assert (free["expires_at"], free["status"]) == (None, "ACTIVE")
    for body in ({"status": "FINE"}, {"expires_at": "soon"}, {"hardware_id": 1}):
        assert (await caller.call("PATCH", path, body))[0] == 422
    assert (await caller.call("PATCH", path, {"expires_at": "2026-05-06T07:08:09"}))[0] == 422


async def test_answers_have_both_shapes(shop: StandIn, caller: Caller) -> None:
    license_ = await licensed(shop, caller)
    shop.switches.license_read_wrapped = True
    shop.switches.license_write_wrapped = False
    wrapped = await caller.read(f"/licenses/{license_.id}")
    assert list(wrapped) == ["productLicense"]
    _, answer = await caller.call("PATCH", f"/licenses/{license_.id}", {})
    assert answer["data"] == wrapped["productLicense"]
    _, answer = await validate(caller, license_)
    assert answer["data"]["id"] == license_.id


async def test_a_licence_can_be_made_by_hand(shop: StandIn, caller: Caller) -> None:
    product = shop.add_product(title="App", price=1)
    order = await buy(shop, caller, product)
    body = {"product_id": product.id, "invoice_id": order["uniqid"], "license_key": "K"}
    status, answer = await caller.call("POST", "/licenses", body)
    assert (status, answer["data"]["productLicense"]["license_key"]) == (201, "K")
    assert (await caller.call("POST", "/licenses", body))[0] == 400
    assert (await caller.call("POST", "/licenses", {}))[0] == 422


async def test_a_validation_binds_and_counts(shop: StandIn, caller: Caller) -> None:
    license_ = await licensed(shop, caller)
    await validate(caller, license_)
    assert (license_.hwid_pending, license_.uses) == (True, 1)
    status, answer = await validate(caller, license_, hardware_id="pc-1")
    assert (status, answer["data"]["hardware_id"]) == (200, "pc-1")
    assert (license_.hwid_pending, license_.uses) == (False, 2)
    shop.switches.validation_counts = False
    await validate(caller, license_, hardware_id="pc-1")
    assert license_.uses == 2
    await caller.read(f"/licenses/{license_.id}")
    await caller.read("/licenses")
    assert license_.uses == 2


@pytest.mark.parametrize("http_status", [400, 403, 422])
async def test_each_reason_to_refuse_a_licence(
    shop: StandIn, caller: Caller, clock: Clock, http_status: Literal[400, 403, 422]
) -> None:
    shop.switches.license_error_status = http_status
    license_ = await licensed(shop, caller, 1)

    async def refusal(**body: object) -> str:
        status, answer = await validate(caller, license_, **body)
        code: str = answer["error"]["code"]
        assert status == (404 if code == "LICENSE_NOT_FOUND" else http_status)
        return code

    assert await refusal(key="nothing") == "LICENSE_NOT_FOUND"
    other = shop.add_product(title="Other", price=1)
    assert await refusal(product_id=other.uniqid) == "LICENSE_NOT_FOUND"
    for status in ("SUSPENDED", "REVOKED"):
        license_.status = status
        assert await refusal() == f"LICENSE_{status}"
    license_.status = "ACTIVE"
    license_.allowed_ips = ["192.0.2.7"]
    assert await refusal() == "LICENSE_IP_BLOCKED"
    assert await refusal(ip="192.0.2.8") == "LICENSE_IP_BLOCKED"
    assert (await validate(caller, license_, ip="192.0.2.7", hardware_id="pc-1"))[0] == 200
    license_.allowed_ips = []
    assert await refusal(hardware_id="pc-2") == "LICENSE_HWID_MISMATCH"
    license_.max_uses = 1
    assert await refusal(hardware_id="pc-1") == "LICENSE_MAX_USES_REACHED"
    license_.max_uses = None
    clock.now += timedelta(days=1)
    assert await refusal() == "LICENSE_EXPIRED"
    assert license_.uses == 1


async def test_scopes(shop: StandIn, caller: Caller) -> None:
    license_ = await licensed(shop, caller)
    shop.switches.scopes = {"licenses.read"}
    assert (await validate(caller, license_))[0] == 200
    assert (await caller.call("GET", "/licenses"))[0] == 200
    assert (await caller.call("PATCH", f"/licenses/{license_.id}", {}))[0] == 403
    shop.switches.scopes = {"licenses.write"}
    assert (await caller.call("GET", f"/licenses/{license_.id}"))[0] == 403

"""Licences: reading them, finding whose they are, and changing them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripted_shop import Shop, drop, problem, reply
from shoppex.api import ShoppexClient, Unavailable
from shoppex.api.payloads.license import MalformedLicense, parse_license
from shoppex.domain.license import License, LicenseStatus, parse_license_status
from strategies import json_values

LICENSE: dict[str, object] = {
    "id": 1,
    "uniqid": "lic_1",
    "product_id": "prod_1",
    "invoice_id": "inv_1",
    "license_key": "ABC-123",
    "hardware_id": "HWID-1",
    "uses": 2,
    "max_uses": 5,
    "status": "ACTIVE",
    "hwid_pending": False,
    "allowed_ips": ["192.0.2.1"],
    "expires_at": "2030-01-01T00:00:00.000Z",
    "created_at": "2026-01-01T00:00:00.000Z",
    "updated_at": 1767312000,
}
IN_2030 = datetime(2030, 1, 1, tzinfo=timezone.utc)


async def names(found: AsyncIterator[License]) -> list[str]:
    return [entry.uniqid async for entry in found]


# --- Reading ---------------------------------------------------------------------------------


def test_a_licence() -> None:
    found = parse_license(LICENSE)
    assert found == License(
        uniqid="lic_1",
        id="1",
        status=LicenseStatus.ACTIVE,
        key="ABC-123",
        product_ids=("prod_1",),
        invoice_ids=("inv_1",),
        hardware_id="HWID-1",
        address_bound=True,
        uses=2,
        max_uses=5,
        expires_at=IN_2030,
        created_at=datetime(2026, 1, 1, tzinfo=timezone.utc),
        updated_at=datetime(2026, 1, 2, tzinfo=timezone.utc),
    )
    for secret in ("ABC-123", "HWID-1", "192.0.2.1"):
        assert secret not in repr(found)


@pytest.mark.parametrize("wrapper", ["productLicense", "product_license", "license"])
def test_a_licence_wrapped_once_more(wrapper: str) -> None:
    assert parse_license({wrapper: LICENSE}) == parse_license(LICENSE)


def test_a_licence_of_which_little_is_said() -> None:
    found = parse_license(
        {"uniqid": "lic_1", "license_key": " ", "max_uses": -1, "hardware_id": ""}
    )
    assert found == License("lic_1", "lic_1", LicenseStatus.UNKNOWN)


def test_every_id_of_product_and_order() -> None:
    found = parse_license(
        {
            "id": 1,
            "product": {"id": 5, "uniqid": "p-1", "title": "App"},
            "invoice": {"id": 6, "uniqid": "u-1"},
            "invoice_id": 6,
            "customer": {"id": "cus_1"},
        }
    )
    assert (found.product_ids, found.product_title) == (("p-1", "5"), "App")
    assert (found.invoice_ids, found.customer_id) == (("u-1", "6"), "cus_1")


@pytest.mark.parametrize("data", [{}, {"id": ""}, {"license_key": "ABC"}, {"license": []}])
def test_no_id_is_no_licence(data: dict[str, object]) -> None:
    with pytest.raises(MalformedLicense):
        parse_license(data)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("ACTIVE", LicenseStatus.ACTIVE),
        (" suspended", LicenseStatus.SUSPENDED),
        ("Revoked", LicenseStatus.REVOKED),
        ("EXPIRED", LicenseStatus.EXPIRED),
        ("unknown", LicenseStatus.UNKNOWN),
        ("INACTIVE", LicenseStatus.UNKNOWN),
        ("actıve", LicenseStatus.UNKNOWN),
        (None, LicenseStatus.UNKNOWN),
        (True, LicenseStatus.UNKNOWN),
    ],
)
def test_states(word: object, status: LicenseStatus) -> None:
    assert parse_license_status(word) is status


@given(st.dictionaries(st.sampled_from([*LICENSE, "license", "invoice", "product"]), json_values))
def test_odd_licences_are_read_or_refused(odd: dict[str, object]) -> None:
    data = {**LICENSE, **odd}
    try:
        found = parse_license(data)
    except MalformedLicense:
        return
    assert found.uniqid.strip()
    assert found.max_uses is None or found.max_uses > 0
    if data["status"] != "ACTIVE":
        assert found.status is LicenseStatus.UNKNOWN


# --- The calls -------------------------------------------------------------------------------


async def test_one_licence(shop: Shop, client: ShoppexClient) -> None:
    shop.answers = [reply(LICENSE), reply({"productLicense": LICENSE}), reply({})]
    assert await client.licenses.get("a/b") == parse_license(LICENSE)
    assert await client.licenses.get("lic_1") == parse_license(LICENSE)
    with pytest.raises(Unavailable):
        await client.licenses.get("lic_1")
    assert shop.seen[0].raw_path == "/dev/v1/licenses/a%2Fb"


OTHERS = [
    {"uniqid": "lic_2", "license_key": "XYZ-789"},
    {**LICENSE, "uniqid": "lic_3", "license_key": "QRS", "invoice_id": "inv_3", "product_id": 3},
    {"license_key": "nameless"},
]


@pytest.mark.parametrize("wrapper", [None, "productLicenses", "licenses"])
async def test_all_licences(shop: Shop, client: ShoppexClient, wrapper: str | None) -> None:
    listed = [LICENSE, *OTHERS]
    shop.answers = [
        reply(listed) if wrapper is None else reply({wrapper: listed, "total": 4, "stats": {}}),
        reply([]),
    ]
    assert await names(client.licenses.list()) == ["lic_1", "lic_2", "lic_3"]
    assert shop.seen[0].raw_path == "/dev/v1/licenses?limit=100&page=1"
    assert len(shop.seen) == (2 if wrapper is None else 1)


@pytest.mark.parametrize(
    ("filters", "query", "expected"),
    [
        ({"key": "ABC-123"}, "license_key=ABC-123", ["lic_1"]),
        ({"key": "abc-123"}, "license_key=abc-123", []),
        ({"invoice_id": "inv_1"}, "invoice_id=inv_1", ["lic_1"]),
        ({"product_id": "3"}, "product_id=3", ["lic_3"]),
        ({"customer_id": "cus_1"}, "customer_id=cus_1", []),
        (
            {"invoice_id": "inv_3", "product_id": "prod_1"},
            "invoice_id=inv_3&product_id=prod_1",
            [],
        ),
    ],
)
@pytest.mark.parametrize("refused", [False, True])
async def test_nobody_gets_anothers_licence(
    shop: Shop,
    client: ShoppexClient,
    filters: dict[str, str],
    query: str,
    expected: list[str],
    refused: bool,  # noqa: FBT001
) -> None:
    whole = reply({"productLicenses": [LICENSE, *OTHERS], "total": 4})
    shop.answers = [problem(422), whole] if refused else [whole]
    assert await names(client.licenses.list(**filters)) == expected
    paths = [f"/dev/v1/licenses?{query}&limit=100&page=1"]
    if refused:
        paths.append("/dev/v1/licenses?limit=100&page=1")
    assert [seen.raw_path for seen in shop.seen] == paths


async def test_a_licence_is_changed(shop: Shop, client: ShoppexClient) -> None:
    shop.answers = [reply({"productLicense": {"uniqid": "lic_1", "hardware_id": None}})]
    reset = await client.licenses.update("lic_1", hardware_id=None)
    assert reset == License("lic_1", "lic_1", LicenseStatus.UNKNOWN)
    zone = timezone(timedelta(hours=2))
    await client.licenses.update("lic_1", expires_at=datetime(2030, 1, 1, 2, tzinfo=zone))
    await client.licenses.update("lic_1", expires_at=None, hardware_id="HWID-2")
    await client.licenses.update("lic_1", status=LicenseStatus.SUSPENDED)
    assert {(seen.method, seen.raw_path) for seen in shop.seen} == {
        ("PATCH", "/dev/v1/licenses/lic_1")
    }
    assert [seen.json for seen in shop.seen] == [
        {"hardware_id": None},
        {"expires_at": "2030-01-01T00:00:00.000Z"},
        {"hardware_id": "HWID-2", "expires_at": None},
        {"status": "SUSPENDED"},
    ]


async def test_changes_that_cannot_be(shop: Shop, client: ShoppexClient) -> None:
    with pytest.raises(ValueError, match="unknown"):
        await client.licenses.update("lic_1", status=LicenseStatus.UNKNOWN)
    naive = datetime(2030, 1, 1)  # noqa: DTZ001
    with pytest.raises(ValueError, match="zone"):
        await client.licenses.update("lic_1", expires_at=naive)
    assert shop.seen == []


async def test_a_change_that_may_have_happened(shop: Shop, client: ShoppexClient) -> None:
    for answer in (reply({"ok": True}), drop):
        shop.answers = [answer]
        shop.seen.clear()
        with pytest.raises(Unavailable) as caught:
            await client.licenses.update("lic_1", hardware_id=None)
        assert caught.value.ambiguous
        assert len(shop.seen) == 1

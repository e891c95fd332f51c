"""Webhooks and their logs: the calls, and every shape that the answers may have."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripted_shop import Shop, drop, problem, reply
from shoppex.api import LogStatus, NewWebhook, ShoppexClient, Unavailable, Webhook, WebhookLog
from shoppex.api.payloads.webhook import (
    MalformedWebhook,
    parse_event_names,
    parse_log,
    parse_new_webhook,
    parse_webhook,
)
from strategies import json_values

URL = "https://bot.example/shoppex/1"
EVENTS = ["order:paid", "subscription:trial:started"]
PAYLOAD = {"event": "order:paid", "data": {"uniqid": "u-1", "customer_email": "bob@example.org"}}
HEADERS = {"Content-Type": "application/json", "X-Shoppex-Delivery": "whd_1"}
LOG: dict[str, object] = {
    "id": "log_1",
    "uniqid": "l-1",
    "webhook_uniqid": "w-1",
    "event_type": "order:paid",
    "payload": PAYLOAD,
    "request_headers": HEADERS,
    "status": "failed",
    "status_code": 503,
    "attempt": 2,
    "created_at": 1772366400,
    "delivered_at": None,
}
NOON = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)


# --- Webhooks --------------------------------------------------------------------------------


async def test_webhooks_are_read(shop: Shop, client: ShoppexClient) -> None:
    webhook = {"id": 1, "uniqid": "w-1", "url": URL, "events": EVENTS}
    shop.answers = [reply([{"webhook": webhook}, {"url": URL}, {"uniqid": "w-2"}])]
    expected = Webhook("1", "w-1", URL, tuple(EVENTS))
    assert [w async for w in client.webhooks.list()] == [expected, Webhook("w-2", "w-2", None)]
    assert [seen.raw_path for seen in shop.seen] == ["/dev/v1/webhooks?limit=100"]


@pytest.mark.parametrize(
    ("data", "secret"),
    [
        ({"id": "w-1"}, None),
        ({"id": "w-1", "secret": "whsec_1"}, "whsec_1"),
        ({"id": "w-1", "url": URL, "signing_secret": " whsec_1 "}, "whsec_1"),
        ({"webhook": {"uniqid": "w-1", "secret": "whsec_1"}}, "whsec_1"),
        ({"webhook": {"uniqid": "w-1"}, "webhook_secret": "whsec_1"}, "whsec_1"),
        ({"id": "w-1", "secret": ""}, None),
        ({"id": "w-1", "secret": "whsec_****1"}, None),
        ({"id": "w-1", "secret": {"value": "x"}}, None),
    ],
)
async def test_a_webhook_is_made(
    shop: Shop, client: ShoppexClient, data: dict[str, object], secret: str | None
) -> None:
    shop.answers = [reply(data, status=201)]
    made = await client.webhooks.create(URL, EVENTS)
    assert made == NewWebhook("w-1", secret)
    assert "whsec_1" not in repr(made)
    seen = shop.seen[0]
    assert (seen.method, seen.raw_path) == ("POST", "/dev/v1/webhooks")
    assert seen.json == {"url": URL, "events": EVENTS}


async def test_a_webhook_that_may_have_been_made(shop: Shop, client: ShoppexClient) -> None:
    for answer in (reply({"ok": True}), drop):
        shop.answers = [answer]
        shop.seen.clear()
        with pytest.raises(Unavailable) as caught:
            await client.webhooks.create(URL, EVENTS)
        assert caught.value.ambiguous
        assert len(shop.seen) == 1


async def test_a_webhook_is_changed(shop: Shop, client: ShoppexClient) -> None:
    shop.answers = [reply({"id": "w-1"})]
    await client.webhooks.update("w-1", url=URL)
    await client.webhooks.update("w-1", events=EVENTS)
    await client.webhooks.test("w-1", "order:paid")
    assert [(seen.method, seen.raw_path, seen.body) for seen in shop.seen] == [
        ("PATCH", "/dev/v1/webhooks/w-1", json.dumps({"url": URL}, separators=(",", ":"))),
        ("PATCH", "/dev/v1/webhooks/w-1", json.dumps({"events": EVENTS}, separators=(",", ":"))),
        ("POST", "/dev/v1/webhooks/w-1/test", '{"event":"order:paid"}'),
    ]


async def test_a_secret_is_rotated(shop: Shop, client: ShoppexClient) -> None:
    shop.answers = [reply({"id": "w-1", "secret": "whsec_2"}), reply({"message": "Done."})]
    assert await client.webhooks.rotate_secret("w-1") == "whsec_2"
    assert await client.webhooks.rotate_secret("w-1") is None
    assert shop.seen[0].raw_path == "/dev/v1/webhooks/w-1/rotate-secret"


@pytest.mark.parametrize(
    "data",
    [
        EVENTS,
        {"events": EVENTS},
        [{"name": name, "description": "When: paid"} for name in EVENTS],
        [{"event": name} for name in EVENTS],
        {"order": ["order:paid"], "subscription": [{"id": "subscription:trial:started"}]},
        dict.fromkeys(EVENTS, "What it means"),
        [
            *EVENTS,
            *EVENTS,
            None,
            5,
            "order",
            "order.*",
            "Order:Paid",
            "https://x.example",
            "a" * 99,
        ],
    ],
)
async def test_events(shop: Shop, client: ShoppexClient, data: object) -> None:
    shop.answers = [reply(data)]
    assert await client.webhooks.events() == set(EVENTS)
    assert parse_event_names(data) == tuple(EVENTS)
    assert shop.seen[0].raw_path == "/dev/v1/webhooks/events"


async def test_no_readable_events_is_not_no_events(shop: Shop, client: ShoppexClient) -> None:
    shop.answers = [reply({"events": []})]
    with pytest.raises(Unavailable):
        await client.webhooks.events()


# --- Logs ------------------------------------------------------------------------------------


async def test_logs(shop: Shop, client: ShoppexClient) -> None:
    shop.answers = [
        reply([LOG, {"event_type": "nameless"}], page=1, per_page=2, total_pages=2),
        reply([{**LOG, "id": 2, "status": "success"}], page=2, per_page=2, total_pages=2),
    ]
    assert [(log.id, log.status) async for log in client.webhooks.logs()] == [
        ("log_1", LogStatus.FAILED),
        ("2", LogStatus.SUCCESS),
    ]
    assert [seen.raw_path for seen in shop.seen] == [
        "/dev/v1/webhooks/logs?limit=100&page=1",
        "/dev/v1/webhooks/logs?limit=100&page=2",
    ]


async def test_logs_with_one_outcome_whatever_the_filter_does(
    shop: Shop, client: ShoppexClient
) -> None:
    mixed = reply([LOG, {**LOG, "id": 2, "status": "success"}, {**LOG, "id": 3, "status": "?"}])
    shop.answers = [problem(422), mixed, reply([])]
    assert [log.id async for log in client.webhooks.logs(LogStatus.FAILED)] == ["log_1"]
    assert [seen.raw_path for seen in shop.seen] == [
        "/dev/v1/webhooks/logs?status=failed&limit=100&page=1",
        "/dev/v1/webhooks/logs?limit=100&page=1",
        "/dev/v1/webhooks/logs?limit=100&page=2",
    ]


def test_a_log() -> None:
    log = parse_log(LOG)
    assert log == WebhookLog(
        id="log_1",
        event_type="order:paid",
        payload=PAYLOAD,
        status=LogStatus.FAILED,
        delivery_id="whd_1",
        webhook_id="w-1",
        created_at=NOON,
        status_code=503,
    )
    assert "bob@" not in repr(log)


@pytest.mark.parametrize(
    ("said", "status", "error"),
    [
        ({"status_code": "401"}, 401, ""),
        ({"status_code": None, "error_message": " ECONNREFUSED "}, None, "ECONNREFUSED"),
        ({"status_code": 0, "error_message": "x" * 999}, None, "x" * 300),
        ({"status_code": {}, "error_message": ["odd"]}, None, ""),
    ],
)
def test_what_came_of_a_delivery(said: dict[str, object], status: int | None, error: str) -> None:
    log = parse_log({**LOG, **said})
    assert (log.status_code, log.error) == (status, error)


@pytest.mark.parametrize("payload", [PAYLOAD, json.dumps(PAYLOAD)])
@pytest.mark.parametrize(
    "headers",
    [
        HEADERS,
        json.dumps(HEADERS),
        {"x-shoppex-delivery": "whd_1"},
        {"X-SHOPPEX-DELIVERY-ID": "whd_1", "X-Shoppex-Delivery": None},
        [{"name": "X-Shoppex-Delivery", "value": "whd_1"}],
    ],
)
def test_payloads_and_headers_of_every_shape(payload: object, headers: object) -> None:
    log = parse_log({"id": 1, "payload": payload, "request_headers": headers})
    assert (log.payload, log.delivery_id) == (PAYLOAD, "whd_1")
    assert (log.event_type, log.status) == ("order:paid", LogStatus.UNKNOWN)


@pytest.mark.parametrize("odd", [None, "text", "{", 5, [], {}, [PAYLOAD], {"X-Other": "whd_1"}])
def test_payloads_and_headers_that_say_nothing(odd: object) -> None:
    log = parse_log({"id": 1, "payload": odd, "request_headers": odd, "delivered_at": 0})
    assert log.payload in ({}, odd)
    assert (log.delivery_id, log.event_type, log.delivered_at) == (None, "", None)


@given(st.dictionaries(st.sampled_from([*LOG]), json_values | json_values.map(str)))
def test_odd_logs_are_read_or_refused(odd: dict[str, object]) -> None:
    data = {**LOG, **odd}
    try:
        log = parse_log(data)
    except MalformedWebhook:
        return
    assert log.id.strip()
    assert log.status is (LogStatus.FAILED if data["status"] == "failed" else LogStatus.UNKNOWN)


@given(
    st.dictionaries(
        st.sampled_from(["id", "uniqid", "url", "events", "secret", "webhook"]), json_values
    )
)
def test_odd_webhooks_are_read_or_refused(data: dict[str, object]) -> None:
    with suppress(MalformedWebhook):
        assert parse_webhook(data).id.strip()
        assert parse_new_webhook(data).secret != ""


@given(st.lists(json_values))
def test_events_are_found_among_anything(junk: list[object]) -> None:
    assert set(EVENTS) <= set(parse_event_names([*junk, {"deep": EVENTS}]))

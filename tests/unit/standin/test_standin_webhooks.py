"""Webhooks of the stand-in, managed over its API: endpoints, secrets, tests, the log."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, Literal

import pytest

from peers import Caller, Clock, Inbox, Json, open_inbox
from standin import (
    ALL_EVENTS,
    SUBSCRIPTION_EVENTS,
    SUGGESTED_EVENTS,
    StandIn,
    WebhookEndpoint,
    v2_header,
)

URL = "https://bot.example.org/hook"


async def create(caller: Caller, url: str = URL, *events: str) -> Json:
    body = {"url": url, "events": list(events or SUGGESTED_EVENTS)}
    status, answer = await caller.call("POST", "/webhooks", body)
    assert status == 201, answer
    data: Json = answer["data"]
    return data


async def log(caller: Caller, query: str = "") -> list[Json]:
    status, answer = await caller.call("GET", f"/webhooks/logs{query}")
    assert status == 200, answer
    rows: list[Json] = answer["data"]
    return rows


def was_signed_with(secret: str, inbox: Inbox) -> bool:
    headers, body = inbox.received[-1]
    made = v2_header(secret, headers["X-Shoppex-Delivery"], headers["X-Shoppex-Timestamp"], body)
    return headers["X-Shoppex-Signature-V2"] == made


async def fire(shop: StandIn, caller: Caller) -> None:
    """One event reaches its listeners."""
    order = await caller.order(shop.add_product(title="X", price=1))
    await shop.settle()
    await shop.pay(order["uniqid"])


async def test_a_webhook_is_made_changed_and_removed(shop: StandIn, caller: Caller) -> None:
    made = await create(caller)
    assert made["secret"].startswith("whsec_")
    assert made["events"] == list(SUGGESTED_EVENTS)
    path = f"/webhooks/{made['id']}"
    _, read = await caller.call("GET", f"/webhooks/{made['uniqid']}")
    assert read["data"] == {k: v for k, v in made.items() if k != "secret"}

    _, changed = await caller.call("PATCH", path, {"events": ["order:paid"]})
    assert changed["data"] == read["data"] | {"events": ["order:paid"]}
    _, moved = await caller.call("PATCH", path, {"url": "https://new.example.org"})
    assert moved["data"]["url"] == "https://new.example.org"
    assert (await caller.call("PATCH", path, {"url": "nowhere"}))[0] == 422

    other = shop.add_webhook(URL)
    _, listed = await caller.call("GET", "/webhooks?limit=1")
    assert listed["data"] == [moved["data"]]
    assert listed["pagination"]["has_more"] is True
    assert [hook.id for hook in shop.webhooks] == [made["id"], other.id]

    async with caller.session.delete(
        shop.api_url + path, headers={"Authorization": f"Bearer {shop.api_key}"}
    ) as answer:
        assert (answer.status, await answer.read()) == (204, b"")
    assert (await caller.call("GET", path))[0] == 404
    assert shop.webhooks == [other]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"events": ["order:paid"]}, "url"),
        ({"url": URL}, "events"),
        ({"url": URL, "events": []}, "events"),
        ({"url": URL, "events": ["order:*"]}, "events"),
        ({"url": URL, "events": ["order:paid", "order:refunded"]}, "events"),
        ({"url": URL, "events": list(ALL_EVENTS[:13])}, "events"),
        ({"url": URL, "events": "order:paid"}, "events"),
        ({"url": "ftp://x", "events": ["order:paid"]}, "url"),
    ],
)
async def test_webhooks_that_are_refused(
    shop: StandIn, caller: Caller, body: Json, field: str
) -> None:
    status, answer = await caller.call("POST", "/webhooks", body)
    assert status == 422
    assert [detail["field"] for detail in answer["error"]["details"]] == [field]
    assert not shop.webhooks


async def test_the_verb_knows_the_limit_too(shop: StandIn) -> None:
    with pytest.raises(ValueError, match="1 to 12"):
        shop.add_webhook(URL, events=ALL_EVENTS)
    with pytest.raises(ValueError, match="order:refunded"):
        shop.add_webhook(URL, events=["order:refunded"])


async def test_the_allowlist_has_several_shapes(shop: StandIn, caller: Caller) -> None:
    async def events() -> Any:
        return (await caller.call("GET", "/webhooks/events"))[1]["data"]

    names = await events()
    assert {*SUGGESTED_EVENTS, *SUBSCRIPTION_EVENTS, "order:paid:product"} <= set(names)
    shop.switches.events_shape = "objects"
    assert [entry["name"] for entry in await events()] == names
    shop.switches.events_shape = "families"
    families = await events()
    assert sorted(name for family in families.values() for name in family) == sorted(names)
    assert families["feedback"] == ["feedback:received"]


async def test_the_secret_may_only_come_by_rotation(shop: StandIn, caller: Caller) -> None:
    shop.switches.webhook_create_answer = "id_only"
    shop.switches.secret_field = "signing_secret"  # noqa: S105 - the name of a field
    made = await create(caller)
    assert list(made) == ["id"]
    _, answer = await caller.call("POST", f"/webhooks/{made['id']}/rotate-secret")
    assert answer["data"] == {"id": made["id"], "signing_secret": shop.webhooks[0].secret}


@pytest.mark.parametrize("hours", [0, 24])
async def test_a_rotated_secret_takes_over(
    shop: StandIn, caller: Caller, clock: Clock, hours: int
) -> None:
    shop.switches.secret_overlap = timedelta(hours=hours)
    async with open_inbox() as inbox:
        made = await create(caller, inbox.url)
        _, answer = await caller.call("POST", f"/webhooks/{made['id']}/rotate-secret")
        old, new = made["secret"], answer["data"]["secret"]
        assert old != new
        await fire(shop, caller)
        assert was_signed_with(old if hours else new, inbox)
        clock.now += timedelta(hours=hours)
        await fire(shop, caller)
        assert was_signed_with(new, inbox)
        newest = shop.rotate_secret(shop.webhooks[0])
        assert newest not in (old, new)


@pytest.mark.parametrize("resign", [True, False])
async def test_a_retry_after_a_rotation(shop: StandIn, caller: Caller, *, resign: bool) -> None:
    shop.switches.resign_retries = resign
    async with open_inbox() as inbox:
        endpoint = shop.add_webhook(inbox.url, events=["order:paid"])
        old = endpoint.secret
        inbox.statuses = [500]
        await fire(shop, caller)
        new = shop.rotate_secret(endpoint)
        await shop.retry_pending()
        assert was_signed_with(new if resign else old, inbox)


@pytest.mark.parametrize("event", [*SUGGESTED_EVENTS, "order:paid:product", "feedback:received"])
async def test_a_test_event_is_signed_and_made_up(
    shop: StandIn, caller: Caller, event: str
) -> None:
    async with open_inbox() as inbox:
        made = await create(caller, inbox.url, "order:created")
        path = f"/webhooks/{made['id']}/test"
        status, answer = await caller.call("POST", path, {"event": event})
        assert (status, list(answer)) == (200, ["message"])
        await shop.settle()
        assert was_signed_with(made["secret"], inbox)
        [(headers, body)] = inbox.received
        assert (await caller.call("POST", path, {"event": "order:refunded"}))[0] == 422
        assert (await caller.call("POST", path, {}))[0] == 422
    sent = json.loads(body)
    assert headers["X-Shoppex-Event"] == sent["event"] == event
    assert "test" in sent["data"].get("uniqid", "")
    assert ("products" in sent["data"]) is event.endswith(":product")
    assert not shop.orders
    assert not shop.subscriptions
    assert [row["event_type"] for row in await log(caller)] == [event]


async def test_the_log_tells_of_each_delivery(shop: StandIn, caller: Caller, clock: Clock) -> None:
    async with open_inbox() as inbox:
        endpoint = shop.add_webhook(inbox.url, events=["order:paid"])
        await fire(shop, caller)
        clock.now += timedelta(minutes=1)
        inbox.statuses = [503]
        await fire(shop, caller)
    failed, fine = await log(caller)
    delivery = shop.deliveries[0]
    assert fine["uniqid"] == delivery.id
    assert fine["request_headers"]["X-Shoppex-Delivery"] == delivery.id
    assert (fine["webhook_uniqid"], fine["url"]) == (endpoint.uniqid, inbox.url)
    assert (fine["event_type"], fine["payload"]["data"]) == ("order:paid", delivery.data)
    assert (fine["status"], fine["status_code"], fine["attempt"]) == ("success", 200, 1)
    assert fine["response"] == "seen"
    assert "Content-Type" in fine["response_headers"]
    assert fine["created_at"] == fine["delivered_at"] == failed["created_at"] - 60
    assert fine["duration_ms"] >= 0
    assert (failed["status"], failed["status_code"]) == ("pending", 503)
    assert (failed["delivered_at"], failed["error_message"]) == (None, None)

    # Nobody is there any more.
    await shop.retry_pending()
    newest, _ = await log(caller)
    assert (newest["attempt"], newest["status_code"], newest["response"]) == (2, None, None)
    assert "Connect" in newest["error_message"]
    for _ in range(3):
        await shop.retry_pending()
    assert [row["status"] for row in await log(caller)] == ["failed", "success"]

    assert await log(caller, "?status=success") == [fine]
    assert await log(caller, "?event=order:cancelled") == []
    shop.switches.log_filters = False
    assert len(await log(caller, "?status=success&event=order:cancelled")) == 2


async def test_the_log_may_tell_of_each_attempt(shop: StandIn, caller: Caller) -> None:
    switches = shop.switches
    switches.log_rows, switches.log_uniqid = "attempt", "own"
    switches.log_payload, switches.log_times = "text", "iso"
    async with open_inbox() as inbox:
        shop.add_webhook(inbox.url, events=["order:paid"])
        inbox.statuses = [500]
        await fire(shop, caller)
        await shop.retry_pending()
    second, first = await log(caller)
    assert [(row["attempt"], row["status"]) for row in (first, second)] == [
        (1, "failed"),
        (2, "success"),
    ]
    assert len({first["id"], second["id"], first["uniqid"], second["uniqid"]}) == 4
    assert first["uniqid"] != first["request_headers"]["X-Shoppex-Delivery"]
    assert json.loads(first["payload"])["event"] == "order:paid"
    assert first["created_at"] == "2026-01-02T03:04:05Z"


@pytest.mark.parametrize("model", ["limit", "per_page"])
async def test_the_log_has_numbered_pages(
    shop: StandIn, caller: Caller, model: Literal["limit", "per_page"]
) -> None:
    shop.switches.page_model = model
    async with open_inbox() as inbox:
        shop.add_webhook(inbox.url, events=["order:paid"])
        for _ in range(5):
            await fire(shop, caller)
    seen = []
    for page in (1, 2, 3, 4):
        _, answer = await caller.call("GET", f"/webhooks/logs?page={page}&{model}=2")
        seen.append(len(answer["data"]))
        expected = {"total": 5, "page": page, model: 2, "total_pages": 3}
        if model == "limit":
            expected["has_more"] = page < 3
        assert answer["pagination"] == expected
    assert seen == [2, 2, 1, 0]
    if model == "per_page":
        assert len(await log(caller, "?limit=2")) == 5
    for wrong in ("page=0", f"{model}=101", f"{model}=x"):
        assert (await caller.call("GET", f"/webhooks/logs?{wrong}"))[0] == 422


@pytest.mark.parametrize("keeps", [True, False])
async def test_the_log_can_send_again(shop: StandIn, caller: Caller, *, keeps: bool) -> None:
    shop.switches.retry_keeps_id = keeps
    async with open_inbox() as inbox:
        shop.add_webhook(inbox.url, events=["order:paid"])
        await fire(shop, caller)
        [row] = await log(caller)
        for name in (row["id"], row["uniqid"]):
            status, answer = await caller.call("POST", f"/webhooks/logs/{name}/retry")
            assert (status, list(answer)) == (200, ["message"])
            await shop.settle()
        ids = [headers["X-Shoppex-Delivery"] for headers, _ in inbox.received]
        bodies = [json.loads(body)["data"] for _, body in inbox.received]
    assert len(set(ids)) == (1 if keeps else 3)
    assert bodies == [row["payload"]["data"]] * 3
    assert (await caller.call("POST", "/webhooks/logs/nothing/retry"))[0] == 404


async def test_scopes(shop: StandIn, caller: Caller) -> None:
    made = await create(caller)
    shop.switches.scopes = {"webhooks.read"}
    for path in ("", "/events", "/logs", f"/{made['id']}"):
        assert (await caller.call("GET", f"/webhooks{path}"))[0] == 200
    for path in ("", f"/{made['id']}/test", f"/{made['id']}/rotate-secret", "/logs/1/retry"):
        assert (await caller.call("POST", f"/webhooks{path}", {}))[0] == 403
    assert (await caller.call("DELETE", f"/webhooks/{made['id']}"))[0] == 403


async def test_the_webhook_of_a_payment_is_no_webhook_of_the_shop(
    shop: StandIn, caller: Caller
) -> None:
    async with open_inbox() as inbox:
        body = {"title": "Tea", "email": "a@example.org", "value": 1, "currency": "EUR"}
        _, answer = await caller.call("POST", "/payments", body | {"webhook": inbox.url})
        assert shop.webhooks == []
        await shop.pay(answer["data"]["uniqid"])
        assert was_signed_with(answer["data"]["webhook_secret"], inbox)


async def test_a_removed_webhook_hears_no_more(shop: StandIn, caller: Caller) -> None:
    async with open_inbox() as inbox:
        endpoint: WebhookEndpoint = shop.add_webhook(inbox.url)
        shop.remove_webhook(endpoint)
        await fire(shop, caller)
    assert inbox.received == []

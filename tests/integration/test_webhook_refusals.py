"""What the listener refuses: nothing is granted, and the genuine delivery still works after."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

import pytest

import standin
from harness import World
from harness.world import paid_data

MIB = 1024 * 1024
V2_HEADERS = ("X-Shoppex-Delivery", "X-Shoppex-Timestamp", "X-Shoppex-Signature-V2")


class Sale(NamedTuple):
    """An order for a role that has not been paid yet."""

    world: World
    order: standin.Order

    @property
    def hook(self) -> standin.WebhookEndpoint:
        """Where Shoppex sends this server's events."""
        hook = self.world.hook
        assert hook is not None
        return hook

    def assert_nothing_granted(self) -> None:
        """The buyer got neither role nor message."""
        assert self.world.roles_of(self.world.buyer) == set()
        assert self.world.dms(self.world.buyer) == []

    def assert_granted(self) -> None:
        """The buyer got the role and one message."""
        assert self.world.roles_of(self.world.buyer) == {"Gold"}
        assert len(self.world.dms(self.world.buyer)) == 1

    async def assert_genuine_one_grants(self) -> None:
        """Nothing came of what was sent before, and the payment itself arrives."""
        self.assert_nothing_granted()
        [delivery] = await self.world.shop.pay(self.order.uniqid)
        await self.world.env.settle()
        assert (delivery.attempts[-1].status, delivery.attempts[-1].body) == (
            200,
            '{"status": "recorded"}',
        )
        self.assert_granted()


class Reply(NamedTuple):
    """What the listener said."""

    status: int
    headers: str
    body: str

    @property
    def error(self) -> str:
        """Why the listener refused."""
        error = json.loads(self.body)["error"]
        assert isinstance(error, str)
        return error


@pytest.fixture
async def sale(world: World, caplog: pytest.LogCaptureFixture) -> Sale:
    caplog.set_level(logging.DEBUG, "red.shoppex")
    gold = world.guild.create_role("Gold")
    await world.sell_item("Gold Pass", "9.99", "EUR", [gold])
    await world.order("Gold Pass")
    await world.shop.settle()
    return Sale(world, world.shop.orders[-1])


def envelope(data: object, event: object = "order:paid") -> bytes:
    return json.dumps({"event": event, "data": data, "created_at": 0}).encode()


def assert_discreet(caplog: pytest.LogCaptureFixture, sale: Sale, reason: str) -> None:
    """The log says why, and nothing that is nobody's business."""
    assert reason in caplog.text
    fields = json.dumps(sale.order.custom_fields)
    nonce = next(f["value"] for f in json.loads(fields) if f["name"] == "nonce")
    for secret in (sale.hook.secret, sale.world.shop.api_key, sale.order.email, nonce, "9.99"):
        assert secret not in caplog.text


# -- by hand, over a socket ----------------------------------------------------------------


def signed(sale: Sale, body: bytes) -> list[tuple[str, str]]:
    now = int(sale.world.env.now().timestamp())
    return [
        ("X-Shoppex-Delivery", "whd_by_hand"),
        ("X-Shoppex-Timestamp", str(now)),
        ("X-Shoppex-Signature-V2", standin.v2_header(sale.hook.secret, "whd_by_hand", now, body)),
    ]


def head(sale: Sale, headers: Sequence[tuple[str, str]]) -> bytes:
    lines = [f"POST /shoppex/{sale.world.guild.id} HTTP/1.1", "Host: localhost"]
    lines += ["Connection: close", "Content-Type: application/json"]
    lines += [f"{name}: {value}" for name, value in headers]
    return "\r\n".join([*lines, "", ""]).encode(errors="surrogateescape")


async def send(world: World, raw: bytes) -> Reply:
    """Send bytes, and read until the listener closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", world.instance.port)
    try:
        writer.write(raw)
        await writer.drain()
        return reply(await reader.read())
    finally:
        writer.close()
        await writer.wait_closed()


def reply(raw: bytes) -> Reply:
    top, _, body = raw.decode().partition("\r\n\r\n")
    return Reply(int(top.split()[1]), top, body)


def chunked(body: bytes, size: int = 65536) -> bytes:
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(p), p) for p in pieces) + b"0\r\n\r\n"


def padded(sale: Sale, length: int) -> bytes:
    """A genuine event of exactly that many bytes."""
    bare = len(envelope(paid_data(sale.order, note="")))
    return envelope(paid_data(sale.order, note="x" * (length - bare)))


# -- bodies --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"   ", id="blank"),
        pytest.param(b"hello", id="text"),
        pytest.param(b"event=order%3Apaid&status=COMPLETED", id="form"),
        pytest.param(b'{"event": "order:paid", "data": {', id="cut off"),
        pytest.param(b"\xff\xfe\x00\x01", id="bytes that are no text"),
        pytest.param(b"[" * 100_000, id="deeply nested"),
        pytest.param(b'{"data":' * 100_000, id="deeply nested objects"),
        pytest.param(b'{"event": "order:paid", "data": {"total": NaN}}', id="NaN"),
        pytest.param(b'{"event": "order:paid", "data": {"total": -Infinity}}', id="infinite"),
        pytest.param(
            b'{"event": "order:paid", "data": {"total": ' + b"9" * 5000 + b"}}", id="huge number"
        ),
    ],
)
async def test_a_signed_body_that_is_not_json_is_refused(
    sale: Sale, caplog: pytest.LogCaptureFixture, body: bytes
) -> None:
    answer = await sale.world.tell({}, body=body)

    assert answer.status == 400
    assert json.loads(answer.body)["error"].startswith("the body is not JSON")
    assert_discreet(caplog, sale, "is not JSON")
    await sale.assert_genuine_one_grants()


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"null",
        b"true",
        b"17",
        b'"order:paid"',
        b"{}",
        b'{"event": "order:paid"}',
        b'{"data": {}}',
        *(envelope(data) for data in (None, [], "text", 7, [{"uniqid": "1"}])),
        *(envelope({}, event) for event in (None, [], ["order:paid"], {"a": 1}, 7, "", False)),
    ],
)
async def test_json_that_is_no_event_is_refused(
    sale: Sale, caplog: pytest.LogCaptureFixture, body: bytes
) -> None:
    answer = await sale.world.tell({}, body=body, omit=["X-Shoppex-Event"])

    assert answer.status == 400
    assert "is not an event" in json.loads(answer.body)["error"]
    assert_discreet(caplog, sale, "is no event")
    await sale.assert_genuine_one_grants()


async def test_an_event_may_be_named_by_type_or_by_the_header_alone(sale: Sale) -> None:
    body = json.dumps({"type": "order:updated", "data": {"uniqid": "nobody's"}}).encode()
    answer = await sale.world.tell({}, body=body, omit=["X-Shoppex-Event"])
    assert (answer.status, answer.body) == (200, '{"status": "unknown order"}')

    body = json.dumps({"data": paid_data(sale.order)}).encode()
    answer = await sale.world.tell({}, body=body)
    assert (answer.status, answer.body) == (200, '{"status": "recorded"}')
    sale.assert_granted()


@pytest.mark.parametrize("encoding", ["deflate", "gzip", "br", "identity", "DEFLATE, gzip"])
async def test_compressed_bodies_are_not_taken(sale: Sale, encoding: str) -> None:
    answer = await sale.world.tell(
        {}, body=envelope(paid_data(sale.order)), headers={"Content-Encoding": encoding}
    )

    assert (answer.status, json.loads(answer.body)) == (
        415,
        {"error": "compressed bodies are not taken"},
    )
    await sale.assert_genuine_one_grants()


async def test_a_body_of_exactly_the_limit_is_taken(sale: Sale) -> None:
    body = padded(sale, MIB)
    assert len(body) == MIB

    answer = await sale.world.tell({}, body=body)

    assert (answer.status, answer.body) == (200, '{"status": "recorded"}')
    sale.assert_granted()


async def test_a_body_just_below_the_limit_is_taken(sale: Sale) -> None:
    answer = await sale.world.tell({}, body=padded(sale, MIB - 1))

    assert (answer.status, answer.body) == (200, '{"status": "recorded"}')
    sale.assert_granted()


@pytest.mark.parametrize("way", ["with its length", "in chunks"])
async def test_a_body_larger_than_the_limit_is_refused(sale: Sale, way: str) -> None:
    body = padded(sale, MIB + 1)
    headers = signed(sale, body)
    if way == "in chunks":
        raw = head(sale, [*headers, ("Transfer-Encoding", "chunked")]) + chunked(body)
    else:
        raw = head(sale, [*headers, ("Content-Length", str(len(body)))]) + body

    answer = await send(sale.world, raw)

    assert (answer.status, answer.error) == (413, "the body is larger than 1048576 bytes")
    await sale.assert_genuine_one_grants()


async def test_chunks_without_a_length_are_taken(sale: Sale) -> None:
    body = envelope(paid_data(sale.order))
    raw = head(sale, [*signed(sale, body), ("Transfer-Encoding", "chunked")])

    answer = await send(sale.world, raw + chunked(body, 100))

    assert (answer.status, answer.body) == (200, '{"status": "recorded"}')
    await sale.world.env.settle()
    sale.assert_granted()


@pytest.mark.parametrize("sent", [None, 0, 40], ids=["no length", "zero", "too short"])
async def test_a_length_that_cuts_the_body_breaks_the_signature(
    sale: Sale, caplog: pytest.LogCaptureFixture, sent: int | None
) -> None:
    body = envelope(paid_data(sale.order))
    length = [] if sent is None else [("Content-Length", str(sent))]

    answer = await send(sale.world, head(sale, [*signed(sale, body), *length]) + body[: sent or 0])

    assert (answer.status, answer.error) == (401, "V2 signature does not match")
    assert_discreet(caplog, sale, "V2 signature does not match")
    await sale.assert_genuine_one_grants()


@pytest.mark.parametrize(
    "length",
    [
        [("Content-Length", "-1")],
        [("Content-Length", "many")],
        [("Content-Length", "10"), ("Content-Length", "20")],
        [("Content-Length", "10"), ("Transfer-Encoding", "chunked")],
        [("Content-Length", "40")],
        [],
    ],
    ids=["negative", "words", "two", "length and chunks", "too short", "missing"],
)
async def test_a_length_that_makes_no_sense_is_refused(
    sale: Sale, length: list[tuple[str, str]]
) -> None:
    body = envelope(paid_data(sale.order))

    answer = await send(sale.world, head(sale, [*signed(sale, body), *length]) + body)

    assert answer.status == 400
    await sale.assert_genuine_one_grants()


async def test_a_sender_that_hangs_up_before_the_end_grants_nothing(sale: Sale) -> None:
    body = envelope(paid_data(sale.order))
    raw = head(sale, [*signed(sale, body), ("Content-Length", str(len(body) + 1))]) + body
    _, writer = await asyncio.open_connection("127.0.0.1", sale.world.instance.port)
    writer.write(raw)
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    await sale.world.env.settle()

    await sale.assert_genuine_one_grants()


@pytest.mark.parametrize("start", [b"", b"POST / HTTP/1.1\r\nConnection: close\r\n\r\n"])
async def test_what_is_no_http_leaves_nothing_of_it_in_the_log(
    sale: Sale, caplog: pytest.LogCaptureFixture, start: bytes
) -> None:
    answer = await send(sale.world, start + envelope(paid_data(sale.order)) + b"\r\n\r\n")

    assert answer.status in (400, 404)
    assert sale.order.email not in caplog.text
    assert sale.order.uniqid not in caplog.text
    await sale.assert_genuine_one_grants()


# -- headers and signatures ----------------------------------------------------------------


@pytest.mark.parametrize("name", V2_HEADERS)
@pytest.mark.parametrize("fault", ["missing", "empty", "doubled", "not ASCII", "no text at all"])
async def test_each_header_of_the_signature_must_be_there_once_and_readable(
    sale: Sale, caplog: pytest.LogCaptureFixture, name: str, fault: str
) -> None:
    body = envelope(paid_data(sale.order))
    right = signed(sale, body)
    wrong = {
        "missing": [],
        "empty": [(name, "")],
        "doubled": [(name, dict(right)[name]), (name, "another")],
        "not ASCII": [(name, dict(right)[name] + "é")],
        "no text at all": [(name, dict(right)[name] + "\udcff")],
    }[fault]
    others = [pair for pair in right if pair[0] != name]
    length = ("Content-Length", str(len(body)))

    answer = await send(sale.world, head(sale, [*others, *wrong, length]) + body)

    assert answer.status == 401
    assert_discreet(caplog, sale, answer.error)
    await sale.assert_genuine_one_grants()


async def test_the_other_name_of_the_delivery_id_is_taken_too(sale: Sale) -> None:
    body = envelope(paid_data(sale.order))
    [(_, delivery_id), *others] = signed(sale, body)
    headers = [*others, ("X-Shoppex-Delivery-Id", delivery_id), ("Content-Length", str(len(body)))]

    answer = await send(sale.world, head(sale, headers) + body)

    assert (answer.status, answer.body) == (200, '{"status": "recorded"}')
    await sale.world.env.settle()
    sale.assert_granted()


@pytest.mark.parametrize(
    "form",
    [
        "{right},{right}",
        "v2,t={t},h={h}",
        "t={t},h={h}",
        "v1,h={h},t={t}",
        "v1,t={t}",
        "v1,t={t},h=",
        "v1,t={t},h={H}",
        "v1,t=-{t},h={h}",
        "v1,t={t}0,h={h}",
        "v1,t=1,h={h}",
        "v1,t={t},h={h}00",
        "v1, t={t}, h={h}",
        "{h}",
    ],
)
async def test_a_signature_of_another_form_is_refused(
    sale: Sale, caplog: pytest.LogCaptureFixture, form: str
) -> None:
    now = int(sale.world.env.now().timestamp())
    body = envelope(paid_data(sale.order))
    digest = standin.sign_v2(sale.hook.secret, "whd_1", now, body)
    right = f"v1,t={now},h={digest}"
    wrong = form.format(right=right, t=now, h=digest, H="A" * 64)

    answer = await sale.world.tell(
        {}, body=body, delivery_id="whd_1", headers={"X-Shoppex-Signature-V2": wrong}
    )

    assert answer.status == 401
    assert_discreet(caplog, sale, json.loads(answer.body)["error"])
    await sale.assert_genuine_one_grants()


@pytest.mark.parametrize(
    "fault", ["another body", "another secret", "another delivery id", "another time", "no secret"]
)
async def test_what_the_secret_did_not_sign_is_refused(
    sale: Sale, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    now = int(sale.world.env.now().timestamp())
    body = envelope(paid_data(sale.order))
    secret = {"another secret": "whsec_" + "0" * 32, "no secret": ""}.get(fault, sale.hook.secret)
    signed_body = body.replace(b"COMPLETED", b"PENDING") if fault == "another body" else body
    signed_id = "whd_2" if fault == "another delivery id" else "whd_1"
    digest = standin.sign_v2(
        secret, signed_id, now - 1 if fault == "another time" else now, signed_body
    )

    answer = await sale.world.tell(
        {},
        body=body,
        delivery_id="whd_1",
        timestamp=now,
        headers={"X-Shoppex-Signature-V2": f"v1,t={now},h={digest}"},
    )

    assert (answer.status, json.loads(answer.body)) == (
        401,
        {"error": "V2 signature does not match"},
    )
    assert_discreet(caplog, sale, "V2 signature does not match")
    await sale.assert_genuine_one_grants()


async def test_another_servers_secret_opens_neither_this_door_nor_its_order(
    sale: Sale, caplog: pytest.LogCaptureFixture
) -> None:
    other = World(sale.world.env, sale.world.shop, sale.world.instance)
    await other.set_up()
    assert other.hook is not None

    with_its_secret_here = await sale.world.tell(paid_data(sale.order), secret=other.hook.secret)
    at_its_own_door = await other.tell(paid_data(sale.order))

    assert with_its_secret_here.status == 401
    assert (at_its_own_door.status, at_its_own_door.body) == (
        200,
        '{"status": "another server\'s order"}',
    )
    assert_discreet(caplog, sale, f"Guild {other.guild.id} was told of an order of guild")
    sale.assert_nothing_granted()
    await sale.world.pay_newest()
    sale.assert_granted()


# -- the legacy signature ------------------------------------------------------------------


async def allow_legacy(world: World) -> None:
    await world.admin.slash(world.channel, "shoppexset legacysignature", allowed=True)


async def test_the_legacy_signature_alone_is_refused_unless_allowed(
    sale: Sale, caplog: pytest.LogCaptureFixture
) -> None:
    world = sale.world
    world.shop.switches.sign_v2 = False

    [delivery] = await world.shop.pay(sale.order.uniqid)
    await world.env.settle()

    assert delivery.attempts[-1].status == 401
    assert_discreet(caplog, sale, "no V2 signature header")
    sale.assert_nothing_granted()

    await allow_legacy(world)
    await world.shop.retry_pending()
    await world.env.settle()

    assert delivery.attempts[-1].body == '{"status": "to be read again"}'
    sale.assert_granted()


async def test_an_allowed_legacy_signature_only_makes_shoppex_be_asked(sale: Sale) -> None:
    world = sale.world
    await allow_legacy(world)

    answer = await world.tell(paid_data(sale.order), omit=["X-Shoppex-Signature-V2"])

    assert (answer.status, answer.body) == (200, '{"status": "to be read again"}')
    assert asked_about(sale)
    await sale.assert_genuine_one_grants()


@pytest.mark.parametrize("allowed", [False, True])
async def test_a_right_legacy_signature_never_stands_in_for_a_wrong_one(
    sale: Sale, caplog: pytest.LogCaptureFixture, *, allowed: bool
) -> None:
    if allowed:
        await allow_legacy(sale.world)
    now = int(sale.world.env.now().timestamp())

    for wrong in (f"v1,t={now},h={'0' * 64}", "", "nonsense"):
        answer = await sale.world.tell(
            paid_data(sale.order), timestamp=now, headers={"X-Shoppex-Signature-V2": wrong}
        )
        assert answer.status == 401
        assert_discreet(caplog, sale, json.loads(answer.body)["error"])

    assert not asked_about(sale)
    await sale.assert_genuine_one_grants()


@pytest.mark.parametrize("wrong", ["", "0" * 128, "é" * 128, "0" * 127])
async def test_a_wrong_legacy_signature_is_refused(sale: Sale, wrong: str) -> None:
    await allow_legacy(sale.world)

    answer = await sale.world.tell(
        paid_data(sale.order),
        omit=["X-Shoppex-Signature-V2"],
        headers={"X-Shoppex-Signature": wrong},
    )

    assert answer.status == 401
    assert not asked_about(sale)
    await sale.assert_genuine_one_grants()


def asked_about(sale: Sale) -> int:
    """How often Shoppex was asked about the order."""
    return sum(sale.order.uniqid in request.path for request in sale.world.shop.requests)


# -- paths, methods, too many --------------------------------------------------------------


async def test_an_unknown_server_and_one_without_a_secret_look_the_same(sale: Sale) -> None:
    world = sale.world
    silent = world.env.create_guild("No Shop Here")
    names = [str(silent.id), "1", "0", "-5", "health", "nobody", "9" * 21, "%D9%A1%D9%A2", "%00"]
    seen = set()
    for name in names:
        hook = standin.WebhookEndpoint(
            f"http://127.0.0.1:{world.instance.port}/shoppex/{name}", sale.hook.secret
        )
        answer = await world.shop.deliver(hook, "order:paid", paid_data(sale.order))
        seen.add((answer.status, answer.body))

    assert seen == {(404, '{"error": "no shop here"}')}
    await world.env.settle()
    await sale.assert_genuine_one_grants()


async def test_the_health_page_says_ok_and_nothing_more(world: World) -> None:
    answer = await send(world, b"GET /shoppex/health HTTP/1.0\r\n\r\n")

    assert (answer.status, answer.body) == (200, '{"status": "ok"}')


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("POST", "/", 404),
        ("POST", "/shoppex", 404),
        ("POST", "/shoppex/", 404),
        ("POST", "/shoppex/{guild}/more", 404),
        ("GET", "/shoppex/../../etc/passwd", 404),
        ("GET", "/shoppex/{guild}", 405),
        ("PUT", "/shoppex/{guild}", 405),
        ("DELETE", "/shoppex/{guild}", 405),
        ("PATCH", "/shoppex/health", 405),
    ],
)
async def test_there_is_nothing_else_to_find(
    sale: Sale, method: str, path: str, status: int
) -> None:
    body = envelope(paid_data(sale.order))
    path = path.format(guild=sale.world.guild.id)
    headers = [*signed(sale, body), ("Content-Length", str(len(body)))]
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers]

    answer = await send(sale.world, "\r\n".join([*lines, "", ""]).encode() + body)

    assert answer.status == status
    assert str(sale.world.guild.id) not in answer.headers + answer.body
    await sale.assert_genuine_one_grants()


async def test_bodies_that_do_not_come_make_room_for_those_that_do(sale: Sale) -> None:
    world = sale.world
    body = envelope(paid_data(sale.order))
    raw = head(sale, [*signed(sale, body), ("Content-Length", str(len(body)))]) + body
    held = []
    for _ in range(100):
        reader, writer = await asyncio.open_connection("127.0.0.1", world.instance.port)
        writer.write(raw[:-1])
        await writer.drain()
        held.append((reader, writer))

    health = await send(world, b"GET /shoppex/health HTTP/1.0\r\n\r\n")
    one_more = await send(world, raw)

    assert (health.status, one_more.status) == (200, 200)

    answers = []
    for reader, writer in held:
        with suppress(ConnectionError):
            writer.write(raw[-1:])
            answers.append(await reader.read())
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
    await world.env.settle()

    # The oldest had to make room.
    assert len([answer for answer in answers if answer]) == 64 - 1
    assert {reply(answer).status for answer in answers if answer} == {200}
    sale.assert_granted()
    again = await world.tell(paid_data(sale.order))
    assert again.status == 200

"""How far a genuine webhook is believed: its time, its sums, its names and its words."""

from __future__ import annotations

import json
import logging
from decimal import Decimal
from typing import NamedTuple

import pytest

import standin
from harness import World
from harness.world import paid_data, text_of

RECORDED = '{"status": "recorded"}'
ASKED = '{"status": "to be read again"}'
UNKNOWN = '{"status": "unknown order"}'
IGNORED = '{"status": "ignored"}'

ODD: dict[str, object] = {
    "null": None,
    "yes": True,
    "number": -7,
    "fraction": 0.5,
    "huge number": 10**400,
    "empty text": "",
    "text": "?",
    "long text": "x" * 30_000,
    "NUL": "a\x00b",
    "lone surrogate": "\ud800",
    "empty list": [],
    "list": [None, 1, "a", {"name": []}, [[]]],
    "empty object": {},
    "object": {"uniqid": {"$ne": None}, "name": {"value": []}, "": None},
}


class Sale(NamedTuple):
    """An order for a role that has not been paid yet."""

    world: World
    order: standin.Order

    def assert_nothing_granted(self) -> None:
        """The buyer got neither role nor message."""
        assert self.world.roles_of(self.world.buyer) == set()
        assert self.world.dms(self.world.buyer) == []

    def assert_held(self) -> None:
        """The buyer got no role, and was told that a person is looking."""
        assert self.world.roles_of(self.world.buyer) == set()
        [message] = self.world.dms(self.world.buyer)
        assert message.embeds[0].title == "We are checking your payment."

    def assert_granted(self) -> None:
        """The buyer got the role and one message."""
        assert self.world.roles_of(self.world.buyer) == {"Gold"}
        assert len(self.world.dms(self.world.buyer)) == 1

    async def assert_genuine_one_grants(self) -> None:
        """Nothing came of what was sent before, and the payment itself arrives."""
        self.assert_nothing_granted()
        await self.world.pay_newest()
        self.assert_granted()

    def times_asked(self) -> int:
        """How often Shoppex was asked about the order."""
        return sum(self.order.uniqid in request.path for request in self.world.shop.requests)


@pytest.fixture
async def sale(world: World) -> Sale:
    gold = world.guild.create_role("Gold")
    await world.sell_item("Gold Pass", "9.99", "EUR", [gold])
    await world.order("Gold Pass")
    await world.shop.settle()
    return Sale(world, world.shop.orders[-1])


# -- time ----------------------------------------------------------------------------------


@pytest.mark.parametrize("seconds", [-300, -299, 0, 299, 300])
async def test_a_delivery_of_the_last_five_minutes_is_believed(sale: Sale, seconds: int) -> None:
    now = int(sale.world.env.now().timestamp())

    answer = await sale.world.tell(paid_data(sale.order), timestamp=now + seconds)

    assert (answer.status, answer.body) == (200, RECORDED)
    assert sale.times_asked() == 0
    sale.assert_granted()


@pytest.mark.parametrize("seconds", [-86400, -302, -301, 301, 302, 86400])
async def test_an_older_delivery_only_makes_shoppex_be_asked(sale: Sale, seconds: int) -> None:
    now = int(sale.world.env.now().timestamp())

    answer = await sale.world.tell(paid_data(sale.order), timestamp=now + seconds)

    assert (answer.status, answer.body) == (200, ASKED)
    assert sale.times_asked() == 1
    await sale.assert_genuine_one_grants()


@pytest.mark.parametrize("seconds", [-301, 301])
async def test_an_older_delivery_grants_what_shoppex_says_is_paid(
    sale: Sale, seconds: int
) -> None:
    now = int(sale.world.env.now().timestamp())
    await sale.world.shop.pay(sale.order.uniqid, silent=True)

    answer = await sale.world.tell(paid_data(sale.order), timestamp=now + seconds)

    assert (answer.status, answer.body) == (200, ASKED)
    sale.assert_granted()


async def test_a_retry_that_was_not_signed_anew_still_arrives(sale: Sale) -> None:
    world = sale.world
    world.shop.switches.resign_retries = False
    assert world.hook is not None
    [delivery] = await world.shop.set_status(sale.order.uniqid, "COMPLETED", silent=False)
    await world.env.settle()
    await world.env.advance_time(1800)

    answer = await world.shop.redeliver(delivery)
    await world.env.settle()

    assert answer.status == 200
    sale.assert_granted()


# -- whose order, and how much -------------------------------------------------------------


async def test_an_order_that_the_bot_did_not_make_grants_nothing(sale: Sale) -> None:
    world = sale.world
    tag = {
        "discord_user_id": str(world.buyer.id),
        "discord_guild_id": str(world.guild.id),
        "nonce": "0" * 32,
    }
    for fields in (tag, sale.order.custom_fields, None):
        data = paid_data(sale.order, uniqid="bought-elsewhere", custom_fields=fields)
        answer = await world.tell(data)
        assert (answer.status, answer.body) == (200, UNKNOWN)

    await sale.assert_genuine_one_grants()


@pytest.mark.parametrize(
    "changes",
    [
        {"total": 9.98},
        {"total": 10},
        {"total": 0},
        {"total": "0.00"},
        {"total": -9.99},
        {"total": 999},
        {"total": "9.990001"},
        {"currency": "USD"},
        {"currency": "XXX", "total": 1},
        {"quantity": 2},
    ],
)
async def test_another_sum_than_quoted_makes_shoppex_be_asked(
    sale: Sale, changes: dict[str, object]
) -> None:
    answer = await sale.world.tell(paid_data(sale.order, **changes))

    assert (answer.status, answer.body) == (200, ASKED)
    assert sale.times_asked() == 1
    await sale.assert_genuine_one_grants()


async def test_another_sum_than_quoted_is_held_for_staff_when_shoppex_says_it_too(
    sale: Sale,
) -> None:
    world = sale.world
    sale.order.items[0].unit_price -= Decimal("0.01")

    await world.pay_newest()

    sale.assert_held()
    shown = await world.admin.slash(world.channel, "shoppexset show")
    assert "less was paid than the price" in text_of(shown)


async def test_another_currency_is_held_for_staff_when_shoppex_says_it_too(sale: Sale) -> None:
    world = sale.world
    sale.order.currency = "USD"

    await world.pay_newest()

    sale.assert_held()
    shown = await world.admin.slash(world.channel, "shoppexset show")
    assert "less was paid than the price" in text_of(shown)


@pytest.mark.parametrize(
    "changes",
    [
        {"total": "9.99"},
        {"total": " 9.990 "},
        {"total": "999e-2"},
        {"currency": "eur"},
        {"currency": " EUR "},
    ],
)
async def test_the_quoted_sum_may_be_written_in_many_ways(
    sale: Sale, changes: dict[str, object]
) -> None:
    answer = await sale.world.tell(paid_data(sale.order, **changes))

    assert (answer.status, answer.body) == (200, RECORDED)
    sale.assert_granted()


@pytest.mark.parametrize("name", ["total", "currency", "total and currency"])
async def test_a_payment_without_a_sum_makes_shoppex_be_asked(sale: Sale, name: str) -> None:
    data = paid_data(sale.order)
    for part in name.split(" and "):
        del data[part]

    answer = await sale.world.tell(data)
    assert (answer.status, answer.body) == (200, ASKED)
    assert sale.times_asked() == 1
    sale.assert_nothing_granted()

    await sale.world.shop.pay(sale.order.uniqid, silent=True)
    answer = await sale.world.tell(data)
    assert (answer.status, answer.body) == (200, ASKED)
    sale.assert_granted()


@pytest.mark.parametrize("name", ["discord_user_id", "discord_guild_id", "nonce"])
@pytest.mark.parametrize("as_list", [False, True])
async def test_fields_that_name_somebody_else_are_not_believed(
    sale: Sale, caplog: pytest.LogCaptureFixture, name: str, *, as_list: bool
) -> None:
    world = sale.world
    stranger = world.guild.add_member(world.env.create_user("eve"))
    fields = naming(sale.order, name, stranger.id)
    shown = [{"name": n, "value": v} for n, v in fields.items()] if as_list else fields

    answer = await world.tell(paid_data(sale.order, custom_fields=shown))

    assert (answer.status, answer.body) == (200, ASKED)
    assert world.roles_of(stranger) == set()
    assert world.dms(stranger) == []
    assert "other_buyer" in caplog.text
    assert fields["nonce"] not in caplog.text
    await sale.assert_genuine_one_grants()


async def test_fields_that_name_somebody_else_are_held_for_staff_when_shoppex_says_it_too(
    sale: Sale,
) -> None:
    world = sale.world
    stranger = world.guild.add_member(world.env.create_user("eve"))
    sale.order.custom_fields = naming(sale.order, "discord_user_id", stranger.id)

    await world.pay_newest()

    sale.assert_held()
    assert world.roles_of(stranger) == set()
    shown = await world.admin.slash(world.channel, "shoppexset show")
    assert "names another buyer" in text_of(shown)


def naming(order: standin.Order, name: str, stranger_id: int) -> dict[str, str]:
    """The custom fields of an order, one of which names something else."""
    assert isinstance(order.custom_fields, list)
    fields: dict[str, str] = {entry["name"]: entry["value"] for entry in order.custom_fields}
    wrong = {"discord_user_id": str(stranger_id), "discord_guild_id": "7", "nonce": "f" * 32}
    return {**fields, name: wrong[name]}


# -- words ---------------------------------------------------------------------------------


@pytest.mark.parametrize("event", ["order:paid", "order:updated", "order:created"])
async def test_unknown_statuses_never_count_as_paid(sale: Sale, event: str) -> None:
    for status in ("SUCCESS", "PAID_OUT", "NOT COMPLETED", "UNPAID", "OK", "", None, 1, True):
        answer = await sale.world.tell(paid_data(sale.order, status=status), event)
        assert answer.status == 200
        sale.assert_nothing_granted()

    await sale.assert_genuine_one_grants()


@pytest.mark.parametrize("event", ["product:stock", "payment:completed", "order", "query:x"])
async def test_events_that_are_not_about_orders_pay_for_nothing(sale: Sale, event: str) -> None:
    body = json.dumps({"event": event or "?", "data": paid_data(sale.order)}).encode()

    answer = await sale.world.tell({}, event, body=body)

    assert (answer.status, answer.body) == (200, IGNORED)
    await sale.assert_genuine_one_grants()


async def test_an_event_of_a_subscription_pays_for_nothing_by_itself(sale: Sale) -> None:
    answer = await sale.world.tell(paid_data(sale.order), "subscription:renewed")

    assert (answer.status, answer.body) == (200, '{"status": "to be read again"}')
    await sale.assert_genuine_one_grants()


async def test_the_twin_of_an_event_is_the_same_news(sale: Sale) -> None:
    data = paid_data(sale.order, products=[{"uniqid": "p", "title": "Gold Pass", "price": 9.99}])

    first = await sale.world.tell(data, "order:paid:product")
    assert (first.status, first.body) == (200, RECORDED)
    sale.assert_granted()

    second = await sale.world.tell(paid_data(sale.order), "order:paid")
    assert second.status == 200
    sale.assert_granted()


# -- wrong types ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["uniqid", "status", "total", "currency"])
@pytest.mark.parametrize("odd", [name for name in ODD if name not in ("number", "fraction")])
async def test_a_wrong_type_where_it_matters_pays_for_nothing(
    sale: Sale, name: str, odd: str
) -> None:
    answer = await sale.world.tell(paid_data(sale.order, **{name: ODD[odd]}))

    assert answer.status == 200
    assert answer.body in (UNKNOWN, IGNORED, ASKED)
    await sale.assert_genuine_one_grants()


@pytest.mark.parametrize("odd", ODD)
async def test_a_wrong_type_where_it_does_not_matter_does_no_harm(sale: Sale, odd: str) -> None:
    names = ["type", "gateway", "total_display", "customer_email", "quantity", "product_id"]
    names += ["product_title", "items", "products", "created_at", "updated_at", "custom_fields"]
    names += ["order", "delivered_items", "url", "checkout_url", "country"]
    data = paid_data(sale.order, **dict.fromkeys(names, ODD[odd]))

    answer = await sale.world.tell(
        {},
        body=json.dumps(
            {"event": "order:paid", "type": ODD[odd], "data": data, "created_at": ODD[odd]}
        ).encode(),
    )

    assert (answer.status, answer.body) == (200, RECORDED)
    sale.assert_granted()


async def test_what_a_sender_writes_cannot_forge_lines_of_the_log(
    sale: Sale, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "red.shoppex")
    event = "order:\r\n[CRITICAL] red: all is lost" + "x" * 10_000

    for data in ({}, {"uniqid": "a\nb"}, paid_data(sale.order)):
        body = json.dumps({"event": event, "data": data}).encode()
        answer = await sale.world.tell({}, "order:paid", body=body)
        assert answer.status == 400

    messages = [r.getMessage() for r in caplog.records if r.name.startswith("red.shoppex")]
    assert messages
    assert not [m for m in messages if "\n" in m or "\r" in m]
    assert max(map(len, messages)) < 1000

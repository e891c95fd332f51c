"""A shop that no webhook reaches sells all the same, and a buyer who has paid can say so."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
import simcord

from harness import World, open_world
from harness.world import as_typed, paid_data, text_of

ROLE_PATH = "/guilds/*/members/*/roles/*"
HOUR = 3600


@pytest.fixture
async def quiet_world(bare_world: World) -> World:
    """A server with a key alone: it has no webhook, no secret and no public address."""
    await bare_world.give_api_key(bare_world.shop.api_key)
    return bare_world


async def gold_for_sale(world: World) -> None:
    await world.sell_item("Gold Pass", "9.99", "EUR", [world.guild.create_role("Gold")])


async def paid_in_silence(world: World, buyer: simcord.MemberActor | None = None) -> None:
    await world.order("Gold Pass", buyer=buyer)
    await world.shop.pay(world.shop.orders[-1].uniqid, silent=True)


def readings(world: World) -> int:
    """How often the shop was asked about single orders."""
    return sum(
        request.method == "GET" and request.path.startswith(("/payments/", "/orders/"))
        for request in world.shop.requests
    )


# -- polling -------------------------------------------------------------------------------


async def test_the_role_comes_within_a_minute_of_the_payment(quiet_world: World) -> None:
    world = quiet_world
    await gold_for_sale(world)
    await world.order("Gold Pass")
    await world.env.advance_time(5 * HOUR + 7)
    await world.shop.pay(world.shop.orders[-1].uniqid, silent=True)
    assert world.roles_of(world.buyer) == set()
    await world.env.advance_time(60)
    assert world.roles_of(world.buyer) == {"Gold"}
    assert len(world.dms(world.buyer)) == 1
    asked = readings(world)
    await world.env.advance_time(24 * HOUR)
    assert readings(world) == asked


async def test_a_key_comes_without_webhooks_too(quiet_world: World) -> None:
    world = quiet_world
    world.shop.add_product(title="Game", price="5", type="SERIALS", serials=["K-1"])
    await world.sell_product("Game")
    await world.order("Game")
    await world.shop.pay(world.shop.orders[-1].uniqid, silent=True)
    await world.env.advance_time(60)
    [message] = world.dms(world.buyer)
    assert "K-1" in message.content


async def test_a_listener_that_has_no_port_is_no_webhook(tmp_path: Path) -> None:
    async with open_world(tmp_path / "red") as world:
        await world.set_up()
        await gold_for_sale(world)
        await world.owner.send(world.channel, "!unload shoppex")
        with socket.create_server(("127.0.0.1", world.instance.port)):
            await world.owner.send(world.channel, "!load shoppex")
            await paid_in_silence(world)
            await world.env.advance_time(60)
            assert world.roles_of(world.buyer) == {"Gold"}


async def test_with_webhooks_a_lost_one_is_found_later_and_the_shop_is_spared(
    world: World,
) -> None:
    await gold_for_sale(world)
    await world.order("Gold Pass")
    await world.env.advance_time(HOUR)
    assert readings(world) <= 30
    await world.env.advance_time(23 * HOUR)
    assert readings(world) <= 30 + 4 * 23
    await world.shop.pay(world.shop.orders[-1].uniqid, silent=True)
    await world.env.advance_time(6 * HOUR)
    assert world.roles_of(world.buyer) == {"Gold"}


async def test_what_was_paid_while_the_bot_was_away_is_found_at_its_return(
    quiet_world: World,
) -> None:
    world = quiet_world
    await gold_for_sale(world)
    await world.order("Gold Pass")
    await world.env.advance_time(30)
    await world.shop.pay(world.shop.orders[-1].uniqid, silent=True)
    await world.instance.restart(world.env)
    await world.env.advance_time(60)
    assert world.roles_of(world.buyer) == {"Gold"}


async def test_one_order_tries_a_shop_that_does_not_answer(quiet_world: World) -> None:
    world = quiet_world
    await gold_for_sale(world)
    buyers = [world.guild.add_member(world.env.create_user(f"b{n}")) for n in range(6)]
    for buyer in buyers:
        await paid_in_silence(world, buyer)
    asked = readings(world)
    fault = world.shop.fail_next("GET", "/payments/*", status=500, times=10_000)
    await world.env.advance_time(3 * HOUR)
    # Each try is three requests; six orders every 40 seconds would be some five thousand.
    assert 3 <= readings(world) - asked <= 60
    fault.stop()
    await world.env.advance_time(HOUR + 60)
    assert all(world.roles_of(buyer) == {"Gold"} for buyer in buyers)


async def test_a_refused_key_is_told_to_staff_and_a_new_one_goes_on(quiet_world: World) -> None:
    world = quiet_world
    room = await world.staff_channel()
    await gold_for_sale(world)
    await paid_in_silence(world)
    world.shop.regenerate_key()
    await world.env.advance_time(120)
    [message] = room.history()
    assert "`/shoppexset apikey`" in as_typed(str(message.embeds[0].description))
    await world.give_api_key(world.shop.api_key)
    await world.env.advance_time(60)
    assert world.roles_of(world.buyer) == {"Gold"}


async def test_an_order_that_the_shop_denies_is_not_given_up(quiet_world: World) -> None:
    world = quiet_world
    await gold_for_sale(world)
    await paid_in_silence(world)
    fault = world.shop.fail_next("GET", "/payments/*", status=404, times=10_000)
    await world.env.advance_time(HOUR)
    fault.stop()
    await world.env.advance_time(60)
    assert world.roles_of(world.buyer) == {"Gold"}


# -- "I have paid" -------------------------------------------------------------------------


async def test_the_button_finds_the_payment_at_once(world: World) -> None:
    await gold_for_sale(world)
    shown = await world.order("Gold Pass")
    order = world.shop.orders[-1]
    assert shown.response is not None

    pressed = await world.buyer.click(shown.response, label="I have paid")
    assert "not seen a payment for this yet" in text_of(pressed)
    assert order.uniqid in text_of(pressed)

    await world.shop.set_status(order.uniqid, "WAITING_FOR_CONFIRMATIONS", silent=True)
    pressed = await world.buyer.click(shown.response, label="I have paid")
    assert "is being confirmed" in text_of(pressed)

    await world.shop.pay(order.uniqid, silent=True)
    pressed = await world.buyer.click(shown.response, label="I have paid")
    assert "on its way" in text_of(pressed)
    await world.env.settle()
    assert world.roles_of(world.buyer) == {"Gold"}

    asked = readings(world)
    pressed = await world.buyer.click(shown.response, label="I have paid")
    assert "on its way" in text_of(pressed)
    assert readings(world) == asked


async def test_the_button_says_when_the_shop_cannot_be_asked(world: World) -> None:
    await gold_for_sale(world)
    shown = await world.order("Gold Pass")
    await world.shop.pay(world.shop.orders[-1].uniqid, silent=True)
    assert shown.response is not None
    fault = world.shop.fail_next("GET", "/payments/*", status=503, times=10_000)
    pressed = await world.buyer.click(shown.response, label="I have paid")
    assert "Do not pay again" in text_of(pressed)
    fault.stop()
    await world.env.advance_time(150)
    assert world.roles_of(world.buyer) == {"Gold"}


async def test_the_button_says_when_a_payment_is_held(world: World) -> None:
    await gold_for_sale(world)
    shown = await world.order("Gold Pass")
    order = world.shop.orders[-1]
    assert shown.response is not None
    order.items[0].unit_price /= 2
    await world.shop.pay(order.uniqid, silent=True)
    pressed = await world.buyer.click(shown.response, label="I have paid")
    assert "does not match what was agreed" in text_of(pressed)
    assert order.uniqid in text_of(pressed)
    await world.env.settle()
    assert world.roles_of(world.buyer) == set()


async def test_the_button_is_for_the_buyer_and_not_without_end(world: World) -> None:
    await gold_for_sale(world)
    shown = await world.order("Gold Pass")
    assert shown.response is not None
    answers = [
        text_of(await world.buyer.click(shown.response, label="I have paid")) for _ in range(25)
    ]
    assert "a lot in a short time" in answers[-1]
    assert readings(world) <= 20


async def test_a_webhook_that_comes_too_changes_nothing(quiet_world: World) -> None:
    world = quiet_world
    await gold_for_sale(world)
    await paid_in_silence(world)
    await world.env.advance_time(60)
    world.hook = world.shop.add_webhook(world.webhook_url)
    await world.give_secret(world.hook.secret)
    await world.tell(paid_data(world.shop.orders[-1]))
    await world.env.advance_time(HOUR)
    gifts = [r for r in world.env.http_requests if r.method == "PUT" and "/roles/" in r.path]
    assert len(gifts) == 1
    assert len(world.dms(world.buyer)) == 1

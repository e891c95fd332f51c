"""Two things at one moment: what a careful reader found, each once a fault."""

from __future__ import annotations

import pytest
import simcord

from harness import World, store_away
from harness.world import paid_data, text_of

pytestmark = pytest.mark.both_backends

HOUR = 3600
DAY = 24 * HOUR


def titles(world: World) -> list[str]:
    return [str(message.embeds[0].title) for message in world.dms(world.buyer)]


def contents(world: World) -> list[str]:
    return [message.content for message in world.dms(world.buyer) if message.content]


async def waits_for_staff(world: World) -> str:
    shown = text_of(await world.admin.slash(world.channel, "shoppexset show"))
    return shown.partition("Waits for you: ")[2]


def lift(world: World, role: simcord.RoleHandle, position: int = 50) -> None:
    world.env.backend.reorder_roles(world.guild.id, [{"id": role.id, "position": position}])


async def test_what_comes_while_a_message_is_in_doubt_is_sent_by_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.shop.switches.deliver_late = True
    world.shop.add_product(title="Help", price="5", type="SERVICE")
    await world.sell_product("Help")
    await world.order("Help")
    order = world.shop.orders[-1]
    await world.shop.pay(order.uniqid, silent=True)

    def sent() -> bool:
        channel = world.env.backend.dm_channels.get(world.buyer.id)
        path = f"/channels/{channel}/messages"
        return any(r.path == path and r.method == "POST" for r in world.env.http_requests)

    with store_away(monkeypatch, sent):
        await world.tell(paid_data(order, service_text="Code 1"))
        await world.env.advance_time(10)
        assert contents(world) == ["```\nCode 1\n```"]

    await world.instance.restart(world.env)
    await world.tell(paid_data(order, service_text="Code 1\nCode 2"))
    await world.env.advance_time(HOUR)
    assert "Code 2" in contents(world)[-1]
    assert len(contents(world)) == 2


async def test_an_order_that_may_exist_is_not_forgotten_when_its_repeat_is_refused(
    world: World,
) -> None:
    gold = world.guild.create_role("Gold")
    world.shop.add_product(title="Pass", price="5")
    await world.sell_product("Pass", [gold])
    lost = world.shop.drop_next("POST", "/orders", times=99)
    lost.after = True
    await world.order("Pass")
    lost.stop()
    [order] = world.shop.orders
    world.shop.fail_next("POST", "/orders", status=422, times=1)
    await world.order("Pass")
    await world.shop.pay(order.uniqid)
    await world.env.advance_time(60)
    assert world.roles_of(world.buyer) == {"Gold"}


async def test_a_role_that_could_not_be_taken_is_taken_when_it_can_be(world: World) -> None:
    gold = world.guild.create_role("Gold")
    await world.sell_item("Gold Pass", "9.99", "EUR", [gold])
    await world.order("Gold Pass")
    order = await world.pay_newest()
    lift(world, gold)
    await world.shop.refund(order.uniqid)
    await world.env.advance_time(60)
    assert world.roles_of(world.buyer) == {"Gold"}
    assert "drag the bot's role above it" in await waits_for_staff(world)
    lift(world, gold, 1)
    await world.env.settle()
    assert world.roles_of(world.buyer) == set()
    assert await waits_for_staff(world) == "nothing"


async def test_a_plan_whose_role_cannot_be_given_leaves_that_of_the_last(world: World) -> None:
    basic, pro = world.guild.create_role("Basic"), world.guild.create_role("Pro")
    for title, price, role in (("Basic", "5", basic), ("Pro", "9", pro)):
        world.shop.add_product(title=title, price=price, type="SUBSCRIPTION")
        await world.sell_product(title, [role])
    await world.order("Basic")
    await world.pay_newest()
    lift(world, pro)
    await world.shop.change_plan(world.shop.subscriptions[-1], world.shop.products[-1])
    await world.env.advance_time(60)
    assert world.roles_of(world.buyer) == {"Basic"}
    lift(world, pro, 1)
    await world.env.settle()
    assert world.roles_of(world.buyer) == {"Pro"}


async def test_a_dispute_that_is_lost_is_told_once(world: World) -> None:
    gold = world.guild.create_role("Gold")
    await world.sell_item("Gold Pass", "9.99", "EUR", [gold])
    await world.order("Gold Pass")
    order = await world.pay_newest()
    await world.shop.dispute(order.uniqid)
    await world.env.advance_time(DAY)
    await world.shop.lose_dispute(order.uniqid)
    await world.env.advance_time(DAY)
    assert titles(world).count("A payment of yours went back.") == 1


async def test_a_subscription_that_is_never_named_is_asked_for_with_patience(
    world: World,
) -> None:
    world.shop.switches.fields_on_subscription = False
    world.shop.switches.subscription_id_in_webhooks = False
    assert world.hook is not None
    world.hook.events = ("order:paid",)
    gold = world.guild.create_role("Gold")
    world.shop.add_product(title="Gold", price="5", type="SUBSCRIPTION")
    await world.sell_product("Gold", [gold])
    await world.order("Gold")
    fault = world.shop.fail_next("GET", "/orders/*", times=1000)
    order = await world.pay_newest()
    order.subscription = None
    fault.stop()
    world.shop.requests.clear()
    for _ in range(24):
        await world.env.advance_time(HOUR)
    reads = [r for r in world.shop.requests if r.path.startswith("/orders/")]
    assert len(reads) < 80
    for _ in range(56):
        await world.env.advance_time(HOUR)
    assert world.roles_of(world.buyer) == {"Gold"}
    assert "which subscription this began" in await waits_for_staff(world)


async def test_a_renewal_whose_payment_comes_while_it_is_read_brings_its_key(
    world: World,
) -> None:
    world.shop.add_product(title="Club", price="5", type="SUBSCRIPTION", serials=["K-1", "K-2"])
    await world.sell_product("Club")
    await world.order("Club")
    await world.pay_newest()
    await world.env.advance_time(2 * HOUR)
    subscription = world.shop.subscriptions[-1]
    await world.env.advance_time(30 * DAY)
    await world.shop.fail_renewal(subscription)
    open_invoice = subscription.open_invoice
    assert open_invoice is not None
    await world.tell(paid_data(open_invoice, status="PENDING"), "order:updated")
    await world.shop.recover(subscription)
    await world.env.advance_time(2 * HOUR)
    assert contents(world) == ["```\nK-1\n```", "```\nK-2\n```"]

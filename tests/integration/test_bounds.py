"""What a sender who knows the secret can add to one account has a limit."""

from __future__ import annotations

import logging

import pytest

import standin
from harness import World
from shoppex.domain.account import Account, AccountKey
from shoppex.store.account_codec import account_to_text

DAY = 24 * 3600
MANY = 400
SMALL = 40_000


@pytest.fixture
async def subscription(world: World) -> standin.Subscription:
    """A monthly subscription to Club, which brings a key each month."""
    gold = world.guild.create_role("Gold")
    world.shop.add_product(
        title="Club", price="5", type="SUBSCRIPTION", serials=["K-1", "K-2", "K-3"]
    )
    await world.sell_product("Club", [gold])
    await world.order("Club")
    await world.pay_newest()
    await world.env.advance_time(600)
    begun: standin.Subscription = world.shop.subscriptions[-1]
    return begun


def account_of(world: World) -> Account:
    cog = world.bot.get_cog("Shoppex")
    found: Account = cog.ledger.get(AccountKey(world.guild.id, world.buyer.id))
    return found


def size_of(world: World) -> int:
    return len(account_to_text(account_of(world)))


def without_invoices(record: dict[str, object]) -> None:
    record.pop("invoices", None)


async def tell(world: World, event: str, data: dict[str, object]) -> None:
    """One signed event; what follows from it is not waited for."""
    assert world.hook is not None
    answer = await world.shop.deliver(world.hook, event, data)
    assert answer.status == 200


async def test_renewals_that_only_events_tell_of(
    world: World, subscription: standin.Subscription, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(29):
        await world.env.advance_time(DAY)
    for number in range(MANY // 2):
        await tell(
            world,
            "order:paid",
            {
                "uniqid": f"bogus-a-{number}",
                "status": "COMPLETED",
                "subscription_id": subscription.uniqid,
            },
        )
    await world.shop.renew(subscription)
    for number in range(MANY // 2):
        await tell(
            world,
            "order:paid",
            {
                "uniqid": f"bogus-b-{number}",
                "status": "COMPLETED",
                "subscription_id": subscription.uniqid,
            },
        )
    assert size_of(world) < SMALL
    for _ in range(5):
        await world.env.advance_time(DAY)
    assert size_of(world) < SMALL
    assert len(account_of(world).orders) <= 2 + 12
    contents = [message.content for message in world.dms(world.buyer) if message.content]
    assert contents == ["```\nK-1\n```", "```\nK-2\n```"]
    assert world.roles_of(world.buyer) == {"Gold"}
    lines = [r for r in caplog.records if "than can be" in r.message]
    assert len(lines) == 1
    assert lines[0].levelno == logging.WARNING


async def test_a_genuine_renewal_among_them_is_recognised_without_a_list_of_invoices(
    world: World, subscription: standin.Subscription
) -> None:
    world.shop.change_records("/subscriptions*", without_invoices)
    for number in range(40):
        await world.tell(
            {
                "uniqid": f"bogus-{number}",
                "status": "COMPLETED",
                "subscription_id": subscription.uniqid,
            },
        )
    await world.env.advance_time(DAY)
    await world.shop.renew(subscription)
    await world.env.advance_time(DAY)
    contents = [message.content for message in world.dms(world.buyer) if message.content]
    assert contents == ["```\nK-1\n```", "```\nK-2\n```"]


async def test_subscriptions_that_only_events_tell_of(
    world: World, subscription: standin.Subscription
) -> None:
    order = world.shop.orders[0]
    for number in range(MANY // 4):
        data: dict[str, object] = {"id": f"s-{number}", "custom_fields": order.custom_fields}
        await tell(world, "subscription:created", data | {"status": "ACTIVE"})
    await world.env.advance_time(DAY)
    assert size_of(world) < SMALL
    assert len(account_of(world).subscriptions) <= 1 + 12
    for _ in range(28):
        await world.env.advance_time(DAY)
    await world.shop.cancel_subscription(subscription)
    for _ in range(5):
        await world.env.advance_time(DAY)
    assert world.roles_of(world.buyer) == set()


async def test_goods_that_only_events_tell_of(world: World) -> None:
    world.shop.add_product(title="Keys", price="5", type="SERIALS", serials=["K-1"])
    await world.sell_product("Keys")
    await world.order("Keys")
    order = await world.pay_newest()
    for number in range(300):
        data = {"uniqid": order.uniqid, "status": "COMPLETED", "total": 5, "currency": "EUR"}
        await tell(world, "order:updated", {**data, "serials": [f"bogus-{number}"]})
    await world.env.advance_time(DAY)
    [bought] = account_of(world).orders.values()
    assert len(bought.goods) + len(bought.handed) < 100
    assert len(world.dms(world.buyer)) < 100


async def test_long_names(world: World, subscription: standin.Subscription) -> None:
    order = world.shop.orders[0]
    products = [{"uniqid": f"{n:0100d}", "title": "T" * 300} for n in range(900)]
    data = {
        "id": "s-long",
        "status": "ACTIVE",
        "custom_fields": order.custom_fields,
        "products": products,
        "customer_id": "c" * 100,
    }
    await tell(world, "subscription:created:product", data)
    assert world.hook is not None
    await world.shop.deliver(
        world.hook, "order:updated", {"uniqid": order.uniqid}, delivery_id="d" * 4000
    )
    await world.env.settle()
    assert subscription
    assert size_of(world) < SMALL

"""What was paid for never ends on a day that cannot be read, and staff are told of it once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import pytest
import simcord

import standin
from harness import World
from harness.world import text_of

DAY = 24 * 3600
GOES_ON = "Nobody can tell when a subscription ends"

Change = Callable[[dict[str, Any]], None]


@pytest.fixture
async def room(world: World) -> simcord.ChannelHandle:
    """The channel in which staff are told."""
    channel = await world.staff_channel()
    await world.admin.slash(world.channel, "shoppexset loglevel", level="problems")
    return channel


@pytest.fixture
async def gold(world: World, room: simcord.ChannelHandle) -> simcord.RoleHandle:
    """The role of a monthly subscription that is for sale."""
    assert room
    role = world.guild.create_role("Gold")
    world.shop.add_product(title="Gold", price="10", type="SUBSCRIPTION")
    await world.sell_product("Gold", [role])
    return role


async def subscribe(world: World) -> standin.Subscription:
    await world.order("Gold")
    await world.pay_newest()
    return world.shop.subscriptions[-1]


async def passes(world: World, days: float) -> None:
    """Time goes by, half a day by half a day: so often is a subscription read at most."""
    for _ in range(int(days * 2)):
        await world.env.advance_time(DAY / 2)


def titles(room: simcord.ChannelHandle) -> list[str]:
    return [str(embed.title) for message in room.history() for embed in message.embeds]


def sets(**fields: object) -> Change:
    """A change that gives a record these fields."""
    return lambda record: record.update(fields)


def drops_end(record: dict[str, Any]) -> None:
    record.pop("current_period_end", None)


UNREADABLE: dict[str, Change] = {
    "null": sets(current_period_end=None),
    "missing": drops_end,
    "words": sets(current_period_end="in about a month"),
    "an object": sets(current_period_end={"at": 1}),
    "a number of days": sets(current_period_end=30),
    "a zero date": sets(current_period_end="1970-01-01T00:00:00Z"),
}


@pytest.mark.parametrize("change", UNREADABLE.values(), ids=UNREADABLE)
@pytest.mark.usefixtures("gold")
async def test_an_end_that_cannot_be_read_ends_nothing(
    world: World, room: simcord.ChannelHandle, change: Change
) -> None:
    world.shop.change_records("/subscriptions*", change)
    subscription = await subscribe(world)
    await passes(world, 5)
    await world.shop.cancel_subscription(subscription)
    await passes(world, 40)
    assert world.roles_of(world.buyer) == {"Gold"}
    assert "Your access has ended." not in [m.embeds[0].title for m in world.dms(world.buyer)]
    assert titles(room).count(GOES_ON) == 1
    shown = text_of(
        await world.admin.slash(world.channel, "shoppex order", order=subscription.uniqid)
    )
    assert "I cannot read its end date at Shoppex" in shown
    drift = text_of(await world.admin.slash(world.channel, "shoppexset drift"))
    assert "cannot read the end date" in drift


READABLE: dict[str, Callable[[datetime], Change]] = {
    "only in its items": lambda end: (
        lambda r: r.update(
            current_period_end=None, items={"data": [{"current_period_end": end.timestamp()}]}
        )
    ),
    "as PostgreSQL writes it": lambda end: sets(
        current_period_end=end.strftime("%Y-%m-%d %H:%M:%S+00")
    ),
    "a day": lambda end: sets(current_period_end=end.strftime("%Y-%m-%d")),
    "an HTTP date": lambda end: sets(current_period_end=end.strftime("%a, %d %b %Y %H:%M:%S GMT")),
}


@pytest.mark.parametrize("form", READABLE.values(), ids=READABLE)
@pytest.mark.usefixtures("gold")
async def test_an_end_in_another_form_is_read(
    world: World, room: simcord.ChannelHandle, form: Callable[[datetime], Change]
) -> None:
    ends = world.env.now().astimezone(timezone.utc)

    def change(record: dict[str, Any]) -> None:
        end = datetime.fromtimestamp(record["current_period_end"], timezone.utc)
        form(end)(record)

    world.shop.change_records("/subscriptions*", change)
    subscription = await subscribe(world)
    assert subscription.period_end > ends
    await passes(world, 5)
    await world.shop.cancel_subscription(subscription)
    await passes(world, 22)
    assert world.roles_of(world.buyer) == {"Gold"}
    await passes(world, 7)
    assert world.roles_of(world.buyer) == set()
    assert titles(room) == []


@pytest.mark.usefixtures("gold")
async def test_an_end_that_was_known_stays_known(
    world: World, room: simcord.ChannelHandle
) -> None:
    subscription = await subscribe(world)
    world.shop.change_records("/subscriptions*", sets(current_period_end=None))
    await passes(world, 5)
    await world.shop.cancel_subscription(subscription)
    await passes(world, 22)
    assert world.roles_of(world.buyer) == {"Gold"}
    await passes(world, 7)
    assert world.roles_of(world.buyer) == set()
    assert titles(room) == []


@pytest.mark.usefixtures("gold")
async def test_the_end_of_an_earlier_period_is_not_that_of_a_later_one(
    world: World, room: simcord.ChannelHandle
) -> None:
    subscription = await subscribe(world)
    await passes(world, 5)
    world.shop.change_records("/subscriptions*", sets(current_period_end=None))
    await passes(world, 25)
    await world.shop.renew(subscription)
    await passes(world, 10)
    await world.shop.cancel_subscription(subscription)
    await passes(world, 5)
    assert world.roles_of(world.buyer) == {"Gold"}
    assert titles(room).count(GOES_ON) == 1


@pytest.mark.usefixtures("gold")
async def test_a_pause_without_an_end_that_can_be_read_takes_nothing(
    world: World, room: simcord.ChannelHandle
) -> None:
    world.shop.change_records("/subscriptions*", sets(current_period_end="soon"))
    subscription = await subscribe(world)
    await world.shop.pause_subscription(subscription)
    await passes(world, 3)
    assert world.roles_of(world.buyer) == {"Gold"}
    assert titles(room).count(GOES_ON) == 1


@pytest.mark.usefixtures("gold")
async def test_an_end_that_becomes_readable_counts(
    world: World, room: simcord.ChannelHandle
) -> None:
    fault = world.shop.change_records("/subscriptions*", sets(current_period_end="soon"))
    subscription = await subscribe(world)
    await world.shop.cancel_subscription(subscription)
    await passes(world, 20)
    fault.stop()
    await passes(world, 8)
    assert world.roles_of(world.buyer) == {"Gold"}
    await passes(world, 6)
    assert world.roles_of(world.buyer) == set()
    assert titles(room).count(GOES_ON) == 1


@pytest.mark.usefixtures("gold")
async def test_paypal_ends_at_once_only_on_a_day_that_can_be_read(
    world: World, room: simcord.ChannelHandle
) -> None:
    world.shop.change_records(
        "/subscriptions*", sets(current_period_end=None, canceled_at="today")
    )
    subscription = await subscribe(world)
    subscription.gateway = "PAYPAL"
    await passes(world, 5)
    await world.shop.cancel_subscription(subscription)
    await passes(world, 2)
    assert world.roles_of(world.buyer) == {"Gold"}
    assert titles(room).count(GOES_ON) == 1


async def test_who_never_paid_gets_nothing_by_an_end_that_cannot_be_read(
    world: World, gold: simcord.RoleHandle
) -> None:
    assert gold
    world.shop.switches.pending_subscriptions = True
    world.shop.change_records("/subscriptions*", sets(current_period_end=None))
    await world.order("Gold")
    order = world.shop.orders[-1]
    subscription = {"id": "s-1", "status": "CANCELED", "custom_fields": order.custom_fields}
    world.shop.fail_next(
        "GET", "/subscriptions/s-1", status=200, times=100, body={"data": subscription}
    )
    await world.tell(subscription, "subscription:cancelled")
    await passes(world, 2)
    assert world.roles_of(world.buyer) == set()


async def test_a_licence_whose_end_cannot_be_read_is_neither_for_ever_nor_over(
    world: World,
) -> None:
    world.shop.add_product(title="Tool", price="5", licensing_enabled=True, license_period=30)
    await world.sell_product("Tool")
    await world.order("Tool")
    await world.pay_newest()
    world.shop.change_records("/licenses*", sets(expires_at="at the end of the season"))
    await world.env.advance_time(121)
    shown = await world.buyer.slash(world.channel, "license")
    assert "active" in text_of(shown)
    assert "Expires: never" not in text_of(shown)
    assert "cannot read" in text_of(shown)

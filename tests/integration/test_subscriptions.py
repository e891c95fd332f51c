"""Subscriptions: the role lasts as long as what is paid for, whatever is told of it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import pytest

import standin
from harness import World

DAY = 24 * 3600
MONTH = 31 * DAY


class Subscriber:
    """A buyer with a monthly subscription, and what time does to it."""

    def __init__(self, world: World, plan: standin.Product) -> None:
        self.world = world
        self.plan = plan

    @property
    def subscription(self) -> standin.Subscription:
        return self.world.shop.subscriptions[-1]

    @property
    def roles(self) -> set[str]:
        return self.world.roles_of(self.world.buyer)

    @property
    def titles(self) -> list[str]:
        return [str(message.embeds[0].title) for message in self.world.dms(self.world.buyer)]

    async def passes(self, seconds: float) -> None:
        """Time goes by, day by day."""
        while seconds > 0:
            await self.world.env.advance_time(min(seconds, DAY))
            seconds -= DAY

    async def settle(self) -> None:
        await self.world.env.settle()


@pytest.fixture
async def subscriber(world: World) -> Subscriber:
    """Somebody who has subscribed to Gold."""
    gold = world.guild.create_role("Gold")
    plan = world.shop.add_product(title="Gold", price="5", type="SUBSCRIPTION")
    await world.sell_product("Gold", [gold])
    await world.order("Gold")
    await world.pay_newest()
    return Subscriber(world, plan)


async def test_a_subscription_gives_its_role_and_says_what_it_is(subscriber: Subscriber) -> None:
    assert subscriber.roles == {"Gold"}
    assert set(subscriber.titles) == {
        "Your purchase is paid. Thank you!",
        "Your subscription has started.",
    }
    dms = subscriber.world.dms(subscriber.world.buyer)
    [started] = [dm for dm in dms if "started" in str(dm.embeds[0].title)]
    assert "Renews on" in [field.name for field in started.embeds[0].fields]


async def test_a_year_with_a_failed_renewal_and_an_end(subscriber: Subscriber) -> None:
    shop = subscriber.world.shop
    for _ in range(5):
        await subscriber.passes(30 * DAY)
        await shop.renew(subscriber.subscription)
        await subscriber.settle()
        assert subscriber.roles == {"Gold"}
    await subscriber.passes(30 * DAY)
    await shop.fail_renewal(subscriber.subscription)
    await subscriber.passes(4 * DAY)
    assert subscriber.roles == {"Gold"}
    await shop.recover(subscriber.subscription)
    await subscriber.passes(20 * DAY)
    await shop.cancel_subscription(subscriber.subscription)
    await subscriber.settle()
    assert subscriber.roles == {"Gold"}
    assert "Your subscription will not renew." in subscriber.titles
    await subscriber.passes(MONTH)
    await shop.end_subscription(subscriber.subscription)
    await subscriber.passes(DAY)
    assert subscriber.roles == set()
    assert subscriber.titles[-1] == "Your access has ended."
    assert subscriber.titles.count("Your subscription has started.") == 1
    assert subscriber.titles.count("Your subscription was renewed.") == 6


async def test_access_goes_on_to_the_end_of_what_was_paid(subscriber: Subscriber) -> None:
    await subscriber.passes(10 * DAY)
    await subscriber.world.shop.cancel_subscription(subscriber.subscription)
    await subscriber.passes(19 * DAY)
    assert subscriber.roles == {"Gold"}
    await subscriber.passes(3 * DAY)
    assert subscriber.roles == set()


async def test_paypal_ends_at_once(subscriber: Subscriber) -> None:
    subscriber.subscription.gateway = "PAYPAL"
    await subscriber.passes(10 * DAY)
    await subscriber.world.shop.cancel_subscription(subscriber.subscription)
    await subscriber.settle()
    assert subscriber.roles == set()


async def test_nothing_ends_while_shoppex_cannot_be_asked(subscriber: Subscriber) -> None:
    shop = subscriber.world.shop
    await subscriber.passes(29 * DAY)
    await shop.cancel_subscription(subscriber.subscription)
    await subscriber.settle()
    fault = shop.fail_next("GET", "/subscriptions*", status=500, times=10_000)
    await subscriber.passes(4 * DAY)
    assert subscriber.roles == {"Gold"}
    fault.stop()
    await subscriber.passes(DAY)
    assert subscriber.roles == set()


@pytest.mark.both_backends
async def test_a_renewal_that_nobody_told_of_costs_nobody_the_role(
    subscriber: Subscriber,
) -> None:
    shop = subscriber.world.shop
    await subscriber.passes(28 * DAY)
    await shop.renew(subscriber.subscription, silent=True)
    await subscriber.passes(20 * DAY)
    assert subscriber.roles == {"Gold"}


Step = Callable[[Subscriber], Coroutine[Any, Any, None]]


async def pause(subscriber: Subscriber) -> None:
    await subscriber.world.shop.pause_subscription(subscriber.subscription)


async def fail(subscriber: Subscriber) -> None:
    subscriber.world.shop.switches.grace = "past_due"
    await subscriber.world.shop.fail_renewal(subscriber.subscription)


async def test_a_paused_subscription_gives_until_the_end_of_its_period(
    subscriber: Subscriber,
) -> None:
    await subscriber.passes(10 * DAY)
    await pause(subscriber)
    await subscriber.passes(10 * DAY)
    assert subscriber.roles == {"Gold"}
    await subscriber.passes(12 * DAY)
    assert subscriber.roles == set()
    await subscriber.world.shop.resume_subscription(subscriber.subscription)
    await subscriber.settle()
    assert subscriber.roles == {"Gold"}


async def test_an_overdue_subscription_goes_on(subscriber: Subscriber) -> None:
    await subscriber.passes(31 * DAY)
    await fail(subscriber)
    await subscriber.passes(3 * DAY)
    assert subscriber.roles == {"Gold"}


@pytest.mark.both_backends
async def test_a_renewal_brings_its_new_key_once(world: World) -> None:
    gold = world.guild.create_role("Gold")
    world.shop.add_product(
        title="Club", price="5", type="SUBSCRIPTION", serials=["K-1", "K-2", "K-3"]
    )
    await world.sell_product("Club", [gold])
    await world.order("Club")
    await world.pay_newest()
    await world.env.advance_time(600)
    subscriber = Subscriber(world, world.shop.products[-1])
    await subscriber.passes(30 * DAY)
    await world.shop.renew(subscriber.subscription)
    await subscriber.settle()
    for delivery in world.shop.deliveries[-2:]:
        await world.shop.redeliver(delivery)
    await world.instance.restart(world.env)
    await subscriber.passes(2 * DAY)
    contents = [message.content for message in world.dms(world.buyer) if message.content]
    assert contents == ["```\nK-1\n```", "```\nK-2\n```"]
    assert subscriber.titles.count("Your subscription was renewed.") == 1


async def test_a_change_of_plan_swaps_the_roles_new_one_first(subscriber: Subscriber) -> None:
    world = subscriber.world
    silver = world.guild.create_role("Silver")
    plan = world.shop.add_product(title="Silver", price="9", type="SUBSCRIPTION")
    await world.sell_product("Silver", [silver])
    await world.shop.change_plan(subscriber.subscription, plan)
    await subscriber.settle()
    assert subscriber.roles == {"Silver"}
    asked = [
        (request.method, request.path.rpartition("/")[2])
        for request in world.env.http_requests
        if "/roles/" in request.path
    ]
    assert asked[-2][0] == "PUT"
    assert asked[-1][0] == "DELETE"


async def test_a_plan_that_is_not_sold_here_keeps_what_the_old_one_gave(
    subscriber: Subscriber,
) -> None:
    world = subscriber.world
    plan = world.shop.add_product(title="Other", price="9", type="SUBSCRIPTION")
    await world.shop.change_plan(subscriber.subscription, plan)
    await subscriber.passes(DAY)
    assert subscriber.roles == {"Gold"}


async def test_a_trial_counts_and_its_end_without_payment_ends_it(world: World) -> None:
    gold = world.guild.create_role("Gold")
    plan = world.shop.add_product(title="Gold", price="5", type="SUBSCRIPTION", trial_period=7)
    await world.sell_product("Gold", [gold])
    await world.order("Gold")
    await world.pay_newest()
    subscriber = Subscriber(world, plan)
    assert subscriber.roles == {"Gold"}
    await subscriber.passes(7 * DAY)
    await world.shop.end_trial(subscriber.subscription, paid=False)
    await subscriber.passes(DAY)
    assert subscriber.roles == set()


@pytest.mark.parametrize(
    "switches",
    [
        {"fields_on_subscription": False, "custom_fields_in_subscription_webhooks": "null"},
        {"subscription_id_in_webhooks": False},
        {"refer_by": "id"},
        {"subscription_product": False, "subscription_customer": False},
        {"paid_event": "after"},
        {"cancelled_spelling": "CANCELED"},
        {"cancelled_spelling": "CANCELLED", "cancelled_event": "at_end"},
        {"webhook_times": "iso", "money": "text"},
    ],
    ids=lambda switches: next(iter(switches)),
)
async def test_it_works_however_shoppex_tells_it(world: World, switches: dict[str, Any]) -> None:
    for name, value in switches.items():
        setattr(world.shop.switches, name, value)
    gold = world.guild.create_role("Gold")
    plan = world.shop.add_product(title="Gold", price="5", type="SUBSCRIPTION")
    await world.sell_product("Gold", [gold])
    await world.order("Gold")
    await world.pay_newest()
    await world.env.advance_time(600)
    subscriber = Subscriber(world, plan)
    assert subscriber.roles == {"Gold"}
    assert "Your subscription has started." in subscriber.titles
    await subscriber.passes(30 * DAY)
    await world.shop.renew(subscriber.subscription)
    await subscriber.passes(10 * DAY)
    await world.shop.cancel_subscription(subscriber.subscription)
    await subscriber.passes(10 * DAY)
    assert subscriber.roles == {"Gold"}
    await subscriber.passes(12 * DAY)
    await world.shop.end_subscription(subscriber.subscription)
    await subscriber.passes(DAY)
    assert subscriber.roles == set()


async def test_events_of_somebody_elses_subscription_give_nothing(
    subscriber: Subscriber,
) -> None:
    world = subscriber.world
    stranger = world.guild.add_member(world.env.create_user("eve"))
    answer = await world.tell(
        {
            "id": "sub-1",
            "status": "ACTIVE",
            "custom_fields": {
                "discord_user_id": str(stranger.id),
                "discord_guild_id": str(world.guild.id),
                "nonce": "0" * 32,
            },
        },
        "subscription:created",
    )
    assert answer.status == 200
    assert world.roles_of(stranger) == set()


# -- reminders -----------------------------------------------------------------------------


async def test_a_renewal_is_announced_once_some_days_before(subscriber: Subscriber) -> None:
    await subscriber.passes(26 * DAY)
    assert "Your subscription renews soon." not in subscriber.titles
    await subscriber.passes(2 * DAY)
    await subscriber.world.instance.restart(subscriber.world.env)
    await subscriber.passes(DAY)
    assert subscriber.titles.count("Your subscription renews soon.") == 1


async def test_who_wants_no_reminders_gets_none(subscriber: Subscriber) -> None:
    world = subscriber.world
    await subscriber.passes(29 * DAY)
    [reminder] = [m for m in world.dms(world.buyer) if "renews soon" in str(m.embeds[0].title)]
    await world.instance.restart(world.env)
    await world.buyer.user.click(reminder, label="No more reminders")
    await world.shop.renew(subscriber.subscription)
    await subscriber.passes(30 * DAY)
    assert subscriber.titles.count("Your subscription renews soon.") == 1

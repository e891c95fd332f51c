"""A subscription that is not paid for, while Shoppex goes on with it: staff are told."""

from __future__ import annotations

from typing import Literal

import pytest
import simcord

from harness import World
from harness.world import text_of

DAY = 24 * 3600
OVERDUE = "A subscription goes on without being paid for"


def told(room: simcord.ChannelHandle) -> int:
    return sum(e.title == OVERDUE for m in room.history() for e in m.embeds)


@pytest.mark.timeout(300)  # It lives through three months.
@pytest.mark.parametrize("grace", ["active", "past_due"])
async def test_thirty_days_after_the_end_staff_are_told_once(
    world: World, grace: Literal["active", "past_due"]
) -> None:
    room = await world.staff_channel()
    gold = world.guild.create_role("Gold")
    world.shop.add_product(title="Gold", price="5", type="SUBSCRIPTION")
    await world.sell_product("Gold", [gold])
    await world.order("Gold")
    await world.pay_newest()
    subscription = world.shop.subscriptions[-1]
    while world.env.now() < subscription.period_end:
        await world.env.advance_time(DAY)
    world.shop.switches.grace = grace
    await world.shop.fail_renewal(subscription)
    for _ in range(28):
        await world.env.advance_time(DAY)
    assert told(room) == 0
    for _ in range(4):
        await world.env.advance_time(DAY)
    assert told(room) == 1
    for _ in range(30):
        await world.env.advance_time(DAY)
    await world.instance.restart(world.env)
    await world.env.advance_time(DAY)
    assert told(room) == 1
    assert world.roles_of(world.buyer) == {"Gold"}
    case = await world.admin.slash(world.channel, "shoppex order", order=subscription.uniqid)
    assert "nothing was paid for a subscription for 30 days" in text_of(case)
    doctor = await world.admin.slash(world.channel, "shoppexset doctor")
    await world.env.settle()
    assert "Nothing was paid for these subscriptions" in text_of(doctor)

    await world.shop.recover(subscription)
    await world.env.advance_time(DAY)
    waiting = await world.admin.slash(world.channel, "shoppex waiting")
    assert "Nothing waits for you" in text_of(waiting)

"""What nobody needs is forgotten by itself; what was paid never is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from redbot.core import Config, _drivers

from harness import World
from harness.world import text_of

pytestmark = pytest.mark.both_backends

DAY = 24 * 3600


async def kept() -> str:
    """Everything that Red keeps for the ledger."""
    texts = []
    async for name, identifier in _drivers.get_driver_class().aiter_cogs():
        if name.startswith("ShoppexLedger"):
            config = Config.get_conf(None, int(identifier), cog_name=name)
            texts.append(str(await config.custom("ACCOUNT").all()))
    return "".join(texts)


async def test_an_unpaid_order_goes_and_a_paid_one_shrinks(world: World) -> None:
    gold = world.guild.create_role("Gold")
    await world.sell_item("Gold Pass", "9.99", "EUR", [gold])
    await world.sell_item("Silver Pass", "5", "EUR")
    await world.order("Gold Pass")
    paid = await world.pay_newest()
    await world.order("Silver Pass")
    unpaid = world.shop.orders[-1]

    await world.env.advance_time(13 * DAY)
    assert unpaid.uniqid in await kept()
    told_by = world.shop.deliveries[-1].id
    assert told_by in await kept()
    await world.env.advance_time(3 * DAY)
    assert unpaid.uniqid not in await kept()
    for _ in range(9):
        await world.env.advance_time(10 * DAY)
    remembered = await kept()
    assert paid.uniqid in remembered
    assert told_by not in remembered

    await world.instance.restart(world.env)
    await world.env.advance_time(DAY)
    assert paid.uniqid in await kept()
    assert world.roles_of(world.buyer) == {"Gold"}
    assert len(world.dms(world.buyer)) == 1


async def test_the_owner_chooses_how_long_and_nobody_else(world: World) -> None:
    await world.sell_item("Gold Pass", "9.99", "EUR")
    await world.order("Gold Pass")
    order = world.shop.orders[-1]
    command = {"unpaid_days": 2, "details_days": 30}
    refused = await world.admin.slash(world.channel, "shoppexset retention", **command)
    assert "not allowed" in text_of(refused)
    await world.owner.send(world.channel, "!shoppexset retention 2 30")
    answer = world.channel.last_message
    assert answer is not None
    assert "forgotten after 2 days" in answer.content

    await world.instance.restart(world.env)
    await world.env.advance_time(timedelta(days=1).total_seconds())
    assert order.uniqid in await kept()
    await world.env.advance_time(timedelta(days=3).total_seconds())
    assert order.uniqid not in await kept()

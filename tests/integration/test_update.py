"""A new version of the cog on the data of an old one, and the other way round."""

from __future__ import annotations

import json
import zlib
from collections import defaultdict
from typing import Any

import pytest
from redbot.core import Config

from harness import World

pytestmark = pytest.mark.both_backends

PARTITIONS_OF_1 = 128


def kept(number: int) -> Any:
    """What Red keeps for one partition of the ledger."""
    config = Config.get_conf(None, 7409251834620117, cog_name=f"ShoppexLedger{number:03}")
    config.init_custom("ACCOUNT", 2)
    return config.custom("ACCOUNT")


async def as_version_1_left_it() -> None:
    """Give the running bot's ledger the form of version 1: half the partitions, no texts."""
    old: defaultdict[int, dict[str, Any]] = defaultdict(lambda: {"0": {"0": {"schema": 1}}})
    for number in range(2 * PARTITIONS_OF_1):
        accounts = await kept(number).all()
        accounts.pop("0")
        for guild_id, members in accounts.items():
            for user_id, text in members.items():
                place = zlib.crc32(user_id.encode()) % PARTITIONS_OF_1
                old[place].setdefault(guild_id, {})[user_id] = json.loads(text)
    for number in range(PARTITIONS_OF_1):
        await kept(number).set(old[number])
        await kept(number + PARTITIONS_OF_1).clear()


async def test_a_sale_begun_before_an_update_is_delivered_after_it(world: World) -> None:
    await world.sell_item("Gold Pass", "9.99", "EUR", [world.guild.create_role("Gold")])
    buyers = [world.guild.add_member(world.env.create_user(f"b-{n}")) for n in range(3)]
    for buyer in buyers:
        await world.order("Gold Pass", buyer=buyer)
    await as_version_1_left_it()

    await world.instance.restart(world.env)
    for order in world.shop.orders:
        await world.shop.pay(order.uniqid)
    await world.env.settle()

    for buyer in buyers:
        assert world.roles_of(buyer) == {"Gold"}
        assert len(world.dms(buyer)) == 1


async def test_a_cog_older_than_its_data_says_so_and_works_after_an_update(world: World) -> None:
    await world.sell_item("Gold Pass", "9.99", "EUR", [world.guild.create_role("Gold")])
    await world.order("Gold Pass")
    before = await kept(200).all()
    await kept(200).set_raw("0", "0", value={"schema": 99})

    await world.owner.send(world.channel, "!reload shoppex")

    answer = world.channel.last_message
    assert answer is not None
    assert "A newer version of Shoppex has written the orders" in answer.content
    assert "`!cog update shoppex`" in answer.content

    await kept(200).set(before)
    await world.owner.send(world.channel, "!load shoppex")
    await world.pay_newest()
    assert world.roles_of(world.buyer) == {"Gold"}

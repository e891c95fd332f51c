"""Shoppex delivered something that nobody can read: staff hear of it at once, the buyer too."""

from __future__ import annotations

from typing import Any

import pytest
import simcord

import standin
from harness import World
from harness.world import text_of
from standin.orders import Goods


@pytest.fixture
async def room(world: World) -> simcord.ChannelHandle:
    return await world.staff_channel()


async def paid(world: World, delivered: Any, type_: str = "DYNAMIC") -> standin.Order:
    gold = world.guild.create_role("Gold")
    world.shop.add_product(title="Box", price="5.00", currency="EUR", type=type_)
    await world.sell_product("Box", [gold])
    await world.order("Box")
    order = world.shop.orders[-1]
    line = {"product_id": order.items[0].product and order.items[0].product.uniqid, "quantity": 1}
    order.at_checkout = {"items": [{**line, "delivered_items": delivered}]}
    await world.pay_newest()
    # Staff are told of what comes at once in one go.
    await world.env.advance_time(60)
    return order


def told(world: World) -> str:
    messages = world.dms(world.buyer)
    return "\n".join(str(embed.to_dict()) for message in messages for embed in message.embeds)


async def test_staff_are_told_the_names_of_the_fields(
    world: World, room: simcord.ChannelHandle
) -> None:
    await paid(world, {"payload": {"parts": [{"blob": "x" * 70_000}], "id": "p-1"}})

    [alarm] = [m for m in room.history() if "needs you" in str(m.embeds[0].title)]
    text = str(alarm.embeds[0].to_dict())
    assert "in a form that I cannot read" in text
    assert "payload.parts.blob" in text
    assert "xxx" not in text
    assert "p-1" not in text
    assert world.roles_of(world.buyer) == {"Gold"}
    assert "The staff will send it to you" in told(world)


async def test_what_becomes_readable_is_delivered_and_waits_for_nobody(
    world: World, room: simcord.ChannelHandle
) -> None:
    order = await paid(world, {"payload": {"parts": [{"blob": "x" * 70_000}]}})
    assert room.history()
    order.at_checkout = {}
    order.items[0].goods = Goods("license_keys", ("KEY-1",))
    await world.env.advance_time(2 * 3600)
    assert "```\nKEY-1\n```" in [message.content for message in world.dms(world.buyer)]
    waiting = text_of(await world.admin.slash(world.channel, "shoppex waiting"))
    assert "Nothing waits for you" in waiting


async def test_a_service_with_something_unreadable_is_not_done_in_silence(
    world: World, room: simcord.ChannelHandle
) -> None:
    await paid(world, {"payload": {"text_parts": ["x" * 70_000]}}, type_="SERVICE")
    assert "in a form that I cannot read" in str([m.embeds for m in room.history()]) + text_of(
        await world.admin.slash(world.channel, "shoppex waiting")
    )


async def test_machine_data_alone_is_nothing(world: World, room: simcord.ChannelHandle) -> None:
    await paid(world, {"id": "x", "created_at": "2026-01-01", "is_sent": True}, type_="SERVICE")
    waiting = text_of(await world.admin.slash(world.channel, "shoppex waiting"))
    assert "Nothing waits for you" in waiting
    assert "needs you" not in str([m.embeds[0].to_dict() for m in room.history()])

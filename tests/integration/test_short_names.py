"""The number of an order is part of its link: nobody but its buyer reads it unasked."""

from __future__ import annotations

import logging

import pytest
import simcord

import standin
from harness import World
from harness.world import field, text_of
from shoppex.domain.short_names import short_name


@pytest.fixture
async def room(world: World) -> simcord.ChannelHandle:
    room = await world.staff_channel()
    await world.admin.slash(world.channel, "shoppexset loglevel", level="everything")
    return room


def readable(world: World, room: simcord.ChannelHandle) -> str:
    """All that those who can read the server's channels and its audit log can see."""
    seen = [*world.public()]
    for message in room.history():
        seen.append(message.content)
        seen += [str(embed.to_dict()) for embed in message.embeds]
        seen += [str(component.to_dict()) for component in message.components]
    seen += [str(entry.reason) for entry in world.guild.audit_log()]
    return "\n".join(seen)


async def trouble(world: World) -> list[standin.Order]:
    """A sale, a refund, a payment that is held, one that is too little, and a failure."""
    gold = world.guild.create_role("Gold")
    world.shop.add_product(title="Key", price="5", type="SERIALS", serials=["K-1", "K-2"])
    await world.sell_product("Key", [gold])
    await world.sell_item("Pass", "9.99", "EUR", [gold])
    await world.order("Key", remember=True)
    await world.pay_newest()
    shown = await world.buyer.slash(world.channel, "purchases")
    assert shown.response is not None
    await world.buyer.select(shown.response, ["0"])
    form = await world.buyer.click(shown.response, label="Key does not work")
    await world.buyer.submit_modal(form, {field(form, 0): "used"})
    await world.shop.refund(world.shop.orders[0].uniqid)
    await world.order("Pass")
    world.shop.orders[-1].at_checkout = {"total": 0.5}
    await world.pay_newest()
    await world.order("Key")
    await world.shop.underpay(world.shop.orders[-1].uniqid, "1", reason="PROVIDER_SESSION_CLOSED")
    world.shop.fail_next("GET", "/orders/*", times=2)
    await world.env.advance_time(4 * 3600)
    return list(world.shop.orders)


async def test_no_number_is_in_channels_logs_or_reasons(
    world: World, room: simcord.ChannelHandle, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "red.shoppex")
    orders = await trouble(world)
    seen = readable(world, room)
    ours = [r.getMessage() for r in caplog.records if r.name.startswith("red.shoppex")]
    for order in orders:
        assert order.uniqid not in seen
        assert order.uniqid not in "\n".join(ours)
    assert short_name(orders[0].uniqid) in seen


async def test_staff_find_an_order_by_its_short_name(
    world: World, room: simcord.ChannelHandle
) -> None:
    orders = await trouble(world)
    for typed in (short_name(orders[0].uniqid), f"#{short_name(orders[0].uniqid).lower()}"):
        answer = text_of(await world.admin.slash(world.channel, "shoppex order", order=typed))
        assert orders[0].uniqid in answer
    [wish] = [m for m in room.history() if "asks for another key" in str(m.embeds[0].title)]
    answer = text_of(await world.admin.click(wish, label="Order"))
    assert orders[0].uniqid in answer

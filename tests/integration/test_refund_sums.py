"""What went back in parts that add up to all of it went back, whatever word the order keeps."""

from __future__ import annotations

import pytest
import simcord

import standin
from harness import World

DAY = 24 * 3600


@pytest.fixture
async def room(world: World) -> simcord.ChannelHandle:
    """The channel in which staff read what happens."""
    return await world.staff_channel()


@pytest.fixture
async def order(world: World) -> standin.Order:
    """A paid order of a role for 10.00."""
    gold = world.guild.create_role("Gold")
    world.shop.add_product(title="Pass", price="10", type="SERVICE")
    await world.sell_product("Pass", [gold])
    await world.order("Pass")
    return await world.pay_newest()


def entries(room: simcord.ChannelHandle) -> list[tuple[str, str]]:
    return [
        (str(embed.title), str(embed.description))
        for message in room.history()
        for embed in message.embeds
    ]


@pytest.mark.parametrize("field", ["refunded_amount", "refunds"])
@pytest.mark.parametrize("word", ["COMPLETED", "PARTIALLY_REFUNDED"])
async def test_two_parts_that_make_the_whole(
    world: World, room: simcord.ChannelHandle, order: standin.Order, field: str, word: str
) -> None:
    world.shop.switches.refunded_field = field  # type: ignore[assignment]
    world.shop.switches.partial_refund_status = word  # type: ignore[assignment]
    world.shop.switches.refund_status = "COMPLETED"  # type: ignore[assignment]
    await world.shop.refund(order.uniqid, "4")
    await world.env.advance_time(60)
    assert world.roles_of(world.buyer) == {"Gold"}
    await world.shop.refund(order.uniqid, "6")
    await world.env.advance_time(60)
    assert world.roles_of(world.buyer) == set()
    refunds = [(title, text) for title, text in entries(room) if "efunded" in title]
    assert len(refunds) == 2
    assert any("Partly refunded" in title and "€4.00" in text for title, text in refunds)
    assert any(title.endswith(" Refunded") and "€6.00" in text for title, text in refunds)
    waiting = await world.admin.slash(world.channel, "shoppex waiting")
    assert waiting.response is not None
    assert "Nothing waits for you" in str(waiting.response.embeds[0].description)


@pytest.mark.usefixtures("room")
async def test_what_was_paid_counts_not_what_was_quoted(
    world: World, order: standin.Order
) -> None:
    """8.00 were paid of a quote of 10.00, and 8.00 went back."""
    paid = {"uniqid": order.uniqid, "status": "COMPLETED", "currency": "EUR", "total": 8}
    world.shop.change_records("/orders/*", lambda r: r.update(paid, refunded_amount=8))
    await world.tell({**paid, "refunded_amount": 8}, "order:updated")
    await world.env.advance_time(60)
    assert world.roles_of(world.buyer) == set()


async def test_another_currency_is_not_compared(world: World, order: standin.Order) -> None:
    data = {"uniqid": order.uniqid, "status": "COMPLETED", "currency": "EUR", "total": 10}
    back = {"refunded_amount": 12, "refund_currency": "USD"}
    await world.tell({**data, **back}, "order:updated")
    listed = {"refunds": [{"amount": 12, "currency": "USD"}]}
    await world.tell({**data, **listed}, "order:updated")
    await world.env.advance_time(60)
    assert world.roles_of(world.buyer) == {"Gold"}


async def test_a_seller_who_lets_refunds_keep_roles_is_heeded(
    world: World, order: standin.Order
) -> None:
    await world.admin.slash(world.channel, "shoppexset policy refunds", roles="keep")
    data = {"uniqid": order.uniqid, "status": "COMPLETED", "currency": "EUR", "total": 10}
    await world.tell({**data, "refunded_amount": 10}, "order:updated")
    await world.env.advance_time(DAY)
    assert world.roles_of(world.buyer) == {"Gold"}

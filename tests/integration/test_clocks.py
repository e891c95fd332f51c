"""Clocks that jump end nothing, forget nothing, and loop nowhere."""

from __future__ import annotations

from datetime import timedelta

from harness import World

YEAR, HOUR = timedelta(days=365), timedelta(hours=1)


async def set_clock(world: World, offset: timedelta) -> None:
    """The machine's clock is that much ahead, or behind, from here on."""
    # What is set within the first minutes is what the machine found out at its start.
    await world.env.advance_time(700)
    clock = world.bot.get_cog("Shoppex").clock
    clock.wall = lambda: world.env.now() + offset


async def test_a_year_ahead_for_an_hour_forgets_no_open_order(world: World) -> None:
    gold = world.guild.create_role("Gold")
    await world.sell_item("Pass", "9.99", "EUR", [gold], days=30)
    await world.order("Pass", remember=True)
    await world.pay_newest()
    assert world.roles_of(world.buyer) == {"Gold"}
    silver = world.guild.create_role("Silver")
    await world.sell_item("Other", "5", "EUR", [silver])
    await world.order("Other")

    await set_clock(world, YEAR)
    await world.env.advance_time(2 * 3600)
    assert world.roles_of(world.buyer) == {"Gold"}
    await set_clock(world, timedelta(0))

    await world.pay_newest()
    assert world.roles_of(world.buyer) == {"Gold", "Silver"}


async def test_an_hour_back_asks_no_question_over_and_over(world: World) -> None:
    gold = world.guild.create_role("Gold")
    world.shop.add_product(title="Key", price="5", type="SERIALS", serials=["K-1"])
    await world.sell_product("Key", [gold])
    await world.order("Key")
    order = world.shop.orders[-1]
    await set_clock(world, -HOUR)
    order.at_checkout = {"total": 4.0}
    before = len(world.shop.requests)
    await world.pay_newest()
    await world.env.advance_time(120)
    assert world.roles_of(world.buyer) == {"Gold"}
    assert len(world.shop.requests) - before < 10

"""Lines of an edited cart, later in their lives: ends, refunds, returns."""

from __future__ import annotations

import standin
from carts import line
from harness import World
from harness.world import paid_data

DAY = 24 * 3600


async def passes(world: World, days: int) -> None:
    for _ in range(days):
        await world.env.advance_time(DAY)


async def two(
    world: World, gold_days: int, silver_days: int
) -> tuple[standin.Product, standin.Product]:
    first = world.shop.add_product(title="Gold Pass", price="9.99", type="SERVICE")
    second = world.shop.add_product(title="Silver Pass", price="4.99", type="SERVICE")
    await world.sell_product("Gold Pass", [world.guild.create_role("Gold")], days=gold_days)
    await world.sell_product("Silver Pass", [world.guild.create_role("Silver")], days=silver_days)
    return first, second


async def test_what_goes_on_is_not_called_ended(world: World) -> None:
    _first, second = await two(world, 30, 30)
    await world.order("Gold Pass")
    world.shop.orders[-1].at_checkout = {"total": 4.99, "items": [line(second)]}
    await world.pay_newest()
    assert world.roles_of(world.buyer) == {"Silver"}
    await world.order("Silver Pass")
    await world.pay_newest()
    await passes(world, 31)
    assert world.roles_of(world.buyer) == {"Silver"}
    assert "has ended" not in world.read_by_buyer()
    assert "ends soon" not in world.read_by_buyer()


async def test_the_shorter_line_ends_with_a_word(world: World) -> None:
    first, second = await two(world, 60, 10)
    await world.order("Gold Pass")
    world.shop.orders[-1].at_checkout = {"total": 14.98, "items": [line(first), line(second)]}
    await world.pay_newest()
    await passes(world, 12)
    assert world.roles_of(world.buyer) == {"Gold"}
    assert "end" in world.read_by_buyer().lower().replace("sender", "")


async def test_two_of_an_item_with_keys_bring_two_keys(world: World) -> None:
    pool = world.shop.add_product(
        title="Pool", price="5", type="SERIALS", serials=["P-1", "P-2"], private=True
    )
    await world.sell_item("Pass", "9.99", "EUR")
    await world.admin.slash(
        world.channel, "shoppexset item pool", item="Pass", product=pool.uniqid
    )
    await world.order("Pass")
    order = world.shop.orders[-1]
    order.at_checkout = {
        "total": 19.98,
        "items": [
            {"product_id": None, "product_title": "Pass", "product_type": "CUSTOM", "quantity": 2}
        ],
    }
    await world.pay_newest()
    await world.env.advance_time(3600)
    assert "P-1" in world.read_by_buyer()
    assert "P-2" in world.read_by_buyer()


async def test_the_refund_of_a_line_follows_the_policy_of_its_offer(world: World) -> None:
    _first, second = await two(world, 60, 60)
    await world.admin.slash(
        world.channel, "shoppexset policy refunds", roles="keep", offer="Silver Pass"
    )
    await world.order("Gold Pass")
    order = world.shop.orders[-1]
    order.at_checkout = {"total": 4.99, "items": [line(second)]}
    await world.pay_newest()
    assert world.roles_of(world.buyer) == {"Silver"}
    await world.tell(paid_data(order, status="REFUNDED", total=4.99), "order:updated")
    await world.env.advance_time(120)
    assert world.roles_of(world.buyer) == {"Silver"}


async def test_the_refund_of_a_mixed_cart_takes_both(world: World) -> None:
    first, second = await two(world, 60, 60)
    await world.order("Gold Pass")
    order = world.shop.orders[-1]
    order.at_checkout = {"total": 14.98, "items": [line(first), line(second)]}
    await world.pay_newest()
    assert world.roles_of(world.buyer) == {"Gold", "Silver"}
    await world.tell(paid_data(order, status="REFUNDED", total=14.98), "order:updated")
    assert world.roles_of(world.buyer) == set()


async def test_a_buyer_who_left_finds_all_lines_on_return(world: World) -> None:
    first, second = await two(world, 60, 60)
    await world.order("Gold Pass")
    order = world.shop.orders[-1]
    order.at_checkout = {"total": 14.98, "items": [line(first), line(second)]}
    from integration.test_leaving import leave  # noqa: PLC0415

    await leave(world)
    await world.shop.pay(order.uniqid)
    await world.env.settle()
    await world.env.advance_time(DAY)
    back = world.guild.add_member(world.buyer.user)
    await world.env.settle()
    await world.env.advance_time(60)
    assert world.roles_of(back) == {"Gold", "Silver"}

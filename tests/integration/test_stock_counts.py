"""Counts that are hidden, or of a supplier."""

from __future__ import annotations

from typing import Any

from harness import World
from harness.world import text_of

DAY = 24 * 3600


async def test_a_count_that_the_shop_hides_is_hidden_where_the_product_says_nothing(
    world: World,
) -> None:
    def hide(record: dict[str, Any]) -> None:
        record["hide_stock_counter"] = True
        if isinstance(record.get("shop"), dict):
            record["shop"]["hide_stock_counter"] = True

    world.shop.change_records("/me", hide)
    product = world.shop.add_product(title="Box", price="5.00", type="SERVICE", stock=7)
    world.shop.add_product(title="Box 2", price="5.00", type="SERVICE", stock=7)
    await world.sell_product("Box", [world.guild.create_role("Gold")])
    await world.sell_product("Box 2", [world.guild.create_role("Gold2")])
    await world.env.advance_time(120)
    shown = text_of(await world.buyer.slash(world.channel, "buy"))
    await world.env.advance_time(120)
    shown += text_of(await world.buyer.slash(world.channel, "buy"))
    assert "7 left" not in shown, (shown, product.shown)


async def test_a_supplier_delivers_more_than_the_stock(world: World) -> None:
    product = world.shop.add_product(title="Box", price="5.00", type="DYNAMIC")
    product.shown = {"supplier_backed": True, "stock": 1, "available_stock": 1, "orderable": None}
    await world.sell_product("Box", [world.guild.create_role("Gold")])
    answer = text_of(await world.order("Box", quantity=3))
    assert world.shop.orders, answer

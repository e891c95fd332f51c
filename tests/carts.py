"""Carts of two passes, and lines as Shoppex lists them."""

from __future__ import annotations

from typing import Any

import standin
from harness import World


async def order_of_two(world: World, **gold: Any) -> tuple[standin.Product, standin.Product]:
    """Put a Gold Pass and a Silver Pass on sale, and order the first."""
    first = world.shop.add_product(title="Gold Pass", price="9.99", type="SERVICE")
    second = world.shop.add_product(title="Silver Pass", price="4.99", type="SERVICE")
    await world.sell_product("Gold Pass", [world.guild.create_role("Gold")], **gold)
    await world.sell_product("Silver Pass", [world.guild.create_role("Silver")])
    await world.order("Gold Pass")
    return first, second


def line(product: standin.Product, quantity: Any = 1, **more: Any) -> dict[str, Any]:
    """A line of a paid order."""
    return {
        "product_id": product.uniqid,
        "product_title": product.title,
        "product_type": product.type,
        "quantity": quantity,
        **more,
    }

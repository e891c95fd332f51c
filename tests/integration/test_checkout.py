"""What a buyer gets when the checkout settled another price, cart or delivery than ordered."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import standin
from harness import World
from harness.world import text_of

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "cases/checkout.json").read_text(encoding="utf-8")
)


async def bought(world: World, case: dict[str, Any]) -> standin.Order:
    """The product of a case is sold, ordered, and paid as the case says."""
    product = case["product"]
    gold = world.guild.create_role("Gold")
    if "item" in product:
        title = product["item"]
        await world.sell_item(title, product["price"], product["currency"], [gold])
    else:
        title = product["title"]
        made = world.shop.add_product(
            title=title,
            price=product["price"],
            currency=product["currency"],
            type=product["type"],
            serials=["POOL-1", "POOL-2"] if product["type"] == "SERIALS" else [],
        )
        made.uniqid = product["uniqid"]
        await world.sell_product(title, [gold] if case["gives"] == "a role" else [])
    await world.order(title)
    order = world.shop.orders[-1]
    order.at_checkout = case["paid"]
    for item in order.items:
        # What is delivered is what the case says, and nothing else.
        if item.product is not None:
            item.product.serials.clear()
    await world.pay_newest()
    return order


def received(world: World) -> str:
    """All that the buyer was sent."""
    messages = world.dms(world.buyer)
    embeds = [str(embed.to_dict()) for message in messages for embed in message.embeds]
    return "\n".join([*(message.content for message in messages), *embeds])


@pytest.mark.parametrize(
    "case", [case for case in CASES if case["expect"] == "role"], ids=lambda case: case["name"]
)
async def test_the_role_comes_whatever_the_price_became(
    world: World, case: dict[str, Any]
) -> None:
    await bought(world, case)

    assert world.roles_of(world.buyer) == {"Gold"}
    [message] = world.dms(world.buyer)
    assert message.embeds[0].title == "Your purchase is paid. Thank you!"


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if case["expect"].startswith("held")],
    ids=lambda case: case["name"],
)
async def test_what_cannot_be_right_waits_for_staff(world: World, case: dict[str, Any]) -> None:
    log = world.guild.create_text_channel("log")
    await world.admin.slash(world.channel, "shoppexset logchannel", channel=log)
    await bought(world, case)

    assert world.roles_of(world.buyer) == set()
    assert "We are checking your payment." in received(world)
    await world.env.advance_time(60)
    [told] = [m for m in log.history() if m.embeds and "decision" in (m.embeds[0].title or "")]
    assert "Ordered" in str(told.embeds[0].to_dict())

    answer = await world.admin.click(told, label="Deliver it")
    await world.env.settle()

    assert "delivered" in text_of(answer)
    assert world.roles_of(world.buyer) == {"Gold"}


@pytest.mark.parametrize(
    ("name", "there", "absent"),
    [
        ("quantity raised on the checkout page", ["K-1", "K-2"], []),
        ("serials as objects", ["K-1"], ["is_replace"]),
        ("a replaced serial beside its replacement", ["NEW"], ["OLD"]),
        ("links with labels", ["**Download:** <https://files.example/1>"], []),
        ("only notes", ["Your code is N-1"], []),
    ],
)
async def test_the_goods_come_whatever_their_shape(
    world: World, name: str, there: list[str], absent: list[str]
) -> None:
    [case] = [case for case in CASES if case["name"] == name]
    await bought(world, case)
    await world.env.advance_time(1800)

    text = received(world)
    assert [text.count(piece) for piece in there] == [1] * len(there)
    assert not [piece for piece in absent if piece in text]


async def test_a_line_of_another_product_gives_what_that_gives(world: World) -> None:
    gold, silver = world.guild.create_role("Gold"), world.guild.create_role("Silver")
    first = world.shop.add_product(title="Gold Pass", price="9.99", type="SERVICE")
    second = world.shop.add_product(title="Silver Pass", price="4.99", type="SERVICE")
    await world.sell_product("Gold Pass", [gold])
    await world.sell_product("Silver Pass", [silver])

    await world.order("Gold Pass")
    both = [{"product_id": product.uniqid, "quantity": 1} for product in (first, second)]
    world.shop.orders[-1].at_checkout = {"total": 14.98, "items": both}
    await world.pay_newest()
    assert world.roles_of(world.buyer) == {"Gold", "Silver"}


async def test_a_removed_line_gives_nothing(world: World) -> None:
    gold, silver = world.guild.create_role("Gold"), world.guild.create_role("Silver")
    world.shop.add_product(title="Gold Pass", price="9.99", type="SERVICE")
    second = world.shop.add_product(title="Silver Pass", price="4.99", type="SERVICE")
    await world.sell_product("Gold Pass", [gold])
    await world.sell_product("Silver Pass", [silver])

    await world.order("Gold Pass")
    # Named by the id that the bot was never told: Shoppex is asked which product that is.
    only = [{"product_id": second.id, "quantity": 1}]
    world.shop.orders[-1].at_checkout = {"total": 4.99, "items": only}
    await world.pay_newest()
    assert world.roles_of(world.buyer) == {"Silver"}

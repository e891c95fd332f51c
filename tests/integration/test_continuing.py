"""Continuing a checkout asks the same as beginning one: price, address, and what it gives."""

from __future__ import annotations

import pytest
import simcord

import standin
from harness import World
from harness.world import field, link_of, text_of


async def on_sale(world: World, price: str = "20.00") -> standin.Product:
    role = world.guild.create_role("Gold")
    product = world.shop.add_product(title="Pass", price=price, currency="EUR", type="SERVICE")
    await world.sell_product("Pass", [role])
    return product


async def change_price(world: World, product: standin.Product, price: str) -> None:
    """A day later it costs something else, and the bot has seen that."""
    product.price = type(product.price)(price)
    await world.env.advance_time(24 * 3600)
    await world.buyer.slash(world.channel, "buy")
    await world.env.settle()


async def test_a_lower_price_makes_a_new_order(world: World) -> None:
    product = await on_sale(world)
    first = link_of(await world.order("Pass", email="typo@example.con"))
    await change_price(world, product, "5.00")

    answer = await world.order("Pass", email="right@example.com", remember=True)

    assert "€5.00" in text_of(answer)
    assert link_of(answer) != first
    assert world.shop.orders[-1].email == "right@example.com"


async def test_a_higher_price_is_not_sold_for_the_old_one(world: World) -> None:
    product = await on_sale(world, "5.00")
    await world.order("Pass", remember=True)
    await change_price(world, product, "50.00")
    assert "€50.00" in text_of(await world.order("Pass"))


async def test_another_address_makes_a_new_order(world: World) -> None:
    await on_sale(world)
    first = link_of(await world.order("Pass", email="typo@example.con", remember=True))
    answer = await world.buyer.slash(world.channel, "buy", product="Pass")
    assert link_of(answer) == first

    assert answer.response is not None
    form = await world.buyer.click(answer.response, label="Use another e-mail")
    changed = await world.buyer.submit_modal(
        form, {field(form, 0): "right@example.com", field(form, 1): True}
    )
    assert link_of(changed) != first
    again = await world.buyer.slash(world.channel, "buy", product="Pass")
    assert link_of(again) == link_of(changed)


async def test_other_roles_make_a_new_order(world: World) -> None:
    await on_sale(world)
    first = link_of(await world.order("Pass", remember=True))
    silver = world.guild.create_role("Silver")
    await world.admin.slash(
        world.channel, "shoppexset product roles", product="Pass", roles=silver.mention
    )
    assert link_of(await world.order("Pass")) != first


async def test_nothing_changed_is_the_same_link(world: World) -> None:
    await on_sale(world)
    first = link_of(await world.order("Pass"))
    assert link_of(await world.order("Pass")) == first
    assert len(world.shop.orders) == 1


async def test_who_has_paid_is_not_asked_again_whatever_changed(world: World) -> None:
    product = await on_sale(world)
    await world.order("Pass", remember=True)
    order = world.shop.orders[-1]
    await world.shop.pay(order.uniqid, silent=True)
    product.price = type(product.price)("5.00")
    answer = await world.order("Pass")
    assert "already paid" in text_of(answer)
    assert len(world.shop.orders) == 1


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("ben@example.com\u200b", "ben@example.com"),
        ("\u202aben@example.com\u202c", "ben@example.com"),
        ("<ben@example.com>", "ben@example.com"),
        ("mailto:ben@example.com", "ben@example.com"),
        (" ben@example.com ", "ben@example.com"),
    ],
)
async def test_what_is_around_an_address_goes(world: World, typed: str, sent: str) -> None:
    await on_sale(world)
    await world.order("Pass", email=typed, remember=True)
    assert world.shop.orders[-1].email == sent


@pytest.mark.parametrize(
    "typed",
    ["ben@example..com", "ben@example.com,", ".ben@example.com", "b@@example.com", "b@c"],
)
async def test_what_can_be_no_address_is_refused(world: World, typed: str) -> None:
    await on_sale(world)
    answer = text_of(await world.order("Pass", email=typed))
    assert "does not look like a working e-mail address" in answer
    assert world.shop.orders == []


@pytest.mark.parametrize("typed", ["SAVE10 ", " SAVE10", "SAVE10\u200b", "\u2066SAVE10\u2069"])
async def test_blanks_around_a_coupon_do_no_harm(world: World, typed: str) -> None:
    await on_sale(world)
    world.shop.add_coupon("SAVE10", percent=10)
    answer: simcord.InteractionResult = await world.order("Pass", coupon=typed)
    assert "€18.00" in text_of(answer)

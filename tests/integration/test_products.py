"""Products as Shoppex means them: what can be bought, what may be seen, and what is said first."""

from __future__ import annotations

from typing import Any

import pytest
import simcord

import standin
from harness import World
from harness.world import text_of


async def sell(world: World, title: str = "Gold Pass", **shown: Any) -> standin.Product:
    """A product with further fields, on sale."""
    product = world.shop.add_product(title=title, price="20.00", currency="EUR", type="SERVICE")
    product.shown = {"type": "SERIALS", **shown} if "stock" in shown else shown
    await world.sell_product(title)
    return product


async def shelf(world: World) -> simcord.InteractionResult:
    # The catalogue is at most a minute old.
    await world.env.advance_time(120)
    await world.buyer.slash(world.channel, "buy")
    await world.env.settle()
    return await world.buyer.slash(world.channel, "buy")


async def card(world: World, number: int = 0) -> simcord.InteractionResult:
    """A buyer opens a product from the shelf."""
    shown = await shelf(world)
    assert shown.response is not None
    menu = shown.response.components[0]["components"][0]
    await world.buyer.select(shown.response, [menu["options"][number]["value"]])
    return shown


def seen(answer: simcord.InteractionResult) -> str:
    """Everything that a buyer can read in a message, its menus and buttons included."""
    assert answer.response is not None
    return text_of(answer) + str(answer.response.components)


async def test_orderable_decides(world: World) -> None:
    await sell(world, stock=0, orderable=1)
    assert "sold out" not in seen(await card(world)).lower()
    assert "Total" in text_of(await world.order("Gold Pass"))


async def test_what_is_not_orderable_is_sold_out(world: World) -> None:
    await sell(world, stock=5, orderable="0")
    assert "Sold out" in seen(await card(world))
    assert "sold out right now" in text_of(await world.order("Gold Pass"))


async def test_the_stock_of_what_a_supplier_fulfils_bounds_nothing(world: World) -> None:
    await sell(world, stock=1, orderable=True, supplier_backed=True)
    assert "left" not in seen(await card(world))


@pytest.mark.parametrize(
    "shown",
    [
        {"hide_stock_counter": True},
        {"hideStockCounter": 1},
        {"hide_stock_counter": None, "shop": {"hide_stock_counter": True}},
    ],
)
async def test_a_hidden_count_is_shown_nowhere(world: World, shown: dict[str, Any]) -> None:
    await sell(world, stock=7, orderable=True, **shown)
    assert "7" not in text_of(await shelf(world))
    opened = await card(world)
    assert "7 left" not in seen(opened)
    assert "available" in text_of(opened)
    refused = text_of(await world.order("Gold Pass", quantity=8))
    assert "7" not in refused
    assert "not that many left" in refused


@pytest.mark.parametrize(
    "names",
    [
        ("quantity_min", "quantity_max"),
        ("min_quantity", "max_quantity"),
        ("quantityMin", "quantityMax"),
    ],
)
async def test_quantities_in_every_spelling(world: World, names: tuple[str, str]) -> None:
    shown: dict[str, Any] = {names[0]: 2, names[1]: 3}
    await sell(world, **shown)
    for quantity in (1, 4):
        answer = text_of(await world.order("Gold Pass", quantity=quantity))
        assert "in quantities from 2 to 3" in answer
    assert "Total" in text_of(await world.order("Gold Pass", quantity=2))


async def test_a_limit_that_cannot_be_read_is_none(world: World) -> None:
    await sell(world, quantity_max="many", quantity_min={})
    assert "Total" in text_of(await world.order("Gold Pass", quantity=5))


async def test_price_variants_stand_beside_variants(world: World) -> None:
    await sell(
        world,
        variants=[{"id": "v1", "title": "Month", "price": 5}],
        price_variants=[
            {"id": "v2", "label": "Year", "price": 50, "image_url": "https://x.example/y.png"}
        ],
    )
    opened = await card(world)
    assert "Month" in text_of(opened)
    assert "Year" in text_of(opened)
    assert opened.response is not None
    await world.buyer.select(opened.response, ["v2"])
    assert "https://x.example/y.png" in str(opened.response.embeds[0].to_dict())


async def test_the_shelf_has_the_order_of_the_shop(world: World) -> None:
    games = {"uniqid": "c1", "title": "Games", "sort_order": 2}
    tools = {"uniqid": "c2", "title": "Tools", "sort_order": 1}
    await sell(world, "Alpha", categories=[games], sort_priority=2)
    await sell(world, "Beta", categories=[tools])
    await sell(
        world, "Gamma", categories=[games, {"title": "Rest", "sort_order": 9}], sort_priority=1
    )
    await world.sell_item("Delta", "5", "EUR", [world.guild.create_role("Gold")])
    text = text_of(await shelf(world))
    places = [
        text.index(word) for word in ("Tools", "Beta", "Games", "Gamma", "Alpha", "More", "Delta")
    ]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        ({"pay_what_you_want": 1}, "You choose on the checkout page how much you pay."),
        (
            {"addons": [{"id": "a", "title": "Box", "price": 5, "required": True}]},
            "This product needs an add-on",
        ),
    ],
)
async def test_an_open_price_is_said_before_paying(
    world: World, shown: dict[str, Any], said: str
) -> None:
    await sell(world, **shown)
    opened = await card(world)
    assert said in text_of(opened)
    assert "from €20.00" in text_of(opened)
    assert said in text_of(await world.order("Gold Pass"))


async def test_add_ons_that_are_not_required_change_nothing(world: World) -> None:
    await sell(world, addons=[{"id": "a", "title": "Box", "price": 5, "required": 0}])
    assert "At the checkout" not in text_of(await card(world))


async def test_a_discount_stands_beside_the_former_price(world: World) -> None:
    await sell(world, price_discount=25)
    assert "~~€20.00~~ €15.00" in text_of(await card(world))
    assert "~~€20.00~~ €15.00" in text_of(await shelf(world))


@pytest.mark.parametrize("terms", ["https://shop.example/terms", "No refunds after *download*."])
async def test_the_terms_are_there_before_paying(world: World, terms: str) -> None:
    await sell(world, terms_of_service=terms)
    for answer in (await card(world), await world.order("Gold Pass")):
        text = text_of(answer).replace("\\", "")
        assert "By paying you accept them:" in text
        assert terms in text


async def test_a_required_role_is_checked_before_a_link_is_made(world: World) -> None:
    member = world.guild.create_role("Member")
    await sell(
        world, discord_required_role_id=str(member.id), discord_server_id=str(world.guild.id)
    )
    assert member.mention in text_of(await card(world))

    refused = text_of(await world.order("Gold Pass"))
    assert f"only for members who have {member.mention}" in refused
    assert world.shop.orders == []

    buyer = world.buyer.member
    assert buyer is not None
    await buyer.add_roles(discord_role(world, member))
    assert "Total" in text_of(await world.order("Gold Pass"))


def discord_role(world: World, role: simcord.RoleHandle) -> Any:
    found = world.bot.get_guild(world.guild.id).get_role(role.id)
    assert found is not None
    return found


async def test_a_role_of_another_server_is_named_with_it(world: World) -> None:
    other = world.env.create_guild("The Attic")
    role = other.create_role("Keeper")
    await sell(world, discord_required_role_id=role.id, discord_server_id=other.id)
    await world.env.settle()
    refused = text_of(await world.order("Gold Pass"))
    assert "The Attic" in refused
    assert "Keeper" in refused
    assert world.shop.orders == []


async def test_a_role_that_the_bot_cannot_see_is_left_to_shoppex(world: World) -> None:
    await sell(world, discord_required_role_id="1234", discord_server_id="5678")
    assert "a role that Shoppex asks for" in text_of(await card(world))
    assert "Total" in text_of(await world.order("Gold Pass"))


async def test_a_picture_that_discord_refuses_takes_nothing_with_it(world: World) -> None:
    await sell(world, image_url="https://internal.example/x.png")
    shown = await shelf(world)
    assert shown.response is not None
    world.env.inject_error("POST", "/interactions/*/*/callback", status=400, code=50035, times=1)
    menu = shown.response.components[0]["components"][0]
    await world.buyer.select(shown.response, [menu["options"][0]["value"]])
    assert "Gold Pass" in text_of(shown)
    assert "Something went wrong" not in text_of(shown)
    assert "internal.example" not in str(shown.response.embeds[0].to_dict())

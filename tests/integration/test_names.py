"""Titles are not names: two of one title, renamed ones, and titles of several words, typed."""

from __future__ import annotations

import pytest
import simcord

from harness import World
from harness.world import text_of


async def two_of_one_title(world: World) -> list[simcord.RoleHandle]:
    roles = [world.guild.create_role("Five"), world.guild.create_role("Nine")]
    for price, role in zip(("5.00", "9.00"), roles, strict=True):
        product = world.shop.add_product(title="Gold Pass", price=price, currency="EUR")
        await world.sell_product(product.uniqid, [role])
    await world.env.advance_time(120)
    await world.buyer.slash(world.channel, "buy")
    await world.env.settle()
    return roles


async def typed(world: World, text: str, who: simcord.MemberActor | None = None) -> str:
    """What the bot answers to a typed command, for everybody to see."""
    before = len(world.channel.history())
    await (who or world.admin).send(world.channel, text)
    await world.env.settle()
    news = world.channel.history()[before + 1 :]
    return "\n".join(m.content + str([e.to_dict() for e in m.embeds]) for m in news)


async def bought(world: World, text: str) -> simcord.InteractionResult:
    """A buyer types `!buy …` and presses the button that answers in private."""
    await world.buyer.send(world.channel, text)
    await world.env.settle()
    return await world.buyer.click(world.channel.history()[-1])


async def test_a_buyer_is_asked_which_of_two(world: World) -> None:
    await two_of_one_title(world)
    shown = await world.buyer.slash(world.channel, "buy", product="Gold Pass")
    text = text_of(shown)
    assert "nothing of that name" not in text
    assert "€5.00" in text
    assert "€9.00" in text


@pytest.mark.parametrize(
    "command", ['product roles "Gold Pass" Five', 'product remove "Gold Pass"']
)
async def test_staff_are_asked_which_of_two(world: World, command: str) -> None:
    await two_of_one_title(world)
    answer = await typed(world, f"!shoppexset {command}")
    assert "Several things are called “Gold Pass”" in answer
    assert "✅" not in answer
    for product in world.shop.products:
        assert product.uniqid in answer


async def test_an_id_names_one(world: World) -> None:
    await two_of_one_title(world)
    answer = await typed(world, f"!shoppexset product remove {world.shop.products[0].uniqid}")
    assert "✅" in answer


async def test_two_of_one_title_are_not_put_on_sale_by_it(world: World) -> None:
    for _ in range(2):
        world.shop.add_product(title="Gold Pass", price="5.00", currency="EUR")
    answer = await world.sell_product("Gold Pass")
    assert "Several things have that name" in answer
    assert world.shop.products[1].uniqid in answer


async def test_staff_choices_tell_two_of_one_title_apart(world: World) -> None:
    await two_of_one_title(world)
    offered = await world.admin.autocomplete(
        world.channel, "shoppexset product remove", "product", "Gold"
    )
    names = {choice["name"] for choice in offered}
    assert len(names) == 2


async def test_a_renamed_product_has_its_new_name_for_staff(world: World) -> None:
    role = world.guild.create_role("Gold")
    product = world.shop.add_product(title="Old Name", price="5.00", currency="EUR")
    await world.sell_product("Old Name", [role])
    product.title = "New Name"
    await world.env.advance_time(120)
    listed = text_of(await world.admin.slash(world.channel, "shoppexset product list"))
    assert "New Name" in listed
    assert "Old Name" not in listed
    answer = await typed(world, '!shoppexset product roles "New Name" Gold')
    assert "✅ **New Name**" in answer


async def test_the_old_name_serves_while_shoppex_does_not_answer(world: World) -> None:
    world.shop.add_product(title="Old Name", price="5.00", currency="EUR")
    await world.sell_product("Old Name")
    world.shop.fail_next("GET", "/products*", times=99)
    await world.env.advance_time(120)
    assert "✅" in await typed(world, '!shoppexset product remove "Old Name"')


@pytest.mark.parametrize(
    "text",
    [
        "!buy Gold Pass Deluxe",
        '!buy "Gold Pass Deluxe"',
        "!buy “Gold Pass Deluxe”",
        "!buy gold pass deluxe 1",
        "!buy Gold Pass Del",
    ],
)
async def test_a_title_of_several_words_is_found(world: World, text: str) -> None:
    world.shop.add_product(title="Gold Pass Deluxe", price="5.00", currency="EUR")
    await world.sell_product("Gold Pass Deluxe")
    answer = await bought(world, text)
    assert answer.modal is not None
    assert "integer" not in str(world.public())


async def test_a_number_at_the_end_is_the_quantity_only_where_it_is_no_title(
    world: World,
) -> None:
    world.shop.add_product(title="Pack 2", price="5.00", currency="EUR")
    world.shop.add_product(title="Pack", price="3.00", currency="EUR")
    await world.sell_product("Pack 2")
    await world.sell_product("Pack")
    for text, title in (("!buy Pack 2", "Pack 2"), ("!buy Pack 3", "Pack")):
        answer = await bought(world, text)
        assert answer.modal is not None
        assert answer.modal["title"] == title


async def test_what_cannot_be_bought_in_that_number_is_said(world: World) -> None:
    role = world.guild.create_role("Gold")
    world.shop.add_product(title="Pack", price="3.00", currency="EUR")
    await world.sell_product("Pack", [role])
    await world.order("Pack", remember=True)
    requests = len(world.shop.requests)
    answer = text_of(await bought(world, "!buy Pack " + "9" * 1501))
    assert "from 1 to 999999" in answer
    orders = [r for r in world.shop.requests[requests:] if r.method == "POST"]
    assert orders == []

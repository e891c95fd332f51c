"""`/shoppex order` and `member`: what staff see of purchases, and who may see it."""

from __future__ import annotations

from decimal import Decimal

import discord
import pytest
import simcord

from harness import World
from harness.world import text_of


@pytest.fixture
async def gold(world: World) -> simcord.RoleHandle:
    """A role, for sale as the item Gold Pass."""
    role = world.guild.create_role("Gold")
    await world.sell_item("Gold Pass", "9.99", "EUR", [role])
    return role


async def bought(world: World, title: str = "Gold Pass") -> str:
    await world.order(title)
    return (await world.pay_newest()).uniqid


async def shown(world: World, command: str, **options: object) -> simcord.InteractionResult:
    answer = await world.admin.slash(world.channel, f"shoppex {command}", **options)
    assert answer.ephemeral
    return answer


async def pressed(world: World, shown_: simcord.InteractionResult, label: str) -> str:
    assert shown_.response is not None
    return text_of(await world.admin.click(shown_.response, label=label))


def labels(answer: simcord.InteractionResult) -> list[str]:
    assert answer.response is not None
    rows = answer.response.components
    return [c["label"] for row in rows for c in row["components"] if "label" in c]


# -- what is seen --------------------------------------------------------------------------


async def test_an_order_in_full(world: World, gold: simcord.RoleHandle) -> None:
    number = await bought(world)
    text = text_of(await shown(world, "order", order=number))
    assert "Gold Pass" in text
    assert "delivered" in text
    assert "€9.99" in text
    assert world.buyer.mention in text
    assert f"{gold.mention}: ✅ delivered" in text
    assert number in text
    assert "ben@example.com" not in text


async def test_a_product_that_promises_nothing_is_not_said_to_be_late(world: World) -> None:
    world.shop.add_product(title="Silver Pass", price="5")
    await world.sell_product("Silver Pass", [world.guild.create_role("Silver")])
    await world.order("Silver Pass")
    number = (await world.pay_newest()).uniqid
    text = text_of(await shown(world, "order", order=number))
    assert "Message: ✅ delivered" in text
    assert "has not delivered it yet" not in text


async def test_what_waits_says_why(world: World, gold: simcord.RoleHandle) -> None:
    world.env.backend.reorder_roles(world.guild.id, [{"id": gold.id, "position": 50}])
    world.env.inject_error("POST", "/channels/*/messages", status=403, code=50007)
    number = await bought(world)
    text = text_of(await shown(world, "order", order=number))
    assert "waits for you: the role is not below the bot's" in text
    assert "waits for the member: the member takes no direct messages" in text


@pytest.mark.usefixtures("gold")
async def test_a_held_payment_says_why(world: World) -> None:
    await world.order("Gold Pass")
    order = world.shop.orders[-1]
    order.items[0].unit_price -= Decimal("0.01")
    await world.shop.pay(order.uniqid)
    await world.env.settle()
    answer = await shown(world, "order", order=order.uniqid)
    assert "less was paid than the price" in text_of(answer)
    assert labels(answer) == ["Deliver it", "Do not deliver", "Member"]


@pytest.mark.usefixtures("gold")
async def test_of_an_unpaid_order_no_key_is_on_its_way(world: World) -> None:
    world.shop.add_product(title="Keys", price="1", type="SERIALS", serials=["A"])
    await world.admin.slash(
        world.channel, "shoppexset item pool", item="Gold Pass", product="Keys"
    )
    await world.order("Gold Pass")
    text = text_of(await shown(world, "order", order=world.shop.orders[-1].uniqid))
    assert "not paid" in text
    assert "on its way" not in text


async def test_an_unknown_number_says_where_numbers_are(world: World) -> None:
    assert "No purchase of that number" in text_of(await shown(world, "order", order="nothing"))


@pytest.mark.usefixtures("gold")
async def test_the_order_of_another_server_is_not_shown(world: World) -> None:
    number = await bought(world)
    other = world.env.create_guild("Elsewhere")
    channel = other.create_text_channel("x")
    boss = other.create_role("Boss", permissions=discord.Permissions(manage_guild=True))
    ada = other.add_member(world.env.create_user("eve"), roles=[boss])
    answer = await ada.slash(channel, "shoppex order", order=number)
    assert "No purchase of that number" in text_of(answer)


async def test_a_member_and_why_each_role(world: World, gold: simcord.RoleHandle) -> None:
    silver, bronze = world.guild.create_role("Silver"), world.guild.create_role("Bronze")
    await world.sell_item("Silver Pass", "1", "EUR", [silver], days=30)
    await world.sell_item("Bronze Pass", "1", "EUR", [bronze])
    world.env.backend.add_member_role(world.guild.id, world.buyer.id, bronze.id)
    await bought(world)
    await bought(world, "Silver Pass")
    answer = await shown(world, "member", member=world.buyer)
    text = text_of(answer)
    assert f"{gold.mention}: paid by **Gold Pass** for ever" in text
    assert f"{silver.mention}: paid by **Silver Pass** until <t:" in text
    assert f"{bronze.mention}: not by the shop" in text


async def test_a_role_from_before_stays_the_members_own(
    world: World, gold: simcord.RoleHandle
) -> None:
    world.env.backend.add_member_role(world.guild.id, world.buyer.id, gold.id)
    await bought(world)
    text = text_of(await shown(world, "order", order=world.buyer.mention))
    assert "the member had it before; it is never taken" in text


@pytest.mark.usefixtures("gold")
async def test_who_left_is_found_by_id(world: World) -> None:
    await bought(world)
    world.guild.remove_member(world.buyer)
    await world.env.settle()
    text = text_of(await shown(world, "order", order=str(world.buyer.id)))
    assert "Not in this server now" in text
    assert "Gold Pass" in text


@pytest.mark.usefixtures("gold")
async def test_many_orders_come_in_pages_and_lead_to_each(world: World) -> None:
    numbers = []
    for _ in range(12):
        numbers.append(await bought(world))
        await world.env.advance_time(700)
    answer = await shown(world, "member", member=world.buyer)
    assert numbers[-1] in text_of(answer)
    assert numbers[0] not in text_of(answer)
    assert answer.response is not None
    older = await world.admin.click(answer.response, label="Older")
    assert numbers[0] in text_of(older)
    assert older.response is not None
    chosen = await world.admin.select(older.response, ["1"])
    assert f"Number {numbers[0]}" in text_of(chosen)
    assert chosen.response is not None
    back = await world.admin.click(chosen.response, label="Member")
    assert "Page 1 of 2" in text_of(back)


async def test_typed_it_is_private_all_the_same(world: World, gold: simcord.RoleHandle) -> None:
    number = await bought(world)
    await world.admin.send(world.channel, f"!shoppex order {number}")
    message = world.channel.history()[-1]
    refused = await world.buyer.click(message, label="Continue privately")
    assert "belongs to somebody else" in text_of(refused)
    answer = await world.admin.click(message, label="Continue privately")
    assert answer.ephemeral
    assert gold.mention in text_of(answer)


# -- who may see and press it --------------------------------------------------------------


@pytest.mark.parametrize("command", ["order", "redeliver", "revoke", "restore"])
@pytest.mark.usefixtures("gold")
async def test_members_are_refused_and_complete_nothing(world: World, command: str) -> None:
    number = await bought(world)
    refused = await world.buyer.slash(world.channel, f"shoppex {command}", order=number)
    assert "for the shop's staff" in text_of(refused)
    name = f"shoppex {command}"
    assert await world.buyer.autocomplete(world.channel, name, "order", "") == []
    [choice] = await world.admin.autocomplete(world.channel, name, "order", "gold")
    assert choice["value"] == number
    [choice] = await world.admin.autocomplete(world.channel, name, "order", "BEN")
    assert choice["name"].startswith("Gold Pass · ben")
    assert await world.admin.autocomplete(world.channel, name, "order", "silver") == []


@pytest.mark.usefixtures("gold")
async def test_each_button_is_for_who_asked_and_for_staff_only(world: World) -> None:
    number = await bought(world)
    answer = await shown(world, "order", order=number)
    assert labels(answer) == ["Redeliver", "Revoke", "Member"]
    assert answer.response is not None
    for label in labels(answer):
        with pytest.raises(simcord.SetupError, match="not visible"):
            await world.buyer.click(answer.response, label=label)
    world.env.backend.remove_member_role(world.guild.id, world.admin.id, world.admins.id)
    for label in labels(answer):
        refused = await world.admin.click(answer.response, label=label)
        assert "for the server's staff" in text_of(refused)
    assert world.roles_of(world.buyer) == {"Gold"}

"""`/shoppex waiting`: what waits by cause, who waits, and trying one cause again."""

from __future__ import annotations

from typing import Any

import pytest
import simcord

from harness import World
from harness.world import text_of

ROLE_PATH = "/guilds/*/members/*/roles/*"


@pytest.fixture
async def roles(world: World) -> list[simcord.RoleHandle]:
    """Two roles for sale, which Discord refuses to give."""
    roles = [world.guild.create_role(name) for name in ("Gold", "Silver")]
    for role in roles:
        await world.sell_item(f"{role.name} Pass", "1", "EUR", [role])
    return roles


async def refused(world: World, title: str, buyer: simcord.MemberActor | None = None) -> str:
    """A paid order of which Discord refused the role."""
    world.env.inject_error("PUT", ROLE_PATH, status=403, code=50013, times=1)
    await world.order(title, buyer=buyer)
    return (await world.pay_newest()).uniqid


async def shown(world: World) -> simcord.InteractionResult:
    answer = await world.admin.slash(world.channel, "shoppex waiting")
    assert answer.ephemeral
    return answer


def menu_of(answer: simcord.InteractionResult, placeholder: str) -> dict[str, Any]:
    assert answer.response is not None
    rows = answer.response.components
    menus = [m for row in rows for m in row["components"] if m.get("placeholder") == placeholder]
    [menu] = menus
    return dict(menu)


async def test_nothing_waits(world: World) -> None:
    answer = await shown(world)
    assert "Nothing waits for you" in text_of(answer)
    assert answer.response is not None
    assert answer.response.components == []


async def test_one_cause_is_opened_and_only_it_is_tried_again(
    world: World, roles: list[simcord.RoleHandle]
) -> None:
    gold, silver = roles
    cleo = world.guild.add_member(world.env.create_user("cleo"))
    await refused(world, "Gold Pass")
    await refused(world, "Silver Pass", cleo)

    answer = await shown(world)
    text = text_of(answer)
    for role in roles:
        assert "1 × Discord refused: check Manage Roles and the order of the roles" in text
        assert role.mention in text
    assert answer.response is not None
    opened = await world.admin.select(answer.response, ["0"])
    text = text_of(opened)
    first, other = (gold, silver) if gold.mention in text else (silver, gold)
    assert other.mention not in text
    who = world.buyer if first is gold else cleo
    assert who.mention in text
    assert opened.response is not None
    told = await world.admin.click(opened.response, label="Try these again")
    assert "trying again for 1 member." in text_of(told)
    await world.env.settle()
    had = {actor.id: world.roles_of(actor) for actor in (world.buyer, cleo)}
    assert had[who.id] == {first.name}
    assert sorted(map(len, had.values())) == [0, 1]


async def test_one_member_of_a_cause_is_tried_again(
    world: World, roles: list[simcord.RoleHandle]
) -> None:
    del roles
    cleo = world.guild.add_member(world.env.create_user("cleo"))
    await refused(world, "Gold Pass")
    # A role that was refused is asked for once.
    await world.order("Gold Pass", buyer=cleo)
    await world.pay_newest()
    answer = await shown(world)
    assert answer.response is not None
    opened = await world.admin.select(answer.response, ["0"])
    assert opened.response is not None
    menu = menu_of(opened, "Choose one to try again")
    assert {(each["label"], each["description"]) for each in menu["options"]} == {
        ("ben", "Gold Pass"),
        ("cleo", "Gold Pass"),
    }
    told = await world.admin.select(opened.response, [str(cleo.id)], custom_id=menu["custom_id"])
    assert "trying again for 1 member." in text_of(told)
    await world.env.settle()
    assert world.roles_of(cleo) == {"Gold"}
    assert world.roles_of(world.buyer) == set()
    # What arrived before is not sent again.
    assert len(world.dms(cleo)) == 1


async def test_a_cause_leads_to_the_order(world: World, roles: list[simcord.RoleHandle]) -> None:
    number = await refused(world, "Gold Pass")
    answer = await shown(world)
    assert answer.response is not None
    opened = await world.admin.select(answer.response, ["0"])
    assert number in text_of(opened)
    assert opened.response is not None
    menu = menu_of(opened, "Choose one to see more")
    order = await world.admin.select(
        opened.response, [f"{world.buyer.id}:{number}"], custom_id=menu["custom_id"]
    )
    assert f"{roles[0].mention}: ⚠️ waits for you" in text_of(order)


@pytest.mark.usefixtures("roles")
async def test_everything_is_tried_again(world: World) -> None:
    cleo = world.guild.add_member(world.env.create_user("cleo"))
    await refused(world, "Gold Pass")
    await refused(world, "Silver Pass", cleo)
    answer = await shown(world)
    assert answer.response is not None
    await world.admin.click(answer.response, label="Try all again")
    await world.env.settle()
    assert world.roles_of(world.buyer) == {"Gold"}
    assert world.roles_of(cleo) == {"Silver"}
    assert "Nothing waits" in text_of(await shown(world))


@pytest.mark.usefixtures("roles")
async def test_many_members_come_in_pages(world: World) -> None:
    crowd = [world.guild.add_member(world.env.create_user(f"u{n}")) for n in range(12)]
    for member in crowd:
        await refused(world, "Gold Pass", member)
    answer = await shown(world)
    assert "12 ×" in text_of(answer)
    assert answer.response is not None
    opened = await world.admin.select(answer.response, ["0"])
    assert text_of(opened).count("Gold Pass") == 10
    assert opened.response is not None
    more = await world.admin.click(opened.response, label="More")
    assert text_of(more).count("Gold Pass") == 2


@pytest.mark.usefixtures("roles")
async def test_what_needs_a_decision_says_so(world: World) -> None:
    await world.order("Gold Pass")
    order = world.shop.orders[-1]
    order.items[0].unit_price /= 2
    await world.shop.pay(order.uniqid)
    await world.env.settle()
    answer = await shown(world)
    assert answer.response is not None
    opened = await world.admin.select(answer.response, ["0"])
    assert order.uniqid in text_of(opened)
    assert opened.response is not None
    told = await world.admin.click(opened.response, label="Try these again")
    assert "trying again" in text_of(told)
    await world.env.settle()
    assert "less was paid than the price" in text_of(await shown(world))


async def test_members_are_refused(world: World) -> None:
    answer = await world.buyer.slash(world.channel, "shoppex waiting")
    assert "for the shop's staff" in text_of(answer)


@pytest.mark.usefixtures("roles")
async def test_who_is_staff_no_longer_tries_nothing(world: World) -> None:
    await refused(world, "Gold Pass")
    answer = await shown(world)
    world.env.backend.remove_member_role(world.guild.id, world.admin.id, world.admins.id)
    assert answer.response is not None
    told = await world.admin.click(answer.response, label="Try all again")
    assert "for the server's staff" in text_of(told)
    await world.env.settle()
    assert world.roles_of(world.buyer) == set()

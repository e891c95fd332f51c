"""An admin changes what a product gives: earlier buyers follow only when that is confirmed."""

from __future__ import annotations

import pytest
import simcord

from harness import World
from harness.world import text_of

ROLE_PATH = "/guilds/*/members/*/roles/*"


class Shop:
    """A pass that was sold, and two roles that it may give."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.gold = world.guild.create_role("Gold")
        self.silver = world.guild.create_role("Silver")
        self.buyers = [world.buyer]

    async def open(self) -> None:
        await self.world.sell_item("Pass", "5", "EUR", [self.gold])
        for number in range(2):
            user = self.world.env.create_user(f"cleo{number}")
            self.buyers.append(self.world.guild.add_member(user))
        for buyer in self.buyers:
            await self.world.order("Pass", buyer=buyer)
            await self.world.pay_newest()
        self.owned_by_all({"Gold"})

    async def change(self) -> simcord.ResponseMessage:
        """The admin lets the pass give Silver; the question."""
        answer = await self.world.admin.slash(
            self.world.channel, "shoppexset item roles", item="Pass", roles=self.silver.mention
        )
        assert answer.response is not None
        assert answer.ephemeral
        return answer.response

    async def listed(self) -> str:
        return text_of(await self.world.admin.slash(self.world.channel, "shoppexset item list"))

    def owned_by_all(self, names: set[str]) -> None:
        for buyer in self.buyers:
            assert self.world.roles_of(buyer) == names


@pytest.fixture
async def shop(world: World) -> Shop:
    opened = Shop(world)
    await opened.open()
    return opened


async def test_the_preview_says_who_gains_and_loses_what(shop: Shop) -> None:
    question = await shop.change()
    fields = {field.name: str(field.value) for field in question.embeds[0].fields}
    assert fields["Gain"].startswith(f"{shop.silver.mention} (3): ")
    assert fields["Lose"].startswith(f"{shop.gold.mention} (3): ")
    for name in ("ben", "cleo0", "cleo1"):
        assert name in fields["Gain"]
    assert shop.silver.mention not in await shop.listed()
    shop.owned_by_all({"Gold"})


@pytest.mark.both_backends
async def test_on_confirmation_earlier_buyers_follow_and_progress_is_shown(
    world: World, shop: Shop
) -> None:
    question = await shop.change()
    await world.admin.click(question, label="Earlier buyers too")
    await world.env.advance_time(30)
    shop.owned_by_all({"Silver"})
    shown = world.env.backend.get_message(world.channel.id, question.id)
    assert "all 3 are done" in shown.content
    assert shop.silver.mention in await shop.listed()

    await world.instance.restart(world.env)
    await world.env.advance_time(3600)
    shop.owned_by_all({"Silver"})


async def test_only_new_buyers(world: World, shop: Shop) -> None:
    question = await shop.change()
    answer = await world.admin.click(question, label="Only new buyers")
    await world.env.advance_time(30)
    assert answer is not None
    shop.owned_by_all({"Gold"})
    dora = world.guild.add_member(world.env.create_user("dora"))
    await world.order("Pass", buyer=dora)
    await world.pay_newest()
    assert world.roles_of(dora) == {"Silver"}

    # Later on it is offered again, for those who have not got it.
    question = await shop.change()
    await world.admin.click(question, label="Earlier buyers too")
    await world.env.advance_time(30)
    shop.owned_by_all({"Silver"})


async def test_cancelled_nothing_changes(world: World, shop: Shop) -> None:
    question = await shop.change()
    await world.admin.click(question, label="Cancel")
    await world.env.advance_time(30)
    assert shop.silver.mention not in await shop.listed()
    shop.owned_by_all({"Gold"})


@pytest.mark.parametrize("label", ["Only new buyers", "Earlier buyers too", "Cancel"])
async def test_the_buttons_are_the_admins_alone(world: World, shop: Shop, label: str) -> None:
    await world.admin.send(world.channel, f"!shoppexset item roles Pass {shop.silver.mention}")
    question = world.channel.last_message
    assert question is not None
    for stranger in (world.buyer, world.owner):
        answer = await stranger.click(question, label=label)
        assert "belongs to somebody else" in text_of(answer)
    await world.env.settle()
    assert shop.silver.mention not in await shop.listed()
    shop.owned_by_all({"Gold"})


async def test_who_cannot_be_served_waits_for_staff_and_is_counted(
    world: World, shop: Shop
) -> None:
    question = await shop.change()
    world.env.backend.reorder_roles(world.guild.id, [{"id": shop.silver.id, "position": 50}])
    await world.env.settle()
    await world.admin.click(question, label="Earlier buyers too")
    await world.env.advance_time(30)
    shown = world.env.backend.get_message(world.channel.id, question.id)
    assert "all 3 are done" in shown.content
    waiting = text_of(await world.admin.slash(world.channel, "shoppexset show"))
    assert "3 × the role is not below the bot's" in waiting

    world.env.backend.reorder_roles(world.guild.id, [{"id": shop.silver.id, "position": 1}])
    await world.env.settle()
    shop.owned_by_all({"Silver"})


@pytest.mark.both_backends
async def test_unloading_in_the_middle_leaves_nothing_running(world: World, shop: Shop) -> None:
    world.env.inject_error("PUT", ROLE_PATH, status=500, code=0, times=20)
    question = await shop.change()
    await world.admin.click(question, label="Earlier buyers too")
    await world.owner.send(world.channel, "!unload shoppex")
    await world.owner.send(world.channel, "!load shoppex")
    await world.env.advance_time(7200)
    shop.owned_by_all({"Silver"})


async def test_a_product_that_a_subscription_is_for(world: World) -> None:
    gold, silver = world.guild.create_role("Gold"), world.guild.create_role("Silver")
    world.shop.add_product(title="Club", price="5", type="SUBSCRIPTION")
    await world.sell_product("Club", [gold])
    await world.order("Club")
    await world.pay_newest()
    await world.env.advance_time(120)
    assert world.roles_of(world.buyer) == {"Gold"}
    both = f"{gold.mention} {silver.mention}"
    answer = await world.admin.slash(
        world.channel, "shoppexset product roles", product="Club", roles=both
    )
    assert answer.response is not None
    await world.admin.click(answer.response, label="Earlier buyers too")
    await world.env.advance_time(30)
    assert world.roles_of(world.buyer) == {"Gold", "Silver"}


async def test_without_earlier_buyers_nobody_is_asked(world: World) -> None:
    gold = world.guild.create_role("Gold")
    await world.sell_item("Pass", "5", "EUR")
    answer = await world.admin.slash(
        world.channel, "shoppexset item roles", item="Pass", roles=gold.mention
    )
    assert "✅" in text_of(answer)

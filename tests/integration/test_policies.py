"""Refunds, disputes and missed payments mean what the server decided, for each offer."""

from __future__ import annotations

import itertools

import pytest
import simcord

import standin
from harness import World
from harness.world import text_of

DAY = 24 * 3600


@pytest.fixture
async def gold(world: World) -> simcord.RoleHandle:
    """A role, for sale as the item Gold Pass."""
    role = world.guild.create_role("Gold")
    await world.sell_item("Gold Pass", "9.99", "EUR", [role])
    return role


async def bought(world: World, title: str = "Gold Pass") -> str:
    await world.order(title)
    return (await world.pay_newest()).uniqid


async def decide(world: World, what: str, roles: str, **options: object) -> str:
    answer = await world.admin.slash(
        world.channel, f"shoppexset policy {what}", roles=roles, **options
    )
    await world.env.settle()
    return text_of(answer)


async def ask(world: World, command: str) -> str:
    return text_of(await world.admin.slash(world.channel, f"shoppexset {command}"))


async def refund(world: World, uniqid: str, amount: str | None = None) -> None:
    await world.shop.refund(uniqid, amount)
    await world.env.advance_time(120)


# -- refunds and disputes ------------------------------------------------------------------


@pytest.mark.usefixtures("gold")
async def test_a_refund_takes_the_role_unless_it_was_decided_otherwise(world: World) -> None:
    uniqid = await bought(world)
    await refund(world, uniqid)
    assert world.roles_of(world.buyer) == set()

    assert "gets them again now" not in await decide(world, "refunds", "revoke")
    assert "gets them again now" in await decide(world, "refunds", "keep")
    assert world.roles_of(world.buyer) == {"Gold"}

    assert "loses them now" in await decide(world, "refunds", "revoke")
    assert world.roles_of(world.buyer) == set()


@pytest.mark.usefixtures("gold")
async def test_a_dispute_suspends_and_a_won_one_restores(world: World) -> None:
    uniqid = await bought(world)
    await world.shop.dispute(uniqid)
    await world.env.advance_time(120)
    assert world.roles_of(world.buyer) == set()

    await world.shop.win_dispute(uniqid)
    await world.env.advance_time(600)
    assert world.roles_of(world.buyer) == {"Gold"}


@pytest.mark.usefixtures("gold")
async def test_a_lost_dispute_stays_lost(world: World) -> None:
    uniqid = await bought(world)
    await world.shop.dispute(uniqid)
    await world.env.advance_time(120)
    await world.shop.lose_dispute(uniqid)
    await world.env.advance_time(DAY)
    assert world.roles_of(world.buyer) == set()


@pytest.mark.usefixtures("gold")
async def test_a_dispute_may_leave_the_role(world: World) -> None:
    await decide(world, "disputes", "keep")
    uniqid = await bought(world)
    await world.shop.dispute(uniqid)
    await world.env.advance_time(120)
    assert world.roles_of(world.buyer) == {"Gold"}


async def test_an_offer_decides_over_the_server_and_can_follow_it_again(
    world: World, gold: simcord.RoleHandle
) -> None:
    silver = world.guild.create_role("Silver")
    await world.sell_item("Silver Pass", "5", "EUR", [silver])
    await decide(world, "refunds", "keep", offer="Silver Pass")
    assert "Silver Pass" in await ask(world, "policy show")
    for title in ("Gold Pass", "Silver Pass"):
        await refund(world, await bought(world, title))
    assert world.roles_of(world.buyer) == {"Silver"}

    # What it did not decide by itself goes on following the server.
    await decide(world, "disputes", "keep")
    await world.shop.dispute(await bought(world, "Silver Pass"))
    await world.env.advance_time(120)
    assert "Refunds: the buyer keeps the roles" in await ask(world, "item list")

    assert "follows the server" in await decide(world, "refunds", "server", offer="Silver Pass")
    assert "Refunds: the buyer keeps" not in await ask(world, "item list")
    assert world.roles_of(world.buyer) == {"Silver"}
    await decide(world, "disputes", "suspend")
    assert world.roles_of(world.buyer) == set()
    assert gold.mention in await ask(world, "item list")


@pytest.mark.usefixtures("gold")
async def test_a_partial_refund_is_told_to_staff_and_changes_nothing(world: World) -> None:
    world.shop.switches.refunded_field = "refunded_amount"
    uniqid = await bought(world)
    await refund(world, uniqid, "2.50")
    assert world.roles_of(world.buyer) == {"Gold"}
    assert "a part of the money went back" in await ask(world, "show")
    [told] = world.dms(world.guild.owner)
    assert "a part of the money went back" in str(told.embeds[0].description)


@pytest.mark.parametrize("endings", list(itertools.permutations(["refund", "dispute", "time"])))
async def test_a_role_goes_with_the_last_of_its_purchases(
    world: World, endings: tuple[str, ...]
) -> None:
    role = world.guild.create_role("Gold")
    for title in ("refund", "dispute"):
        await world.sell_item(title, "5", "EUR", [role])
    await world.sell_item("time", "5", "EUR", [role], days=30)
    orders = {title: await bought(world, title) for title in endings}
    for number, ending in enumerate(endings, start=1):
        if ending == "refund":
            await refund(world, orders[ending])
        elif ending == "dispute":
            await world.shop.dispute(orders[ending])
        else:
            await world.env.advance_time(30 * DAY)
        await world.env.advance_time(120)
        expected = set() if number == len(endings) else {"Gold"}
        assert world.roles_of(world.buyer) == expected, ending


# -- subscriptions -------------------------------------------------------------------------


@pytest.fixture
async def plan(world: World) -> None:
    """A subscription that gives the role Gold, and of which the bot is told."""
    assert world.hook is not None
    world.shop.add_webhook(
        world.webhook_url, secret=world.hook.secret, events=standin.SUBSCRIPTION_EVENTS
    )
    role = world.guild.create_role("Gold")
    world.shop.add_product(title="Club", price="5", type="SUBSCRIPTION")
    await world.sell_product("Club", [role])


@pytest.mark.usefixtures("plan")
async def test_an_overdue_subscription_gives_as_decided(world: World) -> None:
    world.shop.switches.grace = "past_due"
    await bought(world, "Club")
    await world.env.advance_time(120)
    await world.shop.fail_renewal(world.shop.subscriptions[-1])
    await world.env.advance_time(120)
    assert world.roles_of(world.buyer) == {"Gold"}

    assert "loses them at once" in await decide(world, "pastdue", "revoke", offer="Club")
    assert world.roles_of(world.buyer) == set()
    assert "gets them again" in await decide(world, "pastdue", "keep", offer="Club")
    assert world.roles_of(world.buyer) == {"Gold"}


@pytest.mark.usefixtures("plan")
async def test_a_paused_subscription_gives_as_decided(world: World) -> None:
    await bought(world, "Club")
    await world.env.advance_time(120)
    await world.shop.pause_subscription(world.shop.subscriptions[-1])
    await world.env.advance_time(40 * DAY)
    assert world.roles_of(world.buyer) == set()

    await decide(world, "paused", "keep")
    assert world.roles_of(world.buyer) == {"Gold"}


# -- the commands --------------------------------------------------------------------------


async def test_what_is_unknown_changes_nothing(world: World) -> None:
    assert "Nothing was changed" in await decide(world, "refunds", "keep", offer="Nothing")
    assert "Nothing was changed" in await decide(world, "refunds", "server")


async def test_everything_is_shown(world: World) -> None:
    shown = await ask(world, "show")
    assert "Refunds: the roles go" in shown
    assert "get back what still lasts" in shown
    assert "3 days before" in shown
    await world.admin.slash(world.channel, "shoppexset rejoin", enabled=False)
    await world.admin.slash(world.channel, "shoppexset reminders", days="1, 7 7")
    await decide(world, "refunds", "keep")
    shown = await ask(world, "show")
    assert "Refunds: the buyer keeps" in shown
    assert "get back nothing" in shown
    assert "7, 1 days before" in shown


@pytest.mark.parametrize("days", ["0", "31", "1 2 3 4", "often", "-1", "1.5", "off 3", "²"])
async def test_days_that_are_none(world: World, days: str) -> None:
    answer = await world.admin.slash(world.channel, "shoppexset reminders", days=days)
    assert "Nothing was changed" in text_of(answer)


async def test_the_decisions_can_be_typed(world: World) -> None:
    await world.sell_item("Gold Pass", "5", "EUR")
    for typed, said in (
        ("policy refunds keep", "gets them again"),
        ("policy refunds revoke Gold Pass", "Gold Pass"),
        ("policy", "Refunds: the buyer keeps"),
        ("rejoin off", "has to buy it again"),
        ("reminders 7 1", "7, 1 days before"),
        ("reminders off", "no reminders"),
        ('item days "Gold Pass" 30', "for 30 days"),
    ):
        await world.admin.send(world.channel, f"!shoppexset {typed}")
        message = world.channel.last_message
        assert message is not None
        embeds = "".join(str(embed.to_dict()) for embed in message.embeds)
        assert said in message.content + embeds, typed


async def test_discord_takes_the_whole_group(world: World) -> None:
    # https://discord.com/developers/docs/interactions/application-commands: at most 25 options
    # on each level, and 8000 characters in all names and descriptions.
    commands = {c.name: c for c in await world.bot.tree.fetch_commands()}
    group = commands["shoppexset"].to_dict()

    def check(command: dict[str, object]) -> int:
        options = command.get("options", [])
        assert isinstance(options, list)
        assert len(options) <= 25
        texts = [command["name"], command.get("description", "")]
        choices = command.get("choices", [])
        assert isinstance(choices, list)
        texts += [text for choice in choices for text in (choice["name"], choice["value"])]
        return sum(len(str(text)) for text in texts) + sum(check(option) for option in options)

    assert check(group) <= 8000

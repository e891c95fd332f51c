"""What version 26ac9e4 left behind opens today and works: see `tests/data_26ac9e4`."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from harness import RedInstance
from harness.old_data import OldWorld, kept, open_old_world, put_in_place
from harness.red import sync
from harness.world import link_of, text_of
from repository import commit_checkout, commit_former, knows

pytestmark = pytest.mark.both_backends

FORMER = "26ac9e4389f42b64248aeadfcccacb8c448c2cbd"
MINUTE, HOUR, DAY = 60, 3600, 24 * 3600

# What became of whom, as `/purchases` and `/shoppex member` say.
STATES = {
    "ended_pass": "ended",
    "active": "runs",
    "overdue": "payment overdue",
    "ended": "ended",
    "timed": "delivered",
    "silent": "delivered",
    "cancelled": "will not renew",
    "paused": "paused",
    "unpaid": "not paid",
    "part_paid": "a part of the payment is missing",
    "cancelled_order": "expired without payment",
    "paid": "delivered",
    "box": "delivered",
    "key": "delivered",
    # That version waited for staff where the price was another; today the lines decide.
    "held": "delivered",
    "refunded": "refunded",
    "refunded_kept": "refunded",
    "part_refunded": "delivered",
    "disputed": "payment disputed",
    "pool": "delivered",
    "pool_empty": "waits for the staff",
    "revoked": "taken back by the staff",
    "restored": "delivered",
    "gift": "delivered",
    "timed_gift": "delivered",
    "moved_to": "delivered",
    "licensed": "delivered",
    "waiting": "waits for the staff",
    "late_key": "the shop still has to deliver the key",
    "replacing": "delivered",
    "closed": "waits for you",
}
NOTHING = ("owner", "forgotten", "moved_from")
ALWAYS_THERE = {"admin", "owner"}


@pytest.fixture(scope="session")
def old_red(tmp_path_factory: pytest.TempPathFactory) -> RedInstance:
    """A Red with that version's settings and ledger, on which today's cog never ran."""
    instance = RedInstance(tmp_path_factory.mktemp("old") / "red", cog_path=None)

    async def place() -> None:
        async with instance.run(slash=False):
            await put_in_place()

    asyncio.run(place())
    return instance


@pytest.fixture
async def world(tmp_path: Path, old_red: RedInstance) -> AsyncIterator[OldWorld]:
    """The server of that time, with today's cog."""
    async with open_old_world(tmp_path / "red", like=old_red) as opened:
        yield opened


@pytest.fixture
async def swept_world(tmp_path: Path, old_red: RedInstance) -> AsyncIterator[OldWorld]:
    """The same; the bot sweeps through the shop every hour, as it really does."""
    async with open_old_world(tmp_path / "red", like=old_red, reconciler=True) as opened:
        yield opened


@pytest.fixture
async def bare_world(tmp_path: Path, old_red: RedInstance) -> AsyncIterator[OldWorld]:
    """The same without any cog, to install that version and then today's."""
    async with open_old_world(tmp_path / "red", cog_path=None, like=old_red) as opened:
        yield opened


async def mine(world: OldWorld, name: str) -> str:
    """What somebody reads of their own purchases."""
    return text_of(await world.people[name].slash(world.channel, "purchases"))


async def asked(world: OldWorld, command: str, **options: Any) -> str:
    """What the admin reads."""
    return text_of(await world.admin.slash(world.channel, command, **options))


async def staff_read(world: OldWorld, name: str) -> str:
    """What staff read of somebody."""
    return await asked(world, "shoppex member", member=world.people[name])


async def everything(world: OldWorld) -> dict[str, str]:
    """What staff read of each member."""
    names = world.people.keys() - ALWAYS_THERE
    return {name: await staff_read(world, name) for name in names}


def roles(world: OldWorld) -> dict[str, list[str]]:
    """Who has which roles now."""
    return {name: sorted(world.roles_of(who)) for name, who in world.people.items()}


def roles_then() -> dict[str, list[str]]:
    """Who had which when that version was stopped."""
    members = kept("discord")["members"]
    return {name: had for name, (_, had) in members.items() if had is not None}


def written_to(world: OldWorld) -> Counter[str]:
    """How many messages buyers got since."""
    then = {message["id"] for message in kept("discord")["messages"]}
    return Counter(
        name for name, user in world.users.items() for m in world.dms(user) if m.id not in then
    )


def role_requests(world: OldWorld) -> list[tuple[str, str]]:
    asked_for = world.env.http_requests
    return [(each.method, each.path) for each in asked_for if "/roles/" in each.path]


def goods_of(world: OldWorld, name: str) -> str:
    """The one key that somebody bought, as Shoppex delivered it."""
    [line] = world.bought(name).items
    assert line.goods is not None
    [key] = line.goods.pieces
    return key


def messages(world: OldWorld, label: str) -> list[Any]:
    """The messages of that time with such a button, oldest first."""
    rooms = [*world.rooms.values(), *(user.dm_channel for user in world.users.values())]
    then = {message["id"] for message in kept("discord")["messages"]}
    found = [m for room in rooms for m in room.history() if m.id in then]
    return sorted(
        (m for m in found if label in [c.label for row in m.components for c in row.children]),  # type: ignore[union-attr]
        key=lambda message: message.id,
    )


async def doctors_word(world: OldWorld) -> None:
    """The doctor has nothing to say of the data, and nothing was set aside."""
    text = await asked(world, "shoppexset doctor")
    in_order = text[text.index("✅ In order") :]
    assert "Storage (" in in_order
    assert "members known:" in in_order
    assert "API key (Stand-in)" in in_order
    assert "Products at Shoppex" in in_order
    assert "cannot be read" not in text
    assert list((world.instance.path / "cogs").glob("Shoppex*/*unreadable*")) == []


# -- it opens --------------------------------------------------------------------------------


async def test_every_purchase_is_there_with_its_state(world: OldWorld) -> None:
    assert {*STATES, *NOTHING, "admin"} == set(world.people)
    await world.env.advance_time(2 * MINUTE)
    for name, state in STATES.items():
        assert state in await mine(world, name), name
        assert state in await staff_read(world, name), name
    for name in NOTHING:
        assert "bought nothing" in await mine(world, name), name
    for order in world.shop.orders:
        known = order is not world.bought("forgotten")
        text = await asked(world, "shoppex order", order=order.uniqid)
        assert ("No purchase of that number" not in text) is known, order.email
    await doctors_word(world)


async def test_no_role_is_given_twice_or_taken_and_nobody_is_told_again(
    swept_world: OldWorld,
) -> None:
    world = swept_world
    await world.env.advance_time(3 * HOUR)
    held, gold = world.people["held"], world.guild.roles["Gold"]
    assert roles(world) == {**roles_then(), "held": ["Gold"]}
    path = f"/guilds/{world.guild.id}/members/{held.id}/roles/{gold.id}"
    assert role_requests(world) == [("PUT", path)]
    # Besides, who still waits hears today why: for the rest of the money, or for the shop.
    assert written_to(world) == {"held": 1, "part_paid": 1, "late_key": 1}


async def test_the_settings_are_as_they_were_set(world: OldWorld) -> None:
    shown = await asked(world, "shoppexset show")
    assert "API key: ✅ set" in shown
    assert "Webhook secret: ✅ set" in shown
    assert "4 products, 6 items" in shown
    assert f"<https://shop.example/shoppex/{world.guild.id}>" in shown
    assert world.rooms["staff"].mention in shown
    assert world.guild.roles["Helpers"].mention in shown
    assert "Paused subscriptions: the buyer keeps the roles" in shown
    assert "Reminders: 7, 1 days" in shown
    policy = await asked(world, "shoppexset policy show")
    assert "**Silver Pass**\nRefunds: the buyer keeps the roles" in policy
    items = await asked(world, "shoppexset item list")
    assert "**Gold Pass**" in items
    assert f"€3.00: {world.guild.roles['Pass'].mention} for 30 days" in items
    assert world.guild.roles["Player"].mention in await asked(world, "shoppexset product list")
    # Who wished it is not asked for an address again.
    bought = await world.order("Silver Pass", buyer=world.people["paid"])
    assert link_of(bought) is not None
    assert world.shop.orders[-1].email == "paid@example.com"


async def test_after_a_write_and_a_restart_all_of_it_is_still_there(world: OldWorld) -> None:
    await world.order("Silver Pass", buyer=world.people["key"])
    await world.pay_newest()
    await asked(world, "shoppexset reminders", days="5")
    before = await everything(world)
    assert "Silver Pass" in before["key"]

    await world.instance.restart(world.env)

    assert await everything(world) == before
    assert roles(world) == {**roles_then(), "held": ["Gold"], "key": ["Player", "Silver"]}
    assert "Reminders: 5 days" in await asked(world, "shoppexset show")
    await doctors_word(world)


# -- it goes on ------------------------------------------------------------------------------


async def test_what_waited_is_delivered_when_it_is_mended(world: OldWorld) -> None:
    high = world.guild.roles["High"]
    world.env.backend.reorder_roles(world.guild.id, [{"id": high.id, "position": 1}])
    [pool] = [product for product in world.shop.products if product.title == "Pool"]
    pool.serials.append("POOL-2")
    world.shop.release_goods(world.bought("late_key").uniqid)
    # The button under the message of that time.
    await world.admin.click(messages(world, "Try again now")[-1], label="Try again now")
    await world.env.advance_time(DAY)

    assert world.roles_of(world.people["waiting"]) == {"High"}
    assert [m.content for m in world.dms(world.users["pool_empty"])] == ["```\nPOOL-2\n```"]
    key = goods_of(world, "late_key")
    assert [m.content for m in world.dms(world.users["late_key"])] == [f"```\n{key}\n```"]
    for name in ("waiting", "pool_empty", "late_key"):
        assert "delivered" in await mine(world, name)


async def test_an_order_of_then_is_paid_now(world: OldWorld) -> None:
    """With the same link, and the webhook that was set up then."""
    again = await world.order("Gold Pass", buyer=world.people["unpaid"])
    assert "still waiting for you" in text_of(again)
    for name in ("unpaid", "part_paid", "cancelled_order"):
        await world.shop.pay(world.bought(name).uniqid)
        await world.env.advance_time(MINUTE)
        assert world.roles_of(world.people[name]) == {"Gold"}, name
        titles = [message.embeds[0].title for message in world.dms(world.users[name])]
        assert titles.count("Your purchase is paid. Thank you!") == 1, name


async def test_money_that_goes_back_takes_the_role(world: OldWorld) -> None:
    for name in ("paid", "restored", "moved_from", "part_refunded"):
        await world.shop.refund(world.bought(name).uniqid)
    await world.shop.dispute(world.bought("box").uniqid)
    await world.shop.win_dispute(world.bought("disputed").uniqid)
    await world.env.advance_time(10 * MINUTE)
    for name in ("paid", "restored", "moved_to", "part_refunded", "box"):
        assert world.roles_of(world.people[name]) == set(), name
    assert world.roles_of(world.people["disputed"]) == {"Gold"}
    # Decided for this offer then.
    assert world.roles_of(world.people["refunded_kept"]) == {"Silver"}


async def test_what_staff_did_can_be_undone(world: OldWorld) -> None:
    for command, label, number in (
        ("restore", "Yes, give it back", world.bought("revoked").uniqid),
        ("revoke", "Yes, take it back", world.bought("restored").uniqid),
        ("revoke", "Yes, take it back", gift_of(await staff_read(world, "gift"))),
    ):
        shown = await world.admin.slash(world.channel, f"shoppex {command}", order=number)
        assert shown.response is not None
        await world.admin.click(shown.response, label=label)
        await world.env.settle()
    assert world.roles_of(world.people["revoked"]) == {"Gold"}
    assert world.roles_of(world.people["restored"]) == set()
    assert world.roles_of(world.people["gift"]) == set()


def gift_of(text: str) -> str:
    """The number of a gift."""
    begin = text.index("gift-")
    return text[begin : begin + len("gift-00000000")]


async def test_passes_and_subscriptions_end_and_renew(world: OldWorld) -> None:
    by_email = {each.customer.email: each for each in world.shop.subscriptions}
    await world.shop.recover(by_email["overdue@example.com"])
    await world.env.settle()
    assert "runs" in await mine(world, "overdue")
    # The month of the passes is over in four days, that of the subscription in sixteen.
    await world.env.advance_time(9 * DAY)
    for name in ("timed", "silent"):
        assert world.roles_of(world.people[name]) == set()
        assert "ended" in await mine(world, name)
    titles = {
        name: [str(m.embeds[0].title) for m in world.dms(world.users[name])][-2:]
        for name in ("timed", "silent")
    }
    assert titles["timed"] == ["Your access ends soon.", "Your access has ended."]
    # Once more a day before it, but for who pressed “No more reminders” then.
    assert titles["silent"][0] == "Your access ends soon."
    assert len(world.dms(world.users["timed"])) == len(world.dms(world.users["silent"])) + 1
    assert world.roles_of(world.people["cancelled"]) == {"Plan"}
    await world.env.advance_time(11 * DAY)
    assert world.roles_of(world.people["cancelled"]) == set()
    assert world.roles_of(world.people["timed_gift"]) == {"Gold"}
    await world.shop.renew(by_email["active@example.com"])
    await world.env.settle()
    assert world.roles_of(world.people["active"]) == {"Plan"}


async def test_who_had_left_has_it_again_and_who_was_banned_has_not(world: OldWorld) -> None:
    world.env.backend.remove_ban(world.guild.id, world.users["banned"].id)
    for name in ("left", "banned"):
        world.people[name] = world.guild.add_member(world.users[name])
        await world.env.settle()
    assert world.roles_of(world.people["left"]) == {"Gold"}
    assert world.roles_of(world.people["banned"]) == set()


# -- buttons of that time --------------------------------------------------------------------


async def test_entries_of_the_log_and_reminders_and_a_notice_still_work(world: OldWorld) -> None:
    world.closes_messages("closed")
    titles = {}
    for entry in messages(world, "Order"):
        assert "Why each role" in text_of(await world.admin.click(entry, label="Member"))
        shown = await world.admin.click(entry, label="Order")
        titles[str(entry.embeds[0].title)] = text_of(shown).splitlines()[0]
    assert titles == {
        "🔚 The subscription has ended": "Gold Plan",
        "🔁 The subscription was renewed": "Gold Plan",
        "🛒 New sale": "Game Key",
    }

    label = "No more reminders"
    for name, says in (("timed", "get no more reminders"), ("silent", "reminded again")):
        user = world.users[name]
        mine_only = [m for m in messages(world, label) if m.channel.id == user.dm_channel.id]
        assert says in text_of(await user.click(mine_only[-1], label=label))

    [notice] = messages(world, "Show what I bought")
    stranger = await world.people["paid"].click(notice, label="Show what I bought")
    assert "belongs to somebody else" in text_of(stranger)
    opened = await world.people["closed"].click(notice, label="Show what I bought")
    assert goods_of(world, "closed") in text_of(opened)
    assert opened.ephemeral
    assert "delivered" in await mine(world, "closed")


@pytest.mark.parametrize(("label", "word"), [("Approve", "✅ Approved"), ("Refuse", "❌ Refused")])
async def test_a_wish_for_another_key_is_decided(world: OldWorld, label: str, word: str) -> None:
    world.shop.switches.delivered_items = "serials"
    [wish] = messages(world, label)
    assert word in text_of(await world.admin.click(wish, label=label))
    await world.env.settle()
    [last] = world.dms(world.users["replacing"])
    [line] = world.bought("replacing").items
    if label == "Approve":
        assert len(line.replaced) == 1
        assert goods_of(world, "replacing") in last.content
    else:
        assert "refused it" in last.content
        assert line.replaced == ()


# -- Downloader ------------------------------------------------------------------------------


@pytest.mark.skipif(not knows(FORMER), reason="a shallow clone does not have that version")
async def test_the_cog_is_updated_over_that_version(bare_world: OldWorld, tmp_path: Path) -> None:
    world, repository = bare_world, commit_former(tmp_path / "source", FORMER)
    assert "Loaded" in await typed(world, "!load downloader")
    assert "I agree" in await typed(world, f"!repo add shoppex {repository}")
    assert "successfully added" in await typed(world, "I agree")
    assert "installed" in await typed(world, "!cog install shoppex shoppex")
    assert "Loaded" in await typed(world, "!load shoppex")
    # As the owner's `!slash sync`, which takes a rest that other tests would feel.
    await sync(world.bot)
    # It is that version, and it goes on with what it left behind.
    assert "other amount" in await asked(world, "shoppex waiting")
    assert "delivered" in await staff_read(world, "paid")

    commit_checkout(repository)
    answer = await typed(world, "!cog update shoppex")
    assert "Updated: `shoppex`" in answer
    assert "reload the updated cog" in answer
    [question] = [m for m in world.rooms["office"].history() if "Would you like" in m.content]
    await world.owner.react(question, "\N{WHITE HEAVY CHECK MARK}")
    await world.env.settle()
    assert "Reloaded" in str([m.content for m in world.rooms["office"].history()])
    await sync(world.bot)
    await world.env.advance_time(2 * MINUTE)

    for name, state in STATES.items():
        assert state in await staff_read(world, name), name
    assert roles(world) == {**roles_then(), "held": ["Gold"]}
    await doctors_word(world)
    await world.shop.pay(world.bought("unpaid").uniqid)
    await world.shop.refund(world.bought("paid").uniqid)
    await world.env.advance_time(MINUTE)
    assert world.roles_of(world.people["unpaid"]) == {"Gold"}
    assert world.roles_of(world.people["paid"]) == set()


async def typed(world: OldWorld, text: str) -> str:
    """What the bot's owner types in the office, and what the bot answers."""
    office = world.rooms["office"]
    before = {message.id for message in office.history()}
    await world.owner.send(office, text)
    return "\n".join(
        message.content + "".join(str(embed.to_dict()) for embed in message.embeds)
        for message in office.history()
        if message.id not in before and message.author.id != world.owner.id
    )

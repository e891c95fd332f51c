"""Whatever happens to the bot in the middle of a test: it is undone."""

from __future__ import annotations

import pytest
import simcord

from harness import World, store_away
from harness.rehearsal import accounts, begin, leaving_nothing, report, role_requests
from harness.world import text_of

ROLE_PATH = "/guilds/*/members/*/roles/*"
MESSAGE_PATH = "/channels/*/messages"
MINUTE, HOUR = 60, 3600

# More writes than one test needs.
_WRITES = range(12)


class Death:
    """From the n-th write on nothing reaches the disk any more."""

    def __init__(self, writes: int) -> None:
        self._left = writes

    def __call__(self) -> bool:
        """Whether the process is dead; each look is a write."""
        self._left -= 1
        return self._left < 0


@pytest.fixture
async def gold(world: World) -> simcord.RoleHandle:
    """A role that is sold with a key."""
    await world.owner.send(world.channel, "!shoppexset publicurl")
    role = world.guild.create_role("Gold")
    world.shop.add_product(title="Game Key", price="19.50", type="SERIALS", serials=["REAL-1"])
    await world.sell_product("Game Key", [role])
    return role


def lift(world: World, role: simcord.RoleHandle) -> None:
    world.env.backend.reorder_roles(world.guild.id, [{"id": role.id, "position": 50}])


def lower(world: World, role: simcord.RoleHandle) -> None:
    world.env.backend.reorder_roles(world.guild.id, [{"id": role.id, "position": 1}])


async def given(world: World) -> simcord.InteractionResult:
    """A test that has given the role and cannot take it."""
    world.env.inject_error("DELETE", ROLE_PATH, status=500, times=None)
    answer = await begin(world, "Game Key")
    assert "running" in text_of(answer)
    assert "Gold" in world.roles_of(world.admin)
    assert accounts(world) != {}
    return answer


def heal(world: World) -> None:
    """Discord works again."""
    world.env.backend.faults.clear()


@pytest.mark.usefixtures("gold")
async def test_a_crash_between_giving_and_undoing_is_undone_at_the_start(world: World) -> None:
    with leaving_nothing(world):
        await given(world)
        heal(world)
        await world.instance.restart(world.env)
        await world.env.advance_time(MINUTE)
    assert len(world.dms(world.admin)) == 1
    assert "It is undone" in world.dms(world.admin)[0].content


@pytest.mark.usefixtures("gold")
async def test_a_crash_before_the_delivery_delivers_nothing_afterwards(world: World) -> None:
    world.env.inject_error("PUT", ROLE_PATH, status=500, times=None)
    world.env.inject_error("POST", MESSAGE_PATH, status=500, times=None)
    with leaving_nothing(world):
        await begin(world, "Game Key")
        heal(world)
        asked = len(role_requests(world, "PUT"))
        await world.instance.restart(world.env)
        await world.env.advance_time(HOUR)
    assert len(role_requests(world, "PUT")) == asked
    assert world.dms(world.admin) == []


@pytest.mark.usefixtures("gold")
@pytest.mark.parametrize("writes", _WRITES)
async def test_dying_after_any_write_leaves_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    with leaving_nothing(world):
        with store_away(monkeypatch, Death(writes)):
            await begin(world, "Game Key")
        await world.instance.restart(world.env)
        await world.env.advance_time(HOUR)
    assert not any("TEST-KEY" in message.content for message in world.dms(world.admin))


@pytest.mark.usefixtures("gold")
async def test_a_store_that_fails_for_a_while_is_waited_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with leaving_nothing(world):
        with store_away(monkeypatch, Death(3)):
            answer = await begin(world, "Game Key")
            await world.env.advance_time(3 * MINUTE)
        assert "cannot save anything right now" in text_of(answer)
        await world.env.advance_time(HOUR)


@pytest.mark.usefixtures("gold")
async def test_unloading_in_the_middle_is_undone_by_loading(world: World) -> None:
    with leaving_nothing(world):
        answer = await given(world)
        await world.owner.send(world.channel, "!unload shoppex")
        assert "The bot was stopped; it is undone when it starts again" in text_of(answer)
        assert "Gold" in world.roles_of(world.admin)
        heal(world)
        await world.owner.send(world.channel, "!load shoppex")
        await world.env.advance_time(MINUTE)


async def test_a_role_that_cannot_be_taken_is_told_and_taken_later(
    world: World, gold: simcord.RoleHandle
) -> None:
    world.env.inject_error("DELETE", ROLE_PATH, status=403, code=50013)
    with leaving_nothing(world):
        text = await report(world, "Game Key")
        assert f"{gold.mention} cannot be taken: Discord refused" in text
        assert "Gold" in world.roles_of(world.admin)
        lift(world, gold)
        await world.env.settle()
        again = await report(world, "Game Key")
        assert "still being undone" in again
        assert "Gold" in world.roles_of(world.admin)
        lower(world, gold)
        await world.env.settle()
    assert "everything works" not in text
    assert "➖" not in await report(world, "Game Key")


@pytest.mark.usefixtures("gold")
async def test_the_brake_does_not_hold_a_test_back(world: World) -> None:
    await world.order("Game Key")
    await world.pay_newest()
    assert "nobody loses a role" in await world.give_api_key(world.shop.other_key)
    with leaving_nothing(world):
        assert "❌" not in await report(world, "Game Key")
    assert "Gold" in world.roles_of(world.buyer)


@pytest.mark.usefixtures("gold")
async def test_the_tester_leaves_in_the_middle(world: World) -> None:
    await given(world)
    heal(world)
    world.guild.remove_member(world.admin)
    await world.env.advance_time(10 * MINUTE)
    assert accounts(world) == {}


@pytest.mark.usefixtures("gold")
async def test_the_tester_is_forgotten_in_the_middle(world: World) -> None:
    await given(world)
    heal(world)
    await world.bot.handle_data_deletion_request(requester="user", user_id=world.admin.id)
    await world.env.advance_time(10 * MINUTE)
    assert "Gold" not in world.roles_of(world.admin)

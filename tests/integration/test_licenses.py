"""`/license` for members, `/shoppex license` for staff."""

from __future__ import annotations

from datetime import timedelta

import pytest
import simcord

import standin
from harness import World
from harness.world import field, text_of

GATHERED = 60


@pytest.fixture
async def licence(world: World) -> standin.License:
    """A licence of the buyer's, bound to a machine."""
    world.shop.add_product(title="Tool", price="5", licensing_enabled=True, license_period=30)
    await world.sell_product("Tool")
    await world.order("Tool")
    await world.pay_newest()
    bought: standin.License = world.shop.licenses[0]
    bought.hardware_id, bought.hwid_pending = "MACHINE-1234567890", False
    return bought


@pytest.fixture
async def room(world: World) -> simcord.ChannelHandle:
    """The channel in which changes are written."""
    return await world.staff_channel()


async def looked(world: World) -> simcord.InteractionResult:
    """The buyer looks at their licences."""
    await world.env.advance_time(121)
    return await world.buyer.slash(world.channel, "license")


async def found(world: World, search: str) -> simcord.InteractionResult:
    """Staff look for a licence."""
    return await world.admin.slash(world.channel, "shoppex license", search=search)


async def reset(world: World) -> str:
    """The buyer frees their licence; what they read then."""
    shown = await looked(world)
    assert shown.response is not None
    asked = await world.buyer.click(shown.response, label="Free it from its machine")
    assert asked.response is not None
    await world.buyer.click(asked.response, label="Yes, do it")
    return text_of(asked)


async def done(world: World, shown: simcord.InteractionResult, label: str) -> str:
    """Staff press a button and confirm it."""
    assert shown.response is not None
    asked = await world.admin.click(shown.response, label=label)
    assert asked.response is not None
    await world.admin.click(asked.response, label="Yes, do it")
    return text_of(asked)


async def extended(world: World, shown: simcord.InteractionResult, days: str) -> str:
    """Staff extend a licence and confirm it; what they read then."""
    assert shown.response is not None
    form = await world.admin.click(shown.response, label="Extend")
    asked = await world.admin.submit_modal(form, {field(form, 0): days})
    assert asked.response is not None
    await world.admin.click(asked.response, label="Yes, do it")
    return text_of(asked)


def told(room: simcord.ChannelHandle) -> str:
    """What stands in the log channel."""
    return str([e.to_dict() for m in room.history() for e in m.embeds])


# -- members -------------------------------------------------------------------------------


async def test_a_member_sees_state_end_uses_and_a_shortened_machine(
    world: World, licence: standin.License
) -> None:
    licence.uses, licence.max_uses = 2, 5
    shown = await looked(world)
    text = text_of(shown)
    assert shown.ephemeral
    assert "active" in text
    assert "2 of 5" in text
    assert "`MACHIN…`" in text
    assert "MACHINE-1" not in text
    assert f"<t:{int(licence.expires_at.timestamp())}" in text  # type: ignore[union-attr]
    assert licence.license_key not in text


async def test_looking_validates_nothing(world: World, licence: standin.License) -> None:
    await looked(world)
    assert licence.uses == 0
    assert not any("validate" in request.path for request in world.shop.requests)


@pytest.mark.parametrize("filters", [True, False])
async def test_nobody_sees_the_licence_of_another(
    world: World, licence: standin.License, *, filters: bool
) -> None:
    world.shop.switches.license_filters = filters
    other = world.guild.add_member(world.env.create_user("cleo"))
    # The same address makes the same customer of Shoppex's.
    world.shop.add_product(title="Other", price="1", type="SERIALS", serials=["K"])
    await world.sell_product("Other")
    await world.order("Other", buyer=other, email=licence.order.email)
    await world.pay_newest()
    assert "no licence" in text_of(await other.slash(world.channel, "license"))


async def test_licences_that_name_internal_ids_are_found(
    world: World, licence: standin.License
) -> None:
    world.shop.switches.refer_by = "id"
    assert licence.license_key[-4:] in text_of(await looked(world))


async def test_older_licences_are_reached_too(world: World, licence: standin.License) -> None:
    for number in range(17):
        await world.order("Tool")
        await world.pay_newest()
        await world.env.advance_time(150 if number % 3 else 600)
    keys = {each.license_key[-4:] for each in world.shop.licenses}
    shown = await looked(world)
    seen = text_of(shown) + str(shown.response and shown.response.components)
    assert licence.license_key[-4:] not in seen
    assert shown.response is not None
    await world.buyer.click(shown.response, label="Older")
    seen += text_of(shown) + str(shown.response.components)
    assert all(f"…{key}" in seen for key in keys)
    assert "Older" not in str(shown.response.components)


async def test_more_licences_than_a_menu_holds_are_turned_over(world: World) -> None:
    world.shop.add_product(title="Tool", price="5", licensing_enabled=True, quantity_max=60)
    await world.sell_product("Tool")
    await world.order("Tool", quantity=60)
    await world.pay_newest()
    shown = await looked(world)
    seen = ""
    for _ in range(2):
        seen += str(shown.response and shown.response.components)
        assert shown.response is not None
        await world.buyer.click(shown.response, label="Older")
    seen += str(shown.response and shown.response.components)
    assert all(f"…{each.license_key[-4:]}" in seen for each in world.shop.licenses)
    assert "'Older'" not in str(shown.response and shown.response.components)
    assert shown.response is not None
    await world.buyer.select(shown.response, ["59"])
    assert world.shop.licenses[0].uniqid in text_of(shown)


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        ("SUSPENDED", "stopped it for now"),
        ("REVOKED", "taken back for good"),
        ("EXPIRED", "Buy it again"),
    ],
)
async def test_what_is_not_active_says_what_to_do(
    world: World, licence: standin.License, status: str, advice: str
) -> None:
    licence.status = status
    shown = await looked(world)
    assert status.lower() in text_of(shown)
    assert advice in text_of(shown)
    assert "Free it" not in str(shown.response and shown.response.components)


async def test_what_ended_is_expired_whatever_shoppex_calls_it(
    world: World, licence: standin.License
) -> None:
    world.shop.switches.expired_shows = False
    licence.expires_at = world.env.now() - timedelta(days=1)
    shown = await looked(world)
    assert "expired" in text_of(shown)
    assert "Buy it again" in text_of(shown)
    assert "Free it" not in str(shown.response and shown.response.components)


async def test_a_licence_that_is_used_up_says_so(world: World, licence: standin.License) -> None:
    licence.uses = licence.max_uses = 5
    text = text_of(await looked(world))
    assert "5 of 5" in text
    assert "used as often as it may be" in text


async def test_a_licence_for_certain_addresses_says_so(
    world: World, licence: standin.License
) -> None:
    licence.allowed_ips = ["192.0.2.77"]
    text = text_of(await looked(world))
    assert "certain internet addresses" in text
    assert "192.0.2.77" not in text


async def test_a_licence_on_another_machine_says_what_to_do(
    world: World, licence: standin.License
) -> None:
    assert licence.hardware_id is not None
    assert "free the licence from this one" in text_of(await looked(world))


@pytest.mark.parametrize(
    ("status", "code", "answer"),
    [
        (404, "NOT_FOUND", "does not know this any more"),
        (404, "LICENSE_NOT_FOUND", "does not know this any more"),
        (403, "LICENSE_SUSPENDED", "suspended, revoked or expired"),
        (403, "LICENSE_REVOKED", "suspended, revoked or expired"),
        (400, "LICENSE_EXPIRED", "suspended, revoked or expired"),
        (422, "LICENSE_HWID_MISMATCH", "does not allow this"),
        (403, "LICENSE_IP_BLOCKED", "does not allow this"),
        (403, "LICENSE_MAX_USES_REACHED", "does not allow this"),
        (401, "UNAUTHORIZED", "refuses this server's key"),
        (403, "FORBIDDEN", "refuses this server's key"),
        (422, "VALIDATION_ERROR", "does not allow this"),
        (429, "RATE_LIMITED", "cannot be reached"),
        (503, "SERVER", "cannot be reached"),
    ],
)
async def test_each_error_of_shoppex_is_said_and_no_reset_is_lost(
    world: World, licence: standin.License, status: int, code: str, answer: str
) -> None:
    await world.admin.slash(world.channel, "shoppexset licenses", cooldown_hours=24, per_month=1)
    error = {"error": {"code": code, "message": f"No: {licence.license_key}"}}
    # A write that may have happened counts, so that error comes before it.
    method = "GET" if status >= 500 else "PATCH"
    fault = world.shop.fail_next(method, "/licenses/*", status=status, body=error, times=10)
    text = await reset(world)
    assert answer in text
    assert licence.license_key not in text
    fault.stop()
    assert "freed" in await reset(world)


async def test_a_licence_whose_money_went_back_is_not_freed_by_its_buyer(
    world: World, licence: standin.License
) -> None:
    await world.shop.refund(licence.order.uniqid)
    await world.env.settle()
    assert "only the staff can free it" in await reset(world)
    assert licence.hardware_id is not None


async def test_a_reset_is_done_and_audited_without_the_key(
    world: World, licence: standin.License, room: simcord.ChannelHandle
) -> None:
    assert "freed from its machine" in await reset(world)
    assert licence.hardware_id is None
    await world.env.advance_time(GATHERED)
    text = told(room)
    assert licence.uniqid in text
    assert world.buyer.mention in text
    assert licence.license_key not in text


async def test_the_cool_down_outlives_a_restart(world: World, licence: standin.License) -> None:
    await reset(world)
    licence.hardware_id = "MACHINE-2"
    await world.instance.restart(world.env)
    assert "a lot in a short time" in await reset(world)
    assert licence.hardware_id == "MACHINE-2"
    await world.env.advance_time(24 * 3600)
    assert "freed" in await reset(world)


async def test_the_month_has_a_limit(world: World, licence: standin.License) -> None:
    await world.admin.slash(world.channel, "shoppexset licenses", cooldown_hours=0, per_month=2)
    licence.expires_at = None
    answers = []
    for _ in range(3):
        licence.hardware_id = "MACHINE"
        answers.append(await reset(world))
    assert ["freed" in answer for answer in answers] == [True, True, False]
    licence.hardware_id = "MACHINE"
    await world.env.advance_time(30 * 24 * 3600)
    assert "freed" in await reset(world)


async def test_resets_can_be_left_to_staff(world: World, licence: standin.License) -> None:
    await world.admin.slash(world.channel, "shoppexset licenses", cooldown_hours=24, per_month=0)
    assert "only the staff" in await reset(world)
    assert licence.hardware_id is not None


async def test_a_reset_that_shoppex_refused_does_not_count(
    world: World, licence: standin.License
) -> None:
    world.shop.fail_next("PATCH", "/licenses/*", status=422)
    assert "freed" not in await reset(world)
    assert "freed" in await reset(world)
    assert licence.hardware_id is None


async def test_without_shoppex_the_member_hears_so(world: World, licence: standin.License) -> None:
    world.shop.fail_next("GET", "/licenses*", status=503, times=10)
    text = text_of(await looked(world))
    assert "cannot be reached" in text
    assert licence.license_key not in text


# -- staff ---------------------------------------------------------------------------------


async def test_staff_find_by_key_by_member_and_by_order(
    world: World, licence: standin.License
) -> None:
    for search in (licence.license_key, str(world.buyer.id), licence.order.uniqid):
        shown = await found(world, search)
        assert shown.ephemeral
        assert licence.uniqid in text_of(shown)
    assert "No licence was found" in text_of(await found(world, "nothing"))


async def test_staff_find_by_order_where_licences_name_internal_ids(
    world: World, licence: standin.License
) -> None:
    world.shop.switches.refer_by = "id"
    shown = text_of(await found(world, licence.order.uniqid))
    assert licence.uniqid in shown
    assert world.buyer.mention in shown


async def test_staff_who_look_up_a_key_see_whose_it_is(
    world: World, licence: standin.License
) -> None:
    shown = text_of(await found(world, licence.license_key))
    assert world.buyer.mention in shown
    assert licence.order.uniqid in shown


async def test_an_expired_licence_is_extended_and_works_again(
    world: World, licence: standin.License
) -> None:
    licence.status = "EXPIRED"
    licence.expires_at = ended = world.env.now() - timedelta(days=3)
    shown = await found(world, licence.license_key)
    assert "Reactivate" not in str(shown.response and shown.response.components)
    await extended(world, shown, "10")
    assert licence.status == "ACTIVE"
    assert licence.expires_at > ended + timedelta(days=12)


async def test_a_licence_without_an_end_is_not_given_one_by_extending(
    world: World, licence: standin.License
) -> None:
    shown = await found(world, licence.license_key)
    licence.expires_at = None
    assert "has no end" in await extended(world, shown, "10")
    shown = await found(world, licence.license_key)
    assert "Extend" not in str(shown.response and shown.response.components)
    assert licence.expires_at is None


async def test_a_form_of_former_staff_finds_nothing(
    world: World, licence: standin.License
) -> None:
    form = await world.admin.slash(world.channel, "shoppex license")
    world.env.backend.remove_member_role(world.guild.id, world.admin.id, world.admins.id)
    shown = await world.admin.submit_modal(form, {field(form, 0): licence.license_key})
    assert "for the server's staff" in text_of(shown)
    assert licence.uniqid not in text_of(shown)


async def test_staff_suspend_reactivate_extend_and_free(
    world: World, licence: standin.License, room: simcord.ChannelHandle
) -> None:
    key, end = licence.license_key, licence.expires_at
    assert end is not None
    assert "suspended" in await done(world, await found(world, key), "Suspend")
    assert licence.status == "SUSPENDED"
    assert "reactivated" in await done(world, await found(world, key), "Reactivate")
    assert licence.status == "ACTIVE"
    assert "freed" in await done(world, await found(world, key), "Free it from its machine")
    assert licence.hardware_id is None

    shown = await found(world, key)
    assert shown.response is not None
    form = await world.admin.click(shown.response, label="Extend")
    asked = await world.admin.submit_modal(form, {field(form, 0): "10"})
    assert asked.response is not None
    assert licence.expires_at == end
    await world.admin.click(asked.response, label="Yes, do it")
    assert abs(licence.expires_at - end - timedelta(days=10)) < timedelta(seconds=1)

    await world.env.advance_time(GATHERED)
    [message] = room.history()
    assert len(message.embeds) == 4
    assert told(room).count(world.admin.mention) == 4
    assert key not in told(room)


async def test_a_key_typed_by_prefix_is_taken_out_of_the_channel(
    world: World, licence: standin.License
) -> None:
    await world.admin.send(world.channel, f"!shoppex license {licence.license_key}")
    assert licence.license_key not in " ".join(world.public())
    message = world.channel.history()[-1]
    shown = await world.admin.click(message, label="Continue privately")
    assert licence.uniqid in text_of(shown)


async def test_without_a_search_a_form_asks(world: World, licence: standin.License) -> None:
    form = await world.admin.slash(world.channel, "shoppex license")
    shown = await world.admin.submit_modal(form, {field(form, 0): licence.license_key})
    assert licence.uniqid in text_of(shown)


async def test_staff_without_permission_are_refused(
    world: World, licence: standin.License
) -> None:
    refused = await world.buyer.slash(world.channel, "shoppex license", search=licence.license_key)
    assert refused.ephemeral
    assert "for the shop's staff" in text_of(refused)
    before = len(world.channel.history())
    await world.buyer.send(world.channel, "!shoppex license")
    assert len(world.channel.history()) == before + 1


async def test_a_server_that_opens_the_commands_to_all_opens_nothing(
    world: World, licence: standin.License
) -> None:
    for command in await world.bot.tree.fetch_commands():
        if command.name in ("shoppex", "shoppexset"):
            world.guild.set_command_permissions(command, {world.buyer: True})
    answers = [
        await world.buyer.slash(world.channel, "shoppex license", search=licence.license_key),
        await world.buyer.slash(
            world.channel, "shoppexset licenses", cooldown_hours=0, per_month=100
        ),
        await world.buyer.slash(world.channel, "shoppexset item pool", item="Any"),
    ]
    for answer in answers:
        assert "You are not allowed to use this command" in text_of(answer)


async def test_who_is_staff_no_longer_changes_nothing(
    world: World, licence: standin.License
) -> None:
    shown = await found(world, licence.license_key)
    assert shown.response is not None
    asked = await world.admin.click(shown.response, label="Suspend")
    world.env.backend.remove_member_role(world.guild.id, world.admin.id, world.admins.id)
    assert asked.response is not None
    await world.admin.click(asked.response, label="Yes, do it")
    assert licence.status == "ACTIVE"

"""The secret of the webhook is replaced, and nothing that Shoppex sends meanwhile is lost."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
import simcord

import standin
from harness import World, store_away
from harness.world import EVENTS, as_typed, field, paid_data, text_of

HOUR = 3600
LEAKED = "It has leaked: end the former one now"


@pytest.fixture
async def hooked(bare_world: World) -> World:
    """A shop whose webhook leads to the public address, and the item Gold Pass."""
    world = bare_world
    await world.give_api_key(world.shop.api_key)
    base = f"http://127.0.0.1:{world.instance.port}"
    await world.owner.send(world.channel, f"!shoppexset publicurl {base}")
    world.hook = world.shop.add_webhook(world.webhook_url, events=EVENTS)
    await world.give_secret(world.hook.secret)
    gold = world.guild.create_role("Gold")
    await world.sell_item("Gold Pass", "9.99", "EUR", [gold])
    return world


async def rotate(world: World) -> simcord.InteractionResult:
    asked = await world.admin.slash(world.channel, "shoppexset rotate")
    assert asked.response is not None
    return await world.admin.click(asked.response, label="Replace the secret")


def shown(answer: simcord.InteractionResult) -> str:
    """What the message says that was edited."""
    assert answer.response is not None
    return answer.response.content


async def staff_room(world: World) -> simcord.ChannelHandle:
    """A channel in which staff are told."""
    return await world.staff_channel()


async def ordered(world: World) -> standin.Order:
    await world.order("Gold Pass")
    await world.shop.settle()
    return world.shop.orders[-1]


async def status(world: World, secret: str) -> int | None:
    """What the listener answers to something that is signed with a secret."""
    order = await ordered(world) if not world.shop.orders else world.shop.orders[-1]
    return (await world.tell(paid_data(order), secret=secret)).status


async def show(world: World) -> str:
    return text_of(await world.admin.slash(world.channel, "shoppexset show"))


# -- replaced by Shoppex -------------------------------------------------------------------


async def test_the_new_secret_is_taken_and_the_former_one_for_two_days(hooked: World) -> None:
    world, hook = hooked, hooked.hook
    assert hook is not None
    old = hook.secret
    answer = await rotate(world)
    assert "signs with a new secret now" in shown(answer)
    new = hook.secret
    assert new != old
    assert not any(new in text or old in text for text in (*world.public(), shown(answer)))

    assert [await status(world, secret) for secret in (old, new)] == [200, 200]
    await world.env.advance_time(47 * HOUR)
    await world.instance.restart(world.env)
    assert [await status(world, secret) for secret in (old, new)] == [200, 200]
    await world.env.advance_time(2 * HOUR)
    assert [await status(world, secret) for secret in (old, new)] == [401, 200]


async def test_an_ended_secret_is_deleted_by_itself(hooked: World) -> None:
    assert hooked.hook is not None
    old = hooked.hook.secret
    await rotate(hooked)
    settings = hooked.bot.get_cog("Shoppex").settings
    assert [each.text for each in settings.guild(hooked.guild.id).former_secrets] == [old]
    await hooked.env.advance_time(49 * HOUR)
    assert settings.guild(hooked.guild.id).former_secrets == ()
    await hooked.instance.restart(hooked.env)
    settings = hooked.bot.get_cog("Shoppex").settings
    assert settings.guild(hooked.guild.id).former_secrets == ()


async def test_a_leaked_secret_ends_at_once(hooked: World) -> None:
    assert hooked.hook is not None
    old = hooked.hook.secret
    answer = await rotate(hooked)
    assert answer.response is not None
    ended = await hooked.admin.click(answer.response, label=LEAKED)
    assert "no longer taken" in shown(ended)
    assert [await status(hooked, s) for s in (old, hooked.hook.secret)] == [401, 200]


async def test_nothing_happens_before_the_admin_confirms(hooked: World) -> None:
    assert hooked.hook is not None
    old = hooked.hook.secret
    await hooked.admin.send(hooked.channel, "!shoppexset rotate")
    asked = hooked.channel.last_message
    assert asked is not None
    stranger = await hooked.buyer.click(asked, label="Replace the secret")
    assert "belongs to somebody else" in text_of(stranger)
    cancelled = await hooked.admin.click(asked, label="Cancel")
    assert "Nothing was changed" in shown(cancelled)
    assert hooked.hook.secret == old


async def test_a_stranger_gets_nothing(hooked: World) -> None:
    answer = await hooked.buyer.send(hooked.channel, "!shoppexset rotate")
    assert hooked.channel.last_message == answer
    with pytest.raises(simcord.SetupError):
        await hooked.buyer.slash(hooked.channel, "shoppexset rotate")


@pytest.mark.parametrize("overlap", [timedelta(0), timedelta(hours=1)])
async def test_every_order_gets_its_role_while_the_secret_is_replaced(
    hooked: World, overlap: timedelta
) -> None:
    world = hooked
    world.shop.switches.secret_overlap = overlap
    buyers = [world.guild.add_member(world.env.create_user(f"b{n}")) for n in range(6)]
    orders = []
    for buyer in buyers:
        await world.order("Gold Pass", buyer=buyer)
        orders.append(world.shop.orders[-1])
    await world.shop.settle()

    # Shoppex has a new secret, signs with it, and has not told it yet.
    answering = world.shop.hang_next("POST", "/webhooks/*/rotate-secret", after=True)
    await world.shop.pay(orders[0].uniqid)
    rotating = asyncio.create_task(rotate(world))
    await answering.reached()
    paying = [asyncio.create_task(world.shop.pay(o.uniqid)) for o in orders[1:5]]
    await asyncio.wait(paying, timeout=0.3)
    answering.release()
    assert "signs with a new secret now" in shown(await rotating)
    await asyncio.gather(*paying)
    await world.shop.pay(orders[5].uniqid)
    await world.env.settle()

    assert {d.attempts[0].status for d in world.shop.deliveries} == {200}
    assert [world.roles_of(buyer) for buyer in buyers] == [{"Gold"}] * 6


# -- what goes wrong -----------------------------------------------------------------------


async def test_after_a_lost_answer_staff_are_told_and_nothing_is_lost(hooked: World) -> None:
    world, office = hooked, await staff_room(hooked)
    world.shop.drop_next("POST", "/webhooks/*/rotate-secret", after=True)
    answer = shown(await rotate(world))
    assert "may sign with a new secret already" in answer
    assert "Replace the secret once more" in answer
    assert "Shoppex may use another one" in await show(world)
    await world.env.advance_time(60)
    [told] = office.history()
    assert told.embeds[0].title == "What waits for you"
    assert "`/shoppexset rotate`" in as_typed(str(told.embeds[0].to_dict()))

    order = await ordered(world)
    [delivery] = await world.shop.pay(order.uniqid)
    assert delivery.attempts[0].status == 401
    assert "signs with a new secret now" in shown(await rotate(world))
    assert "another one" not in await show(world)
    await world.shop.retry_pending()
    await world.env.settle()
    assert world.roles_of(world.buyer) == {"Gold"}


@pytest.mark.both_backends
async def test_a_crash_before_the_secret_is_kept_is_told_after_the_start(hooked: World) -> None:
    world, office = hooked, await staff_room(hooked)
    answering = world.shop.hang_next("POST", "/webhooks/*/rotate-secret", after=True)
    rotating = asyncio.create_task(rotate(world))
    await answering.reached()
    rotating.cancel()
    await asyncio.gather(rotating, return_exceptions=True)
    await world.instance.restart(world.env)
    answering.release()
    await world.env.advance_time(60)
    assert "Shoppex may use another one" in await show(world)
    [told] = office.history()
    assert "`/shoppexset rotate`" in as_typed(str(told.embeds[0].to_dict()))

    # Meanwhile payments are found by asking.
    order = await ordered(world)
    [delivery] = await world.shop.pay(order.uniqid)
    assert delivery.attempts[0].status == 401
    await world.env.advance_time(180)
    assert world.roles_of(world.buyer) == {"Gold"}
    assert "signs with a new secret now" in shown(await rotate(world))


async def test_a_secret_that_shoppex_does_not_tell_is_pasted(hooked: World) -> None:
    world, hook = hooked, hooked.hook
    assert hook is not None
    old = hook.secret
    world.shop.switches.secret_field = "unknown"  # noqa: S105
    answer = await rotate(world)
    assert "does not tell it to me" in shown(answer)
    assert answer.response is not None
    form = await world.admin.click(answer.response, label="Enter the webhook secret")
    saved = await world.admin.submit_modal(form, {field(form, 0): hook.secret})
    assert "is saved" in text_of(saved)
    assert "another one" not in await show(world)
    assert [await status(world, s) for s in (old, hook.secret)] == [200, 200]


@pytest.mark.both_backends
async def test_a_secret_that_cannot_be_kept(
    hooked: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = await hooked.admin.slash(hooked.channel, "shoppexset rotate")
    assert asked.response is not None
    assert hooked.hook is not None
    old = hooked.hook.secret
    with store_away(monkeypatch):
        answer = await hooked.admin.click(asked.response, label="Replace the secret")
    assert "cannot save anything" in shown(answer)
    assert hooked.hook.secret == old


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("no webhook", "no webhook that leads to this bot"),
        ("no permission", "`webhooks.write`"),
        ("no answer", "cannot be reached"),
        ("refused", "Shoppex refused this"),
    ],
)
async def test_what_stands_in_the_way_is_said_and_nothing_changes(
    hooked: World, fault: str, said: str
) -> None:
    world, hook = hooked, hooked.hook
    assert hook is not None
    old = hook.secret
    if fault == "no webhook":
        world.shop.remove_webhook(hook)
    elif fault == "no permission":
        world.shop.switches.scopes = {"orders.read", "webhooks.read"}
    elif fault == "no answer":
        world.shop.cloudflare_next("*", "*", times=50)
    else:
        world.shop.fail_next("POST", "/webhooks/*/rotate-secret", status=422)
    answer = shown(await rotate(world))
    assert said in answer
    assert hook.secret == old
    assert "another one" not in await show(world)


# -- pasted --------------------------------------------------------------------------------


async def test_a_pasted_secret_keeps_the_former_one_for_a_while(hooked: World) -> None:
    world, hook = hooked, hooked.hook
    assert hook is not None
    old = hook.secret
    world.shop.rotate_secret(hook)
    assert "is taken until" in await world.give_secret(hook.secret)
    assert [await status(world, s) for s in (old, hook.secret)] == [200, 200]
    await world.env.advance_time(49 * HOUR)
    assert [await status(world, s) for s in (old, hook.secret)] == [401, 200]


async def test_a_pasted_secret_can_end_the_former_one(hooked: World) -> None:
    world, hook = hooked, hooked.hook
    assert hook is not None
    old = hook.secret
    world.shop.rotate_secret(hook)
    asked = await world.admin.slash(world.channel, "shoppexset secret")
    assert asked.response is not None
    form = await world.admin.click(asked.response, label="Enter the webhook secret")
    saved = await world.admin.submit_modal(form, {field(form, 0): hook.secret})
    assert saved.response is not None
    await world.admin.click(saved.response, label=LEAKED)
    assert [await status(world, s) for s in (old, hook.secret)] == [401, 200]


async def test_the_same_secret_again_changes_nothing(hooked: World) -> None:
    assert hooked.hook is not None
    assert "is taken until" not in await hooked.give_secret(hooked.hook.secret)


async def test_the_one_before_the_last_is_taken_too(hooked: World) -> None:
    assert hooked.hook is not None
    first = hooked.hook.secret
    await rotate(hooked)
    await rotate(hooked)
    assert await status(hooked, first) == 200
    await rotate(hooked)
    assert await status(hooked, first) == 401

"""Where embeds are not allowed, or not wanted, everything is said as text."""

from __future__ import annotations

import discord

from harness import World
from harness.world import text_of


async def refuse_embeds(world: World) -> None:
    """As `[p]embedset server` does."""
    guild = world.bot.get_guild(world.guild.id)
    await world.bot._config.guild(guild).embeds.set(False)


async def test_a_typed_command_answers_with_text(world: World) -> None:
    await world.sell_item("Pass", "9.99", "EUR", [world.guild.create_role("Gold")])
    await refuse_embeds(world)
    await world.admin.send(world.channel, "!shoppexset show")
    await world.env.settle()
    answer = world.channel.last_message
    assert answer is not None
    assert answer.embeds == []
    assert "**For sale**" in answer.content or "Pass" in answer.content


async def test_a_slash_command_answers_with_an_embed_all_the_same(world: World) -> None:
    await refuse_embeds(world)
    shown = await world.admin.slash(world.channel, "shoppexset show")
    message = shown.response or shown.followups[-1]
    assert message.embeds


async def test_the_log_channel_needs_no_right_to_embed_links(world: World) -> None:
    room = await world.staff_channel()
    channel = world.bot.get_channel(room.id)
    await channel.set_permissions(world.bot.get_guild(world.guild.id).me, embed_links=False)
    await world.sell_item("Pass", "9.99", "EUR", [world.guild.create_role("Gold")])
    await world.order("Pass")
    await world.pay_newest()
    await world.env.advance_time(120)
    [told] = [m for m in room.history() if "New sale" in m.content]
    assert told.embeds == []
    assert "Pass" in told.content
    assert told.components


async def test_a_decision_closes_a_message_of_text(world: World) -> None:
    room = await world.staff_channel()
    await refuse_embeds(world)
    await world.sell_item("Pass", "9.99", "USD", [world.guild.create_role("Gold")])
    await world.order("Pass")
    world.shop.orders[-1].at_checkout = {"total": 0.01, "total_display": 0.01}
    await world.pay_newest()
    await world.env.advance_time(60)
    [card] = [m for m in room.history() if "needs your decision" in m.content]
    await world.admin.click(card, label="Do not deliver")
    [closed] = [m for m in room.history() if "needs your decision" in m.content]
    assert closed.components == []
    assert "will not be delivered" in closed.content


async def test_a_buyer_who_wants_no_embeds_has_the_key_as_text(world: World) -> None:
    user = world.bot.get_user(world.buyer.id)
    await world.bot._config.user(user).embeds.set(False)
    world.shop.add_product(title="Key", price="5", type="SERIALS", serials=["K-1"])
    await world.sell_product("Key", [world.guild.create_role("Gold")])
    await world.order("Key")
    await world.pay_newest()
    await world.env.advance_time(60)
    [told] = world.dms(world.buyer)
    assert told.embeds == []
    assert "K-1" in told.content
    assert "Thank you" in told.content
    assert told.content.splitlines()[-1].startswith("-# Order ")


async def test_a_list_comes_as_text(world: World) -> None:
    for number in range(3):
        await world.sell_item(f"Pass {number}", "9.99", "EUR")
    await refuse_embeds(world)
    await world.admin.send(world.channel, "!shoppexset item list")
    await world.env.settle()
    answer = world.channel.last_message
    assert answer is not None
    assert answer.embeds == []
    assert all(f"Pass {number}" in answer.content for number in range(3))
    assert "Pass 1" in text_of(await world.admin.slash(world.channel, "shoppexset item list"))


def test_what_is_too_long_keeps_its_last_line() -> None:
    from shoppex.discord_limits import CONTENT  # noqa: PLC0415
    from shoppex.embed_text import beside, embed_text  # noqa: PLC0415

    embed = discord.Embed(title="T", description="x" * 4000).set_footer(text="Order 1")
    assert len(embed_text(embed)) <= CONTENT
    assert embed_text(embed).endswith("\n-# Order 1")
    text = beside("k" * 1900, embed)
    assert len(text) <= CONTENT
    assert "k" * 1900 in text
    assert text.endswith("\n-# Order 1")

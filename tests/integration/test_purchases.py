"""`/purchases`, as members see it."""

from __future__ import annotations

import json

import pytest
import simcord

from harness import World
from harness.world import field, link_of, paid_data, text_of
from shoppex.domain.short_names import short_name


async def opened(world: World, number: int = 0) -> simcord.InteractionResult:
    """The buyer opens one of their purchases."""
    shown = await world.buyer.slash(world.channel, "purchases")
    assert shown.response is not None
    await world.buyer.select(shown.response, [str(number)])
    return shown


async def pressed(
    world: World, shown: simcord.InteractionResult, label: str
) -> simcord.InteractionResult:
    """The buyer presses a button of what they were shown."""
    assert shown.response is not None
    return await world.buyer.click(shown.response, label=label)


async def written(
    world: World, shown: simcord.InteractionResult, label: str, words: str
) -> simcord.InteractionResult:
    """The buyer presses a button and fills in the form behind it."""
    form = await pressed(world, shown, label)
    return await world.buyer.submit_modal(form, {field(form, 0): words})


def labels(shown: simcord.InteractionResult) -> str:
    """The buttons of a message."""
    return json.dumps(shown.response and shown.response.components)


async def sold_key(world: World, *keys: str, quantity: int = 1) -> None:
    """A product with keys, on sale and bought."""
    world.shop.add_product(title="Key", price="5", type="SERIALS", serials=keys)
    await world.sell_product("Key")
    await world.order("Key", quantity=quantity)


async def test_nothing_bought_is_said_in_words(world: World) -> None:
    shown = await world.buyer.slash(world.channel, "purchases")
    assert shown.ephemeral
    assert "bought nothing in this server yet" in text_of(shown)


async def test_a_key_is_read_from_shoppex_when_it_is_shown(world: World) -> None:
    await sold_key(world, "K-1")
    await world.pay_newest()
    assert [m.content for m in world.dms(world.buyer)] == ["```\nK-1\n```"]
    shown = await opened(world)
    assert "delivered" in text_of(shown)
    asked = len(world.shop.requests)
    key = await pressed(world, shown, "Show what I bought")
    assert key.ephemeral
    assert "K-1" in text_of(key)
    assert len(world.shop.requests) > asked
    await world.env.advance_time(3600)
    assert len(world.dms(world.buyer)) == 1


async def test_the_list_never_asks_shoppex_and_shows_no_key(world: World) -> None:
    await sold_key(world, "K-1")
    await world.pay_newest()
    asked = len(world.shop.requests)
    shown = await opened(world)
    assert len(world.shop.requests) == asked
    assert "K-1" not in text_of(shown)


async def test_by_prefix_it_is_shown_behind_a_button_for_the_author_alone(world: World) -> None:
    await sold_key(world, "K-1")
    await world.pay_newest()
    await world.buyer.send(world.channel, "!purchases")
    message = world.channel.history()[-1]
    other = world.guild.add_member(world.env.create_user("cleo"))
    refused = await other.click(message, label="Continue privately")
    assert "belongs to somebody else" in text_of(refused)
    shown = await world.buyer.click(message, label="Continue privately")
    assert shown.ephemeral
    assert "**Key**" in text_of(shown)
    assert "**Key**" not in " ".join(world.public())


async def test_an_unpaid_order_is_continued(world: World) -> None:
    await world.sell_item("Gold Pass", "9.99", "EUR")
    invoice = await world.order("Gold Pass")
    shown = await opened(world)
    assert "not paid" in text_of(shown)
    assert "Show what I bought" not in labels(shown)
    assert "Receipt" not in labels(shown)
    again = await pressed(world, shown, "Continue to payment")
    assert link_of(again) == link_of(invoice)
    assert len(world.shop.orders) == 1


async def test_an_order_that_was_paid_meanwhile_is_not_paid_again(world: World) -> None:
    await world.sell_item("Gold Pass", "9.99", "EUR")
    await world.order("Gold Pass")
    shown = await opened(world)
    await world.shop.pay(world.shop.orders[0].uniqid, silent=True)
    assert "already paid" in text_of(await pressed(world, shown, "Continue to payment"))


async def test_a_receipt_has_total_date_and_number(world: World) -> None:
    await world.sell_item("Gold Pass", "9.99", "EUR")
    await world.order("Gold Pass")
    order = await world.pay_newest()
    receipt = text_of(await pressed(world, await opened(world), "Receipt"))
    assert "€9.99" in receipt
    assert order.uniqid in receipt
    assert "<t:" in receipt
    assert "ben@example.com" not in receipt


async def test_two_hundred_orders_are_turned_page_by_page(world: World) -> None:
    for number in range(8):
        await world.sell_item(f"Item {number}", "1", "EUR")
    for number in range(200):
        await world.order(f"Item {number % 8}")
        await world.pay_newest()
        await world.env.advance_time(150)
    shown = await world.buyer.slash(world.channel, "purchases")
    assert "Page 1 of 20" in text_of(shown)
    seen = 0
    while True:
        seen += text_of(shown).count("**Item")
        buttons = labels(shown)
        if '"label": "Older", "disabled": true' in buttons or "Page 20 of 20" in text_of(shown):
            break
        await pressed(world, shown, "Older")
    assert seen == 200


async def test_a_subscription_holds_its_payments(world: World) -> None:
    gold = world.guild.create_role("Gold")
    world.shop.add_product(title="VIP", price="5", type="SUBSCRIPTION")
    await world.sell_product("VIP", [gold])
    await world.order("VIP")
    await world.pay_newest()
    shown = await world.buyer.slash(world.channel, "purchases")
    assert text_of(shown).count("**VIP**") == 1
    assert shown.response is not None
    await world.buyer.select(shown.response, ["0"])
    assert "runs" in text_of(shown)
    assert "Renews" in text_of(shown)
    assert gold.mention in text_of(shown)
    await pressed(world, shown, "Payments and keys")
    assert "Payments for it" in text_of(shown)
    await world.buyer.select(shown.response, ["0"])
    assert "€5.00" in text_of(await pressed(world, shown, "Receipt"))


async def test_a_pass_says_what_it_gives_until_when_and_that_it_ended(world: World) -> None:
    gold = world.guild.create_role("Gold")
    await world.sell_item("Gold Pass", "9.99", "EUR", [gold], days=30)
    await world.order("Gold Pass")
    order = await world.pay_newest()
    assert order.paid_at is not None
    end = int(order.paid_at.timestamp()) + 30 * 24 * 3600
    shown = await opened(world)
    assert "delivered" in text_of(shown)
    assert gold.mention in text_of(shown)
    assert any(f"<t:{end + second}:D>" in text_of(shown) for second in (0, 1))
    await world.env.advance_time(30 * 24 * 3600 + 5)
    assert "ended" in text_of(await opened(world))
    assert "€9.99" in text_of(await pressed(world, await opened(world), "Receipt"))


async def test_a_role_that_waits_for_the_rules_says_so(world: World) -> None:
    gold = world.guild.create_role("Gold")
    await world.sell_item("Gold Pass", "9.99", "EUR", [gold])
    backend = world.env.backend
    backend.get_guild(world.guild.id).members[world.buyer.id].pending = True
    backend.announce_member_update(world.guild.id, world.buyer.id)
    await world.order("Gold Pass")
    await world.pay_newest()
    text = text_of(await opened(world))
    assert "Accept the server's rules" in text
    assert "Show what" not in text


async def test_closed_messages_hold_nothing_back_that_has_no_content(world: World) -> None:
    gold = world.guild.create_role("Gold")
    await world.sell_item("Gold Pass", "9.99", "EUR", [gold])
    await world.order("Gold Pass")
    await world.bot.get_user(world.buyer.id).create_dm()
    path = f"/channels/{world.env.backend.dm_channels[world.buyer.id]}/messages"
    world.env.inject_error("POST", path, status=403, code=50007, times=10)
    await world.pay_newest()
    assert world.roles_of(world.buyer) == {"Gold"}
    shown = await opened(world)
    assert "delivered" in text_of(shown)
    assert "Show what I bought" not in labels(shown)


async def test_an_order_that_shoppex_lost_is_said_so(world: World) -> None:
    await sold_key(world, "K-1")
    await world.pay_newest()
    world.shop.fail_next("GET", "/orders/*", status=404, times=10)
    answer = text_of(await pressed(world, await opened(world), "Show what I bought"))
    assert "does not know this any more" in answer


async def test_a_receipt_of_what_was_deleted_is_refused_in_words(world: World) -> None:
    await sold_key(world, "K-1")
    await world.pay_newest()
    shown = await opened(world)
    await world.bot.handle_data_deletion_request(requester="owner", user_id=world.buyer.id)
    assert "no longer known" in text_of(await pressed(world, shown, "Receipt"))
    assert "no longer known" in text_of(await pressed(world, shown, "Show what I bought"))


async def test_nothing_is_shown_of_what_was_refunded(world: World) -> None:
    await sold_key(world, "K-1")
    order = await world.pay_newest()
    shown = await opened(world)
    await world.shop.refund(order.uniqid, silent=True)
    answer = text_of(await pressed(world, shown, "Show what I bought"))
    assert "K-1" not in answer
    assert "payment went back" in answer
    assert "refunded" in text_of(await opened(world))


async def test_without_shoppex_the_buyer_hears_so(world: World) -> None:
    await sold_key(world, "K-1")
    await world.pay_newest()
    world.shop.fail_next("GET", "/orders/*", status=503, times=10)
    answer = text_of(await pressed(world, await opened(world), "Show what I bought"))
    assert "cannot be reached" in answer


async def test_something_wrong_reaches_staff_without_key_or_address(world: World) -> None:
    room = await world.staff_channel()
    await sold_key(world, "K-1-SECRET")
    order = await world.pay_newest()
    words = "My key 'K-1-SECRET' is *dead* @everyone. Write to ben@example.com!"
    answer = await written(world, await opened(world), "Something is wrong", words)
    assert "were told" in text_of(answer)
    [message] = room.history()
    told = str([embed.to_dict() for embed in message.embeds])
    assert short_name(order.uniqid) in told
    assert order.uniqid not in told
    assert world.buyer.mention in told
    assert "delivered" in told
    assert "dead" in told
    assert "K-1-SECRET" not in told
    assert "@example.com" not in told
    assert "@everyone" not in told


async def test_without_a_channel_the_servers_owner_is_told(world: World) -> None:
    await world.sell_item("Gold Pass", "9.99", "EUR")
    await world.order("Gold Pass")
    await world.pay_newest()
    await written(world, await opened(world), "Something is wrong", "No role came.")
    [message] = world.dms(world.guild.owner)
    assert "No role came." in str(message.embeds[0].to_dict())


async def test_staff_are_not_called_over_and_over(world: World) -> None:
    await world.sell_item("Gold Pass", "9.99", "EUR")
    await world.order("Gold Pass")
    await world.pay_newest()
    shown = await opened(world)
    answers = [
        text_of(await written(world, shown, "Something is wrong", "Still nothing."))
        for _ in range(4)
    ]
    assert all("were told" in answer for answer in answers[:3])
    assert "a lot in a short time" in answers[3]


# -- another key ---------------------------------------------------------------------------


@pytest.fixture
async def asked(world: World) -> simcord.ChannelHandle:
    """A buyer who asked for another key; the channel in which staff read it."""
    room = await world.staff_channel()
    await sold_key(world, "K-1")
    await world.pay_newest()
    answer = await written(world, await opened(world), "Key does not work", "It says: used.")
    assert "were told" in text_of(answer)
    return room


def replaced(world: World, key: str) -> None:
    """Staff press Replace in Shoppex's dashboard."""
    [item] = world.shop.orders[-1].items
    assert item.goods is not None
    item.goods = item.goods._replace(pieces=(key,))


async def test_staff_read_exactly_where_to_replace_a_key(
    world: World, asked: simcord.ChannelHandle
) -> None:
    [message] = asked.history()
    told = str(message.embeds[0].to_dict())
    assert "Press “Approve”: Shoppex gives out another key" in told
    assert "open the order at Shoppex → Replace" in told
    assert world.shop.orders[-1].uniqid not in told
    assert "It says: used." in told
    assert "K-1" not in told


async def test_an_approved_key_is_delivered(world: World, asked: simcord.ChannelHandle) -> None:
    [message] = asked.history()
    early = await world.admin.click(message, label="Approve")
    assert "out of stock: no replacement is left" in text_of(early)
    replaced(world, "K-2")
    await world.instance.restart(world.env)
    done = await world.admin.click(asked.history()[-1], label="Approve")
    assert "Approved" in text_of(done)
    assert [m.content for m in world.dms(world.buyer)] == ["```\nK-1\n```", "```\nK-2\n```"]
    [message] = asked.history()
    assert message.components == []
    assert world.admin.mention in str(message.embeds[0].to_dict())
    assert "new key was sent to you" in text_of(await opened(world))


async def test_a_refused_key_is_told_to_the_buyer(
    world: World, asked: simcord.ChannelHandle
) -> None:
    [message] = asked.history()
    await world.admin.click(message, label="Refuse")
    assert "refused it" in world.dms(world.buyer)[-1].content
    assert "refused another key" in text_of(await opened(world))


async def test_a_key_that_came_before_anybody_pressed_is_approved_all_the_same(
    world: World, asked: simcord.ChannelHandle
) -> None:
    replaced(world, "K-2")
    order = world.shop.orders[-1]
    world.shop.switches.webhook_goods = "items"
    await world.tell({**paid_data(order), "serials": ["K-2"]}, "order:updated")
    assert world.dms(world.buyer)[-1].content == "```\nK-2\n```"
    [message] = asked.history()
    assert "Approved" in text_of(await world.admin.click(message, label="Approve"))
    assert len(world.dms(world.buyer)) == 2


async def test_a_refusal_is_seen_although_messages_are_closed(
    world: World, asked: simcord.ChannelHandle
) -> None:
    path = f"/channels/{world.env.backend.dm_channels[world.buyer.id]}/messages"
    world.env.inject_error("POST", path, status=403, code=50007, times=10)
    [message] = asked.history()
    assert "Refused" in text_of(await world.admin.click(message, label="Refuse"))
    shown = await opened(world)
    assert "refused another key" in text_of(shown)
    assert "Key does not work" in labels(shown)


async def test_a_new_key_waits_for_closed_messages(
    world: World, asked: simcord.ChannelHandle
) -> None:
    path = f"/channels/{world.env.backend.dm_channels[world.buyer.id]}/messages"
    world.env.inject_error("POST", path, status=403, code=50007, times=10)
    replaced(world, "K-2")
    [message] = asked.history()
    await world.admin.click(message, label="Approve")
    shown = await opened(world)
    assert "waits for you" in text_of(shown)
    assert "K-2" in text_of(await pressed(world, shown, "Show what I bought"))


async def test_only_staff_decide_and_only_one_wish_is_open(
    world: World, asked: simcord.ChannelHandle
) -> None:
    [message] = asked.history()
    refused = await world.buyer.click(message, label="Approve")
    assert "for the server's staff" in text_of(refused)
    assert "Key does not work" not in labels(await opened(world))

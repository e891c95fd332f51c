"""What was promised arrives, all of it and once, in the odd cases too."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from harness import World
from harness.world import field, link_of, paid_data, text_of


def received(world: World) -> list[str]:
    """What stands above the embeds of the messages that the buyer got."""
    return [message.content for message in world.dms(world.buyer)]


async def shown(world: World) -> str:
    """What waits for staff."""
    answer = await world.admin.slash(world.channel, "shoppexset show")
    return text_of(answer).partition("Waits for you: ")[2]


# -- goods ---------------------------------------------------------------------------------


async def test_one_file_is_all_of_it_however_many_were_bought(world: World) -> None:
    world.shop.add_product(title="Pack", price="5", type="FILE", access_url="https://x.example/f")
    await world.sell_product("Pack")
    await world.order("Pack", quantity=2)
    await world.pay_newest()
    assert received(world) == ["<https://x.example/f>"]


@pytest.mark.parametrize("type_", ["FILE", "SERVICE"])
async def test_a_link_that_is_signed_anew_comes_once(world: World, type_: str) -> None:
    world.shop.switches.signed_links = True
    world.shop.add_product(title="Pack", price="5", type=type_, access_url="https://x.example/f")
    await world.sell_product("Pack")
    await world.order("Pack")
    order = await world.pay_newest()
    await world.env.advance_time(900)
    early = int((world.env.now() - timedelta(seconds=400)).timestamp())
    await world.tell(paid_data(order), timestamp=early)
    await world.tell(paid_data(order), "order:updated", timestamp=early)
    await world.env.advance_time(900)
    [text] = [text for text in received(world) if text]
    assert text.startswith("<https://x.example/f?sig=")


async def test_a_word_of_thanks_is_not_taken_for_the_key(world: World) -> None:
    world.shop.switches.deliver_late = True
    world.shop.add_product(title="Key", price="5", type="SERIALS", serials=["K-1"])
    await world.sell_product("Key")
    await world.order("Key")
    order = world.shop.orders[-1]
    await world.shop.pay(order.uniqid, silent=True)
    await world.tell(paid_data(order, service_text="Thank you for your order!"))
    assert received(world) == []
    world.shop.release_goods(order.uniqid)
    await world.env.advance_time(60)
    [message] = received(world)
    assert "K-1" in message


@pytest.mark.both_backends
async def test_a_text_that_comes_after_the_receipt_comes_by_itself(world: World) -> None:
    world.shop.switches.deliver_late = True
    world.shop.add_product(title="Help", price="5", type="SERVICE", service_text="Code 77")
    await world.sell_product("Help")
    await world.order("Help")
    order = await world.pay_newest()
    await world.env.advance_time(10)
    assert received(world) == [""]
    world.shop.release_goods(order.uniqid)
    await world.env.advance_time(600)
    assert received(world) == ["", "```\nCode 77\n```"]
    await world.env.advance_time(3 * 3600)
    assert len(received(world)) == 2


async def late_key(world: World) -> str:
    """A paid key that Shoppex does not deliver; the number of its order."""
    world.shop.switches.deliver_late = True
    world.shop.add_product(title="Key", price="5", type="SERIALS", serials=["K-1"])
    await world.sell_product("Key")
    await world.order("Key")
    return (await world.pay_newest()).uniqid


@pytest.mark.both_backends
async def test_a_late_key_is_told_to_buyer_and_staff_and_comes_by_itself(world: World) -> None:
    order = await late_key(world)
    await world.env.advance_time(1800)
    assert world.dms(world.buyer) == []
    assert "nothing" in await shown(world)
    await world.env.advance_time(3 * 3600)
    [message] = world.dms(world.buyer)
    assert "has not delivered your key" in str(message.embeds[0].to_dict())
    assert "delivered no key" in await shown(world)
    world.shop.fail_next("GET", "/orders/*", status=503, times=4)
    await world.env.advance_time(2 * 3600)
    assert "delivered no key" in await shown(world)
    world.shop.release_goods(order)
    await world.env.advance_time(2 * 3600)
    assert received(world)[1:] == ["```\nK-1\n```"]
    assert "nothing" in await shown(world)


async def test_a_late_key_is_looked_for_at_growing_distances(world: World) -> None:
    await late_key(world)
    counts = []
    for _ in range(4):
        asked = len(world.shop.requests)
        await world.env.advance_time(600)
        counts.append(len(world.shop.requests) - asked)
    assert counts[0] > counts[1] >= counts[3]
    assert counts[3] <= 9  # in the order, its invoice, and the licences


async def test_a_key_that_never_comes_is_told_to_buyer_and_staff(world: World) -> None:
    order = await late_key(world)
    for _ in range(75):
        await world.env.advance_time(3600)
    [message] = world.dms(world.buyer)
    assert "has not delivered your key" in str(message.embeds[0].to_dict())
    assert "delivered no key" in await shown(world)
    asked = len(world.shop.requests)
    await world.env.advance_time(24 * 3600)
    assert len(world.shop.requests) == asked
    world.shop.release_goods(order)
    await world.owner.send(world.channel, "!reload shoppex")
    assert received(world)[1:] == ["```\nK-1\n```"]


@pytest.mark.both_backends
async def test_an_old_repeat_of_a_delivered_order_disturbs_nobody(world: World) -> None:
    world.shop.add_product(title="Key", price="5", type="SERIALS", serials=["K-1"])
    await world.sell_product("Key")
    await world.order("Key")
    order = await world.pay_newest()
    early = int((world.env.now() - timedelta(seconds=400)).timestamp())
    await world.tell(paid_data(order), timestamp=early)
    asked = len(world.shop.requests)
    await world.env.advance_time(3 * 3600)
    assert len(world.shop.requests) == asked
    assert len(received(world)) == 1
    assert "nothing" in await shown(world)


async def test_an_order_that_shoppex_lost_is_told_to_staff(world: World) -> None:
    world.shop.add_product(title="Key", price="5", type="SERIALS", serials=["K-1"])
    await world.sell_product("Key")
    await world.order("Key")
    world.shop.fail_next("GET", "/orders/*", status=404, times=100)
    await world.pay_newest()
    for _ in range(4):
        await world.env.advance_time(3600)
    assert "Shoppex does not find the order" in await shown(world)
    [message] = world.dms(world.buyer)
    assert "has not delivered your key" in str(message.embeds[0].to_dict())


# -- money ---------------------------------------------------------------------------------


async def test_nobody_is_asked_to_pay_again_while_a_payment_is_confirmed(world: World) -> None:
    await world.sell_item("Gold Pass", "9.99", "EUR")
    await world.order("Gold Pass")
    await world.shop.set_status(world.shop.orders[-1].uniqid, "WAITING_FOR_CONFIRMATIONS")
    await world.env.settle()
    again = await world.order("Gold Pass")
    assert "being confirmed" in text_of(again)
    assert len(world.shop.orders) == 1


async def test_nobody_is_asked_to_pay_again_while_a_payment_is_held(world: World) -> None:
    await world.sell_item("Gold Pass", "9.99", "EUR")
    await world.order("Gold Pass")
    world.shop.orders[-1].items[0].unit_price -= Decimal(1)
    order = await world.pay_newest()
    again = text_of(await world.order("Gold Pass"))
    assert "Do not pay again" in again
    assert order.uniqid in again
    assert len(world.shop.orders) == 1
    result = await world.bot.handle_data_deletion_request(requester="user", user_id=world.buyer.id)
    assert result.failed_cogs == []
    assert "less was paid than the price" in await shown(world)


@pytest.mark.both_backends
async def test_an_item_is_sold_once_at_a_time(world: World) -> None:
    await world.sell_item("Gold Pass", "9.99", "EUR")
    assert "from 1 to 1" in text_of(await world.order("Gold Pass", quantity=3))


async def test_a_buyer_who_has_the_role_is_told_before_paying(world: World) -> None:
    gold = world.guild.create_role("Gold")
    await world.sell_item("Gold Pass", "9.99", "EUR", [gold])
    assert "You have the roles" not in text_of(await world.order("Gold Pass"))
    await world.pay_newest()
    assert "You have the roles" in text_of(await world.order("Gold Pass"))


async def test_trying_over_and_over_is_slowed_down(world: World) -> None:
    await world.sell_item("Gold Pass", "9.99", "EUR")
    answers = [text_of(await world.order("Gold Pass", email="none")) for _ in range(21)]
    assert "working e-mail address" in answers[-2]
    assert "a lot in a short time" in answers[-1]
    await world.env.advance_time(120)
    assert link_of(await world.order("Gold Pass")) is not None


# -- roles ---------------------------------------------------------------------------------


async def test_new_roles_of_an_item_are_for_new_buyers(world: World) -> None:
    gold, silver = world.guild.create_role("Gold"), world.guild.create_role("Silver")
    await world.sell_item("Gold Pass", "9.99", "EUR", [gold])
    await world.sell_item("Other", "1", "EUR")
    await world.order("Gold Pass")
    await world.pay_newest()
    roles = f"{gold.mention} {silver.mention}"
    asked = await world.admin.slash(
        world.channel, "shoppexset item roles", item="Gold Pass", roles=roles
    )
    assert asked.response is not None
    await world.admin.click(asked.response, label="Only new buyers")
    await world.order("Other")
    await world.pay_newest()
    await world.owner.send(world.channel, "!reload shoppex")
    assert world.roles_of(world.buyer) == {"Gold"}
    cleo = world.guild.add_member(world.env.create_user("cleo"))
    await world.order("Gold Pass", buyer=cleo)
    await world.pay_newest()
    assert world.roles_of(cleo) == {"Gold", "Silver"}


async def test_a_deleted_role_is_replaced_as_staff_were_told(world: World) -> None:
    gold, silver = world.guild.create_role("Gold"), world.guild.create_role("Silver")
    await world.sell_item("Gold Pass", "9.99", "EUR", [gold])
    await world.order("Gold Pass")
    world.env.backend.delete_role(world.guild.id, gold.id)
    await world.pay_newest()
    assert "no longer exists: give the product another one" in await shown(world)
    await world.admin.slash(
        world.channel, "shoppexset item roles", item="Gold Pass", roles=silver.mention
    )
    await world.env.settle()
    assert world.roles_of(world.buyer) == {"Silver"}
    assert "nothing" in await shown(world)


# -- long texts ----------------------------------------------------------------------------


async def test_many_roles_with_long_names_do_not_keep_the_key_back(world: World) -> None:
    roles = [world.guild.create_role(f"R{number:02} " + "x" * 90) for number in range(20)]
    world.shop.add_product(title="Key", price="5", type="SERIALS", serials=["K-1"])
    await world.sell_product("Key", roles)
    await world.order("Key")
    await world.pay_newest()
    assert received(world) == ["```\nK-1\n```"]
    assert len(world.roles_of(world.buyer)) == 20


async def test_a_title_full_of_markup_can_be_bought(world: World) -> None:
    title = "~*~*" * 45 + " VIP"
    product = world.shop.add_product(title=title, price="5", description="_*" * 2000)
    await world.sell_product(product.uniqid)
    shelf = await world.buyer.slash(world.channel, "buy")
    assert shelf.response is not None
    menu = shelf.response.components[0]["components"][0]
    await world.buyer.select(shelf.response, [menu["options"][0]["value"]])
    assert link_of(await world.order(product.uniqid)) is not None


# -- old buttons ---------------------------------------------------------------------------


@pytest.mark.both_backends
async def test_a_button_from_before_a_reload_overwrites_nothing(world: World) -> None:
    gold = world.guild.create_role("Gold")
    await world.sell_item("Gold Pass", "9.99", "EUR", [gold])
    invoice = await world.order("Gold Pass")
    asked = await world.admin.slash(world.channel, "shoppexset secret")
    assert invoice.response is not None
    assert asked.response is not None
    form = await world.buyer.click(invoice.response, label="Use another e-mail")

    await world.owner.send(world.channel, "!reload shoppex")
    await world.pay_newest()
    await world.buyer.submit_modal(form, {field(form, 0): "b@example.com", field(form, 1): False})
    assert len(world.shop.orders) == 1
    assert link_of(invoice) is not None
    for answer, label in ((invoice, "Use another e-mail"), (asked, "Enter the webhook secret")):
        assert label not in json.dumps(answer.response and answer.response.components)

    await world.instance.restart(world.env)
    assert "nothing" in await shown(world)
    again = await world.order("Gold Pass")
    assert link_of(again) is not None
    assert "still waiting" not in text_of(again)  # the first one is known to be paid
    assert len(world.shop.orders) == 2


async def test_the_link_stays_when_the_buttons_go(world: World) -> None:
    await world.sell_item("Gold Pass", "9.99", "EUR")
    invoice = await world.order("Gold Pass")
    link = link_of(invoice)
    await world.env.advance_time(860)
    assert link_of(invoice) == link
    assert "Use another e-mail" not in json.dumps(invoice.response and invoice.response.components)


async def test_a_secret_typed_after_the_command_is_deleted(world: World) -> None:
    await world.admin.send(world.channel, "!shoppexset apikey shx_supersecretsupersecret")
    public = " ".join(world.public())
    assert "supersecret" not in public
    assert "I deleted your message" in public

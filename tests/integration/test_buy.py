"""`/buy`, as members see it."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import discord
import pytest
import simcord

from harness import World, store_away
from harness.world import field, link_of, text_of
from standin import Variant


async def choices(world: World, typed: str) -> list[str]:
    """The names that autocomplete offers for a product."""
    offered = await world.buyer.autocomplete(world.channel, "buy", "product", typed)
    return [choice["name"] for choice in offered]


# -- the link ------------------------------------------------------------------------------


async def test_the_order_carries_who_bought_where_as_text_and_a_nonce(world: World) -> None:
    await world.sell_item("Gold Pass", "9.99", "EUR")
    await world.order("Gold Pass", email="ben@example.com")
    [request] = [r for r in world.shop.requests if r.method == "POST"]
    fields = {entry["name"]: entry["value"] for entry in request.json["custom_fields"]}
    assert fields["discord_user_id"] == str(world.buyer.id)
    assert fields["discord_guild_id"] == str(world.guild.id)
    assert len(fields["nonce"]) == 32
    assert request.json["email"] == "ben@example.com"
    assert request.json["value"] == 9.99
    channel = f"https://discord.com/channels/{world.guild.id}/{world.channel.id}"
    assert request.json["return_url"] == channel
    assert request.json["cancel_url"] == channel


async def test_asking_again_gives_the_same_link_without_asking_for_the_address(
    world: World,
) -> None:
    await world.sell_item("Gold Pass", "9.99", "EUR")
    first = await world.order("Gold Pass")
    again = await world.buyer.slash(world.channel, "buy", product="Gold Pass")
    assert link_of(again) == link_of(first)
    assert "still waiting for you" in text_of(again)
    assert len(world.shop.orders) == 1


async def test_a_link_that_can_no_longer_be_paid_is_replaced(world: World) -> None:
    await world.sell_item("Gold Pass", "9.99", "EUR")
    first = await world.order("Gold Pass", remember=True)
    await world.shop.set_status(world.shop.orders[0].uniqid, "VOIDED", silent=True)
    again = await world.order("Gold Pass")
    assert link_of(again) != link_of(first)
    assert len(world.shop.orders) == 2


async def test_an_order_paid_without_a_webhook_is_found_paid_on_asking_again(
    world: World,
) -> None:
    gold = world.guild.create_role("Gold")
    await world.sell_item("Gold Pass", "9.99", "EUR", [gold])
    await world.order("Gold Pass")
    await world.shop.pay(world.shop.orders[0].uniqid, silent=True)
    again = await world.order("Gold Pass")
    assert "already paid" in text_of(again)
    assert world.roles_of(world.buyer) == {"Gold"}


async def test_a_double_click_gives_one_order(world: World) -> None:
    await world.sell_item("Gold Pass", "9.99", "EUR")
    shown = await world.buyer.slash(world.channel, "buy", product="Gold Pass")
    filled = {field(shown, 0): "ben@example.com", field(shown, 1): False}
    shown_again = await world.buyer.slash(world.channel, "buy", product="Gold Pass")
    filled_again = {field(shown_again, 0): "ben@example.com", field(shown_again, 1): False}
    first = await world.buyer.submit_modal(shown, filled)
    second = await world.buyer.submit_modal(shown_again, filled_again)
    assert link_of(first) == link_of(second)
    assert len(world.shop.orders) == 1


async def test_an_answer_that_was_lost_does_not_become_a_second_order(world: World) -> None:
    await world.sell_item("Gold Pass", "9.99", "EUR")
    world.shop.fail_next("POST", "/payments", status=502, times=3, after=True)
    failed = await world.order("Gold Pass")
    assert "cannot be reached" in text_of(failed)
    invoice = await world.order("Gold Pass")
    assert link_of(invoice) is not None
    assert len(world.shop.orders) == 1


@pytest.mark.parametrize("shape", ["normal", "null", "long"])
async def test_the_link_works_in_every_shape(world: World, shape: str) -> None:
    world.shop.switches.checkout_url = shape  # type: ignore[assignment]
    world.shop.add_product(title="Service", price="5")
    await world.sell_product("Service")
    invoice = await world.order("Service")
    uniqid = world.shop.orders[0].uniqid
    if shape == "long":
        assert link_of(invoice) is None
        assert f"]({world.shop.url}/invoice/{uniqid}" in text_of(invoice)
    elif shape == "null":
        assert link_of(invoice) == f"https://checkout.shoppex.io/invoice/{uniqid}"
    else:
        assert link_of(invoice) == f"{world.shop.url}/invoice/{uniqid}"


# -- the e-mail address --------------------------------------------------------------------


@pytest.mark.both_backends
async def test_the_address_is_remembered_only_if_the_buyer_says_so(world: World) -> None:
    await world.sell_item("One", "1", "EUR")
    await world.sell_item("Two", "2", "EUR")
    await world.order("One", remember=False)
    asked = await world.buyer.slash(world.channel, "buy", product="Two")
    assert asked.modal is not None
    await world.buyer.submit_modal(
        asked, {field(asked, 0): "ben@example.com", field(asked, 1): True}
    )
    await world.sell_item("Three", "3", "EUR")
    unasked = await world.buyer.slash(world.channel, "buy", product="Three")
    assert unasked.modal is None
    assert link_of(unasked) is not None


async def test_a_remembered_address_can_be_changed(world: World) -> None:
    await world.sell_item("One", "1", "EUR")
    invoice = await world.order("One", email="typo@example.con", remember=True)
    assert invoice.response is not None
    asked = await world.buyer.click(invoice.response, label="Use another e-mail")
    other = await world.buyer.submit_modal(
        asked, {field(asked, 0): "right@example.com", field(asked, 1): True}
    )
    assert link_of(other) != link_of(invoice)
    assert world.shop.orders[-1].email == "right@example.com"


@pytest.mark.parametrize("email", ["nobody", "a@b", "a b@example.com", "@example.com"])
async def test_an_address_that_is_none_is_refused(world: World, email: str) -> None:
    await world.sell_item("One", "1", "EUR")
    answer = await world.order("One", email=email)
    assert "e-mail address" in text_of(answer)
    assert world.shop.orders == []


# -- browsing ------------------------------------------------------------------------------


async def test_without_a_product_the_catalogue_is_shown_privately_to_choose_from(
    world: World,
) -> None:
    gold = world.guild.create_role("Gold")
    world.shop.add_product(
        title="Key", price="19.50", type="SERIALS", serials=["K"], description="A *fine* key"
    )
    await world.sell_product("Key", [gold])
    await world.sell_item("Gold Pass", "9.99", "EUR")

    shelf = await world.buyer.slash(world.channel, "buy")
    assert shelf.ephemeral
    assert shelf.response is not None
    assert "**Key** · €19.50 · 1 left" in text_of(shelf)
    assert "**Gold Pass** · €9.99" in text_of(shelf)

    menu = shelf.response.components[0]["components"][0]
    ref = next(o["value"] for o in menu["options"] if o["label"] == "Key")
    await world.buyer.select(shelf.response, [ref])
    assert shelf.response.embeds[0].title == "Key"
    assert shelf.response.embeds[0].description == r"A \*fine\* key"
    form = await world.buyer.click(shelf.response, label="Buy")
    invoice = await world.buyer.submit_modal(
        form,
        {field(form, 0): "ben@example.com", field(form, 1): "1", field(form, 2): ""},
    )
    assert link_of(invoice) is not None
    await world.pay_newest()
    assert world.roles_of(world.buyer) == {"Gold"}


async def test_a_shelf_of_sixty_things_is_turned_page_by_page(world: World) -> None:
    for number in range(60):
        await world.sell_item(f"Item {number:02}", "1", "EUR")
    shelf = await world.buyer.slash(world.channel, "buy")
    assert shelf.response is not None
    await world.buyer.click(shelf.response, label="More")
    await world.buyer.click(shelf.response, label="More")
    assert "Item 59" in str(shelf.response.embeds[0].description)
    menu = shelf.response.components[0]["components"][0]
    assert len(menu["options"]) == 10


async def test_a_product_of_several_variants_asks_which(world: World) -> None:
    world.shop.add_product(
        title="Licence",
        price="10",
        variants=[Variant("Month", Decimal(5)), Variant("Year", Decimal(50))],
    )
    world.shop.switches.variants_in_list = True
    await world.sell_product("Licence")
    card = await world.buyer.slash(world.channel, "buy", product="Licence")
    assert card.response is not None
    assert "**Year** · €50.00" in text_of(card)
    menu = card.response.components[0]["components"][0]
    year = next(o["value"] for o in menu["options"] if o["label"] == "Year")
    with pytest.raises(simcord.SetupError):  # the button waits for the choice
        await world.buyer.click(card.response, label="Buy")
    await world.buyer.select(card.response, [year])
    form = await world.buyer.click(card.response, label="Buy")
    invoice = await world.buyer.submit_modal(
        form, {field(form, 0): "ben@example.com", field(form, 1): "2", field(form, 2): ""}
    )
    assert "2 × Licence (Year)" in text_of(invoice)
    assert "€100.00" in text_of(invoice)


async def test_a_variant_can_be_typed(world: World) -> None:
    world.shop.add_product(
        title="Licence",
        price="10",
        variants=[Variant("Month", Decimal(5)), Variant("Year", Decimal(50))],
    )
    world.shop.switches.variants_in_list = True
    await world.sell_product("Licence")
    offered = await world.buyer.autocomplete(
        world.channel, "buy", "variant", "", product="Licence"
    )
    assert [choice["name"] for choice in offered] == ["Month · €5.00", "Year · €50.00"]
    invoice = await world.order("Licence", variant="year")
    assert "€50.00" in text_of(invoice)


async def test_variants_that_the_list_leaves_out_are_still_asked_for(world: World) -> None:
    world.shop.add_product(
        title="Licence",
        price="10",
        variants=[Variant("Month", Decimal(5)), Variant("Year", Decimal(50))],
    )
    await world.sell_product("Licence")
    card = await world.buyer.slash(world.channel, "buy", product="Licence")
    assert "**Year** · €50.00" in text_of(card)


# -- autocomplete --------------------------------------------------------------------------


async def test_autocomplete_shows_titles_with_price_and_stock(world: World) -> None:
    world.shop.add_product(title="Key", price="19.50", type="SERIALS", serials=["A", "B"])
    world.shop.add_product(title="Rare Key", price="30", type="SERIALS", serials=[])
    for title in ("Key", "Rare Key"):
        await world.sell_product(title)
    await world.sell_item("Gold Pass", "9.99", "EUR")
    assert await choices(world, "") == [
        "Gold Pass · €9.99",
        "Key · €19.50 · 2 left",
        "Rare Key · sold out",
    ]
    assert await choices(world, "rare") == ["Rare Key · sold out"]


async def test_autocomplete_keeps_discords_limits(world: World) -> None:
    for number in range(30):
        await world.sell_item(f"{number:02} " + "x" * 90, "1", "EUR")
    offered = await choices(world, "")
    assert len(offered) == 25
    assert max(map(len, offered)) <= 100


async def test_autocomplete_never_waits_for_shoppex(world: World) -> None:
    world.shop.add_product(title="Key", price="19.50")
    await world.sell_product("Key")
    await world.env.advance_time(3600)
    hang = world.shop.hang_next("GET", "/products")
    before = len(world.env.http_requests)
    asking = asyncio.ensure_future(choices(world, ""))
    await hang.reached()

    async def answered() -> None:
        while not any("/callback" in r.path for r in world.env.http_requests[before:]):
            await asyncio.sleep(0)

    await asyncio.wait_for(answered(), 2)  # while Shoppex still says nothing
    hang.release()
    assert await asking == ["Key · €19.50"]


# -- refusals ------------------------------------------------------------------------------


async def test_nothing_for_sale(bare_world: World) -> None:
    answer = await bare_world.buyer.slash(bare_world.channel, "buy")
    assert answer.ephemeral
    assert "Nothing is for sale" in text_of(answer)


async def test_something_unheard_of(world: World) -> None:
    await world.sell_item("Gold Pass", "9.99", "EUR")
    answer = await world.buyer.slash(world.channel, "buy", product="Silver")
    assert "nothing of that name" in text_of(answer)


async def test_sold_out(world: World) -> None:
    product = world.shop.add_product(title="Key", price="5", type="SERIALS", serials=["A"])
    await world.sell_product("Key")
    product.serials.clear()
    answer = await world.order("Key")
    assert "sold out" in text_of(answer)
    assert world.shop.orders == []


async def test_more_than_is_left(world: World) -> None:
    world.shop.add_product(title="Key", price="5", type="SERIALS", serials=["A", "B"])
    await world.sell_product("Key")
    assert "2 can be bought" in text_of(await world.order("Key", quantity=3))


@pytest.mark.parametrize("quantity", [-1, 0, 1, 5, 10**9])
async def test_a_quantity_out_of_range(world: World, quantity: int) -> None:
    world.shop.add_product(title="Key", price="5", quantity_min=2, quantity_max=4)
    await world.sell_product("Key")
    assert "from 2 to 4" in text_of(await world.order("Key", quantity=quantity))
    assert world.shop.orders == []


async def test_a_coupon_that_does_not_work(world: World) -> None:
    world.shop.add_product(title="Key", price="5")
    await world.sell_product("Key")
    answer = await world.order("Key", coupon="../../orders")
    assert "coupon does not work" in text_of(answer)
    assert world.shop.orders == []


async def test_a_coupon_that_works(world: World) -> None:
    world.shop.add_product(title="Key", price="10")
    world.shop.add_coupon("HALF", percent=50)
    await world.sell_product("Key")
    invoice = await world.order("Key", coupon="half")
    assert "€5.00" in text_of(invoice)
    await world.pay_newest()
    await world.env.advance_time(60)
    assert len(world.dms(world.buyer)) == 1


async def test_shoppex_down(world: World) -> None:
    await world.sell_item("Gold Pass", "9.99", "EUR")
    world.shop.cloudflare_next("*", "*", times=50)
    answer = await world.order("Gold Pass")
    assert "cannot be reached" in text_of(answer)


async def test_a_key_that_shoppex_no_longer_takes(world: World) -> None:
    await world.sell_item("Gold Pass", "9.99", "EUR")
    world.shop.fail_next("*", "*", status=401, times=50)
    answer = await world.order("Gold Pass")
    assert "refuses this server's key" in text_of(answer)


async def test_shoppex_refuses_in_its_own_words(world: World) -> None:
    await world.sell_item("Gold Pass", "9.99", "EUR")
    body = {"error": {"code": "BAD_REQUEST", "message": "The shop is on **holiday** @everyone"}}
    world.shop.fail_next("POST", "/payments", status=400, body=body)
    answer = text_of(await world.order("Gold Pass"))
    assert "holiday" in answer
    assert "@everyone" not in answer


async def test_a_member_who_opens_many_checkouts_has_to_wait(world: World) -> None:
    for number in range(6):
        await world.sell_item(f"Item {number}", "1", "EUR")
    for number in range(5):
        assert link_of(await world.order(f"Item {number}")) is not None
    assert "several checkouts" in text_of(await world.order("Item 5"))
    assert len(world.shop.orders) == 5
    await world.env.advance_time(600)
    assert link_of(await world.order("Item 5")) is not None


async def test_a_member_on_the_block_list(world: World) -> None:
    await world.sell_item("Gold Pass", "9.99", "EUR")
    shown = await world.buyer.slash(world.channel, "buy", product="Gold Pass")
    await world.bot.add_to_blacklist([world.buyer.id])
    answer = await world.buyer.slash(world.channel, "buy", product="Gold Pass")
    assert answer.ephemeral
    assert "blocklist" in text_of(answer)
    form = await world.buyer.submit_modal(
        shown, {field(shown, 0): "ben@example.com", field(shown, 1): False}
    )
    assert "block list" in text_of(form)
    assert world.shop.orders == []


async def test_a_server_in_which_the_cog_is_switched_off(world: World) -> None:
    await world.sell_item("Gold Pass", "9.99", "EUR")
    shown = await world.buyer.slash(world.channel, "buy", product="Gold Pass")
    await world.owner.send(world.channel, "!command disablecog Shoppex")
    answer = await world.buyer.slash(world.channel, "buy", product="Gold Pass")
    assert answer.ephemeral
    assert "switched off in this server" in text_of(answer)
    form = await world.buyer.submit_modal(
        shown, {field(shown, 0): "ben@example.com", field(shown, 1): False}
    )
    assert "switched off in this server" in text_of(form)
    assert world.shop.orders == []


@pytest.mark.both_backends
async def test_the_store_takes_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.sell_item("Gold Pass", "9.99", "EUR")

    with store_away(monkeypatch):
        answer = await world.order("Gold Pass")
    assert "cannot save anything" in text_of(answer)
    assert world.shop.orders == []


# -- by prefix -----------------------------------------------------------------------------


async def test_typed_out_nothing_private_reaches_the_channel(world: World) -> None:
    gold = world.guild.create_role("Gold")
    await world.sell_item("Gold Pass", "9.99", "EUR", [gold])
    before = len(world.public())
    await world.buyer.send(world.channel, '!buy "Gold Pass"')
    button = world.channel.last_message
    assert button is not None
    shown = await world.buyer.click(button, label="Continue privately")
    invoice = await world.buyer.submit_modal(
        shown, {field(shown, 0): "ben@example.com", field(shown, 1): False}
    )
    assert invoice.ephemeral
    assert link_of(invoice) is not None
    public = " ".join(world.public()[before:])
    assert "Gold Pass" in public  # what the member typed, and nothing else of it
    for private in ("invoice", "9.99", "example.com", world.shop.orders[0].uniqid):
        assert private not in public
    await world.pay_newest()
    assert world.roles_of(world.buyer) == {"Gold"}


async def test_nobody_else_can_press_the_button(world: World) -> None:
    await world.sell_item("Gold Pass", "9.99", "EUR")
    await world.buyer.send(world.channel, "!buy Gold Pass")
    button = world.channel.last_message
    assert button is not None
    stranger = world.guild.add_member(world.env.create_user("mallory"))
    answer = await stranger.click(button, label="Continue privately")
    assert answer.ephemeral
    assert "belongs to somebody else" in text_of(answer)
    shown = await world.buyer.click(button, label="Continue privately")
    assert shown.modal is not None  # a title in two words, without quotes, is understood


async def test_the_button_goes_when_its_time_is_over(world: World) -> None:
    await world.sell_item("Gold Pass", "9.99", "EUR")
    await world.buyer.send(world.channel, "!buy")
    await world.env.advance_time(900)
    button = world.channel.last_message
    assert isinstance(button, discord.Message)
    assert button.components == []

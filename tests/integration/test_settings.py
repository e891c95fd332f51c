"""`[p]shoppexset`, as admins and the owner see it."""

from __future__ import annotations

import socket

import discord
import pytest
import simcord

from harness import World
from harness.world import field, text_of
from processes import free_port


async def ask(world: World, command: str, **options: object) -> str:
    """What the admin is answered."""
    return text_of(await world.admin.slash(world.channel, f"shoppexset {command}", **options))


async def type_out(world: World, text: str, *, who: simcord.MemberActor | None = None) -> str:
    """What the owner, or somebody else, is answered to a typed command."""
    await (who or world.owner).send(world.channel, text)
    message = world.channel.last_message
    assert message is not None
    return message.content + "".join(str(e.to_dict()) for e in message.embeds)


# -- key and secret ------------------------------------------------------------------------


async def test_a_good_key_is_checked_and_saved(bare_world: World) -> None:
    answer = await bare_world.give_api_key(bare_world.shop.api_key)
    assert "is saved" in answer
    shown = await ask(bare_world, "show")
    assert f"`{bare_world.shop.api_key[-4:]}`" in shown
    assert bare_world.shop.api_key not in shown


@pytest.mark.parametrize("key", ["shx_wrong", "no key at all", "schlüssel", "shx_" + "x" * 400])
async def test_a_wrong_key_is_not_saved(bare_world: World, key: str) -> None:
    answer = await bare_world.give_api_key(key)
    assert "nothing was changed" in answer.lower()
    assert key not in answer
    assert "missing" in await ask(bare_world, "show")


async def test_missing_scopes_are_named(bare_world: World) -> None:
    bare_world.shop.switches.scopes = {"products.read"}
    answer = await bare_world.give_api_key(bare_world.shop.api_key)
    assert "`orders.read`, `orders.write`" in answer
    assert "Nothing was changed" in answer
    assert "missing" in await ask(bare_world, "show")


async def test_what_a_key_cannot_do_is_named_and_the_key_is_saved(bare_world: World) -> None:
    needed = {"products.read", "orders.read", "orders.write", "subscriptions.read"}
    bare_world.shop.switches.scopes = {*needed, "licenses.read", "products.write", "invoices.read"}
    answer = await bare_world.give_api_key(bare_world.shop.api_key)
    assert "is saved" in answer
    assert "`licenses.write`: freeing a licence" in answer
    assert "`webhooks.write`: making that webhook" in answer
    assert "invoices.read" not in answer


async def test_a_key_cannot_be_checked_while_shoppex_is_down(bare_world: World) -> None:
    bare_world.shop.cloudflare_next("*", "*", times=50)
    answer = await bare_world.give_api_key(bare_world.shop.api_key)
    assert "cannot be reached" in answer
    assert "missing" in await ask(bare_world, "show")


async def test_secrets_are_never_arguments(bare_world: World) -> None:
    commands = {c.name: c for c in await bare_world.bot.tree.fetch_commands()}
    for option in commands["shoppexset"].options:
        if option.name in ("apikey", "secret"):
            assert option.to_dict()["options"] == []


async def test_only_the_author_can_enter_a_secret(bare_world: World) -> None:
    await bare_world.admin.send(bare_world.channel, "!shoppexset secret")
    button = bare_world.channel.last_message
    assert button is not None
    answer = await bare_world.owner.click(button, label="Enter the webhook secret")
    assert "belongs to somebody else" in text_of(answer)
    form = await bare_world.admin.click(button, label="Enter the webhook secret")
    saved = await bare_world.admin.submit_modal(form, {field(form, 0): "whsec_0123456789abcdef"})
    assert saved.ephemeral
    assert "saved" in text_of(saved)
    assert not any("0123456789abcdef" in text for text in bare_world.public())


@pytest.mark.parametrize("secret", ["short", "with some spaces in it", "ünïcödé-secret-abcdef"])
async def test_what_is_no_secret_is_not_saved(bare_world: World, secret: str) -> None:
    assert "Nothing was changed" in await bare_world.give_secret(secret)


# -- products and items --------------------------------------------------------------------


@pytest.mark.parametrize("name", ["id", "uniqid", "slug", "title"])
async def test_a_product_is_known_by_each_of_its_names(world: World, name: str) -> None:
    product = world.shop.add_product(title="Gold Pass", price="9.99")
    assert "**Gold Pass** is for sale" in await world.sell_product(getattr(product, name))
    assert product.uniqid in await ask(world, "product list")


async def test_the_catalogue_is_offered_to_staff_alone(world: World) -> None:
    world.shop.add_product(title="Secret Sale", price="1", unlisted=True)
    await world.env.advance_time(120)
    path = ("shoppexset product add", "product", "")
    await world.admin.autocomplete(world.channel, *path)
    offered = await world.admin.autocomplete(world.channel, *path)
    assert [choice["name"] for choice in offered] == ["Secret Sale"]


async def test_a_hidden_product_is_saved_with_a_warning_and_not_shown(world: World) -> None:
    product = world.shop.add_product(title="Beta", price="1", unlisted=True)
    assert "buyers do not see it yet" in await world.sell_product("Beta")
    assert "Nothing is for sale" in text_of(await world.buyer.slash(world.channel, "buy"))
    product.unlisted = False
    await world.env.advance_time(120)
    await world.buyer.slash(world.channel, "buy")
    assert "Beta" in text_of(await world.buyer.slash(world.channel, "buy"))


async def test_an_unknown_product(world: World) -> None:
    assert "no product of that name" in await world.sell_product("Nothing")


async def test_a_product_before_the_key(bare_world: World) -> None:
    assert "`/shoppexset apikey`" in await bare_world.sell_product("Gold Pass")


@pytest.mark.both_backends
async def test_roles_change_and_products_go(world: World) -> None:
    gold, blue = world.guild.create_role("Gold"), world.guild.create_role("Blue")
    world.shop.add_product(title="Pass", price="1")
    await world.sell_product("Pass", [gold])
    answer = await ask(world, "product roles", product="Pass", roles=f"{blue.mention} Gold")
    assert blue.mention in answer
    assert gold.mention in answer
    assert f"{blue.mention}, {gold.mention}" in await ask(world, "product list")
    assert "no longer for sale" in await ask(world, "product remove", product="pass")
    assert "No product is sold here yet" in await ask(world, "product list")
    assert "Nothing was changed" in await ask(world, "product remove", product="pass")


@pytest.mark.both_backends
async def test_items_come_change_and_go(world: World) -> None:
    gold = world.guild.create_role("Gold")
    assert "€9.99" in await world.sell_item("Gold Pass", "9,99", "eur", [gold])
    assert "already" in await world.sell_item("gold pass", "1", "EUR")
    assert "€9.99" in await ask(world, "item list")
    assert "no role" in await ask(world, "item roles", item="Gold Pass")
    assert "no longer for sale" in await ask(world, "item remove", item="Gold Pass")
    assert "There is no item yet" in await ask(world, "item list")


@pytest.mark.parametrize(
    ("price", "currency"),
    [
        ("0", "EUR"),
        ("-1", "EUR"),
        ("9.999", "EUR"),
        ("9.5", "JPY"),
        ("free", "EUR"),
        ("1e9", "EUR"),
        ("NaN", "EUR"),
        ("9.99", "EURO"),
        ("9.99", "ZZZ"),
    ],
)
async def test_a_price_that_is_none(world: World, price: str, currency: str) -> None:
    assert "Nothing was changed" in await world.sell_item("Pass", price, currency)
    assert "There is no item yet" in await ask(world, "item list")


@pytest.mark.both_backends
async def test_a_removed_product_still_delivers_what_was_ordered(world: World) -> None:
    gold = world.guild.create_role("Gold")
    await world.sell_item("Gold Pass", "9.99", "EUR", [gold])
    await world.order("Gold Pass")
    await ask(world, "item remove", item="Gold Pass")
    await world.pay_newest()
    assert world.roles_of(world.buyer) == {"Gold"}


# -- which roles may be sold ---------------------------------------------------------------


async def test_a_role_above_the_bots(world: World) -> None:
    high = world.guild.create_role("High", position=50)
    answer = await world.sell_item("Pass", "1", "EUR", [high])
    assert "drag my role above it" in answer
    assert "There is no item yet" in await ask(world, "item list")


async def test_a_role_of_an_integration_and_everyone(world: World) -> None:
    managed = world.guild.create_role("Booster", managed=True)
    answer = await world.sell_item("Pass", "1", "EUR", [managed, world.guild.default_role])
    assert "belongs to a bot or an integration" in answer
    assert "what everybody has" in answer


async def test_a_role_not_below_the_admins_own(world: World) -> None:
    above = world.guild.create_role("Moderators", position=world_position(world) + 1)
    assert "not below your own highest role" in await world.sell_item("Pass", "1", "EUR", [above])
    same = world.admins
    assert "not below your own highest role" in await world.sell_item("Pass", "1", "EUR", [same])


async def test_without_manage_roles(world: World) -> None:
    gold = world.guild.create_role("Gold")
    me = world.guild.me
    assert me is not None
    none = {"permissions": discord.Permissions(view_channel=True, send_messages=True).value}
    world.env.backend.edit_role(world.guild.id, me.top_role.id, none)
    await world.env.settle()
    assert "I lack the permission Manage Roles" in await world.sell_item("P", "1", "EUR", [gold])


async def test_a_word_that_is_no_role(world: World) -> None:
    answer = await ask(
        world, "item add", title="Pass", price="1", currency="EUR", roles="Golld @everyone"
    )
    assert "no role “Golld”" in answer


@pytest.mark.parametrize("sure", [True, False])
async def test_a_role_with_power_asks_first(world: World, sure: bool) -> None:  # noqa: FBT001
    power = discord.Permissions(ban_members=True, send_messages=True)
    has_it = discord.Permissions(manage_guild=True, manage_roles=True, ban_members=True)
    world.env.backend.edit_role(world.guild.id, world.admins.id, {"permissions": has_it.value})
    mod = world.guild.create_role("Mod", permissions=power)
    asked = await world.admin.slash(
        world.channel, "shoppexset item add", title="M", price="1", currency="EUR", roles="Mod"
    )
    message = asked.response
    assert message is not None
    assert "Ban Members" in message.content
    assert "send messages" not in message.content
    assert "There is no item yet" in await ask(world, "item list")
    await world.admin.click(message, label="Yes" if sure else "No")
    listed = await ask(world, "item list")
    assert (mod.mention in listed) is sure


# -- who may -------------------------------------------------------------------------------


async def test_a_command_of_the_owners_answers_an_admin(world: World) -> None:
    answer = await world.admin.slash(
        world.channel, "shoppexset publicurl", url="https://x.example"
    )
    assert answer.ephemeral
    assert "not allowed" in text_of(answer)


async def test_a_typed_command_without_rights_does_nothing(world: World) -> None:
    await world.buyer.send(world.channel, '!shoppexset item add "X" 1 EUR')
    assert "There is no item yet" in await ask(world, "item list")


async def test_everything_works_typed_out_too(world: World) -> None:
    gold = world.guild.create_role("Gold Club")
    world.shop.add_product(title="Gold Pass", price="9.99")
    add = f'!shoppexset product add "Gold Pass" "Gold Club" {gold.mention}'
    assert "is for sale here" in await type_out(world, add, who=world.admin)
    listed = await type_out(world, "!shoppexset product list", who=world.admin)
    assert gold.mention in listed
    assert "For sale" in await type_out(world, "!shoppexset show", who=world.admin)
    remove = "!shoppexset product remove Gold Pass"
    assert "no longer for sale" in await type_out(world, remove, who=world.admin)


# -- the owner's ---------------------------------------------------------------------------


async def test_the_public_address_makes_the_webhook_address(world: World) -> None:
    answer = await type_out(world, "!shoppexset publicurl https://shop.example.com/")
    assert f"https://shop.example.com/shoppex/{world.guild.id}" in answer
    assert f"https://shop.example.com/shoppex/{world.guild.id}" in await ask(world, "show")
    assert "read on its way" in await type_out(world, "!shoppexset publicurl http://10.0.0.1")
    assert "removed" in await type_out(world, "!shoppexset publicurl")
    assert "has not set a public address" in await ask(world, "show")


@pytest.mark.parametrize("url", ["shop.example.com", "ftp://x", "https://", "https://[", "x"])
async def test_an_address_that_is_none(world: World, url: str) -> None:
    assert "Nothing was changed" in await type_out(world, f"!shoppexset publicurl {url}")


async def test_the_listener_moves(world: World) -> None:
    port = free_port()
    assert f"port {port}" in await type_out(world, f"!shoppexset listener 127.0.0.1 {port}")
    gold = world.guild.create_role("Gold")
    await world.sell_item("Gold Pass", "9.99", "EUR", [gold])
    await world.order("Gold Pass")
    assert world.hook is not None
    url = f"http://127.0.0.1:{port}/shoppex/{world.guild.id}"
    world.shop.add_webhook(url, secret=world.hook.secret)
    await world.pay_newest()
    assert world.roles_of(world.buyer) == {"Gold"}


async def test_a_port_in_use_is_said_and_the_old_one_stays(world: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        answer = await type_out(world, f"!shoppexset listener 127.0.0.1 {port}")
    assert "Another program may be using it" in answer
    assert f"port {world.instance.port} as before" in answer
    assert f"port {world.instance.port}" in await ask(world, "show")


@pytest.mark.parametrize("where", ["nowhere 80", "127.0.0.1 0", "127.0.0.1 65536"])
async def test_where_nobody_can_listen(world: World, where: str) -> None:
    assert "Nothing was changed" in await type_out(world, f"!shoppexset listener {where}")


def world_position(world: World) -> int:
    """How high the admin's role stands."""
    role = world.bot.get_guild(world.guild.id).get_role(world.admins.id)
    position: int = role.position
    return position

"""Keys arrive wherever Shoppex keeps them, and are taken out of a pool once."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import pytest

from harness import World
from harness.world import text_of
from standin import Variant


def received(world: World) -> list[str]:
    """What stands above the embeds of the messages that the buyer got."""
    return [message.content for message in world.dms(world.buyer)]


async def buy_keys(world: World, *keys: str, quantity: int = 1) -> None:
    """A product with keys, on sale and ordered."""
    world.shop.add_product(title="Key", price="5", type="SERIALS", serials=keys)
    await world.sell_product("Key")
    await world.order("Key", quantity=quantity)


async def waiting(world: World) -> str:
    """What waits for staff."""
    shown = text_of(await world.admin.slash(world.channel, "shoppexset show"))
    return shown.partition("Waits for you: ")[2]


# -- wherever they are -----------------------------------------------------------------------


@pytest.mark.parametrize("shape", ["object", "list", "text"])
@pytest.mark.parametrize("webhook", ["absent", "serials", "items"])
async def test_several_keys_arrive_once_in_every_shape(
    world: World, shape: str, webhook: str
) -> None:
    world.shop.switches.delivered_items = shape  # type: ignore[assignment]
    world.shop.switches.webhook_goods = webhook  # type: ignore[assignment]
    await buy_keys(world, "K-1", "K-2", quantity=2)
    await world.pay_newest()
    await world.env.advance_time(900)
    assert received(world) == ["```\nK-1\nK-2\n```"]


async def test_keys_that_only_the_webhook_names_arrive_once(world: World) -> None:
    world.shop.switches.delivered_items = "null"
    world.shop.switches.webhook_goods = "serials"
    await buy_keys(world, "K-1", "K-2", quantity=2)
    await world.pay_newest()
    await world.env.advance_time(900)
    assert received(world) == ["```\nK-1\nK-2\n```"]
    shown = await world.buyer.slash(world.channel, "purchases")
    assert shown.response is not None
    await world.buyer.select(shown.response, ["0"])
    opened = await world.buyer.click(shown.response, label="Show what I bought")
    assert "the bot keeps no copy" in text_of(opened)


async def test_keys_that_nothing_names_are_told_to_staff(world: World) -> None:
    world.shop.switches.delivered_items = "null"
    await buy_keys(world, "K-1")
    await world.pay_newest()
    await world.env.advance_time(2 * 3600)
    assert "delivered no key" in await waiting(world)


@pytest.mark.parametrize("shape", ["object", "list", "text", "null"])
@pytest.mark.parametrize("listed", [True, False])
async def test_licences_arrive_once_in_every_shape(
    world: World, shape: str, *, listed: bool
) -> None:
    world.shop.switches.delivered_items = shape  # type: ignore[assignment]
    world.shop.switches.license_in_delivered_items = listed
    world.shop.add_product(title="Tool", price="5", licensing_enabled=True)
    await world.sell_product("Tool")
    await world.order("Tool", quantity=2)
    await world.pay_newest()
    await world.env.advance_time(900)
    [text] = received(world)
    assert sorted(text.splitlines()[1:-1]) == sorted(e.license_key for e in world.shop.licenses)


@pytest.mark.parametrize("shape", ["object", "list", "text"])
@pytest.mark.parametrize(
    ("type_", "goods", "expected"),
    [
        ("FILE", {"access_url": "https://x.example/f"}, "<https://x.example/f>"),
        ("SERVICE", {"service_text": "Code 77"}, "```\nCode 77\n```"),
        ("SERVICE", {"service_text": "Line 1\n**Line 2**"}, "```\nLine 1\n**Line 2**\n```"),
    ],
)
async def test_files_and_texts_arrive_once_in_every_shape(
    world: World, shape: str, type_: str, goods: dict[str, Any], expected: str
) -> None:
    world.shop.switches.delivered_items = shape  # type: ignore[assignment]
    world.shop.add_product(title="Pack", price="5", type=type_, **goods)
    await world.sell_product("Pack")
    await world.order("Pack")
    await world.pay_newest()
    await world.env.advance_time(900)
    assert [text for text in received(world) if text] == [expected]


async def test_the_key_of_a_variant_arrives(world: World) -> None:
    year = Variant("Year", Decimal(50), serials=["Y-1"])
    month = Variant("Month", Decimal(5), serials=["M-1"])
    world.shop.add_product(title="Key", price="5", type="SERIALS", variants=[month, year])
    world.shop.switches.variants_in_list = True
    await world.sell_product("Key")
    await world.order("Key", variant="Year")
    await world.pay_newest()
    assert received(world) == ["```\nY-1\n```"]


@pytest.mark.parametrize("key", ["**A**_b_~~c~~||d||", "<@1> @everyone #x", "a`b``c", "  x  y"])
async def test_markup_is_shown_exactly(world: World, key: str) -> None:
    await buy_keys(world, key)
    await world.pay_newest()
    assert received(world) == [f"```\n{key}\n```"]


@pytest.mark.parametrize("key", ["x" * 3000, "begin ``` end"])
async def test_what_no_message_holds_comes_as_a_file(world: World, key: str) -> None:
    await buy_keys(world, key)
    await world.pay_newest()
    [message] = world.dms(world.buyer)
    assert key not in message.content
    [attachment] = message.attachments
    file = io.BytesIO()
    await attachment.save(file)
    assert file.getvalue().decode() == key


async def test_a_licence_that_no_item_names_is_found(world: World) -> None:
    world.shop.add_product(title="Tool", price="5", licensing_enabled=True)
    await world.sell_product("Tool")
    await world.order("Tool")
    await world.pay_newest()
    [licence] = world.shop.licenses
    assert received(world) == [f"```\n{licence.license_key}\n```"]


@pytest.mark.parametrize("filters", [True, False])
async def test_nobody_gets_the_licence_of_another(world: World, *, filters: bool) -> None:
    world.shop.switches.license_filters = filters
    world.shop.add_product(title="Tool", price="5", licensing_enabled=True)
    await world.sell_product("Tool")
    other = world.guild.add_member(world.env.create_user("cleo"))
    await world.order("Tool", buyer=other, email="cleo@example.com")
    await world.pay_newest()
    await world.order("Tool")
    await world.pay_newest()
    theirs, mine = (licence.license_key for licence in world.shop.licenses)
    assert received(world) == [f"```\n{mine}\n```"]
    assert theirs in world.dms(other)[0].content


async def test_a_late_key_is_named_as_such_until_it_comes(world: World) -> None:
    world.shop.switches.deliver_late = True
    await buy_keys(world, "K-1")
    order = await world.pay_newest()
    shown = await world.buyer.slash(world.channel, "purchases")
    assert "still has to deliver the key" in text_of(shown)
    world.shop.release_goods(order.uniqid)
    await world.env.advance_time(120)
    assert received(world) == ["```\nK-1\n```"]
    shown = await world.buyer.slash(world.channel, "purchases")
    assert "delivered" in text_of(shown)


# -- out of a pool ---------------------------------------------------------------------------


@pytest.fixture
async def pool(world: World) -> list[str]:
    """An item that gives a key out of a pool, on sale and ordered; the pool."""
    product = world.shop.add_product(
        title="Pool", price="1", type="SERIALS", serials=["P-1", "P-2"], private=True
    )
    await world.sell_item("Gold Pass", "9.99", "EUR")
    answer = await world.admin.slash(
        world.channel, "shoppexset item pool", item="Gold Pass", product=product.uniqid
    )
    assert "gets a key" in text_of(answer)
    await world.order("Gold Pass")
    return product.serials


def claims(world: World) -> int:
    """How often keys were claimed."""
    return sum(r.path.endswith("/serials/claim") for r in world.shop.requests)


async def test_an_item_gives_a_key_out_of_the_pool_once(world: World, pool: list[str]) -> None:
    await world.pay_newest()
    await world.instance.restart(world.env)
    await world.env.advance_time(7200)
    assert received(world) == ["```\nP-1\n```"]
    assert pool == ["P-2"]
    assert claims(world) == 1


async def test_an_empty_pool_is_told_to_staff_and_mended(world: World, pool: list[str]) -> None:
    pool.clear()
    await world.pay_newest()
    assert "pool of keys is empty" in await waiting(world)
    pool.append("P-9")
    await world.admin.slash(world.channel, "shoppexset retry")
    await world.env.settle()
    assert "```\nP-9\n```" in received(world)
    assert "nothing" in await waiting(world)


@pytest.mark.both_backends
async def test_a_claim_whose_answer_was_lost_is_never_made_again_by_itself(
    world: World, pool: list[str]
) -> None:
    world.shop.fail_next("POST", "*/claim", status=502, after=True)
    order = await world.pay_newest()
    assert claims(world) == 1
    assert pool == ["P-2"]
    assert "may have been taken out of the pool" in await waiting(world)
    await world.admin.slash(world.channel, "shoppexset retry")
    await world.instance.restart(world.env)
    await world.env.advance_time(7200)
    assert claims(world) == 1
    [message] = world.dms(world.buyer)
    assert "has not delivered your key" in str(message.embeds[0].to_dict())

    path = ("shoppex claim", "order", "BEN")
    [offered] = await world.admin.autocomplete(world.channel, *path)
    assert offered["value"] == order.uniqid
    assert await world.buyer.autocomplete(world.channel, *path) == []
    asked = await world.admin.slash(
        world.channel, "shoppex claim", order=order.uniqid, choice="again"
    )
    assert asked.response is not None
    await world.admin.click(asked.response, label="Yes")
    await world.env.settle()
    assert received(world)[-1] == "```\nP-2\n```"
    assert await world.admin.autocomplete(world.channel, *path) == []
    assert "nothing" in await waiting(world)


@pytest.mark.both_backends
async def test_an_end_in_the_middle_of_a_claim_leaves_a_doubt_for_staff(
    world: World, pool: list[str]
) -> None:
    stuck = world.shop.hang_next("POST", "*/claim")
    await world.shop.pay(world.shop.orders[-1].uniqid)
    await stuck.reached()
    await world.instance.restart(world.env)
    await world.env.settle()
    assert claims(world) == 1
    assert "may have been taken out of the pool" in await waiting(world)
    assert pool == ["P-1", "P-2"]


@pytest.mark.both_backends
async def test_a_key_that_was_sent_is_kept_nowhere(world: World, pool: list[str]) -> None:
    await world.pay_newest()
    assert pool == ["P-2"]
    shown = await world.buyer.slash(world.channel, "purchases")
    assert shown.response is not None
    await world.buyer.select(shown.response, ["0"])
    assert "Show what I bought" not in str(shown.response.components)
    assert "delivered" in text_of(shown)

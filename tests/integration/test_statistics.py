"""Staff see how their shop does: in words, as a picture, and as a table."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Mapping
from typing import Any

import pytest
import simcord
from PIL import Image

from harness import World
from harness.world import text_of

DAY = 24 * 3600


async def stats(world: World, **options: Any) -> simcord.InteractionResult:
    answer = await world.admin.slash(world.channel, "shoppex stats", **options)
    assert answer.ephemeral
    return answer


async def bought(world: World, product: str = "Gold", **options: Any) -> str:
    await world.env.advance_time(60)
    await world.order(product, **options)
    return (await world.pay_newest()).uniqid


def fields(answer: simcord.InteractionResult) -> Mapping[str, str]:
    assert answer.response is not None
    [embed] = answer.response.embeds
    return {str(field.name): str(field.value) for field in embed.fields}


def shown(answer: simcord.InteractionResult) -> str:
    """What is said of the picture for those who cannot see it."""
    assert answer.response is not None
    [attachment] = answer.response.attachments
    assert attachment.filename == "statistics.png"
    [embed] = answer.response.embeds
    assert embed.image.url is not None
    return str(attachment.description)


def menu(answer: simcord.InteractionResult, placeholder: str) -> str:
    assert answer.response is not None
    menus = [part for row in answer.response.components for part in row["components"]]
    [custom_id] = [str(m["custom_id"]) for m in menus if m.get("placeholder") == placeholder]
    return custom_id


async def table(world: World, answer: simcord.InteractionResult) -> list[dict[str, str]]:
    assert answer.response is not None
    pressed = await world.admin.click(answer.response, label="Orders as a table (CSV)")
    assert pressed.ephemeral
    assert pressed.response is not None
    [attachment] = pressed.response.attachments
    assert attachment.filename.startswith("orders-")
    data = await attachment.read()
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.fixture
async def shop(world: World) -> World:
    """A shop that sells two products."""
    world.shop.add_product(title="Gold", price="9.99", currency="EUR")
    world.shop.add_product(title="Silver", price="5", currency="USD")
    await world.sell_product("Gold")
    await world.sell_product("Silver")
    return world


async def test_a_shop_that_sold_nothing(shop: World) -> None:
    answer = await stats(shop)
    said = fields(answer)
    assert said["Sales"].startswith("0 (as before)")
    assert said["Revenue"] == "Nothing was sold in this time."
    assert "Nothing waits" in said["Not delivered, as of now"]
    assert "Sales: 0." in shown(answer)
    assert answer.response is not None
    pressed = await shop.admin.click(answer.response, label="Orders as a table (CSV)")
    assert "no order in this time" in text_of(pressed)


async def test_sales_refunds_and_best_products(shop: World) -> None:
    first = await bought(shop)
    await bought(shop)
    await bought(shop, "Silver")
    await shop.env.advance_time(60)
    await shop.order("Gold")
    await shop.shop.refund(first)
    await shop.env.settle()

    answer = await stats(shop)

    said = fields(answer)
    assert said["Sales"].startswith("3 (▲, was 0)\nBuyers: 1\nPieces: 3\nRefunded in full: 1")
    revenue = "**€19.98 (▲, was €0.00)** · refunded €9.99, €9.99 left\n**$5.00 (▲, was $0.00)**"
    assert said["Revenue"] == revenue
    assert said["Best products"] == "1. **Gold** · sales: 2 · €19.98"
    assert "Revenue: €19.98. Refunds: €9.99." in shown(answer)
    assert "Gold (2)" in shown(answer)
    assert answer.response is not None
    footer = answer.response.embeds[0].footer.text or ""
    assert "Churn: of the subscriptions that were active when the period began" in footer
    assert "ben" not in text_of(answer)
    assert str(shop.buyer.id) not in text_of(answer)


async def test_another_currency_and_another_period(shop: World) -> None:
    await bought(shop)
    await bought(shop, "Silver")
    await shop.env.advance_time(8 * DAY)
    answer = await stats(shop)
    assert answer.response is not None

    dollars = await shop.admin.select(answer.response, ["USD"], custom_id=menu(answer, "Currency"))
    assert fields(dollars)["Best products"] == "1. **Silver** · sales: 1 · $5.00"
    assert "Revenue: $5.00." in shown(dollars)

    assert dollars.response is not None
    week = await shop.admin.select(dollars.response, ["7d"], custom_id=menu(dollars, "Period"))
    assert fields(week)["Sales"].startswith("0 (▼ 100%, was 2)")
    assert "Revenue: $0.00." in shown(week)


async def test_subscriptions_and_their_renewals(world: World) -> None:
    world.shop.add_product(title="Gold", price="5", currency="EUR", type="SUBSCRIPTION")
    await world.sell_product("Gold")
    await bought(world)
    for _ in range(29):
        await world.env.advance_time(DAY)
    await world.shop.renew(world.shop.subscriptions[-1])
    await world.env.settle()
    answer = await stats(world, period="all")
    said = fields(answer)
    assert said["Sales"].startswith("2\n")
    assert "Of them renewals: 1" in said["Sales"]
    assert said["Revenue"] == "**€10.00**"
    assert said["Subscriptions"].startswith("1\nBegan: 1, ended: 0\nChurn: choose a shorter")
    assert "What nobody knows" not in said


async def test_what_waits_is_said(shop: World) -> None:
    gold = shop.guild.create_role("Above")
    await shop.sell_item("Pass", "3", "EUR", [gold])
    shop.env.backend.reorder_roles(shop.guild.id, [{"id": gold.id, "position": 50}])
    await shop.env.settle()
    await bought(shop, "Pass")
    said = fields(await stats(shop))
    assert "⚠️ 1 × waits for you: the role is not below" in said["Not delivered, as of now"]


async def test_the_table(shop: World) -> None:
    uniqid = await bought(shop)
    rows = await table(shop, await stats(shop, period="today"))
    [row] = [row for row in rows if row["order"] == uniqid]
    assert row["product"] == "Gold"
    assert (row["amount"], row["currency"], row["status"]) == ("9.99", "EUR", "paid")
    assert row["buyer"] == f"<@{shop.buyer.id}>"
    assert "@example" not in str(rows)


async def test_nothing_new_is_counted_within_a_minute(shop: World) -> None:
    await bought(shop)
    assert fields(await stats(shop))["Sales"].startswith("1 ")
    await shop.order("Gold")
    await shop.pay_newest()
    assert fields(await stats(shop))["Sales"].startswith("1 ")
    await shop.env.advance_time(61)
    assert fields(await stats(shop))["Sales"].startswith("2 ")


async def test_strangers_press_in_vain(shop: World) -> None:
    await shop.admin.send(shop.channel, "!shoppex stats")
    [asked] = [m for m in shop.channel.history() if "press the button" in m.content]
    pressed = await shop.buyer.click(asked, label="Continue privately")
    assert "belongs to somebody else" in text_of(pressed)


async def test_members_are_not_told(shop: World) -> None:
    await shop.buyer.send(shop.channel, "!shoppex stats")
    assert not any("press the button" in text for text in shop.public())
    answer = await shop.buyer.slash(shop.channel, "shoppex stats")
    assert "for the shop's staff" in text_of(answer)
    assert answer.response is not None
    assert answer.response.attachments == []


async def test_who_is_staff_no_longer_sees_no_more(shop: World) -> None:
    helpers = shop.guild.create_role("Helpers")
    await shop.admin.slash(shop.channel, "shoppexset staffrole", role=helpers)
    hal = shop.guild.add_member(shop.env.create_user("hal"), roles=[helpers])
    await hal.send(shop.channel, "!shoppex stats")
    [asked] = [m for m in shop.channel.history() if "press the button" in m.content]
    answer = await hal.slash(shop.channel, "shoppex stats")
    assert answer.response is not None
    shop.env.backend.remove_member_role(shop.guild.id, hal.id, helpers.id)
    for message, label in ((answer.response, "Orders as a table (CSV)"), (asked, None)):
        pressed = await hal.click(message, label=label or "Continue privately")
        assert "for the server's staff" in text_of(pressed)


async def test_without_pillow_the_figures_come_with_what_to_do(
    shop: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bought(shop)
    for name in ("poster", "chart.drawing", "chart.text"):
        monkeypatch.delitem(sys.modules, f"shoppex.statistics.{name}", raising=False)
    monkeypatch.setitem(sys.modules, "PIL", None)
    answer = await stats(shop)
    assert fields(answer)["Sales"].startswith("1 ")
    assert answer.response is not None
    assert answer.response.attachments == []
    [embed] = answer.response.embeds
    assert not embed.image
    assert "`!pipinstall Pillow`" in str(embed.description)
    monkeypatch.undo()
    assert "Sales: 1." in shown(await stats(shop))


async def test_the_picture_is_one_and_draws_every_script(shop: World) -> None:
    shop.shop.add_product(title="Золотой 🏆 пропуск 金会员", price="9.99", currency="EUR")
    await shop.sell_product("Золотой 🏆 пропуск 金会员")
    await bought(shop, "Золотой 🏆 пропуск 金会员")
    answer = await stats(shop)
    assert answer.response is not None
    [attachment] = answer.response.attachments
    picture = Image.open(io.BytesIO(await attachment.read()))
    assert (picture.format, picture.size) == ("PNG", (1200, 675))


async def test_typed_it_is_shown_to_its_author_alone(shop: World) -> None:
    await bought(shop)
    await shop.admin.send(shop.channel, "!shoppex stats 7d")
    [asked] = [m for m in shop.channel.history() if "press the button" in m.content]
    answer = await shop.admin.click(asked, label="Continue privately")
    assert answer.ephemeral
    assert fields(answer)["Sales"].startswith("1 ")
    assert not any("€9.99" in text for text in shop.public())

"""Goods in the messages to buyers: each once, none too long, and none taken for another."""

from __future__ import annotations

import logging
from typing import Any

import pytest
import simcord

import standin
from harness import World
from harness.world import field, paid_data, text_of

DAY = 24 * 3600


@pytest.fixture(autouse=True)
def quiet_log(caplog: pytest.LogCaptureFixture) -> Any:
    yield
    loud = [r for r in caplog.get_records("call") if r.levelno >= logging.ERROR or r.exc_info]
    loud = [r for r in loud if "nothing is there" not in r.getMessage()]
    assert not loud, [(r.name, r.getMessage(), str(r.exc_info)) for r in loud][:3]


def in_room(room: simcord.ChannelHandle) -> str:
    return "\n".join(str(m.embeds[0].to_dict()) for m in room.history() if m.embeds)


async def sold(world: World, type_: str = "SERIALS", **product: Any) -> standin.Order:
    product.setdefault("serials", ["K-1", "K-2", "K-3"] if type_ == "SERIALS" else [])
    made = world.shop.add_product(title="Box", price="5.00", type=type_, **product)
    await world.sell_product("Box", [world.guild.create_role("Gold")])
    await world.order("Box")
    assert made is not None
    return world.shop.orders[-1]


def line_of(order: standin.Order) -> dict[str, Any]:
    product = order.items[0].product
    assert product is not None
    return {"product_id": product.uniqid, "quantity": 1}


async def test_what_the_order_holds_is_not_lost_to_its_invoice(world: World) -> None:
    room = await world.staff_channel()
    order = await sold(world)
    link = "https://files.example/manual.pdf"

    def in_order(record: dict[str, Any]) -> None:
        for line in record.get("items", []):
            line["delivered_items"] = {"links": [{"label": "Manual", "value": link}]}

    def in_invoice(record: dict[str, Any]) -> None:
        for line in record.get("items", []):
            line["delivered_items"] = None
        record["delivered_items"] = None
        record["delivery_info"] = {"license_keys": ["K-1"]}

    world.shop.change_records(f"/orders/{order.uniqid}", in_order)
    world.shop.change_records(f"/invoices/{order.uniqid}", in_invoice)
    await world.pay_newest()
    await world.env.advance_time(DAY)
    text = world.read_by_buyer()
    assert "K-1" in text, (text, in_room(room))
    assert link in text, (text, await world.waiting())


async def opened(world: World) -> simcord.InteractionResult:
    shown = await world.buyer.slash(world.channel, "purchases")
    assert shown.response is not None
    await world.buyer.select(shown.response, ["0"])
    return shown


@pytest.mark.parametrize("way", ["api", "dashboard"])
async def test_a_replacement_that_is_a_link_to_redeem_comes(world: World, way: str) -> None:
    room = await world.staff_channel()
    world.shop.switches.delivered_items = "serials"
    links = [f"https://redeem.example/gift?code={code}" for code in ("AAA", "BBB", "CCC")]
    order = await sold(world, serials=links)
    await world.pay_newest()
    assert links[0] in world.read_by_buyer()
    shown = await opened(world)
    assert shown.response is not None
    form = await world.buyer.click(shown.response, label="Key does not work")
    await world.buyer.submit_modal(form, {field(form, 0): "It says: used."})
    if way == "dashboard":
        order.items[0].replace(1)
    wishes = [m for m in room.history() if "asks for another key" in str(m.embeds[0].title)]
    said = text_of(await world.admin.click(wishes[-1], label="Approve"))
    await world.env.advance_time(DAY)
    assert links[1] in world.read_by_buyer(), (
        said,
        world.read_by_buyer(),
        order.items[0].goods,
        await world.waiting(),
    )


async def test_two_codes_in_links_that_come_one_after_the_other(world: World) -> None:
    """The second reading shows another link of the same path in place of the first."""
    order = await sold(world, type_="DYNAMIC")
    line = line_of(order)
    order.at_checkout = {
        "items": [
            {**line, "delivered_items": {"notes": ["Redeem: https://redeem.example/?code=AAA"]}}
        ]
    }
    await world.pay_newest()
    assert "AAA" in world.read_by_buyer()
    order.at_checkout = {
        "items": [
            {**line, "delivered_items": {"notes": ["Redeem: https://redeem.example/?code=BBB"]}}
        ]
    }
    await world.tell(paid_data(order, items=order.at_checkout["items"]), "order:updated")
    await world.env.advance_time(DAY)
    assert "BBB" in world.read_by_buyer()


async def test_the_address_to_fill_in_is_not_cut_off(world: World) -> None:
    order = await sold(world)
    names = [
        f"Question number {i} of the seller, with a long explanation of it" for i in range(20)
    ]
    world.shop.ask_later(order.uniqid, *names)
    await world.pay_newest()
    text = world.read_by_buyer()
    assert "Needed from you" in text
    assert f"/{order.uniqid})" in text, text
    await world.env.advance_time(2 * DAY)
    reminder = world.read_by_buyer().partition("still needs something")[2] or world.read_by_buyer()
    assert world.read_by_buyer().count(f"/{order.uniqid})") >= 2, reminder


async def test_many_links_with_labels_go_out(world: World) -> None:
    room = await world.staff_channel()
    order = await sold(world, type_="FILE")
    links = [
        {"label": f"Part {i:02}", "value": f"https://files.example/{'x' * 38}/{i:02}"}
        for i in range(26)
    ]
    line = line_of(order)
    order.at_checkout = {"items": [{**line, "delivered_items": {"links": links}}]}
    await world.pay_newest()
    await world.env.advance_time(DAY)
    content = "\n".join(m.content for m in world.dms(world.buyer))
    files = [a for m in world.dms(world.buyer) for a in m.attachments]
    shown = await opened(world)
    assert shown.response is not None
    click = text_of(await world.buyer.click(shown.response, label="Show what I bought"))
    assert files, (world.read_by_buyer()[:500], in_room(room), await world.waiting())
    assert "attached file" in click
    assert all(len(m.content) <= 2000 for m in world.dms(world.buyer)), len(content)


async def test_many_updates_at_once_are_followed_up_a_few_times(world: World) -> None:
    order = await sold(world)
    await world.pay_newest()
    await world.env.advance_time(DAY)
    read = world.shop.requests
    before = len([r for r in read if r.path.endswith(order.uniqid)])
    for _ in range(30):
        await world.tell(paid_data(order), "order:updated")
    await world.env.advance_time(DAY)
    after = len([r for r in read if r.path.endswith(order.uniqid)])
    assert 1 <= after - before <= 4


DOUBLE: dict[str, dict[str, Any]] = {
    "text and summary": {
        "delivered_items": "K-1\nK-2",
        "delivery_summary": {"codes": ["K-1", "K-2"]},
    },
    "serial text and list": {
        "delivered_items": {"serials": "K-1\nK-2"},
        "delivery_summary": {
            "serials": [
                {"value": "K-1", "is_replacement": False, "is_replaced": False},
                {"value": "K-2", "is_replacement": False, "is_replaced": False},
            ]
        },
    },
    "link with and without label": {
        "delivered_items": {"links": ["https://f.example/file"]},
        "deliverables": [
            {"kind": "file", "label": "Setup", "value": "a.zip", "href": "https://f.example/file"}
        ],
    },
    "unknown name and known": {
        "delivered_items": {"activation": "K-1"},
        "delivery_summary": {"codes": ["K-1"]},
    },
    "spaces": {
        "delivered_items": {"serials": ["K-1 "]},
        "delivery_summary": {"serials": [{"value": "K-1"}]},
    },
}


@pytest.mark.parametrize("name", DOUBLE)
async def test_the_same_goods_in_two_places_come_once(world: World, name: str) -> None:
    order = await sold(world)
    line = {**line_of(order), "product_type": "SERIALS", "quantity": 2}
    order.at_checkout = {"total": 10, "items": [{**line, **DOUBLE[name]}]}
    await world.pay_newest()
    await world.env.advance_time(2 * 3600)
    content = "\n".join(m.content for m in world.dms(world.buyer))
    assert content.count("K-1") == 1, content
    assert content.count("f.example") <= 1, content

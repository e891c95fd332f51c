"""Whatever shape goods have, they reach the buyer, or staff hear of them."""

from __future__ import annotations

from typing import Any

import pytest
import simcord

import standin
from harness import World
from harness.world import text_of


@pytest.fixture
async def room(world: World) -> simcord.ChannelHandle:
    return await world.staff_channel()


async def paid(
    world: World, delivered: Any, type_: str = "DYNAMIC", quantity: int = 1, **more: Any
) -> standin.Order:
    serials = ["POOL"] if type_ == "SERIALS" else []
    world.shop.add_product(title="Box", price="5.00", currency="EUR", type=type_, serials=serials)
    await world.sell_product("Box", [world.guild.create_role("Gold")])
    await world.order("Box")
    order = world.shop.orders[-1]
    product = order.items[0].product
    assert product is not None
    product.serials.clear()
    line = {
        "product_id": product.uniqid,
        "product_title": "Box",
        "product_type": type_,
        "quantity": quantity,
        "delivered_items": delivered,
    }
    order.at_checkout = {"items": [line], **more}
    await world.pay_newest()
    await world.env.advance_time(2 * 3600)
    return order


def received(world: World) -> str:
    messages = world.dms(world.buyer)
    parts: list[str] = []
    for message in messages:
        parts.append(message.content)
        parts += [str(embed.to_dict()) for embed in message.embeds]
        for attachment in message.attachments:
            parts.append(f"[file {attachment.filename} {attachment.size}]")
    return "\n".join(parts)


async def staff_told(world: World, room: simcord.ChannelHandle) -> str:
    told = [str(m.embeds[0].to_dict()) for m in room.history() if m.embeds]
    waiting = text_of(await world.admin.slash(world.channel, "shoppex waiting"))
    return "\n".join([*[each for each in told if "needs you" in each], waiting])


CASES: list[tuple[str, str, Any, list[str]]] = [
    (
        "documented deliverable with a link",
        "SERIALS",
        {
            "deliverables": [
                {
                    "kind": "serial",
                    "label": "Game Key",
                    "value": "K-1",
                    "href": "https://redeem.example/how",
                }
            ]
        },
        ["K-1"],
    ),
    (
        "serial with the page where it is redeemed",
        "SERIALS",
        {"serials": [{"serial": "K-1", "url": "https://redeem.example/how"}]},
        ["K-1"],
    ),
    (
        "serials beside an url",
        "SERIALS",
        {"serials": ["K-1"], "url": "https://dl.example/setup"},
        ["K-1"],
    ),
    (
        "login beside its address",
        "DYNAMIC",
        {"url": "https://login.example", "username": "bob", "password": "hunter2"},
        ["bob", "hunter2"],
    ),
    (
        "licence with an address",
        "DYNAMIC",
        {"license": {"key": "K-9", "url": "https://x.example/act"}},
        ["K-9"],
    ),
    (
        "link whose code stands beside it",
        "DYNAMIC",
        {"links": [{"label": "Redeem", "value": "CODE-1", "href": "https://r.example"}]},
        ["CODE-1"],
    ),
    ("product_key", "DYNAMIC", {"product_key": "AAAA-BBBB"}, ["AAAA-BBBB"]),
    (
        "email and password",
        "DYNAMIC",
        {"email": "acc@mail.example", "password": "hunter2"},
        ["acc@mail.example", "hunter2"],
    ),
    (
        "user_name and password",
        "DYNAMIC",
        {"user_name": "bobby", "password": "hunter2"},
        ["bobby", "hunter2"],
    ),
    (
        "server",
        "DYNAMIC",
        {"ip": "203.0.113.7", "user": "root", "password": "hunter2"},
        ["203.0.113.7", "hunter2"],
    ),
    ("delivery_note", "DYNAMIC", {"delivery_note": "door code 77"}, ["door code 77"]),
    (
        "gift card with pin",
        "SERIALS",
        {
            "serials": [
                {"value": "CARD-1", "pin": "4711", "is_replaced": False, "is_replacement": False}
            ]
        },
        ["CARD-1", "4711"],
    ),
    ("pin as a number", "DYNAMIC", {"user": "bob", "pin": 4711}, ["bob", "4711"]),
    (
        "numbered keys and a note",
        "DYNAMIC",
        {"serials": {"0": "K-1", "1": "K-2"}, "notes": ["hello"]},
        ["K-1", "K-2", "hello"],
    ),
    (
        "unknown name in a list of keys, and a note",
        "DYNAMIC",
        {"licenses": [{"license_code": "LC-1"}], "notes": ["hello"]},
        ["LC-1", "hello"],
    ),
    (
        "replacement within what it replaced",
        "SERIALS",
        {
            "serials": [
                {
                    "value": "OLD",
                    "is_replaced": True,
                    "replacement": {"value": "NEW", "is_replacement": True},
                }
            ]
        },
        ["NEW"],
    ),
    (
        "too long beside a note",
        "DYNAMIC",
        {"text": "x" * 70_000, "notes": ["hello"]},
        ["hello", "purchase.txt"],
    ),
    (
        "too deep beside a note",
        "DYNAMIC",
        {"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": "deep one"}}}}}}}, "notes": ["hello"]},
        ["hello", "deep one"],
    ),
]


@pytest.mark.parametrize(
    ("type_", "delivered", "pieces"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
async def test_goods_reach_the_buyer_or_staff(
    world: World, room: simcord.ChannelHandle, type_: str, delivered: Any, pieces: list[str]
) -> None:
    await paid(world, delivered, type_)
    text = received(world)
    missing = [piece for piece in pieces if piece not in text]
    told = await staff_told(world, room)
    staff = "Nothing waits for you" not in told or "cannot read" in told
    assert not missing or staff, (missing, text, told)


async def test_staff_are_told_of_every_case_that_has_nothing_readable(
    world: World, room: simcord.ChannelHandle
) -> None:
    await paid(world, {"product_key": "AAAA-BBBB"}, "SERVICE")
    told = await staff_told(world, room)
    assert "AAAA-BBBB" in received(world) or "Nothing waits for you" not in told, told


@pytest.mark.parametrize("number", [1200, 5000])
async def test_all_serials_come(world: World, room: simcord.ChannelHandle, number: int) -> None:
    keys = [f"KEY-{i:05}" for i in range(number)]
    await paid(world, {"serials": keys}, "SERIALS", quantity=number, total=5.0 * number)
    files = [a for m in world.dms(world.buyer) for a in m.attachments]
    content = "".join([(await a.read()).decode() for a in files])
    content += received(world)
    missing = [key for key in keys if key not in content]
    told = await staff_told(world, room)
    assert not missing, (len(missing), missing[0], told, received(world)[:800])

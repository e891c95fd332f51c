"""A refusal of Discord's that nobody foresaw is told with its code, and tried again."""

from __future__ import annotations

import logging

import pytest

from harness import World
from harness.world import text_of

PATH = "/guilds/*/members/*/roles/*"


@pytest.mark.parametrize(
    ("code", "said"),
    [(60003, "two-factor authentication"), (40333, "edge network"), (99999, "99999")],
)
async def test_it_is_told_and_delivered_by_itself_when_it_is_mended(
    world: World, caplog: pytest.LogCaptureFixture, code: int, said: str
) -> None:
    caplog.set_level(logging.WARNING, "red.shoppex")
    gold = world.guild.create_role("Gold")
    await world.sell_item("Pass", "9.99", "EUR", [gold])
    await world.order("Pass")
    world.env.inject_error("PUT", PATH, status=403, code=code, times=3)
    await world.pay_newest()

    assert world.roles_of(world.buyer) == set()
    waiting = text_of(await world.admin.slash(world.channel, "shoppex waiting"))
    assert said in waiting
    assert str(code) in waiting
    assert str(code) in caplog.text
    await world.env.advance_time(3 * 3600)
    assert world.roles_of(world.buyer) == {"Gold"}


async def test_one_cause_is_one_line_in_the_log(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "red.shoppex")
    gold = world.guild.create_role("Gold")
    await world.sell_item("Pass", "9.99", "EUR", [gold])
    world.env.inject_error("PUT", PATH, status=403, code=50013, times=99)
    for number in range(4):
        buyer = world.guild.add_member(world.env.create_user(f"buyer{number}"))
        await world.order("Pass", buyer=buyer)
        await world.pay_newest()
    lines = [r for r in caplog.records if "cannot be given" in r.getMessage()]
    assert len(lines) == 1

"""The main job, as the people see it: a role and a key are sold, with no account anywhere.

A real Red runs in this process under SimCord, which plays Discord; the stand-in plays Shoppex
over real sockets. Exits non-zero when the role or the key does not arrive.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import logging
import os
import sys
import tempfile
import textwrap
import time
from pathlib import Path

import aiohttp
import simcord

import standin
from harness import World, open_world
from harness.world import link_of, text_of

KEY = "CELLAR-7Q2M-X9TF"


class Transcript:
    """Prints who did what, and when."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._names: dict[str, str] = {}

    def know(self, *roles: simcord.RoleHandle) -> None:
        """Show these roles as people see them."""
        self._names.update({role.mention: f"@{role.name}" for role in roles})

    def chapter(self, title: str) -> None:
        """A new part of the story."""
        print(f"\n── {title} " + "─" * max(0, 84 - len(title)), flush=True)

    def line(self, who: str, text: str) -> None:
        """Somebody does or sees something."""
        seconds = time.perf_counter() - self._began
        for mention, name in self._names.items():
            text = text.replace(mention, name)
        first, *others = textwrap.wrap(text, 76, replace_whitespace=False) or [""]
        print(f"{seconds:7.2f} s  {who:>7} │ {first}", flush=True)
        for other in others:
            print(f"{'':9}  {'':>7} │ {other}", flush=True)

    def answer(self, text: str) -> None:
        """The bot says something."""
        for paragraph in text.split("\n"):
            self.line("bot", paragraph)


async def main() -> int:
    """Tell the story; the exit code."""
    story = Transcript()
    logging.getLogger().addHandler(logging.NullHandler())
    story.chapter("The server")
    banner = io.StringIO()
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(banner):
        async with open_world(Path(folder) / "red") as world:
            with contextlib.redirect_stdout(sys.__stdout__):
                story.line("", "A real Red is online, with shoppex loaded.")
                return await tell(story, world)


async def tell(story: Transcript, world: World) -> int:
    """Set the shop up, sell twice, and see what arrived."""
    gold = world.guild.create_role("Gold")
    story.know(gold)
    world.shop.add_product(title="Cellar Key", price="19.50", type="SERIALS", serials=[KEY])

    story.line("ada", "/shoppexset apikey      (presses the button, pastes the key)")
    story.answer(await world.give_api_key(world.shop.api_key))
    world.hook = world.shop.add_webhook(world.webhook_url)
    story.line("ada", "/shoppexset secret      (presses the button, pastes the secret)")
    story.answer(await world.give_secret(world.hook.secret))
    story.line("ada", "/shoppexset item add  title: Gold Pass  price: 9.99  EUR  roles: @Gold")
    story.answer(await world.sell_item("Gold Pass", "9.99", "EUR", [gold]))
    story.line("ada", "/shoppexset product add  product: Cellar Key")
    story.answer(await world.sell_product("Cellar Key"))

    cleo = world.guild.add_member(world.env.create_user("cleo"))
    role_came = await sell(story, world, world.buyer, "Gold Pass", "A role")
    world.shop.add_coupon("CELLAR10", percent=10)
    key_came = await sell(
        story, world, cleo, "Cellar Key", "A key, with a coupon and a tip", coupon=True
    )

    story.chapter("What arrived")
    has_role = role_came and world.roles_of(world.buyer) == {"Gold"}
    has_key = key_came and [m.content for m in world.dms(cleo)] == [f"```\n{KEY}\n```"]
    story.line("ben", "has the role Gold." if has_role else "DID NOT GET THE ROLE.")
    story.line("cleo", f"has the key {KEY}." if has_key else "DID NOT GET THE KEY.")
    return 0 if has_role and has_key else 1


async def sell(
    story: Transcript,
    world: World,
    buyer: simcord.MemberActor,
    product: str,
    title: str,
    *,
    coupon: bool = False,
) -> bool:
    """One member buys one thing, maybe at another price. Whether anything arrived."""
    story.chapter(title)
    story.line(buyer.name, f"/buy  product: {product}")
    invoice = await world.order(product, buyer=buyer, email=f"{buyer.name}@example.com")
    story.answer(text_of(invoice))
    link = link_of(invoice)
    if link is None:
        story.line("", "There is no link to pay.")
        return False
    story.line("bot", f"[Pay now] {link}")
    order = world.shop.orders[-1]
    if coupon:
        world.shop.edit_checkout(order.uniqid, coupon="CELLAR10", tip=2)
        story.line(buyer.name, "types the coupon CELLAR10 there, and gives a tip of 2.00")
    began = await pay(story, buyer.name, link, order)
    await world.env.settle()
    seconds = time.perf_counter() - began
    roles = "".join(f" the role @{name}," for name in sorted(world.roles_of(buyer)))
    messages = world.dms(buyer)
    story.line(
        "",
        f"{seconds:.2f} s after the payment, {buyer.name} has{roles} {len(messages)} message:",
    )
    for message in messages:
        embed = message.embeds[0]
        story.line("DM", f"{embed.title} {embed.description}")
        paid = next(field.value for field in embed.fields if field.name == "Paid")
        story.line("DM", f"Paid: {', '.join((paid or '').splitlines())}")
        for line in message.content.splitlines():
            story.line("DM", line)
    return bool(messages)


async def pay(story: Transcript, name: str, link: str, order: standin.Order) -> float:
    """Pay on the checkout page; the moment at which that was done."""
    if os.environ.get("PAUSE"):
        story.line("", f"Open {link} in a browser and press Pay. Waiting …")
        while order.status != "COMPLETED":
            await asyncio.sleep(0.2)
        return time.perf_counter()
    story.line(name, "opens the page and presses Pay")
    began = time.perf_counter()
    connector = aiohttp.TCPConnector(force_close=True)
    async with (
        aiohttp.ClientSession(connector=connector) as session,
        session.post(f"{link}/pay") as answer,
    ):
        story.line("Shoppex", f"HTTP {answer.status}; a signed webhook is on its way")
    return began


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))

"""A real `redbot` process with one shop, for campaigns that need nothing but a socket."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import standin
from discord_standin import Member, RateLimits
from discord_standin.rate_limits import Limit
from process import LiveWorld, open_live_world

from .tally import Tally

_CHECKOUT = Path(__file__).parents[1]
PRODUCT, ITEM, ROLE = "Cellar Key", "Cellar Pass", "Cellar Guest"
KEY_PREFIX = "CELLAR-"
_PRICE = "9.99"
_KEYS = 5000
_DELIVERY_SECONDS = 60.0
# Discord's own limits would make most of a campaign a wait.
_FAST = RateLimits(
    per_second=5000,
    buckets={"member roles": Limit(5000, 1.0), "messages": Limit(5000, 1.0)},
    other=Limit(5000, 1.0),
)


@dataclass
class Shop:
    """One server that sells a role with a key, and an item of the bot's own."""

    world: LiveWorld
    hook: standin.WebhookEndpoint
    sold: list[tuple[Member, standin.Order]] = field(default_factory=list)

    @property
    def guild_id(self) -> int:
        """The server's."""
        return self.world.guild.id

    async def order(self, name: str, title: str = PRODUCT) -> tuple[Member, standin.Order]:
        """A new member orders and does not pay."""
        buyer = self.world.new_buyer(name)
        return buyer, await self.world.order(buyer, title)

    async def sell(self, name: str) -> None:
        """A new member orders and pays; whether it arrived is asked by `check_sales`."""
        buyer, order = await self.order(name)
        self.sold.append((buyer, order))
        await self.world.shop.pay(order.uniqid)

    async def check_sales(self, tally: Tally) -> None:
        """Count each payment that did not bring the role and the key, once."""
        await self.world.shop.retry_pending()
        try:
            await self.world.discord.until(self._all_arrived, "sales", seconds=_DELIVERY_SECONDS)
        except Exception:  # noqa: BLE001 - whatever it waits with, the sales are looked at
            tally.details.append("not all had arrived in time")
        await self.world.discord.settle()
        for buyer, order in self.sold:
            keys = [self.world.messages_with(piece) for piece in _pieces(order)]
            if buyer.role_names != {ROLE} or any(len(messages) != 1 for messages in keys):
                tally.lose(f"{order.uniqid} of {buyer.user.name}: {buyer.role_names}, {keys}")

    def _all_arrived(self) -> bool:
        return all(
            buyer.role_names and all(map(self.world.messages_with, _pieces(order)))
            for buyer, order in self.sold
        )

    async def check_answers(self, tally: Tally) -> None:
        """Count a bot that does not answer, and each traceback in its log."""
        try:
            await self.world.type("ping", "Pong")
        except Exception as error:  # noqa: BLE001 - whatever it is, it does not answer
            tally.crash(f"the bot does not answer: {error!r}")
        for _ in range(self.world.red.log.count("Traceback (most recent call last)")):
            tally.crash("a traceback in the log")


def _pieces(order: standin.Order) -> tuple[str, ...]:
    return tuple(piece for item in order.items if item.goods for piece in item.goods.pieces)


@asynccontextmanager
async def open_shop(folder: Path, storage: Mapping[str, Any] | None = None) -> AsyncIterator[Shop]:
    """A shop that is set up, in a process that runs."""
    flags = ("--cog-path", str(_CHECKOUT), "--load-cogs", "shoppex")
    async with open_live_world(folder, rate_limits=_FAST, flags=flags, storage=storage) as world:
        await world.start()
        # On its very first start Red loads no cogs.
        await world.type("load shoppex", "Loaded")
        await world.type("slash enablecog shoppex", "Enabled")
        await world.type("slash sync", "Synced")
        hook = await world.set_up()
        keys = [f"{KEY_PREFIX}{number:05}" for number in range(_KEYS)]
        world.shop.add_product(title=PRODUCT, price="19.50", type="SERIALS", serials=keys)
        role = world.discord.add_role(world.guild, ROLE)
        await world.put_on_sale(PRODUCT, role)
        await world.type(f'shoppexset item add "{ITEM}" {_PRICE} EUR <@&{role.id}>', "for sale")
        yield Shop(world, hook)

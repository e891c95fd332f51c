"""Make the data in this folder anew. It runs in a checkout of commit 26ac9e4, with its tests.

::

    git worktree add --detach ../old 26ac9e4
    cd ../old && PYTHONPATH=tests python .../tests/data_26ac9e4/make.py

It sells in a simulated server for 34 days, through that version's own commands and webhooks, and
then keeps what lies in Red's data folder, on Discord and at the shop. Everybody who buys is
named for what became of it, and those names are all that a test has to know.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import tempfile
from datetime import datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

import simcord

import standin
from harness import World, open_world
from harness.world import field, text_of

HERE = Path(__file__).parent
CONFIG = "7409251834620117"
MINUTE, DAY = 60, 24 * 3600
MESSAGES = "/channels/{}/messages"


class Seller:
    """The server, and who buys there; a member for each thing that can happen."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.shop = world.shop
        self.people: dict[str, simcord.MemberActor] = {}
        self.rooms = {"shop": world.channel}

    # -- what people do --------------------------------------------------------------------

    def member(self, name: str) -> simcord.MemberActor:
        """Somebody new."""
        world = self.world
        actor = self.people[name] = world.guild.add_member(world.env.create_user(name))
        return actor

    async def passes(self, days: float) -> None:
        """Time goes by, day by day."""
        while days > 0:
            await self.world.env.advance_time(min(days, 1) * DAY)
            days -= 1

    async def orders(self, name: str, offer: str, **options: Any) -> standin.Order:
        """They order, and do not pay yet."""
        who = self.people.get(name) or self.member(name)
        options.setdefault("email", f"{name}@example.com")
        await self.world.order(offer, buyer=who, **options)
        order: standin.Order = self.shop.orders[-1]
        return order

    async def buys(self, name: str, offer: str, **options: Any) -> standin.Order:
        """They order and pay."""
        await self.orders(name, offer, **options)
        return await self.world.pay_newest()

    async def subscribes(self, name: str) -> standin.Subscription:
        """They buy the plan."""
        await self.buys(name, "Gold Plan")
        subscription: standin.Subscription = self.shop.subscriptions[-1]
        return subscription

    async def closes_messages(self, name: str) -> None:
        """They take no direct messages from now on."""
        env = self.world.env
        who = self.people.get(name) or self.member(name)
        user = self.world.bot.get_user(who.id)
        await user.create_dm()
        path = MESSAGES.format(env.backend.dm_channels[who.id])
        env.inject_error("POST", path, status=403, code=50007, times=10_000)

    async def says(self, command: str, **options: Any) -> str:
        """The admin uses a command; what the bot answers."""
        answer = await self.world.admin.slash(self.world.channel, command, **options)
        await self.world.env.settle()
        return text_of(answer)

    async def confirms(self, command: str, label: str, **options: Any) -> str:
        """The admin uses a command that asks first."""
        answer = await self.world.admin.slash(self.world.channel, command, **options)
        assert answer.response is not None, command
        await self.world.admin.click(answer.response, label=label)
        await self.world.env.settle()
        return text_of(answer)

    def room(self, name: str) -> simcord.ChannelHandle:
        """A further channel."""
        channel = self.rooms[name] = self.world.guild.create_text_channel(name)
        return channel

    # -- the 34 days -----------------------------------------------------------------------

    async def sets_up(self) -> None:
        """What is sold, and on which terms."""
        world = self.world
        await world.set_up()
        self.rooms["office"] = world.guild.channels["office"]
        roles = {
            name: world.guild.create_role(name)
            for name in ("Gold", "Silver", "Pass", "Plan", "Player", "Helpers", "High")
        }
        await world.sell_item("Gold Pass", "9.99", "EUR", [roles["Gold"]])
        await world.sell_item("Silver Pass", "5", "EUR", [roles["Silver"]])
        await world.sell_item("Month Pass", "3", "EUR", [roles["Pass"]], days=30)
        await world.sell_item("Short Pass", "1", "EUR", [roles["Pass"]], days=5)
        add = self.shop.add_product
        keys = [f"KEY-{number}" for number in range(9)]
        add(title="Game Key", price="19.50", type="SERIALS", serials=keys)
        add(title="Pool", price="1", type="SERIALS", serials=["POOL-1"])
        add(title="Gold Plan", price="5", type="SUBSCRIPTION")
        add(title="Tool", price="7", licensing_enabled=True, license_period=300)
        big = standin.Variant("Big", Decimal("8.00"))
        add(title="Box", price="4", variants=[standin.Variant("Small", Decimal("4.00")), big])
        self.shop.add_coupon("TEN", percent="10")
        await world.sell_product("Game Key", [roles["Player"]])
        await world.sell_product("Gold Plan", [roles["Plan"]])
        await world.sell_product("Tool")
        await world.sell_product("Box", [roles["Silver"]])
        await world.sell_item("High Pass", "20", "EUR", [roles["High"]])
        await world.sell_item("Pool Pass", "2", "EUR")
        await self.says("shoppexset item pool", item="Pool Pass", product="Pool")
        await self.says("shoppexset logchannel", channel=self.room("staff"))
        await self.says("shoppexset pickup", channel=self.room("pickup"))
        await self.says("shoppexset staffrole", role=roles["Helpers"])
        await self.says("shoppexset reminders", days="7 1")
        await self.says("shoppexset licenses", cooldown_hours=12, per_month=5)
        await self.says("shoppexset policy disputes", roles="suspend")
        await self.says("shoppexset policy refunds", roles="keep", offer="Silver Pass")
        await self.says("shoppexset policy paused", roles="keep")
        office = self.rooms["office"]
        await world.owner.send(office, "!shoppexset retention 20 60")

    async def sells_for_a_month(self) -> None:
        """What takes time: passes that end, and subscriptions."""
        shop = self.shop
        await self.buys("ended_pass", "Short Pass")
        await self.orders("forgotten", "Gold Pass")
        active = await self.subscribes("active")
        overdue = await self.subscribes("overdue")
        ended = await self.subscribes("ended")
        await self.passes(8)
        await self.buys("timed", "Month Pass")
        await self.buys("silent", "Month Pass")
        await self.passes(2)
        await shop.cancel_subscription(ended)
        await self.passes(10)
        cancelled = await self.subscribes("cancelled")
        paused = await self.subscribes("paused")
        await self.passes(5)
        await shop.cancel_subscription(cancelled)
        await self.passes(5)
        await shop.pause_subscription(paused)
        # 30 days; the month is over.
        await self.passes(1)
        await shop.renew(active)
        shop.switches.grace = "past_due"
        await shop.fail_renewal(overdue)
        await shop.end_subscription(ended)
        await self.passes(1)
        [_, reminder] = self.world.dms(self.people["silent"])
        await self.people["silent"].user.click(reminder, label="No more reminders")

    async def sells_for_two_days(self) -> None:
        """All the rest: what money does, and what staff do."""
        shop = self.shop
        await self.orders("unpaid", "Gold Pass", remember=True)
        part_paid = await self.orders("part_paid", "Gold Pass")
        await shop.set_status(part_paid.uniqid, "PARTIAL")
        cancelled = await self.orders("cancelled_order", "Gold Pass")
        await shop.cancel(cancelled.uniqid)
        await self.buys("paid", "Gold Pass", remember=True)
        box = {"variant": "Big", "quantity": 2, "coupon": "TEN"}
        await self.buys("box", "Box", **box)
        await self.buys("key", "Game Key")
        held = await self.orders("held", "Gold Pass")
        held.discount = Decimal("0.01")
        await shop.pay(held.uniqid)
        refunded = await self.buys("refunded", "Gold Pass")
        await shop.refund(refunded.uniqid)
        kept = await self.buys("refunded_kept", "Silver Pass")
        await shop.refund(kept.uniqid)
        shop.switches.refunded_field = "refunded_amount"
        part = await self.buys("part_refunded", "Gold Pass")
        await shop.refund(part.uniqid, "2.50")
        disputed = await self.buys("disputed", "Gold Pass")
        await shop.dispute(disputed.uniqid)
        await self.world.env.advance_time(10 * MINUTE)
        await self.buys("pool", "Pool Pass")
        await self.buys("pool_empty", "Pool Pass")
        await self.order_actions()
        await self.waits()

    async def order_actions(self) -> None:
        """What staff did."""
        world = self.world
        revoked = await self.buys("revoked", "Gold Pass")
        await self.confirms("shoppex revoke", "Yes, take it back", order=revoked.uniqid)
        restored = await self.buys("restored", "Gold Pass")
        await self.confirms("shoppex revoke", "Yes, take it back", order=restored.uniqid)
        await self.confirms("shoppex restore", "Yes, give it back", order=restored.uniqid)
        for name, days in (("gift", None), ("timed_gift", 90)):
            options = {"member": self.member(name), "offer": "Gold Pass", "reason": "Sorry"}
            until = {} if days is None else {"days": days}
            await self.confirms("shoppex grant", "Yes, give it", **options, **until)
        await self.buys("moved_from", "Game Key")
        both = {"from": self.people["moved_from"], "to": self.member("moved_to")}
        await self.confirms("shoppex move", "Yes, move it", **both)
        await self.buys("left", "Gold Pass")
        world.guild.remove_member(self.people["left"])
        await self.buys("banned", "Gold Pass")
        world.env.backend.apply_ban(world.guild.id, self.people["banned"].id, None)
        await world.env.settle()
        await self.frees_a_license()

    async def frees_a_license(self) -> None:
        """A buyer frees their licence from a machine."""
        await self.buys("licensed", "Tool")
        license_ = self.shop.licenses[-1]
        license_.hardware_id, license_.hwid_pending = "MACHINE-1234567890", False
        await self.world.env.advance_time(2 * MINUTE + 1)
        shown = await self.people["licensed"].slash(self.world.channel, "license")
        who, label = self.people["licensed"], "Free it from its machine"
        assert shown.response is not None
        asked = await who.click(shown.response, label=label)
        assert asked.response is not None
        await who.click(asked.response, label="Yes, do it")

    async def waits(self) -> None:
        """What waits for somebody: a role, a key, an answer of staff."""
        world = self.world
        high = world.guild.roles["High"]
        await self.orders("waiting", "High Pass")
        world.env.backend.reorder_roles(world.guild.id, [{"id": high.id, "position": 50}])
        await world.pay_newest()
        self.shop.switches.deliver_late = True
        await self.buys("late_key", "Game Key")
        self.shop.switches.deliver_late = False
        await self.buys("replacing", "Game Key")
        shown = await self.people["replacing"].slash(world.channel, "purchases")
        who = self.people["replacing"]
        assert shown.response is not None
        await who.select(shown.response, ["0"])
        form = await who.click(shown.response, label="Key does not work")
        await who.submit_modal(form, {field(form, 0): "It says: used."})
        await self.closes_messages("closed")
        await self.orders("closed", "Game Key")
        # So long that the message with the link can no longer be answered.
        await world.env.advance_time(20 * MINUTE)
        await world.pay_newest()


async def main() -> None:
    """Sell, and keep what is there then."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "red"
        async with open_world(path) as world:
            seller = Seller(world)
            await seller.sets_up()
            await seller.sells_for_a_month()
            await seller.sells_for_two_days()
            await world.env.advance_time(2 * MINUTE)
            keep("discord", discord_of(seller))
            keep("shop", shop_of(world.shop))
        keep("settings", config_of(path, "Shoppex"))
        ledger = {}
        for number in range(256):
            accounts = config_of(path, f"ShoppexLedger{number:03}")["ACCOUNT"]
            assert accounts.pop("0") == {"0": {"schema": 2}}
            if accounts:
                ledger[number] = accounts
        keep("ledger", ledger)


def keep(name: str, data: object) -> None:
    """Write one of the files."""
    (HERE / f"{name}.json").write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n")


def config_of(path: Path, name: str) -> Any:
    """What Red's JSON driver keeps of a Config."""
    return json.loads((path / "cogs" / name / "settings.json").read_text())[CONFIG]


def discord_of(seller: Seller) -> dict[str, Any]:
    """The server, who is in it, and the bot's messages that have buttons."""
    world, backend = seller.world, seller.world.env.backend
    guild = backend.guilds[world.guild.id]
    everybody = {"admin": world.admin, "owner": world.owner, **seller.people}
    channels = {name: channel.id for name, channel in seller.rooms.items()}
    dms = {
        name: backend.dm_channels[who.id]
        for name, who in everybody.items()
        if who.id in backend.dm_channels
    }
    return {
        "seconds": backend.clock.elapsed,
        "guild": [guild.id, guild.name, guild.owner_id],
        "roles": {
            role.name: [role.id, role.position, role.permissions]
            for role in guild.roles.values()
            if role.id != guild.id and not role.managed
        },
        "bans": list(guild.bans),
        "channels": channels,
        "members": {
            name: [
                who.id,
                sorted(
                    guild.roles[role_id].name
                    for role_id in guild.members[who.id].role_ids
                    if role_id != guild.id
                )
                if who.id in guild.members
                else None,
            ]
            for name, who in everybody.items()
        },
        "dms": dms,
        "messages": [
            {
                "channel": channel_id,
                "id": message.id,
                "content": message.content,
                "embeds": message.embeds,
                "components": message.components,
            }
            for channel_id in (*channels.values(), *dms.values())
            for message in backend.messages[channel_id].values()
            if '"shoppex:' in json.dumps(message.components)
        ],
    }


def shop_of(shop: standin.StandIn) -> dict[str, Any]:
    """Everything the stand-in of Shoppex has, so that another one can go on with it."""
    state = shop._state
    graph = Graph()
    return {
        "keys": [shop.api_key, shop.other_key],
        **{
            name: graph.write(getattr(state, name))
            for name in ("products", "coupons", "customers", "orders", "subscriptions", "licenses")
        },
        "webhooks": graph.write(list(shop.webhooks)),
    }


class Graph:
    """Writes dataclasses that know each other; `harness.old_data` reads them."""

    def __init__(self) -> None:
        self._seen: dict[int, int] = {}

    def write(self, value: Any) -> Any:
        """A value as JSON: what JSON has no word for is an object with one key, ``$`` first."""
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return self._write_object(value)
        if isinstance(value, Decimal):
            return {"$decimal": str(value)}
        if isinstance(value, datetime):
            return {"$time": value.isoformat()}
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            return {"$named": [type(value).__name__, *map(self.write, value)]}
        if isinstance(value, tuple):
            return {"$tuple": [self.write(each) for each in value]}
        if isinstance(value, (set, frozenset)):
            return {"$set": sorted(value)}
        if isinstance(value, list):
            return [self.write(each) for each in value]
        if isinstance(value, dict):
            return {key: self.write(each) for key, each in value.items()}
        assert not isinstance(value, Enum)
        return value

    def _write_object(self, value: Any) -> dict[str, Any]:
        if id(value) in self._seen:
            return {"$again": self._seen[id(value)]}
        number = self._seen[id(value)] = len(self._seen)
        fields = dataclasses.fields(value)
        content = {f.name: self.write(getattr(value, f.name)) for f in fields if f.init}
        return {"$object": [type(value).__name__, number, content]}


if __name__ == "__main__":
    asyncio.run(main())
